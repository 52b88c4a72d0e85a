/** Aggregated APIs composed: services found in the store, reached as the front proxy, looked at and remembered. */
import { admittedContexts, parentContextsAnnotation } from '../apimachinery/parent-contexts.ts';
import { apiServiceDefinition } from '../apis/apiregistration/v1/apiservice/api-service-definition.ts';
import { projectDefinition } from '../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import { Aggregation } from '../http/aggregation/aggregation.ts';
import { RemoteSwaggers } from '../http/aggregation/remote-swaggers.ts';
import { type Availability, RemoteVersions } from '../http/aggregation/remote-versions.ts';
import type { Clock } from '../lib/clock.ts';
import { AggregatedServices, serviceIn } from '../registry/aggregated-services.ts';
import type { DefinitionTable } from '../registry/definition-table.ts';
import type { Egress } from '../registry/egress.ts';
import { type ProxyCertificates, ServiceClient } from '../registry/service-client.ts';
import type { ObjectKey, Store } from '../storage/store.ts';
import type { ContextPolicies } from './context-policies.ts';

export interface AggregatedApis {
  readonly services: AggregatedServices;
  readonly remotes: RemoteVersions;
  readonly swaggers: RemoteSwaggers;
  readonly aggregation: Aggregation;
  /** Whether what an APIService names is there; undefined where it names nothing. */
  check(key: ObjectKey, signal: AbortSignal): Promise<Availability | undefined>;
  forget(key: ObjectKey): void;
  close(): void;
}

export function aggregatedApis(
  store: Store,
  builtIn: DefinitionTable,
  policies: ContextPolicies,
  certificates: ProxyCertificates,
  egress: Egress,
  clock: Clock,
): AggregatedApis {
  const { group, resource } = apiServiceDefinition.storage;
  const services = new AggregatedServices({
    store,
    storage: { group, resource },
    contextsOf: (served, annotations) =>
      admittedContexts(
        { group: served, resource: '*' },
        annotations[parentContextsAnnotation] ?? '',
        policies.rules,
      ),
  });
  const client = new ServiceClient(store, certificates, egress, Math.random);
  const remotes = new RemoteVersions(store, services, client);
  const swaggers = new RemoteSwaggers(services, client, clock);
  const unfollow = policies.follow(() => services.forget());
  return {
    services,
    remotes,
    swaggers,
    aggregation: new Aggregation(builtIn, services, client, projectDefinition.group),
    async check(key, signal) {
      const stored = store.get(key);
      const found = stored === undefined ? undefined : serviceIn({ key, ...stored });
      return found === undefined ? undefined : await remotes.check(found.service, signal);
    },
    forget(key) {
      remotes.forget(key);
      swaggers.forget(key);
    },
    close() {
      unfollow();
      services.close();
      client.close();
    },
  };
}
