/**
 * Whole ranges, read page by page, for what is known to be short: nobody else has a turn between the pages. A list that
 * may be long is registry/list.ts.
 */
import { limits } from '../apimachinery/limits.ts';
import type { IndexQuery, ObjectKey, RangeQuery, Store, StoredEntry, TenantId } from './store.ts';

/** All objects of one resource in one control plane or namespace, in the order of their keys. */
export function* allEntries(
  store: Pick<Store, 'range'>,
  scope: Pick<RangeQuery, 'tenant' | 'group' | 'resource' | 'namespace'>,
): Iterable<StoredEntry> {
  let after: RangeQuery['after'];
  do {
    const page = store.range({
      ...scope,
      ...(after === undefined ? {} : { after }),
      maxEntries: limits.listStepEntries,
      maxBytes: limits.listStepBytes,
    });
    yield* page.entries;
    after = page.next;
  } while (after !== undefined);
}

/** Before all keys of a control plane, in an index of the store. */
export const beforeAllOf = (tenant: TenantId): ObjectKey => ({
  tenant,
  group: '',
  resource: '',
  namespace: '',
  name: '',
});

/** The keys of one value in an index of the store, of one control plane or of all, in their order. */
export function* indexedKeys(
  store: Pick<Store, 'index'>,
  { name, value, tenant }: Pick<IndexQuery, 'name' | 'value'> & { readonly tenant?: TenantId | undefined },
): Iterable<ObjectKey> {
  let after = tenant && beforeAllOf(tenant);
  for (;;) {
    const query = { name, value, maxEntries: limits.deletionsAtOnce };
    const keys = store.index(after === undefined ? query : { ...query, after });
    for (const key of keys) {
      if (tenant !== undefined && key.tenant !== tenant) return;
      yield key;
    }
    after = keys.at(-1);
    if (keys.length < limits.deletionsAtOnce) return;
  }
}

/** The control planes that have any object of a resource. */
export function* tenantsWith(
  store: Pick<Store, 'counters'>,
  { group, resource }: { readonly group: string; readonly resource: string },
): Iterable<TenantId> {
  let after: TenantId | undefined;
  do {
    const page = store.counters(group, resource, after, limits.indexEntries);
    for (const { tenant } of page) yield tenant;
    after = page.length < limits.indexEntries ? undefined : page.at(-1)?.tenant;
  } while (after !== undefined);
}
