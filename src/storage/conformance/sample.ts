/** Keys, records and writes for the suites, in as few words as a test can be read in. */
import assert from 'node:assert/strict';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { tenantOfPlatform, tenantOfProject } from '../keys.ts';
import type { IndexEntry } from '../record.ts';
import { encodeRecord, jsonOf, serializeObject } from '../record.ts';
import type { Delete, Guard, ObjectKey, Put, Revision, Store, TenantId, Write } from '../store.ts';

export const platform = tenantOfPlatform;
export const red = tenantOfProject('red', 'uid-1');
export const blue = tenantOfProject('blue', 'uid-2');

/** Tenants that are easily taken for one another: names that begin alike, and one name with two uids. */
export const namesakes: readonly TenantId[] = [
  tenantOfProject('red', 'uid-1'),
  tenantOfProject('red', 'uid-11'),
  tenantOfProject('red', 'uid-2'),
  tenantOfProject('red-', 'uid-1'),
  tenantOfProject('redd', 'uid-1'),
  tenantOfProject('re', 'uid-1'),
];

/** An object key; where nothing else is said, a configmap in `default` of the red project. */
export function keyOf(name: string, place: Partial<Omit<ObjectKey, 'name'>> = {}): ObjectKey {
  return { tenant: red, group: '', resource: 'configmaps', namespace: 'default', ...place, name };
}

export interface SampleOptions {
  /** Value of the tenant index `owner`. */
  readonly owner?: string;
  /** Value of the store index `expires`. */
  readonly expires?: string;
  readonly indexes?: readonly IndexEntry[];
  /** Total length of the record; as short as it can be when absent. */
  readonly bytes?: number;
}

/** A whole record whose content is told apart by `content`; equal arguments make equal bytes. */
export function sample(content: string, options: SampleOptions = {}): Buffer {
  const { owner, expires, bytes } = options;
  const indexes: IndexEntry[] = [...(options.indexes ?? [])];
  if (owner !== undefined) indexes.push({ scope: 'tenant', name: 'owner', value: owner });
  if (expires !== undefined) indexes.push({ scope: 'store', name: 'expires', value: expires });
  const build = (padding: string): Buffer => {
    const object = { apiVersion: 'v1', kind: 'Sample', metadata: {}, content, padding };
    const { json, rvOffset } = serializeObject(object as unknown as KubeObject);
    return encodeRecord({ deleting: false, uid: '', labels: {}, fields: {}, indexes }, json, rvOffset);
  };
  const shortest = build('');
  if (bytes === undefined) return shortest;
  assert.ok(bytes >= shortest.length, `a sample of ${content} takes at least ${shortest.length} bytes`);
  return build('.'.repeat(bytes - shortest.length));
}

/** The content a sample was made with. */
export function contentOf(record: Buffer): string {
  return JSON.parse(jsonOf(record).toString('utf8')).content;
}

export function put(key: ObjectKey, record: Buffer, expect: Revision = 0): Put {
  return { kind: 'put', key, record, expect };
}

export function remove(key: ObjectKey, expect: Revision): Delete {
  return { kind: 'delete', key, expect };
}

export function guard(key: ObjectKey, expect: Revision): Guard {
  return { kind: 'guard', key, expect };
}

/** Commits a batch that must go through; its revisions. */
export async function committed(store: Store, ...batch: Write[]): Promise<readonly Revision[]> {
  const outcome = await store.commit(batch);
  assert.ok(outcome.ok, `refused: ${JSON.stringify(outcome)}`);
  return outcome.revisions;
}

/** Commits a batch that must be refused; which write, and what its key has. */
export async function refused(store: Store, ...batch: Write[]): Promise<{ index: number; actual: Revision }> {
  const outcome = await store.commit(batch);
  assert.ok(!outcome.ok, 'the batch must be refused');
  return { index: outcome.index, actual: outcome.actual };
}
