/**
 * Bounds the entries of updates: the oldest are merged, per version, into one of a manager of no name but age.
 * Appliers are not counted. Source: apimachinery/pkg/util/managedfields/internal/capmanagers.go.
 */
import type { ManagedSet } from '../apply/managed-set.ts';
import { compareText } from '../apply/value-order.ts';
import { compareTimes, managerIdentifier, type Tracked } from './entries.ts';

const bucketManager = 'ancient-changes';

export function capUpdateManagers(tracked: Tracked, updateManagersMax: number): Tracked {
  const updaters = [...tracked.managers]
    .filter(([, { applied }]) => !applied)
    .map(([identifier]) => identifier);
  if (updaters.length <= updateManagersMax) return tracked;
  const managers = new Map(tracked.managers);
  const times = new Map(tracked.times);
  updaters.sort((a, b) => compareTimes(times.get(a), times.get(b)) || compareText(a, b));

  /** The oldest updater of each version that has not been merged. */
  const firsts = new Map<string, string>();
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
    merge(managers, bucket, sources, managed);
    // That of the younger one.
    setOrDelete(times, bucket, times.get(updater));
    count -= 1;
  }
  return { managers, times };
}

function merge(
  managers: Map<string, ManagedSet>,
  bucket: string,
  sources: readonly string[],
  { apiVersion, applied }: ManagedSet,
): void {
  let { set } = managers.get(bucket) ?? managers.get(sources[0]!)!;
  for (const source of sources) {
    set = set.union(managers.get(source)!.set);
    managers.delete(source);
  }
  managers.set(bucket, { set, apiVersion, applied });
}

function setOrDelete(times: Map<string, string>, identifier: string, time: string | undefined): void {
  if (time === undefined) times.delete(identifier);
  else times.set(identifier, time);
}
