/**
 * CustomResourceDefinitions that are wrong: every field of a full one in a create and in an update, then what no single
 * field says, schemas and rules above all. Dry runs but for the one that is updated.
 */
import type { JsonObject } from '../../../src/apimachinery/object-meta.ts';
import { type Case, get, patch, post, put, type Request, remove, until } from '../case.ts';
import { changes } from './wrong-fields.ts';
import { object, rootRules, ruled, rules, strings } from './wrong-rules.ts';
import { rootSchemas, schemas } from './wrong-schemas.ts';

export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Of a group that no other case has. */
export function definitionOf(plural: string, kind: string, spec: JsonObject): JsonObject {
  return {
    metadata: { name: `${plural}.{ns}.example.com` },
    spec: { group: '{ns}.example.com', scope: 'Namespaced', names: { plural, kind }, ...spec },
  };
}

export const version = (
  properties: JsonObject,
  more: JsonObject = {},
  root: JsonObject = {},
): JsonObject => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', properties, ...root } },
  ...more,
});

/** kube-apiserver serves a definition when its controllers have come to it. */
export const established = (name: string): Request =>
  until(['body.status.conditions.1.status', /^True$/], get(`${definitionsPath}/${name}`));

const query = (label: string): string => `?dryRun=All&change=${encodeURIComponent(label.slice(0, 120))}`;

const fullSchema: JsonObject = {
  type: 'object',
  description: 'Full.',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['text'],
      properties: {
        text: { type: 'string', pattern: '^[a-z]+$', minLength: 1, maxLength: 10, default: 'abc' },
        choice: { type: 'string', enum: ['a', 'b'], nullable: true },
        when: { type: 'string', format: 'date-time' },
        count: { type: 'integer', format: 'int32', minimum: 1, maximum: 9, multipleOf: 1 },
        portion: { type: 'number', exclusiveMinimum: true, minimum: 0 },
        either: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        whole: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          properties: { spec: { type: 'object' } },
        },
        tags: { type: 'array', maxItems: 5, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        parts: {
          type: 'array',
          minItems: 0,
          maxItems: 5,
          items: {
            type: 'object',
            required: ['key'],
            properties: { key: { type: 'string', maxLength: 5 }, value: { type: 'string' } },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['key'],
        },
        labels: { type: 'object', maxProperties: 3, additionalProperties: { type: 'string', maxLength: 5 } },
      },
      oneOf: [{ required: ['count'] }, { required: ['portion'] }],
      not: { required: ['open', 'whole'] },
      'x-kubernetes-map-type': 'granular',
      'x-kubernetes-validations': [
        {
          rule: 'self.text != "x"',
          message: 'no x',
          messageExpression: '"not " + self.text',
          reason: 'FieldValueForbidden',
          fieldPath: '.text',
        },
        { rule: 'oldSelf.hasValue()', optionalOldSelf: true },
      ],
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
  },
};

const fullSpec: JsonObject = {
  group: '{ns}.example.com',
  scope: 'Namespaced',
  names: {
    plural: 'fulls',
    singular: 'full',
    kind: 'Full',
    listKind: 'FullList',
    shortNames: ['fu'],
    categories: ['all'],
  },
  conversion: {
    strategy: 'Webhook',
    webhook: {
      conversionReviewVersions: ['v1', 'v1beta1'],
      clientConfig: { service: { namespace: '{ns}', name: 's', path: '/x', port: 8443 } },
    },
  },
  preserveUnknownFields: false,
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      deprecated: true,
      deprecationWarning: 'old',
      schema: { openAPIV3Schema: fullSchema },
      subresources: {
        status: {},
        scale: {
          specReplicasPath: '.spec.count',
          statusReplicasPath: '.status.replicas',
          labelSelectorPath: '.status.selector',
        },
      },
      additionalPrinterColumns: [
        {
          name: 'Text',
          type: 'string',
          format: 'byte',
          description: 'd',
          priority: 1,
          jsonPath: '.spec.text',
        },
      ],
      selectableFields: [{ jsonPath: '.spec.choice' }],
    },
    {
      name: 'v1beta1',
      served: false,
      storage: false,
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    },
  ],
};
const fullName = 'fulls.{ns}.example.com';
const full = (spec: JsonObject): JsonObject => ({ metadata: { name: fullName }, spec });
/** But for what makes kube-apiserver panic where there are rules. */
const wrong = [...changes(fullSpec)].filter(
  ({ label }) => !label.endsWith('x-kubernetes-preserve-unknown-fields: false'),
);

