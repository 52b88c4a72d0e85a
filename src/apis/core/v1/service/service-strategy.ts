/**
 * What an update of a Service keeps although the request does not say it, and what it drops because the new type has
 * no use for it. Source: kubernetes pkg/registry/core/service (strategy.go, storage/storage.go).
 */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import { dns1035LabelProblems } from '../../../../apimachinery/names.ts';
import type { ResourceStrategy } from '../../../../apimachinery/resource-definition.ts';
import { defaultService, isExternallyAccessible } from './service-defaults.ts';
import type { ServiceSpec } from './service-schema.ts';
import { hasClusterIp, hasHealthCheck, hasNodePorts } from './service-types.ts';
import { validateService, validateServiceUpdate } from './service-validation.ts';
import { serviceWarnings } from './service-warnings.ts';

export const serviceStrategy: ResourceStrategy = {
  hasQualifiedFinalizers: true,
  allowUnconditionalUpdate: true,
  allowCreateOnUpdate: true,
  returnsDeleted: true,
  validateName: dns1035LabelProblems,
  defaults: defaultService,

  prepareForCreate(service) {
    service.status = { loadBalancer: {} };
    const spec: ServiceSpec = service.spec ?? {};
    // Older clients know the one address only.
    if ((spec.clusterIP ?? '') !== '' && (spec.clusterIPs ?? []).length === 0) {
      spec.clusterIPs = [spec.clusterIP!];
    }
  },

  prepareForUpdate(service, old) {
    const spec: ServiceSpec = service.spec ?? {};
    const before: ServiceSpec = old.spec ?? {};
    keepAllocated(spec, before);
    joinClusterIps(spec, before);
    dropForType(spec, before);
  },

  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validatesChangeFirst: true,
  warnings: serviceWarnings,
};

const nodePortsOf = (spec: ServiceSpec): number[] =>
  (spec.ports ?? []).flatMap(({ nodePort = 0 }) => (nodePort === 0 ? [] : [nodePort]));

/** A PUT that leaves out what clients seldom know keeps it. */
function keepAllocated(spec: ServiceSpec, before: ServiceSpec): void {
  if (hasClusterIp(before) && hasClusterIp(spec)) {
    if ((spec.clusterIP ?? '') === '' && before.clusterIP !== undefined) spec.clusterIP = before.clusterIP;
    if ((spec.clusterIPs ?? []).length === 0 && spec.clusterIP === before.clusterIP && before.clusterIPs) {
      spec.clusterIPs = [...before.clusterIPs];
    }
    if ((spec.ipFamilies ?? []).length === 0 && before.ipFamilies) spec.ipFamilies = [...before.ipFamilies];
    if (spec.ipFamilyPolicy === undefined && before.ipFamilyPolicy !== undefined) {
      spec.ipFamilyPolicy = before.ipFamilyPolicy;
    }
  }
  if (hasNodePorts(before) && hasNodePorts(spec)) {
    const used = new Set(nodePortsOf(spec));
    for (const port of spec.ports ?? []) {
      if ((port.nodePort ?? 0) !== 0) continue;
      const known = before.ports?.find((other) => (other.name ?? '') === (port.name ?? ''))?.nodePort ?? 0;
      if (known !== 0 && !used.has(known)) port.nodePort = known;
    }
  }
  const health = before.healthCheckNodePort ?? 0;
  if (
    hasHealthCheck(before) &&
    hasHealthCheck(spec) &&
    health !== 0 &&
    (spec.healthCheckNodePort ?? 0) === 0
  ) {
    spec.healthCheckNodePort = health;
  }
}

/** Clients that know one of clusterIP and clusterIPs only change both. */
function joinClusterIps(spec: ServiceSpec, before: ServiceSpec): void {
  const isSameList = deepEqual(spec.clusterIPs ?? [], before.clusterIPs ?? []);
  const [now, was] = [spec.clusterIP ?? '', before.clusterIP ?? ''];
  if (now === was || !isSameList) return;
  if (now === '') delete spec.clusterIPs;
  else spec.clusterIPs = [now];
}

/** What was given for the type before, and was not changed together with the type, goes with it. */
function dropForType(spec: ServiceSpec, before: ServiceSpec): void {
  const isSame = (name: keyof ServiceSpec): boolean => deepEqual(spec[name], before[name]);
  if (hasClusterIp(before) && !hasClusterIp(spec) && isSame('clusterIP') && isSame('clusterIPs')) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  if (hasClusterIp(before) && !hasClusterIp(spec)) {
    if (isSame('ipFamilies')) delete spec.ipFamilies;
    if (isSame('ipFamilyPolicy')) delete spec.ipFamilyPolicy;
  }
  if (hasNodePorts(before) && !hasNodePorts(spec) && deepEqual(nodePortsOf(spec), nodePortsOf(before))) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (hasHealthCheck(before) && !hasHealthCheck(spec) && isSame('healthCheckNodePort')) {
    delete spec.healthCheckNodePort;
  }
  const wasBalanced = before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer';
  if (wasBalanced && isSame('allocateLoadBalancerNodePorts')) delete spec.allocateLoadBalancerNodePorts;
  if (wasBalanced && isSame('loadBalancerClass')) delete spec.loadBalancerClass;
  if (isExternallyAccessible(before) && !isExternallyAccessible(spec) && isSame('externalTrafficPolicy')) {
    delete spec.externalTrafficPolicy;
  }
}
