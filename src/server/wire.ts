/** Where the lists meet: kinds, plugins, controllers and endpoints become one API over one store. */
import { randomUUID } from 'node:crypto';
import { apiServiceClaims } from '../admission/api-services/api-service-claims.ts';
import { apiServiceLimit } from '../admission/api-services/api-service-limit.ts';
import { configurationLimit } from '../admission/configuration-limit/configuration-limit.ts';
import { customResourceLifecycle } from '../admission/custom-resources/custom-resource-lifecycle.ts';
import { customResourceNames } from '../admission/custom-resources/custom-resource-names.ts';
import { ConfiguredAdmission } from '../admission/dynamic-admission.ts';
import { hierarchy } from '../admission/hierarchy/hierarchy.ts';
import { keptFinalizers } from '../admission/kept-finalizers/kept-finalizers.ts';
import { namespaceLifecycle } from '../admission/namespace-lifecycle/namespace-lifecycle.ts';
import { projectLifecycle } from '../admission/project-lifecycle/project-lifecycle.ts';
import { resourceQuota } from '../admission/resource-quota/resource-quota.ts';
import { parseApiVersion } from '../apimachinery/gvk.ts';
import { limits } from '../apimachinery/limits.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { CompiledForms } from '../apimachinery/structural/compiled-forms.ts';
import { admissionExpressions } from '../apis/admissionregistration/v1/expressions/expression-errors.ts';
import { typeOfKind } from '../apis/admissionregistration/v1/expressions/object-types.ts';
import type { TypedKind } from '../apis/admissionregistration/v1/expressions/type-check.ts';
import {
  projectDefinition,
  startRevisionField,
} from '../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { TokenEntry } from '../authn/static-tokens/token-file.ts';
import { authenticators } from '../authn/union.ts';
import { authorizers } from '../authz/chain.ts';
import { apiServiceControllers } from '../controllers/apiservice/apiservice-controller.ts';
import { clusterRoleAggregationController } from '../controllers/clusterrole-aggregation/clusterrole-aggregation-controller.ts';
import { customResourceDefinitionController } from '../controllers/custom-resource-definition/custom-resource-definition-controller.ts';
import { ExpiryReaper } from '../controllers/expiry/expiry-reaper.ts';
import { garbageCollector } from '../controllers/garbage-collector/garbage-collector.ts';
import type { FindKind } from '../controllers/garbage-collector/owners.ts';
import { folderController, organizationController } from '../controllers/hierarchy/parent-controller.ts';
import { namespaceController } from '../controllers/namespace/namespace-controller.ts';
import { projectController } from '../controllers/project/project-controller.ts';
import { resourceQuotaController } from '../controllers/resource-quota/resource-quota-controller.ts';
import { ControllerRuntime } from '../controllers/runtime/controller.ts';
import {
  type KindsOf,
  validatingAdmissionPolicyController,
} from '../controllers/validating-admission-policy/validating-admission-policy-controller.ts';
import { Discovery } from '../http/discovery/discovery.ts';
import type { ShownDefinitions } from '../http/discovery/served-surface.ts';
import { DocumentCache } from '../http/document-cache.ts';
import type { Exchange } from '../http/exchange.ts';
import { Health, pingCheck } from '../http/health.ts';
import { MetricsDocument, type MetricsScope } from '../http/metrics/metrics-document.ts';
import { RequestMetrics } from '../http/metrics/request-metrics.ts';
import { OpenApi } from '../http/openapi/openapi.ts';
import { pipeline } from '../http/pipeline.ts';
import { TenantResolver } from '../http/steps/tenant.ts';
import { WatchStreams } from '../http/verbs/watch-streams.ts';
import { type BuildInfo, gitVersion, versionDocument } from '../http/version.ts';
import type { Clock } from '../lib/clock.ts';
import type { Registry } from '../metrics/registry.ts';
import { ConversionWebhooks } from '../registry/conversion-webhook.ts';
import { DefinitionTable, type ServedResource } from '../registry/definition-table.ts';
import type { Definitions } from '../registry/definitions.ts';
import { Egress } from '../registry/egress.ts';
import type { Engine } from '../registry/engine.ts';
import { SharedDefaults } from '../registry/shared-defaults.ts';
import { StoreWithDefaults } from '../registry/store-with-defaults.ts';
import { Turns } from '../registry/turns.ts';
import { tenantOfProject } from '../storage/keys.ts';
import { uidOf } from '../storage/record.ts';
import type { Store, TenantId } from '../storage/store.ts';
import { WatchHub } from '../storage/watch-hub.ts';
import { reviews } from '../virtual/reviews.ts';
import { aggregatedApis } from './aggregated-apis.ts';
import { bootstrap } from './bootstrap.ts';
import type { Certificates } from './certificates.ts';
import { ContextPolicies } from './context-policies.ts';
import { customApiServices, DefinitionChanges } from './custom-api-services.ts';
import {
  customDefinitions,
  definedResources,
  finishRedefined,
  followContextPolicies,
} from './custom-resources.ts';
import { expressionAuthorizer } from './expression-authorizer.ts';
import { fairShares } from './fair-shares.ts';
import { healthMetrics } from './health-metrics.ts';
import { InProcessClient } from './in-process-client.ts';
import { withLocalApiServices } from './local-api-services.ts';
import type { Logger } from './logging.ts';
import { planeMetrics } from './plane-metrics.ts';
import { planeOrigins } from './plane-origin.ts';
import { ResourceNames } from './resource-names.ts';
import { serverMetrics, upkeepMetrics } from './server-metrics.ts';
import { webhookMetrics } from './webhook-metrics.ts';

