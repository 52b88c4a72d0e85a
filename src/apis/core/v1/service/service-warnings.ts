/**
 * What a client should know of a Service that is taken as it is. Source of rules, messages and their order: kubernetes
 * pkg/api/service/warnings.go.
 */
import { cidrWarnings, ipWarnings } from '../../../../apimachinery/ip.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ServiceSpec } from './service-schema.ts';
import { hasClusterIp } from './service-types.ts';

const topologyHints = 'service.kubernetes.io/topology-aware-hints';

export function serviceWarnings(service: KubeObject): string[] {
  const spec: ServiceSpec = service.spec ?? {};
  const isHeadless = spec.type === 'ClusterIP' && spec.clusterIP === 'None';
  return [
    ...annotationWarnings(service.metadata.annotations ?? {}),
    ...(isHeadless ? headlessWarnings(spec) : []),
    ...addressWarnings(spec, isHeadless),
    ...(spec.type !== 'ExternalName' && !isHeadless && (spec.externalName ?? '') !== ''
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
    ...(spec.trafficDistribution === 'PreferClose'
      ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']
      : []),
  ];
}

function annotationWarnings(annotations: Readonly<Record<string, string>>): string[] {
  return Object.hasOwn(annotations, topologyHints)
    ? [`annotation ${topologyHints} is deprecated, please use service.kubernetes.io/topology-mode instead`]
    : [];
}

function headlessWarnings({ loadBalancerIP, externalIPs, sessionAffinity }: ServiceSpec): string[] {
  const ignored = 'is ignored for headless services';
  return [
    ...((loadBalancerIP ?? '') === '' ? [] : [`spec.loadBalancerIP ${ignored}`]),
    ...((externalIPs ?? []).length === 0 ? [] : [`spec.externalIPs ${ignored}`]),
    ...(sessionAffinity === 'None' ? [] : [`spec.SessionAffinity ${ignored}`]),
  ];
}

function addressWarnings(spec: ServiceSpec, isHeadless: boolean): string[] {
  const { clusterIPs = [], externalIPs = [], loadBalancerIP = '', loadBalancerSourceRanges = [] } = spec;
  const warnings: string[] = [];
  if (hasClusterIp(spec) && !isHeadless) {
    for (const [i, ip] of clusterIPs.entries()) warnings.push(...ipWarnings(`spec.clusterIPs[${i}]`, ip));
  }
  for (const [i, ip] of externalIPs.entries()) warnings.push(...ipWarnings(`spec.externalIPs[${i}]`, ip));
  if (externalIPs.length > 0 && spec.type === 'ExternalName') {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  } else if (externalIPs.length > 0 && !isHeadless) {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (loadBalancerIP !== '') warnings.push(...ipWarnings('spec.loadBalancerIP', loadBalancerIP));
  for (const [i, range] of loadBalancerSourceRanges.entries()) {
    warnings.push(...cidrWarnings(`spec.loadBalancerSourceRanges[${i}]`, range));
  }
  return warnings;
}
