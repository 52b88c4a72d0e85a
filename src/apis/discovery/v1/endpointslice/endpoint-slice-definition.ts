/** EndpointSlice, discovery.k8s.io/v1: a record of who stands behind a service. */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  type Endpoint,
  type EndpointPort,
  endpointSliceDescription,
  endpointSliceSchema,
} from './endpoint-slice-schema.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './endpoint-slice-validation.ts';

const shownMax = 3;

export const endpointSliceDefinition: ResourceDefinition = {
  group: 'discovery.k8s.io',
  resource: 'endpointslices',
  singular: 'endpointslice',
  kind: 'EndpointSlice',
  listKind: 'EndpointSliceList',
  scope: 'Namespaced',
  description: endpointSliceDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: endpointSliceSchema }],
  storage: { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice', resource: 'endpointslices' },
  strategy: {
    hasQualifiedFinalizers: true,
    hasGeneration: true,
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: false,
    defaults(slice) {
      for (const endpoint of (slice.endpoints as Endpoint[] | undefined) ?? []) endpoint.conditions ??= {};
      for (const port of (slice.ports as EndpointPort[] | undefined) ?? []) {
        port.name ??= '';
        port.protocol ??= 'TCP';
      }
    },
    prepareForCreate: dropTopology,
    prepareForUpdate(slice, old) {
      // Of metadata, labels alone make a new generation; what is dropped counts as well.
      const isSame =
        deepEqual(slice.metadata.labels ?? {}, old.metadata.labels ?? {}) &&
        deepEqual(contentOf(slice), contentOf(old));
      if (!isSame) slice.metadata.generation = (old.metadata.generation ?? 0) + 1;
      dropTopology(slice);
    },
    validate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
    warnings: ({ addressType }, old) =>
      addressType === 'FQDN' && old === undefined ? ['spec.addressType: FQDN endpoints are deprecated'] : [],
  },
  subresources: [],
  columns: [
    nameColumn,
    {
      name: 'AddressType',
      type: 'string',
      description: 'What all addresses are.',
      value: (slice) => slice.addressType,
    },
    {
      name: 'Ports',
      type: 'string',
      description: 'The first ports.',
      value: ({ ports }) =>
        firstOf(
          ((ports as EndpointPort[] | undefined) ?? []).map(({ name, port }) =>
            String(port ?? (name || '*')),
          ),
        ),
    },
    {
      name: 'Endpoints',
      type: 'string',
      description: 'The first addresses.',
      value: ({ endpoints }) =>
        firstOf(((endpoints as Endpoint[] | undefined) ?? []).flatMap(({ addresses }) => addresses ?? [])),
    },
    ageColumn,
  ],
  strategicMergePatch: true,
};

/** Nothing and an empty list are the same. */
const contentOf = ({ addressType, endpoints, ports }: KubeObject): unknown => [
  addressType,
  endpoints ?? [],
  ports ?? [],
];

/** Only slices of before v1 may say it. */
function dropTopology(slice: KubeObject): void {
  for (const endpoint of (slice.endpoints as Endpoint[] | undefined) ?? [])
    delete endpoint.deprecatedTopology;
}

function firstOf(values: readonly string[]): string {
  const shown = values.slice(0, shownMax).join(',');
  if (values.length > shownMax) return `${shown} + ${values.length - shownMax} more...`;
  return shown === '' ? '<unset>' : shown;
}
