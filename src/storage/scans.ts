/**
 * Whole ranges, read page by page, for what is known to be short: nobody else has a turn between the pages. A list that
 * may be long is registry/list.ts.
 */
import { limits } from '../apimachinery/limits.ts';
import type { RangeQuery, Store, StoredEntry, TenantId } from './store.ts';

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