type Named = readonly [label: string, spec: JsonObject];
const specs: readonly Named[] = [
  ...schemas.map((p): Named => [JSON.stringify(p), { versions: [version({ p })] }]),
  ...rootSchemas.map(
    (openAPIV3Schema): Named => [
      `root ${JSON.stringify(openAPIV3Schema)}`,
      { versions: [version({}, { schema: { openAPIV3Schema } })] },
    ],
  ),
  ...rules.map(
    (p): Named => [JSON.stringify(p['x-kubernetes-validations'] ?? p), { versions: [version({ p })] }],
  ),
  ...rootRules.map(
    (openAPIV3Schema): Named => [
      `root ${JSON.stringify(openAPIV3Schema['x-kubernetes-validations'])}`,
      { versions: [version({}, { schema: { openAPIV3Schema } })] },
    ],
  ),
  ['no schema', { versions: [{ name: 'v1', served: true, storage: true }] }],
  ['empty schema', { versions: [{ name: 'v1', served: true, storage: true, schema: {} }] }],
  ['preserving all', { versions: [version({})], preserveUnknownFields: true }],
  ['old subresources', { versions: [version({})], subresources: { status: {} } }],
  ['old version', { version: 'v1' }],
  ['two storage versions', { versions: [version({}), version({}, { name: 'v2' })] }],
  ['no storage version', { versions: [version({}, { storage: false })] }],
  ['the same version twice', { versions: [version({}), version({}, { storage: false })] }],
  ['no version served', { versions: [version({}, { served: false })] }],
  [
    'None with a webhook',
    {
      versions: [version({})],
      conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } },
    },
  ],
  ['Webhook without', { versions: [version({})], conversion: { strategy: 'Webhook' } }],
  [
    'Webhook without a client',
    {
      versions: [version({})],
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } },
    },
  ],
  [
    'Webhook at http',
    {
      versions: [version({})],
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'http://x/y' } },
      },
    },
  ],
  [
    'Webhook at both',
    {
      versions: [version({})],
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v2', 'nope'],
          clientConfig: { url: 'https://a@x/y?z#w', service: { name: '', namespace: '' } },
        },
      },
    },
  ],
  [
    'a bad bundle',
    {
      versions: [version({})],
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://x/y', caBundle: 'eA==' } },
      },
    },
  ],
  ['nope', { nope: 1, versions: [version({ p: { type: 'string', nope: 2 } }, { nope: 3 })] }],
  ...[
    '.spec.replicas',
    'spec.replicas',
    '.status.replicas',
    '.spec.list[0]',
    '.spec["a"]',
    '.metadata.name',
    '.spec',
    '',
  ].map(
    (path): Named => [
      `scale ${path}`,
      {
        versions: [
          version(
            {},
            {
              subresources: {
                status: {},
                scale: { specReplicasPath: path, statusReplicasPath: path, labelSelectorPath: path },
              },
            },
          ),
        ],
      },
    ],
  ),
  ['scale without paths', { versions: [version({}, { subresources: { scale: {} } })] }],
  ...[
    '.spec.x',
    'spec.x',
    '.spec[',
    '.spec.list[*].x',
    '.metadata.annotations.a\\.b',
    '.metadata.creationTimestamp',
    '',
    '{.spec.x}',
    '.spec.list[?(@.a=="b")]',
    '.spec..x',
  ].map(
    (jsonPath): Named => [
      `column ${jsonPath}`,
      { versions: [version({}, { additionalPrinterColumns: [{ name: 'X', type: 'string', jsonPath }] })] },
    ],
  ),
  ...[
    { name: '', type: 'string', jsonPath: '.x' },
    { name: 'X', type: 'nope', jsonPath: '.x' },
    { name: 'X', type: 'integer', format: 'nope', jsonPath: '.x' },
    { name: 'X', type: 'date', priority: -1, jsonPath: '.x' },
    { name: 'X', type: 'string' },
  ].map(
    (column): Named => [
      `column ${JSON.stringify(column)}`,
      { versions: [version({}, { additionalPrinterColumns: [column] })] },
    ],
  ),
  ...[
    '.spec.x',
    '.spec.n',
    '.spec.b',
    '.spec.o',
    '.spec.l',
    '.spec.nope',
    'spec.x',
    '.metadata.name',
    '.spec.l[0]',
    '',
    '.spec.d',
    '.spec.f',
    '.kind',
    '.spec.m.x',
    '.spec.i',
  ].map(
    (jsonPath): Named => [
      `selectable ${jsonPath}`,
      {
        versions: [
          version(
            {
              spec: object({
                x: { type: 'string' },
                n: { type: 'integer' },
                b: { type: 'boolean' },
                o: { type: 'object' },
                l: strings,
                d: { type: 'string', format: 'date-time' },
                f: { type: 'number' },
                m: { type: 'object', additionalProperties: { type: 'string' } },
                i: { 'x-kubernetes-int-or-string': true },
              }),
            },
            { selectableFields: [{ jsonPath }] },
          ),
        ],
      },
    ],
  ),
  [
    'nine selectable fields, one twice',
    {
      versions: [
        version(
          { spec: object(Object.fromEntries([...'abcdefghi'].map((name) => [name, { type: 'string' }]))) },
          { selectableFields: [...'abcdefghia'].map((name) => ({ jsonPath: `.spec.${name}` })) },
        ),
      ],
    },
  ],
  ['deprecation without being deprecated', { versions: [version({}, { deprecationWarning: 'x' })] }],
  ['a deprecation of lines', { versions: [version({}, { deprecated: true, deprecationWarning: 'a\nb' })] }],
  [
    'a long deprecation',
    { versions: [version({}, { deprecated: true, deprecationWarning: 'x'.repeat(300) })] },
  ],
];

