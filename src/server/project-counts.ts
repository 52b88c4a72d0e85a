/** How many projects there are and how their deletion gets on: read from the store's counters and an index. */
import { setImmediate } from 'node:timers/promises';
import { limits } from '../apimachinery/limits.ts';
import { projectDefinition } from '../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { Clock } from '../lib/clock.ts';
import type { Registry } from '../metrics/registry.ts';
import { deletingIndex, deletingValue } from '../storage/index-names.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { parseRecord } from '../storage/record.ts';
import type { ObjectKey, Store } from '../storage/store.ts';

/** Of the projects that go, those of which the age is looked at. */
const agesMost = 100;

export function projectCounts(registry: Registry, store: Store, clock: Clock): void {
  const { group, resource } = projectDefinition.storage;
  let all = 0;
  let going = 0;
  let oldestSeconds = 0;
  registry.beforeScrape(async () => {
    const keys = await deletedKeys(store, deletingValue({ group, resource }));
    const ages = keys.slice(0, agesMost).map((key) => {
      const sinceMs = Date.parse(deletionTimeOf(store, key));
      return Number.isNaN(sinceMs) ? 0 : (clock.now() - sinceMs) / 1_000;
    });
    // Only now: where something cannot be read, all three stay as they were.
    all = store.counter(tenantOfPlatform, group, resource).objects;
    going = keys.length;
    oldestSeconds = Math.max(0, ...ages);
  });
  registry.gaugesOf(
    'milo_projects',
    'Projects by phase: Active, or Terminating while what is in them goes.',
    ['phase'],
    () => [
      [['Active'], all - going],
      [['Terminating'], going],
    ],
  );
  registry.gaugeOf(
    'milo_project_deletion_age_seconds',
    'How long the deletion of a project that is not gone yet has been asked for: the longest, of a hundred.',
    () => oldestSeconds,
  );
}

/** In steps, with others in between; no more than a limit. */
async function deletedKeys(store: Store, value: string): Promise<readonly ObjectKey[]> {
  const keys: ObjectKey[] = [];
  for (let hasMore = true; hasMore && keys.length < limits.metricSamples; ) {
    const after = keys.at(-1);
    const query = { name: deletingIndex, value, maxEntries: limits.countStepEntries };
    const page = store.index(after === undefined ? query : { ...query, after });
    keys.push(...page);
    hasMore = page.length === limits.countStepEntries;
    if (hasMore) await setImmediate();
  }
  return keys;
}

/** "" for one that has gone meanwhile. */
function deletionTimeOf(store: Store, key: ObjectKey): string {
  const stored = store.get(key);
  if (stored === undefined) return '';
  return parseRecord(stored.record, stored.revision).metadata.deletionTimestamp ?? '';
}
