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
    },
    prepareForCreate: dropTopology,
    prepareForUpdate(slice, old) {
      dropTopology(slice);
      // Of metadata, labels alone make a new generation.
      if (deepEqual(slice.metadata.labels ?? {}, old.metadata.labels ?? {})) return;
      slice.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
    warnings: ({ addressType }) =>
      addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [],
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
