/** What each type of Service has. Source: kubernetes pkg/api/service, pkg/registry/core/service. */
import type { ServiceSpec } from './service-schema.ts';

export const hasClusterIp = ({ type }: ServiceSpec): boolean =>
  type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer';

export const hasNodePorts = ({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);

/** Load balancers ask for health where traffic stays on the node it reached. */
export const hasHealthCheck = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
