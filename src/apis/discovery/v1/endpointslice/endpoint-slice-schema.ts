/** Fields of an EndpointSlice. Field numbers are those of k8s.io/api/discovery/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  boolean,
  byValue,
  field,
  type Infer,
  integer,
  list,
  map,
  object,
  pointer,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { objectReferenceSchema } from '../../../object-reference.ts';
import { portProtocols } from '../../../ports.ts';

const component = (type: string): string => `io.k8s.api.discovery.v1.${type}`;

const conditions = object(
  {
    ready: pointer(1, boolean(), 'Whether the endpoint takes traffic. Absent counts as true.'),
    serving: pointer(
      2,
      boolean(),
      'As ready, but true also while the endpoint ends, for as long as it answers.',
    ),
    terminating: pointer(3, boolean(), 'Whether the endpoint is ending.'),
  },
  {
    name: component('EndpointConditions'),
    description: 'EndpointConditions says what an endpoint can do now.',
  },
);
const forZone = object(
  { name: required(1, string(), 'Name of the zone.') },
  { name: component('ForZone'), description: 'ForZone names a zone that should use an endpoint.' },
);
const forNode = object(
  { name: required(1, string(), 'Name of the node.') },
  { name: component('ForNode'), description: 'ForNode names a node that should use an endpoint.' },
);
const hints = object(
  {
    forZones: field(1, list(forZone, { listType: 'atomic' }), 'Zones that should use the endpoint.'),
    forNodes: field(2, list(forNode, { listType: 'atomic' }), 'Nodes that should use the endpoint.'),
  },
  { name: component('EndpointHints'), description: 'EndpointHints says who should use an endpoint.' },
);
const endpoint = object(
  {
    addresses: required(
      1,
      list(string(), { listType: 'set' }),
      'One to 100 addresses, all the same endpoint.',
    ),
    conditions: byValue(2, conditions, 'What the endpoint can do now.'),
    hostname: pointer(3, string(), 'Name of the host, a DNS label.'),
    targetRef: field(4, objectReferenceSchema, 'What the endpoint is.'),
    deprecatedTopology: field(5, map(string()), 'Topology labels of an older version, no longer used.'),
    nodeName: pointer(6, string(), 'Node the endpoint is on.'),
    zone: pointer(7, string(), 'Zone the endpoint is in.'),
    hints: field(8, hints, 'Who should use the endpoint.'),
  },
  { name: component('Endpoint'), description: 'Endpoint is one of those who do what a service is for.' },
);
const port = object(
  {
    name: pointer(1, string(), 'Name of the port, unique in the slice.'),
    protocol: pointer(2, string({ knownValues: portProtocols }), 'TCP, UDP or SCTP; TCP when not given.'),
    port: pointer(3, integer('int32'), 'Number of the port; all ports when absent.'),
    appProtocol: pointer(4, string(), 'What is spoken on the port.'),
  },
  {
    name: component('EndpointPort'),
    description: 'EndpointPort is a port that all endpoints of a slice have.',
    mapType: 'atomic',
  },
);

export type Endpoint = Infer<typeof endpoint>;
export type EndpointPort = Infer<typeof port>;

export const endpointSliceDescription = 'EndpointSlice lists some of the endpoints of a service.';

export const endpointSliceSchema = kindSchema({
  name: component('EndpointSlice'),
  description: endpointSliceDescription,
  fields: {
    addressType: required(
      4,
      string({ knownValues: ['FQDN', 'IPv4', 'IPv6'] }),
      'IPv4, IPv6 or FQDN: what all addresses are. It cannot be changed.',
    ),
    endpoints: byValue(2, list(endpoint, { listType: 'atomic' }), 'Up to 1000 endpoints.'),
    ports: byValue(3, list(port, { listType: 'atomic' }), 'The ports of every endpoint, up to 100.'),
  },
});
