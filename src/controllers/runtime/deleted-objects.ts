/** The objects of a resource that are marked as deleted, over all control planes: where deletion controllers begin. */
import { limits } from '../../apimachinery/limits.ts';
import { deletingIndex, deletingValue } from '../../storage/index-names.ts';
import { isDeleting } from '../../storage/record.ts';
import type { Change, ObjectKey, Store } from '../../storage/store.ts';

export function* deletedObjects(store: Store, group: string, resource: string): Iterable<ObjectKey> {
  const value = deletingValue({ group, resource });
  let after: ObjectKey | undefined;
  for (;;) {
    const keys = store.index({
      name: deletingIndex,
      value,
      maxEntries: limits.indexEntries,
      ...(after === undefined ? {} : { after }),
    });
    yield* keys;
    after = keys.at(-1);
    if (after === undefined || keys.length < limits.indexEntries) return;
  }
}

/** The change is to an object that was marked as deleted before, or it marks it. */
export function isOfMarked({ record, previous }: Change): boolean {
  return [record, previous?.record].some((state) => state !== undefined && isDeleting(state));
}

/** The changed object, if the change left it marked as deleted. */
export function markedByChange({ key, record }: Change): readonly ObjectKey[] {
  return record !== undefined && isDeleting(record) ? [key] : [];
}
