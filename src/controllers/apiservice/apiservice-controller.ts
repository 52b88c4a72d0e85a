/**
 * Says of every APIService whether what it names is there: at once when it or its Service
 * changes, and again every so often while it
 * names a service. One without is served by this server, which is there. Nothing runs while none is registered.
 */
import { limits } from '../../apimachinery/limits.ts';
import { apiServiceDefinition } from '../../apis/apiregistration/v1/apiservice/api-service-definition.ts';
import { setCondition } from '../../apis/conditions.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import type { Clock } from '../../lib/clock.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import { allEntries, tenantsWith } from '../../storage/scans.ts';
import type { Change, ObjectKey, Store, TenantId } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';

const { group, resource } = apiServiceDefinition.storage;

export interface ServiceCheck {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export interface ServiceChecks {
  /** Looks at the service that an APIService names; undefined where it names none any more. */
  check(key: ObjectKey, signal: AbortSignal): Promise<ServiceCheck | undefined>;
  /** What was learnt of it is of no use any more. */
  forget(key: ObjectKey): void;
}

/**
 * One for the platform and one for all projects: services of projects that answer late keep none of the platform's from
 * being looked at, nor those of one project another's. Without a client nothing is written: that is for a process which
 * wants to know by itself what another one says of the services.
 */
export function apiServiceControllers(
  store: Store,
  client: PlaneClient | undefined,
  clock: Clock,
  checks: ServiceChecks,
): readonly Controller[] {
  const controller = (
    name: string,
    bounds: Pick<Controller, 'workers' | 'workersPerPlane'>,
    isOurs: (key: ObjectKey) => boolean,
  ): Controller => ({
    name,
    ...bounds,
    watches: [{ group, resource, keysOf: ({ key }) => (isOurs(key) ? [key] : []) }],
    follows: (change) => (isOurs(change.key) ? concerned(store, change) : []),
    *initial() {
      for (const tenant of tenantsWith(store, { group, resource })) {
        for (const key of keysIn(store, tenant)) if (isOurs(key)) yield key;
      }
    },
    async reconcile(key, signal) {
      const found = await checks.check(key, signal);
      if (signal.aborted) return undefined;
      if (found === undefined) {
        checks.forget(key);
        return undefined;
      }
      await client?.update(key, 'status', (apiService) =>
        setCondition(apiService, { type: 'Available', ...found }, clock.now()),
      );
      return found.status === 'True' ? limits.serviceProbeIntervalMs : limits.serviceProbeRetryMs;
    },
  });
  const ofProjects = {
    workers: limits.projectServiceProbes,
    workersPerPlane: limits.serviceProbesPerProject,
  };
  return [
    controller('apiservice', { workers: limits.serviceProbes }, ({ tenant }) => tenant === tenantOfPlatform),
    controller('apiservice-projects', ofProjects, ({ tenant }) => tenant !== tenantOfPlatform),
  ];
}

/** What leads to a service has changed: all APIServices of the control plane are looked at, for they are few. */
function concerned(store: Store, { key }: Change): readonly ObjectKey[] {
  const leads =
    (key.group === '' && (key.resource === 'services' || key.resource === 'endpoints')) ||
    (key.group === 'discovery.k8s.io' && key.resource === 'endpointslices');
  if (!leads || store.counter(key.tenant, group, resource).objects === 0) return [];
  return [...keysIn(store, key.tenant)];
}

function* keysIn(store: Store, tenant: TenantId): Iterable<ObjectKey> {
  for (const { key } of allEntries(store, { tenant, group, resource })) yield key;
}
