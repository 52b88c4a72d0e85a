/**
 * Endpoints, core/v1: who stands behind a service, in the older form. Kept as written; subsets are not repacked.
 * Field numbers are those of k8s.io/api/core/v1/generated.proto, rules those of kubernetes pkg/apis/core/validation.
 */
import { type FieldError, invalidValue, requiredValue } from '../../../../apimachinery/field-error.ts';
import { ipProblem, ipWarnings, specialIpErrors } from '../../../../apimachinery/ip.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  field,
  type Infer,
  integer,
  list,
  object,
  pointer,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectReferenceSchema } from '../../../object-reference.ts';
import { portNumberErrors, portProtocols, protocolErrors } from '../../../ports.ts';
import { objectVerbs } from '../../../verbs.ts';

const component = (type: string): string => `io.k8s.api.core.v1.${type}`;
const description = 'Endpoints lists the addresses behind a service. EndpointSlice is its newer form.';

const address = object(
  {
    ip: required(1, string(), 'Address; not one of the node itself or of one link only.'),
    hostname: field(3, string(), 'Name of the host, a DNS label.'),
    nodeName: pointer(4, string(), 'Node the address is on.'),
    targetRef: field(2, objectReferenceSchema, 'What has the address.'),
  },
  {
    name: component('EndpointAddress'),
    description: 'EndpointAddress is one address behind a service.',
    mapType: 'atomic',
  },
);
const port = object(
  {
    name: field(1, string(), 'Name of the port, that of the service; needed where there are several.'),
    port: required(2, integer('int32'), 'Number of the port.'),
    protocol: field(3, string({ knownValues: portProtocols }), 'TCP, UDP or SCTP; TCP when not given.'),
    appProtocol: pointer(4, string(), 'What is spoken on the port.'),
  },
  {
    name: component('EndpointPort'),
    description: 'EndpointPort is one port of the addresses beside it.',
    mapType: 'atomic',
  },
);
const subset = object(
  {
    addresses: field(1, list(address, { listType: 'atomic' }), 'Addresses that are ready for use.'),
    notReadyAddresses: field(2, list(address, { listType: 'atomic' }), 'Addresses not to be used yet.'),
    ports: field(3, list(port, { listType: 'atomic' }), 'Ports that each of the addresses has.'),
  },
  { name: component('EndpointSubset'), description: 'EndpointSubset joins addresses with their ports.' },
);

const endpointsSchema = kindSchema({
  name: component('Endpoints'),
  description,
  fields: { subsets: field(2, list(subset, { listType: 'atomic' }), 'All addresses with their ports.') },
});

type Subset = Infer<typeof subset>;
type Address = Infer<typeof address>;
type Port = Infer<typeof port>;
const shownMax = 3;

export const endpointsDefinition: ResourceDefinition = {
  group: '',
  resource: 'endpoints',
  singular: 'endpoints',
  kind: 'Endpoints',
  listKind: 'EndpointsList',
  shortNames: ['ep'],
  scope: 'Namespaced',
  description,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: endpointsSchema,
      deprecationWarning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    },
  ],
  storage: { group: '', version: 'v1', kind: 'Endpoints', resource: 'endpoints' },
  strategy: {
    defaults: setProtocols,
    hasQualifiedFinalizers: true,
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    validate: validateEndpoints,
    warnings: addressWarnings,
  },
  subresources: [],
  columns: [
    nameColumn,
    {
      name: 'Endpoints',
      type: 'string',
      description: 'The first addresses that are ready, with their ports.',
      value: (endpoints) => endpointsText((endpoints.subsets as Subset[] | undefined) ?? []),
    },
    ageColumn,
  ],
  strategicMergePatch: true,
};

function validateEndpoints(endpoints: KubeObject): FieldError[] {
  return ((endpoints.subsets as Subset[] | undefined) ?? []).flatMap((subset, i) => {
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    const path = `subsets[${i}]`;
    const none = addresses.length === 0 && notReadyAddresses.length === 0;
    return [
      ...(none ? [requiredValue(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...addresses.flatMap((each, j) => addressErrors(each, `${path}.addresses[${j}]`)),
      ...notReadyAddresses.flatMap((each, j) => addressErrors(each, `${path}.notReadyAddresses[${j}]`)),
      ...ports.flatMap((each, j) => portErrors(each, ports.length > 1, `${path}.ports[${j}]`)),
    ];
  });
}

/** Here and not in the schema, where upstream's readers of OpenAPI would see it. */
function setProtocols(endpoints: KubeObject): void {
  for (const { ports = [] } of (endpoints.subsets as Subset[] | undefined) ?? []) {
    for (const each of ports) each.protocol ||= 'TCP';
  }
}

function addressWarnings(endpoints: KubeObject): string[] {
  return ((endpoints.subsets as Subset[] | undefined) ?? []).flatMap(
    ({ addresses = [], notReadyAddresses = [] }, i) => [
      ...addresses.flatMap(({ ip = '' }, j) => ipWarnings(`subsets[${i}].addresses[${j}].ip`, ip)),
      ...notReadyAddresses.flatMap(({ ip = '' }, j) =>
        ipWarnings(`subsets[${i}].notReadyAddresses[${j}].ip`, ip),
      ),
    ],
  );
}

function addressErrors({ ip = '', hostname = '', nodeName }: Address, path: string): FieldError[] {
  const problem = ipProblem(ip);
  return [
    ...(problem === undefined ? [] : [invalidValue(`${path}.ip`, ip, problem)]),
    ...(hostname === '' ? [] : problemsAt(`${path}.hostname`, hostname, dnsLabelProblems)),
    ...(nodeName === undefined ? [] : problemsAt(`${path}.nodeName`, nodeName, dnsSubdomainProblems)),
    ...specialIpErrors(ip, `${path}.ip`),
  ];
}

function portErrors(port: Port, needsName: boolean, path: string): FieldError[] {
  const { name = '', appProtocol } = port;
  return [
    ...(needsName && name === '' ? [requiredValue(`${path}.name`)] : []),
    ...(name === '' ? [] : problemsAt(`${path}.name`, name, dnsLabelProblems)),
    ...portNumberErrors(`${path}.port`, port.port ?? 0),
    ...protocolErrors(`${path}.protocol`, port.protocol),
    ...(appProtocol === undefined ? [] : problemsAt(`${path}.appProtocol`, appProtocol, labelKeyProblems)),
  ];
}

const problemsAt = (path: string, value: string, problems: (value: string) => string[]): FieldError[] =>
  problems(value).map((problem) => invalidValue(path, value, problem));

function endpointsText(subsets: readonly Subset[]): string {
  if (subsets.length === 0) return '<none>';
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
        ),
  );
  const shown = all.slice(0, shownMax).join(',');
  return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown;
}