/**
 * What a process does of a server. `everything`: it is the only one. Otherwise one does the `upkeep` (bootstrap,
 * controllers, expiry, what is told of the store), and the others are `serving`.
 */
export type ProcessRole = 'everything' | 'upkeep' | 'serving';

export interface WireInput {
  readonly role: ProcessRole;
  /** What `/metrics` says of all processes of the server; undefined where there is one. */
  readonly metricsTogether: ((scope: MetricsScope) => Promise<Buffer>) | undefined;
  readonly store: Store;
  /** Has the store take in what other processes have written by now; undefined where no other writes to it. */
  readonly catchUp: (() => void) | undefined;
  readonly metrics: Registry;
  readonly tokens: readonly TokenEntry[];
  /** `host:port` at which clients reach the server. */
  readonly serverAddress: string;
  readonly build: BuildInfo;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The kinds to serve. */
  readonly definitions: readonly ResourceDefinition[];
  readonly certificates: Pick<Certificates, 'authority' | 'frontProxy'>;
  /** Ranges of addresses that configurations of projects reach though they are not public. */
  readonly projectEgressCidrs: readonly string[];
}

export interface Wired {
  handle(exchange: Exchange): Promise<void>;
  /** What this process knows of a scope. */
  metricsOf(scope: MetricsScope): Registry;
  /** Ends watches cleanly and answers readyz with a failure; requests in flight go on. */
  drain(): void;
  /** Stops controllers. Call before the store closes. */
  stop(): Promise<void>;
}

