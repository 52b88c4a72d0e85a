/** Reads of the derived tables: secondary indexes and counters. They stand at the newest durable revision. */
import { assert } from '../../lib/assert.ts';
import {
  counterRange,
  decodeCounterKey,
  decodeIndexKey,
  decodeTenantResourceKey,
  encodeCounterKey,
  indexRange,
  indexRangeUpTo,
  tenantResourceRange,
} from '../keys.ts';
import type { Counter, IndexQuery, IndexRangeQuery, ObjectKey, TenantId } from '../store.ts';
import { decodeCounterRow } from './rows.ts';
import type { Tables } from './tables.ts';

export function readIndex(tables: Tables, query: IndexQuery): ObjectKey[] {
  const keys: ObjectKey[] = [];
  if (query.maxEntries < 1) return keys;
  for (const key of tables.index.keys(indexRange(query))) {
    keys.push(decodeIndexKey(key).key);
    if (keys.length >= query.maxEntries) break;
  }
  return keys;
}

export function readIndexRange(tables: Tables, query: IndexRangeQuery): { value: string; key: ObjectKey }[] {
  const found: { value: string; key: ObjectKey }[] = [];
  if (query.maxEntries < 1) return found;
  for (const bytes of tables.index.keys(indexRangeUpTo(query.name, query.upTo))) {
    const { value, key } = decodeIndexKey(bytes);
    found.push({ value, key });
    if (found.length >= query.maxEntries) break;
  }
  return found;
}

export function readCounter(tables: Tables, tenant: TenantId, group: string, resource: string): Counter {
  const row = tables.counters.get(encodeCounterKey('live', { tenant, group, resource }));
  const { objects, bytes } = row === undefined ? { objects: 0, bytes: 0 } : decodeCounterRow(row);
  return { tenant, objects, bytes };
}

export function readCounters(
  tables: Tables,
  group: string,
  resource: string,
  after: TenantId | undefined,
  maxEntries: number,
): Counter[] {
  const found: Counter[] = [];
  if (maxEntries < 1) return found;
  for (const { key, value } of tables.counters.rows(counterRange(group, resource, after))) {
    const { objects, bytes } = decodeCounterRow(value);
    found.push({ tenant: decodeCounterKey(key).tenant, objects, bytes });
    if (found.length >= maxEntries) break;
  }
  return found;
}

export function readResourcesOf(
  tables: Tables,
  tenant: TenantId,
): { group: string; resource: string; objects: number }[] {
  return [...tables.counters.keys(tenantResourceRange(tenant))].map((key) => {
    const scope = decodeTenantResourceKey(key);
    const row = tables.counters.get(encodeCounterKey('live', scope));
    assert(row !== undefined, 'a tenant row stands beside a live counter row');
    return { group: scope.group, resource: scope.resource, objects: decodeCounterRow(row).objects };
  });
}
