/** How many projects there are and how their deletion gets on: read from the store's counters and an index. */
import { limits } from '../apimachinery/limits.ts';
import { projectDefinition } from '../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { Clock } from '../lib/clock.ts';
import type { Registry } from '../metrics/registry.ts';
import { deletingIndex, deletingValue } from '../storage/index-names.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { parseRecord } from '../storage/record.ts';
import type { Store } from '../storage/store.ts';

/** Of the projects that go, those of which the age is looked at. */
const agesMost = 100;

export function projectCounts(registry: Registry, store: Store, clock: Clock): void {
  const { group, resource } = projectDefinition.storage;
  let all = 0;
  let going = 0;
  let oldestSeconds = 0;
  registry.beforeScrape(() => {
    const value = deletingValue({ group, resource });
    const keys = store.index({ name: deletingIndex, value, maxEntries: limits.metricSamples });
    all = store.counter(tenantOfPlatform, group, resource).objects;
    going = keys.length;
    oldestSeconds = 0;
    for (const key of keys.slice(0, agesMost)) {
      const stored = store.get(key);
      const { deletionTimestamp = '' } =
        stored === undefined ? {} : parseRecord(stored.record, stored.revision).metadata;
      const sinceMs = Date.parse(deletionTimestamp);
      if (!Number.isNaN(sinceMs)) oldestSeconds = Math.max(oldestSeconds, (clock.now() - sinceMs) / 1_000);
    }
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
