/**
 * Says of every APIService whether what it names is there: at once when it changes, and again every so often while it
 * names a service. One without is served by this server, which is there. Nothing runs while none is registered.
 */
import { limits } from '../../apimachinery/limits.ts';
import { apiServiceDefinition } from '../../apis/apiregistration/v1/apiservice/api-service-definition.ts';
import { setCondition } from '../../apis/conditions.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import type { Clock } from '../../lib/clock.ts';
import { allEntries, tenantsWith } from '../../storage/scans.ts';
import type { Change, ObjectKey, Store } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';

const { group, resource } = apiServiceDefinition.storage;

export interface ServiceCheck {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** `check` looks at the service that an APIService names; undefined where it names none any more. */
export function apiServiceController(
  store: Store,
  client: PlaneClient,
  clock: Clock,
  check: (key: ObjectKey, signal: AbortSignal) => Promise<ServiceCheck | undefined>,
): Controller {
  return {
    name: 'apiservice',
    workers: 8,
    watches: [{ group, resource, keysOf: changed }],
    *initial() {
      for (const tenant of tenantsWith(store, { group, resource })) {
        for (const { key } of allEntries(store, { tenant, group, resource })) yield key;
      }
    },
    async reconcile(key, signal) {
      const found = await check(key, signal);
      if (found === undefined || signal.aborted) return undefined;
      await client.update(key, 'status', (apiService) =>
        setCondition(apiService, { type: 'Available', ...found }, clock.now()),
      );
      return limits.serviceProbeIntervalMs;
    },
  };
}

function changed({ key, record }: Change): readonly ObjectKey[] {
  return record === undefined ? [] : [key];
}
