/** What the store and the hub of watches say of themselves: read when somebody asks, but for how long commits took. */

import type { GroupResource } from '../apimachinery/gvk.ts';
import { projectDefined } from '../http/metrics/request-labels.ts';
import { requestSeconds } from '../metrics/buckets.ts';
import type { Registry } from '../metrics/registry.ts';
import type { Counter, Histogram } from '../metrics/series.ts';
import type { CommittedWrite } from '../storage/activity.ts';
import type { CompactionActivity } from '../storage/compaction-timer.ts';
import type { Store } from '../storage/store.ts';
import type { WatchHub } from '../storage/watch-hub.ts';
import type { ObjectCounts } from './object-counts.ts';
import type { ResourceNames } from './resource-names.ts';
import { groupResourceText } from './resource-names.ts';

export function storeMetrics(registry: Registry, store: Store): void {
  const { activity } = store;
  let stats = store.stats();
  registry.beforeScrape(() => {
    stats = store.stats();
  });
  registry.gaugeOf('milo_store_revision', 'Newest revision of the store.', () => stats.revision);
  registry.gaugeOf(
    'milo_store_compacted_revision',
    'Oldest revision that can be read: watches and pages from before it are answered 410.',
    () => stats.compacted,
  );
  registry.gaugesOf('milo_store_rows', 'Rows of the tables of the store.', ['table'], () => [
    [['current'], stats.currentEntries],
    [['log'], stats.logEntries],
    [['index'], stats.indexEntries],
    [['counters'], stats.counterEntries],
  ]);
  registry.gaugesOf(
    'apiserver_storage_size_bytes',
    'Size of the storage database file physically allocated in bytes.',
    ['storage_cluster_id'],
    () => [[['embedded'], stats.fileBytes]],
  );
  registry.gaugeOf(
    'milo_store_used_bytes',
    'Bytes of the data file that hold something: the rest are free pages, written again before the file grows.',
    () => stats.usedBytes,
  );
  registry.gaugeOf('milo_store_healthy', 'Whether the store takes writes: 0 after a fault.', () =>
    store.fault === undefined ? 1 : 0,
  );
  registry.histogramOf(
    'milo_store_commit_duration_seconds',
    'From when a batch of writes came to the store to when it was durable and answered.',
    activity.commitSeconds,
  );
  registry.histogramOf(
    'milo_store_transaction_duration_seconds',
    'Time that a durable transaction took, its flush to the disk included.',
    activity.transactionSeconds,
  );
  registry.histogramOf(
    'milo_store_group_batches',
    'Batches of writes that shared one transaction (group commit).',
    activity.groupBatches,
  );
  registry.counterOf('milo_store_changes_total', 'Changes of objects written.', () => activity.changes);
  registry.counterOf(
    'milo_store_record_bytes_total',
    'Bytes of the objects written.',
    () => activity.recordBytes,
  );
  registry.gaugeOf(
    'milo_store_queued_writes',
    'Writes that wait for a transaction.',
    () => activity.queuedWrites,
  );
}

/** Commits by what they were about, as upstream tells of requests to etcd. */
export function commitMetrics(registry: Registry, store: Store, names: ResourceNames): void {
  const labels = ['operation', 'group', 'resource'];
  const durations = registry.histogram(
    'etcd_request_duration_seconds',
    'Storage request latency in seconds for each operation and object type: writes, from when they came to when they were durable.',
    requestSeconds,
    labels,
  );
  const requests = registry.counter(
    'etcd_requests_total',
    'Storage request counts for each operation and object type: writes.',
    labels,
  );
  const errors = registry.counter(
    'etcd_request_errors_total',
    'Storage failed request counts for each operation and object type: writes.',
    labels,
  );
  interface Series {
    readonly duration: Histogram;
    readonly requests: Counter;
    readonly errors: Counter;
  }
  /**
   * What cannot be told, because definitions cannot be read, has no name either. Whatever is wrong with them, requests and
   * scrapes say so; the commit that is counted here has been made.
   */
  const isNamed = (tenant: string, resource: GroupResource): boolean => {
    try {
      return names.isNamed(tenant, resource);
    } catch {
      return false;
    }
  };
  /** By operation and name: as many as there are names. */
  const byOperation = new Map<string, Map<string, Series>>();
  store.activity.onCommit = (write, seconds, hasFailed) => {
    const operation = operationOf(write);
    const { tenant, group, resource } = write.key;
    let series = byOperation.get(operation);
    if (series === undefined) {
      series = new Map();
      byOperation.set(operation, series);
    }
    const hasName = isNamed(tenant, { group, resource });
    const name = hasName ? groupResourceText({ group, resource }) : projectDefined;
    let found = series.get(name);
    if (found === undefined) {
      const values = hasName ? [operation, group, resource] : [operation, '', projectDefined];
      found = {
        duration: durations.with(...values),
        requests: requests.with(...values),
        errors: errors.with(...values),
      };
      series.set(name, found);
    }
    found.duration.observe(seconds);
    found.requests.value++;
    if (hasFailed) found.errors.value++;
  };
}

function operationOf({ kind, expect }: CommittedWrite): string {
  if (kind !== 'put') return kind;
  return expect === 0 ? 'create' : 'update';
}

export function objectMetrics(registry: Registry, counts: ObjectCounts): void {
  registry.beforeScrape(() => counts.refresh());
  registry.gaugesOf(
    'apiserver_storage_objects',
    'Number of stored objects at the time of last check split by kind.',
    ['resource'],
    () => counts.counts.map((count) => [[groupResourceText(count)], count.objects]),
  );
  registry.gaugesOf(
    'apiserver_resource_objects',
    'Number of stored objects at the time of last check split by kind.',
    ['group', 'resource'],
    () => counts.counts.map(({ group, resource, objects }) => [[group, resource], objects]),
  );
  registry.gaugesOf(
    'apiserver_resource_size_estimate_bytes',
    'Size of stored objects in the store at the time of last check split by kind.',
    ['group', 'resource'],
    () => counts.counts.map(({ group, resource, bytes }) => [[group, resource], bytes]),
  );
}

export function watchMetrics(registry: Registry, hub: WatchHub): void {
  let census = hub.census();
  registry.beforeScrape(() => {
    census = hub.census();
  });
  registry.gaugesOf(
    'milo_watches',
    'Watches at the hub, those of controllers included: live, paused while their client takes no more, lagging when they also lost their queue, catching-up while they read the log.',
    ['phase'],
    () => [...census.phases].map(([phase, watches]) => [[phase], watches]),
  );
  registry.gaugeOf(
    'milo_watch_queued_events',
    'Changes in the queues of paused watches.',
    () => census.queued,
  );
  registry.counterOf(
    'milo_watch_overflows_total',
    'Times that a watch was too slow for its queue and went back to the log.',
    () => hub.overflows,
  );
  registry.counterOf(
    'milo_watch_expiries_total',
    'Watches that were ended with 410 because what they had still to read was compacted.',
    () => hub.expiries,
  );
}

export function compactionMetrics(registry: Registry, activity: CompactionActivity): void {
  registry.histogramOf(
    'milo_store_compaction_duration_seconds',
    'Time that compactions took that succeeded.',
    activity.seconds,
  );
  registry.counterOf(
    'milo_store_compaction_failures_total',
    'Compactions that failed; the next one tries again.',
    () => activity.failures,
  );
}
