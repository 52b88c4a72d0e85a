/** EndpointSlice, discovery.k8s.io/v1: a record of who stands behind a service. */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  type Endpoint,
  type EndpointPort,
  endpointSliceDescription,
  endpointSliceSchema,
} from './endpoint-slice-schema.ts';
import {
  validateEndpointSlice,
  validateEndpointSliceUpdate,
  validateNewEndpointSlice,
} from './endpoint-slice-validation.ts';

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
    hasGeneration: true,
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: false,
    defaults(slice) {
      for (const endpoint of (slice.endpoints as Endpoint[] | undefined) ?? []) endpoint.conditions ??= {};
    },
    prepareForUpdate(slice, old) {
      // Of metadata, labels alone make a new generation.
      if (deepEqual(slice.metadata.labels ?? {}, old.metadata.labels ?? {})) return;
      slice.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validate: validateEndpointSlice,
    validateCreate: validateNewEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
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
        firstOf(((ports as EndpointPort[] | undefined) ?? []).map(({ port }) => String(port ?? '*'))),
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

function firstOf(values: readonly string[]): string {
  const shown = values.slice(0, shownMax).join(',');
  if (values.length > shownMax) return `${shown} + ${values.length - shownMax} more...`;
  return shown === '' ? '<unset>' : shown;
}
