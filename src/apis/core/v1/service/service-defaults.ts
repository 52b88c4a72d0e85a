/**
 * What a Service has that says nothing of it. Without a network nothing is allocated: clusterIP, families and node
 * ports stay as given. Source: kubernetes pkg/apis/core/v1/defaults.go, pkg/api/service.
 */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ServiceSpec, ServiceStatus } from './service-schema.ts';

const clientIpTimeoutSeconds = 10_800;

export function isExternallyAccessible({ type, externalIPs = [] }: ServiceSpec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0);
}

export function defaultService(service: KubeObject): void {
  service.spec ??= {};
  const spec: ServiceSpec = service.spec;
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    const timeoutSeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? clientIpTimeoutSeconds;
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds } };
  }
  spec.type ??= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    const { targetPort } = port;
    if (targetPort === undefined || targetPort === 0 || targetPort === '') port.targetPort = port.port ?? 0;
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (['ClusterIP', 'NodePort', 'LoadBalancer'].includes(spec.type)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  service.status ??= {};
  const status: ServiceStatus = service.status;
  status.loadBalancer ??= {};
  if (spec.type !== 'LoadBalancer') return;
  for (const ingress of status.loadBalancer.ingress ?? []) {
    if ((ingress.ip ?? '') !== '') ingress.ipMode ??= 'VIP';
  }
}
