/** Fields of a Service. Field numbers are those of k8s.io/api/core/v1/generated.proto. */
import { conditionSchema, kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  boolean,
  byValue,
  field,
  type Infer,
  integer,
  intOrString,
  list,
  map,
  object,
  pointer,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';

import { portProtocols } from '../../../ports.ts';

const component = (type: string): string => `io.k8s.api.core.v1.${type}`;

const port = object(
  {
    name: field(1, string(), 'Name of the port, a DNS label. Needed where the service has several.'),
    protocol: field(
      2,
      string({ default: 'TCP', knownValues: portProtocols }),
      'TCP, UDP or SCTP; TCP when not given.',
    ),
    appProtocol: pointer(6, string(), 'What is spoken on the port, as a hint for implementations.'),
    port: required(3, integer('int32'), 'The port the service is reached at.'),
    targetPort: byValue(
      4,
      intOrString(),
      'Number or name of the port behind the service; the same as `port` when not given.',
    ),
    nodePort: field(5, integer('int32'), 'The port of every node, for types that have one.'),
  },
  { name: component('ServicePort'), description: 'ServicePort is one port of a service.' },
);

const clientIpConfig = object(
  { timeoutSeconds: pointer(1, integer('int32'), 'How long a client sticks; 1 to 86400, 10800 by default.') },
  { name: component('ClientIPConfig'), description: 'ClientIPConfig says how clients stick by address.' },
);
const sessionAffinityConfig = object(
  { clientIP: field(1, clientIpConfig, 'For the session affinity ClientIP.') },
  { name: component('SessionAffinityConfig'), description: 'SessionAffinityConfig says how clients stick.' },
);

const spec = object(
  {
    ports: field(
      1,
      list(port, {
        listType: 'map',
        listMapKeys: ['port', 'protocol'],
        patchStrategy: 'merge',
        patchMergeKey: 'port',
      }),
      'The ports of the service.',
    ),
    selector: field(2, map(string(), { mapType: 'atomic' }), 'Labels of what stands behind the service.'),
    clusterIP: field(
      3,
      string(),
      'Address of the service, kept as it was given: none is allocated here. "None" for a headless service.',
    ),
    clusterIPs: field(
      18,
      list(string(), { listType: 'atomic' }),
      'All addresses, at most one of each family; the first is clusterIP.',
    ),
    type: field(
      4,
      string({ knownValues: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'] }),
      'ClusterIP, NodePort, LoadBalancer or ExternalName; ClusterIP when not given.',
    ),
    externalIPs: field(
      5,
      list(string(), { listType: 'atomic' }),
      'Further addresses that others route here.',
    ),
    sessionAffinity: field(
      7,
      string({ knownValues: ['ClientIP', 'None'] }),
      'ClientIP or None; None when not given.',
    ),
    loadBalancerIP: field(8, string(), 'The address wished of a load balancer. Outdated.'),
    loadBalancerSourceRanges: field(
      9,
      list(string(), { listType: 'atomic' }),
      'Blocks of addresses that may reach the load balancer.',
    ),
    externalName: field(10, string(), 'The DNS name that a service of type ExternalName stands for.'),
    externalTrafficPolicy: field(
      11,
      string({ knownValues: ['Cluster', 'Local'] }),
      'Cluster or Local: where traffic from outside may go.',
    ),
    healthCheckNodePort: field(12, integer('int32'), 'Port at which load balancers ask for health.'),
    publishNotReadyAddresses: field(13, boolean(), 'Whether addresses that are not ready count as ready.'),
    sessionAffinityConfig: field(14, sessionAffinityConfig, 'How clients stick, where they do.'),
    ipFamilies: field(
      19,
      list(string({ knownValues: ['', 'IPv4', 'IPv6'] }), { listType: 'atomic' }),
      'IPv4, IPv6 or both, the main one first.',
    ),
    ipFamilyPolicy: pointer(
      17,
      string({ knownValues: ['PreferDualStack', 'RequireDualStack', 'SingleStack'] }),
      'SingleStack, PreferDualStack or RequireDualStack.',
    ),
    allocateLoadBalancerNodePorts: pointer(20, boolean(), 'Whether a load balancer needs node ports.'),
    loadBalancerClass: pointer(21, string(), 'Which implementation of load balancers is meant.'),
    internalTrafficPolicy: pointer(
      22,
      string({ knownValues: ['Cluster', 'Local'] }),
      'Cluster or Local: where traffic from inside may go.',
    ),
    trafficDistribution: pointer(23, string(), 'A wish for how traffic is spread over the endpoints.'),
  },
  { name: component('ServiceSpec'), description: 'What is reached under the name of the service, and how.' },
);

const portStatus = object(
  {
    port: required(1, integer('int32'), 'The port that is told of.'),
    protocol: required(2, string({ knownValues: portProtocols }), 'Its protocol.'),
    error: pointer(3, string(), 'What keeps the port from working, as one word for programs.'),
  },
  { name: component('PortStatus'), description: 'PortStatus tells of one port of a load balancer.' },
);
const ingress = object(
  {
    ip: field(1, string(), 'Address of the ingress point, where it has one.'),
    hostname: field(2, string(), 'DNS name of the ingress point, where it has one.'),
    ipMode: pointer(3, string(), 'VIP or Proxy: how packets reach the service.'),
    ports: field(4, list(portStatus, { listType: 'atomic' }), 'The state of each port.'),
  },
  { name: component('LoadBalancerIngress'), description: 'LoadBalancerIngress is a way in from outside.' },
);
const loadBalancerStatus = object(
  { ingress: field(1, list(ingress, { listType: 'atomic' }), 'The ways in.') },
  { name: component('LoadBalancerStatus'), description: 'The state of a load balancer.' },
);
const status = object(
  {
    loadBalancer: byValue(1, loadBalancerStatus, 'The state of the load balancer, where there is one.'),
    conditions: field(
      2,
      list(conditionSchema, {
        listType: 'map',
        listMapKeys: ['type'],
        patchStrategy: 'merge',
        patchMergeKey: 'type',
      }),
      'What is known of the service.',
    ),
  },
  { name: component('ServiceStatus'), description: 'The state of the service, written by who provides it.' },
);

export const serviceDescription =
  'Service names something that is reached over the network. It is a record here: nothing is routed or allocated.';

export type ServicePort = Infer<typeof port>;
export type ServiceSpec = Infer<typeof spec>;
export type ServiceStatus = Infer<typeof status>;

export const serviceSchema = kindSchema({
  name: component('Service'),
  description: serviceDescription,
  fields: {
    spec: byValue(2, spec, 'What is reached under the name of the service, and how.'),
    status: byValue(3, status, 'The state of the service, written by who provides it.'),
  },
});