export async function wire(input: WireInput): Promise<Wired> {
  const { logger, clock } = input;
  const isServingOnly = input.role === 'serving';
  const builtIn = new DefinitionTable(withLocalApiServices(input.definitions));
  const policies = new ContextPolicies(input.store);
  const compiledForms = new CompiledForms();
  const definitions = customDefinitions(input.store, builtIn, policies, compiledForms);
  const defaults = new SharedDefaults(builtIn, customApiServices(definitions));
  const store = new StoreWithDefaults(input.store, defaults, planeOrigins(input.store));
  const hub = new WatchHub(store);
  const authorizer = authorizers();
  const egress = new Egress(input.projectEgressCidrs);
  const dynamic = new ConfiguredAdmission({
    store,
    definitions,
    expressions: admissionExpressions,
    egress,
    random: Math.random,
    observe: webhookMetrics(input.metrics),
    answer: expressionAuthorizer(authorizer),
  });
  const { client: platform, projectsClient: projects } = input.certificates.frontProxy;
  const aggregated = aggregatedApis(input.store, builtIn, policies, { platform, projects }, egress, clock);
  const converter = new ConversionWebhooks(store, egress, Math.random);
  const streams = new WatchStreams(clock);
  const definitionChanges = new DefinitionChanges(streams, input.store.applied);
  const engine: Engine = {
    store,
    hub,
    definitions,
    plugins: [
      keptFinalizers(),
      projectLifecycle(store),
      namespaceLifecycle(store),
      customResourceLifecycle(store),
      customResourceNames(store, definitions, clock),
      apiServiceClaims(definitions, aggregated.services),
      apiServiceLimit(store),
      hierarchy(store),
      configurationLimit(store),
      resourceQuota(store),
    ],
    dynamic,
    converter,
    turns: new Turns(input.role === 'everything' ? limits.updateRetries : limits.remoteUpdateRetries),
    clock,
    newUid: randomUUID,
    renewed: (key) => defaults.renewed(key, randomUUID(), clock.now()),
    watchableFrom: (tenant, resource) => definitionChanges.since(tenant, resource),
    random: Math.random,
  };
  if (!isServingOnly) await bootstrap(engine, input.certificates);

  const client = new InProcessClient(engine);
  const controllers = new ControllerRuntime(
    store,
    hub,
    isServingOnly
      ? // What services say is kept by each process that answers with it.
        apiServiceControllers(input.store, undefined, clock, aggregated)
      : [
          namespaceController(store, client, clock),
          projectController(store, client, clock),
          organizationController(store, client),
          folderController(store, client),
          customResourceDefinitionController(store, client, clock),
          validatingAdmissionPolicyController(store, client, typedKindsOf(definitions)),
          ...apiServiceControllers(input.store, client, clock, aggregated),
          resourceQuotaController(store, client),
          clusterRoleAggregationController(store, client),
          garbageCollector(store, client, {
            findKind: kindsOf(definitions),
            kindOf: (tenant, resource) => definitions.of(tenant).stored(resource)?.definition.kind,
            resources: () => [
              ...builtIn.all.filter(isStored).map(({ storage }) => storage),
              ...definedResources(store),
            ],
          }),
        ],
    {
      onError: (controller, key, error) => logger.error({ controller, key, err: error }, 'reconcile failed'),
    },
  );
  const reaper = isServingOnly
    ? undefined
    : new ExpiryReaper(store, clock, (error) =>
        logger.error({ err: error }, 'removing expired objects failed'),
      );

  let isDraining = false;
  const checked = healthMetrics();
  const health = new Health(
    healthChecks(store, () => isDraining),
    (endpoint, check, reason) => logger.warn({ endpoint, check, reason }, 'health check failed'),
    checked.onChecked,
  );
  const tenants = new TenantResolver(store, { ...projectDefinition.storage, startRevisionField });
  const unfollow = [
    finishRemovedProjects(store, (tenant) => {
      streams.finishTenant(tenant);
      aggregated.aggregation.finishTenant(tenant);
    }),
    finishRedefined(store, streams, definitionChanges),
    followContextPolicies(input.store, policies, definitions, streams, definitionChanges),
  ];
  const names = new ResourceNames(definitions);
  const metricsOf = (scope: MetricsScope): Registry => {
    if (scope.of === 'project') return planeMetrics(input.store, streams, scope.tenant as TenantId);
    return scope.of === 'slis' ? checked.registry : input.metrics;
  };
  const shown: ShownDefinitions = ({ id }) => definitions.of(id).shown;
  const cache = new DocumentCache();
  const authenticator = authenticators({ tokens: input.tokens });
  const handle = pipeline({
    engine,
    streams,
    tenants,
    authenticator,
    authorizer,
    virtual: reviews(authenticator, authorizer),
    aggregation: aggregated.aggregation,
    metrics: new RequestMetrics(input.metrics, { ...limits, random: Math.random }),
    fairShares: fairShares(input.metrics),
    catchUp: input.catchUp,
    documents: {
      discovery: new Discovery(
        shown,
        {
          serverAddress: input.serverAddress,
          remotes: ({ id }) => aggregated.remotes.of(id),
          otherPaths: [
            ...health.paths(),
            '/metrics',
            '/metrics/slis',
            '/openapi/v2',
            '/openapi/v3',
            '/version',
          ],
        },
        cache,
      ),
      openApi: new OpenApi(shown, { title: 'Milo', version: gitVersion(input.build) }, cache, clock, {
        versions: (tenant) => aggregated.remotes.of(tenant),
        swaggers: (tenant) => aggregated.swaggers.of(tenant),
      }),
      health,
      metrics: new MetricsDocument({ registryOf: metricsOf, together: input.metricsTogether }),
      version: versionDocument(input.build),
    },
    project: projectDefinition,
    onFault: (error, request) => logger.error({ err: error, ...request }, 'request failed'),
  });

  if (!isServingOnly) upkeepMetrics(input.metrics, { store: input.store, names, controllers, clock });
  serverMetrics(input.metrics, {
    hub,
    build: input.build,
    caches: {
      ...definitions.caches,
      ...dynamic.caches,
      tenants,
      documents: cache.cache,
      'compiled-forms': compiledForms.cache,
      'aggregated-services': aggregated.services.cache,
    },
  });

  return {
    handle,
    metricsOf,
    drain() {
      isDraining = true;
      streams.finishAll();
      aggregated.aggregation.finishStreams();
    },
    async stop() {
      for (const stop of unfollow) stop();
      dynamic.close();
      definitions.close();
      converter.close();
      aggregated.close();
      tenants.close();
      await reaper?.close();
      await controllers.close();
      hub.close();
    },
  };
}

