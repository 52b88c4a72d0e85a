/** What the store and the hub of watches say of themselves, read when somebody asks. */
import type { Registry } from '../metrics/registry.ts';
import type { Store } from '../storage/store.ts';

export function storeMetrics(registry: Registry, store: Store): void {
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
}
