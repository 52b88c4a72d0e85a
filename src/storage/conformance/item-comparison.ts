/** Pages of items, each compared with what the model's entries come to as items. */
import type { Prng } from '../../lib/prng.ts';
import { servedItems } from '../served-items.ts';
import type { ItemJudgement, ItemsPage, ItemsQuery, RangeQuery, Revision, StoredEntry } from '../store.ts';
import { mismatch } from './compare.ts';

const offsets = [0, 10];
const slabBytes = [0, 300, 2_000, 20_000];

export function randomItemsQuery(prng: Prng, range: RangeQuery): ItemsQuery {
  const skipped = prng.pick(['', 'a', 'b']);
  const unlike = prng.pick(['', '', 'z']);
  const judge = ({ key, record }: StoredEntry): ItemJudgement => {
    // A lent entry must answer what it is asked; records begin with their version.
    if (record[0] !== 1) mismatch('a record', record, 'one that begins with its version');
    return key.name === unlike ? 'unlike' : key.name === skipped ? 'skipped' : 'item';
  };
  return {
    ...range,
    slab: Buffer.alloc(prng.pick(slabBytes), '#'),
    offset: prng.pick(offsets),
    isTyped: prng.chance(0.5),
    maxItems: prng.pick([1, 3, 100]),
    judge: prng.chance(0.5) ? judge : undefined,
  };
}

/** `due`: all entries from where the query begins. */
export function compareItems(
  query: ItemsQuery,
  page: ItemsPage | undefined,
  due: readonly StoredEntry[],
  revision: Revision,
): void {
  const { slab, offset, isTyped, maxItems, maxEntries, maxBytes, judge = () => 'item' } = query;
  const what = `items ${JSON.stringify({ ...query, slab: slab.length })}`;
  const itemBytes = (entry: StoredEntry): number => servedItems([entry], { isTyped }).length;
  if (page === undefined) {
    const [first] = due;
    const doesFit = first === undefined || offset + itemBytes(first) <= slab.length;
    if (doesFit && !due.some((entry) => judge(entry) === 'unlike')) mismatch(what, page, due);
    return;
  }
  const { next, items, end } = page;
  // It may go on behind a place where nothing is.
  const looked = next === undefined ? due : due.filter(({ key }) => place(key) <= place(next));
  const chosen = looked.filter((entry) => judge(entry) === 'item');
  const written = slab.toString('utf8', offset, end);
  const isRight =
    written === servedItems(chosen, { isTyped }).toString() &&
    slab.every((byte, at) => (at >= offset && at < end) || byte === '#'.charCodeAt(0)) &&
    items === chosen.length &&
    items <= maxItems &&
    looked.length <= maxEntries &&
    !looked.some((entry) => judge(entry) === 'unlike') &&
    page.revision === revision;
  if (!isRight) mismatch(what, { ...page, written }, due);
  if (next === undefined) return;
  const behind = due[looked.length];
  const isReason =
    behind !== undefined &&
    (query.after === undefined || place(next) > place(query.after)) &&
    (items === maxItems ||
      looked.length === maxEntries ||
      looked.concat(behind).reduce((sum, { record }) => sum + record.length, 0) >= maxBytes / 2 ||
      end + 1 + itemBytes(behind) > slab.length);
  if (!isReason) mismatch(`${what}: the page ends`, page, due);
}

/** Orders as keys do: plain ASCII. */
const place = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `${namespace}\0${name}`;
