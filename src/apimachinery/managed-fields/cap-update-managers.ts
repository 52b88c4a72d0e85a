/**
 * Bounds the entries of updates: the oldest are merged, per version, into one of a manager of no name but age.
 * Appliers are not counted. Source: apimachinery/pkg/util/managedfields/internal/capmanagers.go.
 */
import { FieldSet } from '../apply/field-set.ts';
import type { ManagedSet } from '../apply/managed-set.ts';
import { compareText } from '../apply/value-order.ts';
import { compareTimes, managerIdentifier, type Tracked } from './entries.ts';

const bucketManager = 'ancient-changes';

export function capUpdateManagers(tracked: Tracked, updateManagersMax: number): Tracked {
  if (tracked.managers.size <= updateManagersMax) return tracked;
  const updaters = [...tracked.managers]
    .filter(([, { applied }]) => !applied)
    .map(([identifier]) => identifier);
  if (updaters.length <= updateManagersMax) return tracked;
  const managers = new Map(tracked.managers);
  const times = new Map(tracked.times);
  updaters.sort((a, b) => compareTimes(times.get(a), times.get(b)) || compareText(a, b));

  /** The oldest updater of each version that has not been merged. */
  const firsts = new Map<string, string>();
  const buckets = new Map<string, FieldSet[]>();
  let count = updaters.length;
  for (const updater of updaters) {
    if (count <= updateManagersMax) break;
    const managed = managers.get(updater)!;
    const { apiVersion } = managed;
    const first = firsts.get(apiVersion);
    if (first === undefined) {
      firsts.set(apiVersion, updater);
      continue;
    }
    const bucket = managerIdentifier({ manager: bucketManager, operation: 'Update', apiVersion });
    const sources = updater === bucket ? [first] : managers.has(bucket) ? [updater] : [first, updater];
    moveInto(buckets, bucket, sources, managers);
    // That of the younger one.
    setOrDelete(times, bucket, times.get(updater));
    count -= 1;
  }
  for (const [bucket, sets] of buckets) managers.set(bucket, { ...managers.get(bucket)!, set: joined(sets) });
  return { managers, times };
}

/** Their sets are joined at the end, all at once: there may be thousands. Until then the bucket has any of them. */
function moveInto(
  buckets: Map<string, FieldSet[]>,
  bucket: string,
  sources: readonly string[],
  managers: Map<string, ManagedSet>,
): void {
  const before = managers.get(bucket);
  const sets = buckets.get(bucket) ?? (before === undefined ? [] : [before.set]);
  buckets.set(bucket, sets);
  for (const source of sources) {
    const managed = managers.get(source)!;
    sets.push(managed.set);
    managers.delete(source);
    if (!managers.has(bucket)) managers.set(bucket, managed);
  }
}

/** In pairs, then pairs of pairs: one after the other would copy what has been joined again and again. */
function joined(sets: readonly FieldSet[]): FieldSet {
  let left = sets;
  while (left.length > 1) {
    left = left.flatMap((set, i) =>
      i % 2 === 1 ? [] : [i + 1 < left.length ? set.union(left[i + 1]!) : set],
    );
  }
  return left[0] ?? FieldSet.empty;
}

function setOrDelete(times: Map<string, string>, identifier: string, time: string | undefined): void {
  if (time === undefined) times.delete(identifier);
  else times.set(identifier, time);
}