const isStored = ({ isVirtual }: ResourceDefinition): boolean => isVirtual !== true;

/** The types of what a control plane serves. */
function typedKindsOf(definitions: Definitions): KindsOf {
  return (tenant) => {
    const served = definitions.of(tenant);
    const typed = (found: ServedResource | undefined): TypedKind | undefined => {
      if (found === undefined) return undefined;
      const { definition, version } = found;
      const { group, kind } = definition;
      return { group, version: version.version, kind, type: typeOfKind(definition, version) };
    };
    return {
      ofResource: (group, version, resource) => typed(served.find(group, version, resource)),
      ofKind(apiVersion, kind) {
        const definition = served.findKind(apiVersion, kind);
        const version = parseApiVersion(apiVersion)?.version;
        if (definition === undefined || version === undefined) return undefined;
        return typed(served.find(definition.group, version, definition.resource));
      },
    };
  };
}

/** Where objects of a kind lie that a control plane serves. */
function kindsOf(definitions: Definitions): FindKind {
  return (tenant, apiVersion, kind) => {
    const definition = definitions.of(tenant).findKind(apiVersion, kind);
    if (definition === undefined || !isStored(definition)) return undefined;
    const { group, resource } = definition.storage;
    return { group, resource, isNamespaced: definition.scope === 'Namespaced' };
  };
}

function healthChecks(store: Store, isDraining: () => boolean) {
  const storage = { name: 'storage', check: () => store.fault };
  const shutdown = {
    name: 'shutdown',
    check: () => (isDraining() ? 'the server is shutting down' : undefined),
  };
  return {
    healthz: [pingCheck, storage],
    livez: [pingCheck, storage],
    readyz: [pingCheck, storage, shutdown],
  };
}

/** A watch into a project that is gone would wait for nothing, or for a namesake's objects it never listed. */
function finishRemovedProjects(store: Store, finish: (tenant: TenantId) => void): () => void {
  const { group, resource } = projectDefinition.storage;
  return store.subscribe((changes) => {
    for (const { key, record, previous } of changes) {
      if (record !== undefined || previous === undefined) continue;
      if (key.group !== group || key.resource !== resource) continue;
      finish(tenantOfProject(key.name, uidOf(previous.record)));
    }
  });
}
