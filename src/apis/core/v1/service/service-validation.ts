/**
 * Rules of a Service, less those that a network would bring: nothing must have been allocated. Source of fields and
 * messages: kubernetes pkg/apis/core/validation.
 */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import {
  duplicateValue,
  type FieldError,
  forbidden,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import { cidrProblem, ipProblem, parseIp, specialIpErrors } from '../../../../apimachinery/ip.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { matchedLabelErrors } from '../../../label-selector.ts';
import { portNameErrors, portNumberErrors, protocolErrors } from '../../../ports.ts';
import { clusterIpErrors, clusterIpUpdateErrors, isHeadless } from './cluster-ips.ts';
import { isExternallyAccessible } from './service-defaults.ts';
import type { ServicePort, ServiceSpec, ServiceStatus } from './service-schema.ts';
import { hasHealthCheck } from './service-types.ts';

const types: readonly string[] = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const affinities: readonly string[] = ['ClientIP', 'None'];
const trafficPolicies: readonly string[] = ['Cluster', 'Local'];
const distributions: readonly string[] = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const ipModes: readonly string[] = ['Proxy', 'VIP'];
const stickySecondsMax = 86_400;

const topologyHints = 'service.kubernetes.io/topology-aware-hints';
const topologyMode = 'service.kubernetes.io/topology-mode';
const sourceRanges = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const onlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";

export function validateService(service: KubeObject): FieldError[] {
  const spec: ServiceSpec = service.spec ?? {};
  const annotations = service.metadata.annotations ?? {};
  return [
    ...topologyErrors(annotations),
    ...typeErrors(spec),
    ...portsErrors(spec),
    ...matchedLabelErrors(spec.selector ?? {}, 'spec.selector'),
    ...affinityErrors(spec),
    ...(spec.type === 'ExternalName' ? [] : clusterIpErrors(spec)),
    ...(spec.externalIPs ?? []).flatMap((ip, i) => externalIpErrors(ip, `spec.externalIPs[${i}]`)),
    ...knownTypeErrors(spec),
    ...duplicatePortErrors(spec),
    ...loadBalancerErrors(spec, annotations),
    ...trafficErrors(spec),
  ];
}

function topologyErrors(annotations: Readonly<Record<string, string>>): FieldError[] {
  const [mode, hints] = [annotations[topologyMode], annotations[topologyHints]];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${topologyHints}] when both are specified`;
  return [invalidValue(`metadata.annotations[${topologyMode}]`, mode, detail)];
}

function typeErrors(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { type } = spec;
  if ((spec.ports ?? []).length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(requiredValue('spec.ports'));
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  }
  if (type !== 'ExternalName') return errors;
  for (const name of ['clusterIPs', 'ipFamilies'] as const) {
    if ((spec[name] ?? []).length > 0) {
      errors.push(forbidden(`spec.${name}`, 'may not be set for ExternalName services'));
    }
  }
  if (spec.ipFamilyPolicy !== undefined) {
    errors.push(forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services'));
  }
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(requiredValue('spec.externalName'));
  else {
    for (const problem of dnsSubdomainProblems(name)) {
      errors.push(invalidValue('spec.externalName', name, problem));
    }
  }
  return errors;
}

function portsErrors({ ports = [] }: ServiceSpec): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, i) => portErrors(port, ports.length > 1, names, `spec.ports[${i}]`));
}

function portErrors(port: ServicePort, needsName: boolean, names: Set<string>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = port.name ?? '';
  if (name !== '') {
    for (const problem of dnsLabelProblems(name)) errors.push(invalidValue(`${path}.name`, name, problem));
    if (names.has(name)) errors.push(duplicateValue(`${path}.name`, name));
    names.add(name);
  } else if (needsName) errors.push(requiredValue(`${path}.name`));
  errors.push(...portNumberErrors(`${path}.port`, port.port ?? 0));
  errors.push(...protocolErrors(`${path}.protocol`, port.protocol));
  const { targetPort = 0, appProtocol } = port;
  const target = `${path}.targetPort`;
  errors.push(
    ...(typeof targetPort === 'number'
      ? portNumberErrors(target, targetPort)
      : portNameErrors(target, targetPort)),
  );
  if (appProtocol !== undefined) errors.push(...qualifiedNameErrors(`${path}.appProtocol`, appProtocol));
  return errors;
}

const qualifiedNameErrors = (path: string, name: string): FieldError[] =>
  labelKeyProblems(name).map((problem) => invalidValue(path, name, problem));

function affinityErrors({ sessionAffinity = '', sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === '') return [requiredValue('spec.sessionAffinity')];
  if (!affinities.includes(sessionAffinity)) {
    return [notSupported('spec.sessionAffinity', sessionAffinity, affinities)];
  }
  if (sessionAffinity === 'None') {
    return sessionAffinityConfig === undefined
      ? []
      : [forbidden(path, 'must not be set when session affinity is None')];
  }
  if (sessionAffinityConfig === undefined) {
    return [requiredValue(path, 'when session affinity type is ClientIP')];
  }
  const { clientIP } = sessionAffinityConfig;
  if (clientIP === undefined) {
    return [requiredValue(`${path}.clientIP`, 'when session affinity type is ClientIP')];
  }
  const { timeoutSeconds } = clientIP;
  if (timeoutSeconds === undefined) {
    const detail = 'when session affinity type is ClientIP';
    return [requiredValue(`${path}.clientIP.timeoutSeconds`, detail)];
  }
  return timeoutSeconds > 0 && timeoutSeconds <= stickySecondsMax
    ? []
    : [
        invalidValue(
          `${path}.clientIP.timeoutSeconds`,
          timeoutSeconds,
          `must be greater than 0 and less than ${stickySecondsMax}`,
        ),
      ];
}

function externalIpErrors(ip: string, path: string): FieldError[] {
  const problem = ipProblem(ip);
  return problem === undefined ? specialIpErrors(ip, path) : [invalidValue(path, ip, problem)];
}

function knownTypeErrors({ type = '', ports = [] }: ServiceSpec): FieldError[] {
  if (type === '') return [requiredValue('spec.type')];
  if (!types.includes(type)) return [notSupported('spec.type', type, types)];
  if (type !== 'ClusterIP') return [];
  return ports.flatMap(({ nodePort = 0 }, i) =>
    nodePort === 0
      ? []
      : [forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'")],
  );
}

function duplicatePortErrors({ ports = [] }: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const nodePorts = new Set<string>();
  for (const [i, { protocol, nodePort = 0 }] of ports.entries()) {
    if (nodePort === 0) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicateValue(`spec.ports[${i}].nodePort`, nodePort));
    nodePorts.add(key);
  }
  const seen = new Set<string>();
  for (const [i, { protocol = '', port }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    // Shown as the Go struct the comparison is made with.
    const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    if (seen.has(key)) errors.push(duplicateValue(`spec.ports[${i}]`, shown));
    seen.add(key);
  }
  return errors;
}

function loadBalancerErrors(spec: ServiceSpec, annotations: Readonly<Record<string, string>>): FieldError[] {
  const errors: FieldError[] = [];
  const isBalanced = spec.type === 'LoadBalancer';
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotated = annotations[sourceRanges];
  if (ranges.length > 0) {
    // Upstream spells the field so.
    const path = 'spec.LoadBalancerSourceRanges';
    if (!isBalanced) errors.push(forbidden(path, onlyLoadBalancer));
    for (const [i, range] of ranges.entries()) errors.push(...cidrErrors(`${path}[${i}]`, range));
  } else if (annotated !== undefined) {
    const path = `metadata.annotations[${sourceRanges}]`;
    if (!isBalanced) errors.push(forbidden(path, onlyLoadBalancer));
    const listed = annotated.trim() === '' ? [] : annotated.trim().split(',');
    for (const range of listed) errors.push(...cidrErrors(path, range));
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalanced) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', onlyLoadBalancer));
  }
  if (isBalanced && spec.allocateLoadBalancerNodePorts === undefined) {
    errors.push(requiredValue('allocateLoadBalancerNodePorts'));
  }
  const { loadBalancerClass } = spec;
  if (loadBalancerClass === undefined) return errors;
  if (isBalanced) errors.push(...qualifiedNameErrors('spec.loadBalancerClass', loadBalancerClass));
  else errors.push(forbidden('spec.loadBalancerClass', onlyLoadBalancer));
  return errors;
}

function cidrErrors(path: string, text: string): FieldError[] {
  const range = text.trim();
  const problem = cidrProblem(range);
  return problem === undefined ? [] : [invalidValue(path, range, problem)];
}

/** A health check port is not asked for, since none is allocated; one that is given is checked. */
function trafficErrors(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { externalTrafficPolicy = '', healthCheckNodePort = 0, internalTrafficPolicy, type = '' } = spec;
  const external = 'spec.externalTrafficPolicy';
  if (!isExternallyAccessible(spec)) {
    if (externalTrafficPolicy !== '') {
      const detail = 'may only be set for externally-accessible services';
      errors.push(invalidValue(external, externalTrafficPolicy, detail));
    }
  } else if (externalTrafficPolicy === '') errors.push(requiredValue(external));
  else if (!trafficPolicies.includes(externalTrafficPolicy)) {
    errors.push(notSupported(external, externalTrafficPolicy, trafficPolicies));
  }
  const health = 'spec.healthCheckNodePort';
  if (healthCheckNodePort !== 0 && !hasHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalidValue(health, healthCheckNodePort, detail));
  } else if (healthCheckNodePort !== 0) errors.push(...portNumberErrors(health, healthCheckNodePort));
  const internal = 'spec.internalTrafficPolicy';
  if (internalTrafficPolicy === undefined) {
    if (types.includes(type) && type !== 'ExternalName') errors.push(requiredValue(internal));
  } else if (!trafficPolicies.includes(internalTrafficPolicy)) {
    errors.push(notSupported(internal, internalTrafficPolicy, trafficPolicies));
  }
  const { trafficDistribution } = spec;
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    errors.push(notSupported('spec.trafficDistribution', trafficDistribution, distributions));
  }
  return errors;
}

export function validateServiceUpdate(service: KubeObject, old: KubeObject): FieldError[] {
  const spec: ServiceSpec = service.spec ?? {};
  const before: ServiceSpec = old.spec ?? {};
  const errors = clusterIpUpdateErrors(spec, before);
  const wasBalanced = before.type === 'LoadBalancer' && spec.type === 'LoadBalancer';
  if (wasBalanced && !deepEqual(spec.loadBalancerClass, before.loadBalancerClass)) {
    errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'));
  }
  // It is checked here and once more with the rest, and so told twice.
  if (spec.type === 'LoadBalancer' && spec.loadBalancerClass !== undefined) {
    errors.push(...qualifiedNameErrors('spec.loadBalancerClass', spec.loadBalancerClass));
  }
  const isHealthMoved = (spec.healthCheckNodePort ?? 0) !== (before.healthCheckNodePort ?? 0);
  if (hasHealthCheck(before) && hasHealthCheck(spec) && isHealthMoved) {
    errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
  }
  return errors;
}

/** What `/status` may say: where the load balancer is reached. */
export function validateServiceStatus(service: KubeObject): FieldError[] {
  const status: ServiceStatus = service.status ?? {};
  const path = 'status.loadBalancer.ingress';
  const ingresses = status.loadBalancer?.ingress ?? [];
  if (service.spec?.type !== 'LoadBalancer' && ingresses.length > 0) {
    return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return ingresses.flatMap(({ ip = '', hostname = '', ipMode }, i) => {
    const errors: FieldError[] = [];
    const problem = ip === '' ? undefined : ipProblem(ip);
    if (problem !== undefined) errors.push(invalidValue(`${path}[${i}].ip`, ip, problem));
    const mode = `${path}[${i}].ipMode`;
    if (ipMode === undefined) {
      if (ip !== '') errors.push(requiredValue(mode, 'must be specified when `ip` is set'));
    } else if (ip === '') errors.push(forbidden(mode, 'may not be specified when `ip` is not set'));
    else if (!ipModes.includes(ipMode)) errors.push(notSupported(mode, ipMode, ipModes));
    if (hostname === '') return errors;
    const at = `${path}[${i}].hostname`;
    for (const problem of dnsSubdomainProblems(hostname)) errors.push(invalidValue(at, hostname, problem));
    if (parseIp(hostname) !== undefined) {
      errors.push(invalidValue(at, hostname, 'must be a DNS name, not an IP address'));
    }
    return errors;
  });
}
