/**
 * What a project's own `/metrics` says: its objects, by the names it knows, those of kinds it has defined itself among
 * them, and who watches them. All of it is read when somebody asks; of a project that nobody asks about nothing is kept.
 * What the server does for others, or as a whole, is the platform's to know.
 */
import { limits } from '../apimachinery/limits.ts';
import type { WatchStreams } from '../http/verbs/watch-streams.ts';
import { Registry } from '../metrics/registry.ts';
import type { Store, TenantId } from '../storage/store.ts';
import { groupResourceText } from './resource-names.ts';

export function planeMetrics(store: Store, streams: WatchStreams, tenant: TenantId): Registry {
  const registry = new Registry(limits);
  const counts = store.resourcesOf(tenant).map(({ group, resource }) => ({
    group,
    resource,
    ...store.counter(tenant, group, resource),
  }));
  registry.gaugesOf(
    'apiserver_storage_objects',
    'Number of stored objects split by kind.',
    ['resource'],
    () => counts.map((count) => [[groupResourceText(count)], count.objects]),
  );
  registry.gaugesOf(
    'apiserver_resource_objects',
    'Number of stored objects split by kind.',
    ['group', 'resource'],
    () => counts.map(({ group, resource, objects }) => [[group, resource], objects]),
  );
  registry.gaugesOf(
    'apiserver_resource_size_estimate_bytes',
    'Size of stored objects in the store split by kind.',
    ['group', 'resource'],
    () => counts.map(({ group, resource, bytes }) => [[group, resource], bytes]),
  );
  registry.gaugeOf('milo_project_watches', 'Open watches of clients.', () => streams.countOf(tenant));
  return registry;
}