const names: readonly JsonObject[] = [
  { plural: 'others', kind: 'Thing' },
  { plural: 'things', kind: 'Thing', singular: 'Thing' },
  { plural: 'things', kind: 'thing' },
  { plural: 'things', kind: 'Thing', listKind: 'Thing' },
  { plural: 'things', kind: 'Thing-X' },
  { plural: 'things', kind: 'Thing', shortNames: ['t', 't', 'T', 'a b', ''] },
  { plural: 'things', kind: 'Thing', categories: ['all', 'All', ''] },
  { plural: 'things', kind: 'Things', singular: 'things' },
  { kind: 'Thing' },
  { plural: 'things' },
  {},
];

export const definitionCases: readonly Case[] = [
  {
    name: 'wrong fields of CustomResourceDefinition',
    requests: [
      ...wrong.map(({ label, fields }) => post(`${definitionsPath}${query(label)}`, full(fields))),
      post(definitionsPath, full(fullSpec)),
      established(fullName),
      ...wrong.map(({ label, fields }) =>
        patch('json', `${definitionsPath}/${fullName}${query(label)}`, [
          { op: 'replace', path: '/spec', value: fields },
        ]),
      ),
      remove(`${definitionsPath}/${fullName}`),
    ],
  },
  {
    name: 'definitions that are wrong as a whole',
    requests: specs.map(([label, spec]) =>
      post(`${definitionsPath}${query(label)}`, definitionOf('things', 'Thing', spec)),
    ),
  },
  {
    name: 'formats in rules',
    requests: [
      post(
        `${definitionsPath}?dryRun=All`,
        definitionOf('things', 'Thing', {
          versions: [version({ p: ruled({ type: 'string' }, '"%s %d".format([self]) == "x"') })],
        }),
      ),
    ],
  },
  {
    name: 'names of definitions',
    requests: [
      ...names.map((some) =>
        post(`${definitionsPath}${query(JSON.stringify(some))}`, {
          metadata: { name: 'things.{ns}.example.com' },
          spec: { group: '{ns}.example.com', scope: 'Namespaced', names: some, versions: [version({})] },
        }),
      ),
      ...['nope', 'k8s.io', 'x.k8s.io', 'x.kubernetes.io', '', 'A.b', 'apps', 'example.com'].map((group) =>
        post(`${definitionsPath}${query(group)}`, {
          metadata: { name: `things.${group}` },
          spec: {
            group,
            scope: 'Namespaced',
            names: { plural: 'things', kind: 'Thing' },
            versions: [version({})],
          },
        }),
      ),
      ...['unapproved, x', 'https://x.example.com/y', 'nope', ''].map((approval) =>
        post(`${definitionsPath}${query(approval)}`, {
          metadata: { name: 'things.x.k8s.io', annotations: { 'api-approved.kubernetes.io': approval } },
          spec: {
            group: 'x.k8s.io',
            scope: 'Cluster',
            names: { plural: 'things', kind: 'Thing' },
            versions: [version({})],
          },
        }),
      ),
      post(`${definitionsPath}?dryRun=All`, {}),
      post(`${definitionsPath}?dryRun=All`, { metadata: { name: 'x' }, spec: 'y' }),
      post(
        `${definitionsPath}?dryRun=All&fieldValidation=Strict`,
        definitionOf('things', 'Thing', { nope: 1, versions: [version({ p: { type: 'string', nope: 1 } })] }),
      ),
      put(
        `${definitionsPath}/nope.{ns}.example.com`,
        definitionOf('nope', 'Nope', { versions: [version({})] }),
      ),
    ],
  },
];
