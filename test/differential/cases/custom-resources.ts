/**
 * Objects of definitions: every field of one wrong in many ways, then what becomes of objects on the way in and out, by
 * status, scale, apply, tables and selectors, and what goes when their definition goes.
 */
import type { JsonObject, JsonValue } from '../../../src/apimachinery/object-meta.ts';
import { type Case, get, patch, post, put, type Request, remove, until } from '../case.ts';
import { formats, values } from './custom-values.ts';
import { definitionOf, definitionsPath, established, version } from './definitions.ts';
import { having, pathsOf, without } from './wrong-fields.ts';
import { object, ruled } from './wrong-rules.ts';

const group = '{ns}.example.com';
const base = `/apis/${group}/v1`;
const widgets = `${base}/namespaces/{ns}/widgets`;
const apiVersion = `${group}/v1`;
const widget = (name: string, fields: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion,
  kind: 'Widget',
  metadata: { name, ...metadata },
  ...fields,
});

/** The definition, and all that it takes until its objects are served. */
export const defined = (plural: string, kind: string, spec: JsonObject): Request[] => [
  post(definitionsPath, definitionOf(plural, kind, spec)),
  established(`${plural}.${group}`),
  until(['status', /^200$/], get(`${base}/${plural}`)),
];
export const undefinedAgain = (plural: string): Request => remove(`${definitionsPath}/${plural}.${group}`);

const fullWidget: JsonObject = {
  spec: {
    text: 'abc',
    choice: 'a',
    nullable: null,
    filled: 'x',
    filledNull: null,
    count: 4,
    small: 1,
    big: 2,
    portion: 0.5,
    flag: true,
    either: 1,
    bounded: 2,
    open: { a: 1, known: { a: 'b' } },
    anything: { x: [1] },
    whole: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', labels: { a: 'b' } }, spec: { a: 'b' } },
    tags: ['a', 'b'],
    numbers: [1, 2],
    parts: [{ key: 'a', port: 1, value: 'v' }, { key: 'b' }],
    labels: { a: 'b' },
    one: { a: 'x' },
    some: { b: 6 },
    every: { a: 'x' },
    never: {},
    deep: { deeper: { must: 'y' } },
  },
};
const others: readonly JsonValue[] = [
  null,
  '',
  'abcdefgh',
  'A',
  0,
  1.5,
  -3,
  3_000_000_000,
  true,
  [],
  [1, 1],
  ['a', 'a'],
  {},
  { zzz: 'zzzz' },
];
const query = (label: string): string => `?dryRun=All&change=${encodeURIComponent(label)}`;

const valueRequests: readonly Request[] = [
  ...[...pathsOf(fullWidget)].flatMap((path) => [
    post(`${widgets}${query(`${path.join('.')} left out`)}`, widget('a', without(fullWidget, path))),
    ...others.map((value) =>
      post(
        `${widgets}${query(`${path.join('.')}: ${JSON.stringify(value)}`)}`,
        widget('a', having(fullWidget, path, value)),
      ),
    ),
  ]),
  ...Object.entries(formats).flatMap(([format, texts]) =>
    texts.map((text) =>
      post(`${widgets}${query(`${format}: ${text}`)}`, widget('a', { spec: { [`f-${format}`]: text } })),
    ),
  ),
];

const shownSpec: JsonObject = {
  versions: [
    version(
      {
        spec: object({
          replicas: { type: 'integer', default: 1 },
          mode: { type: 'string', default: 'auto' },
          on: { type: 'boolean' },
          list: { type: 'array', items: object({ name: { type: 'string' } }) },
          at: { type: 'string', format: 'date-time' },
          parts: {
            type: 'array',
            items: object({ key: { type: 'string' }, value: { type: 'string' } }, { required: ['key'] }),
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['key'],
          },
          tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
          atomic: object(
            { a: { type: 'string' }, b: { type: 'string' } },
            { 'x-kubernetes-map-type': 'atomic' },
          ),
        }),
        status: object({
          replicas: { type: 'integer' },
          selector: { type: 'string' },
          phase: { type: 'string', enum: ['Up', 'Down'] },
        }),
      },
      {
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'Mode', type: 'string', jsonPath: '.spec.mode', description: 'The mode.' },
          { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', priority: 1 },
          { name: 'On', type: 'boolean', jsonPath: '.spec.on' },
          { name: 'Names', type: 'string', jsonPath: '.spec.list[*].name' },
          { name: 'Second', type: 'string', jsonPath: '.spec.list[1].name' },
          { name: 'Wrong', type: 'integer', jsonPath: '.spec.mode' },
          { name: 'At', type: 'date', jsonPath: '.spec.at' },
          { name: 'List', type: 'string', jsonPath: '.spec.list' },
        ],
        selectableFields: [
          { jsonPath: '.spec.mode' },
          { jsonPath: '.spec.on' },
          { jsonPath: '.spec.replicas' },
        ],
      },
    ),
  ],
  names: { plural: 'widgets', kind: 'Widget', shortNames: ['wi'], categories: ['all'] },
};
const asTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const one = `${widgets}/one`;
const apply = (path: string, manager: string, fields: JsonObject, more = ''): Request =>
  patch('apply', `${path}?fieldManager=${manager}${more}`, widget('one', fields));

const text = { type: 'string' };
const rulesSpec: JsonObject = {
  versions: [
    version(
      {
        spec: object({
          range: ruled(
            object({ min: { type: 'integer' }, max: { type: 'integer' } }, { required: ['min', 'max'] }),
            { rule: 'self.min <= self.max', message: 'min above max', fieldPath: '.min' },
            {
              rule: 'self.max < 100',
              messageExpression: '"max is " + (self.max > 150 ? "far" : "just") + " above"',
              reason: 'FieldValueForbidden',
            },
            { rule: 'self.max != 13', reason: 'FieldValueRequired', fieldPath: '.max' },
            { rule: 'self.max != 14', reason: 'FieldValueDuplicate', message: 'fourteen' },
            { rule: 'self.min / (self.max - 50) < 1000' },
            { rule: 'self.max != 15', messageExpression: '"a".substring(9)', message: 'fallback' },
            { rule: 'self.max != 16', messageExpression: '"a\\nb"' },
            { rule: 'self.max != 17', messageExpression: '" "' },
          ),
          fixed: ruled(text, { rule: 'self == oldSelf', message: 'fixed' }),
          grown: ruled(
            { type: 'integer' },
            {
              rule: 'oldSelf.optMap(o, self >= o).orValue(self == 1)',
              optionalOldSelf: true,
              message: 'grows from one',
            },
          ),
          list: {
            type: 'array',
            maxItems: 10,
            items: ruled({ type: 'string', maxLength: 5 }, { rule: 'self != "bad"', message: 'bad item' }),
          },
          map: {
            type: 'object',
            maxProperties: 10,
            additionalProperties: ruled(
              { type: 'string', maxLength: 5 },
              { rule: 'self != "bad"', message: 'bad value' },
            ),
          },
          parts: {
            type: 'array',
            maxItems: 10,
            items: ruled(
              object(
                { key: { type: 'string', maxLength: 5 }, value: { type: 'integer' } },
                { required: ['key'] },
              ),
              {
                rule: '!has(self.value) || !has(oldSelf.value) || self.value >= oldSelf.value',
                message: 'shrinks',
              },
            ),
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['key'],
          },
          short: { type: 'string' },
        }),
      },
      {},
      ruled(
        {},
        { rule: 'self.metadata.name != "forbidden"', message: 'a bad name' },
        { rule: '!has(self.spec.short) || self.spec.short.size() < 4', message: 'too long' },
      ) as JsonObject,
    ),
  ],
};
const ruleBodies: readonly JsonObject[] = [
  { range: { min: 1, max: 2 } },
  { range: { min: 3, max: 2 } },
  { range: { min: 1, max: 200 } },
  { range: { min: 1, max: 13 } },
  { range: { min: 1, max: 14 } },
  { range: { min: 1, max: 15 } },
  { range: { min: 1, max: 16 } },
  { range: { min: 1, max: 17 } },
  { range: { min: 1, max: 50 } },
  { range: { min: 300, max: 200 } },
  { range: { min: 'x', max: 200 } },
  { range: { max: 200 } },
  { grown: 1 },
  { grown: 2 },
  { list: ['a', 'bad', 'b', 'bad'] },
  { map: { a: 'bad', b: 'x', 'c.d': 'bad' } },
  { short: 'abcd' },
  { parts: [{ key: 'a', value: 3 }] },
];

export const customResourceCases: readonly Case[] = [
  {
    name: 'values of custom resources',
    requests: [
      ...defined('widgets', 'Widget', { versions: [version({ spec: object(values) })] }),
      post(`${widgets}?dryRun=All`, widget('a', fullWidget)),
      ...valueRequests,
      undefinedAgain('widgets'),
    ],
  },
  {
    name: 'custom resources and what is done with them',
    requests: [
      ...defined('widgets', 'Widget', shownSpec),
      get(base),
      get(`/apis/${group}`),
      get(`${base}/nopes`),
      get(`${widgets}/nope`),
      post(
        widgets,
        widget('one', {
          spec: { nope: 1, list: [{ name: 'a', nope: 2 }, { name: 'b' }] },
          status: { phase: 'Up' },
        }),
      ),
      post(`${widgets}?fieldValidation=Strict`, widget('two', { spec: { nope: 1 }, nope: { a: 1 } })),
      post(
        `${widgets}?fieldValidation=Ignore`,
        widget('two', { spec: { nope: 1, mode: 'manual', on: true, at: '2020-01-01T00:00:00Z' } }),
      ),
      post(widgets, widget('one', {})),
      post(widgets, { ...widget('x', {}), kind: 'Nope' }),
      post(widgets, { ...widget('x', {}), apiVersion: 'v1' }),
      post(widgets, { metadata: { name: 'x' } }),
      post(widgets, widget('Bad_Name', {})),
      post(widgets, widget('x', {}, { labels: { 'a b': 'c' }, finalizers: ['x'] })),
      post(widgets, widget('x', {}, { labels: 1 })),
      post(widgets, widget('x', { spec: 'y' })),
      post(widgets, widget('x', { spec: null })),
      post(widgets, { apiVersion, kind: 'Widget', metadata: { generateName: 'gen-' } }),
      post(`${base}/widgets`, widget('x', {})),
      get(one),
      get(widgets),
      get(`${base}/widgets`),
      get(widgets, asTable),
      get(one, asTable),
      get(`${widgets}?includeObject=Object`, asTable),
      get(widgets, { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' }),
      get(widgets, { accept: 'application/vnd.kubernetes.protobuf' }),
      get(widgets, { accept: 'application/yaml' }),
      ...[
        'spec.mode=manual',
        'spec.mode!=manual',
        'spec.on=true',
        'spec.on=',
        'spec.replicas=1',
        'spec.at=x',
        'metadata.name=one',
        'metadata.namespace={ns}',
        'status.phase=Up',
      ].map((selector) => get(`${widgets}?fieldSelector=${encodeURIComponent(selector)}`)),
      get(`${widgets}?labelSelector=a%3Db`),
      patch('merge', one, { spec: { replicas: 3, nope: 1 }, status: { phase: 'Down' } }),
      patch('merge', one, { spec: { replicas: 'x' } }),
      patch('merge', one, { metadata: { labels: { a: 'b' } } }),
      patch('json', one, [{ op: 'replace', path: '/spec/mode', value: 'x' }]),
      patch('json', one, [{ op: 'test', path: '/spec/mode', value: 'y' }]),
      patch('strategic', one, { spec: { replicas: 4 } }),
      put(one, widget('one', { spec: { replicas: 5 } })),
      put(one, widget('one', { spec: { replicas: 5 } }, { resourceVersion: '1' })),
      put(one, widget('other', { spec: { replicas: 5 } })),
      put(`${widgets}/nope`, widget('nope', {}, { resourceVersion: '5' })),
      put(`${widgets}/made`, widget('made', {})),
      get(`${one}/status`),
      put(
        `${one}/status`,
        widget(
          'one',
          { spec: { replicas: 9 }, status: { phase: 'Up', replicas: 2, selector: 'a=b' } },
          { labels: { c: 'd' } },
        ),
      ),
      patch('merge', `${one}/status`, { status: { phase: 'Nope' } }),
      patch('merge', `${one}/status`, { status: { phase: 'Down', nope: 1 }, spec: { replicas: 9 } }),
      patch('apply', `${one}/status?fieldManager=s&force=true`, widget('one', { status: { replicas: 3 } })),
      get(`${one}/scale`),
      put(`${one}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'one', namespace: '{ns}' },
        spec: { replicas: 7 },
      }),
      put(`${one}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'one', namespace: '{ns}' },
        spec: { replicas: -1 },
      }),
      patch('merge', `${one}/scale`, { spec: { replicas: 8 } }),
      patch('merge', `${one}/scale`, { spec: { replicas: 'x' } }),
      get(`${one}/nope`),
      get(one),
      apply(one, 'm', { spec: { mode: 'applied' } }),
      apply(one, 'm', { spec: { mode: 'applied' } }, '&force=true'),
      apply(
        one,
        'm',
        {
          spec: { mode: 'applied', parts: [{ key: 'a', value: 'v' }], tags: ['x', 'y'], atomic: { a: 'b' } },
        },
        '&force=true',
      ),
      apply(one, 'n', {
        spec: { parts: [{ key: 'a', value: 'w' }, { key: 'b' }], tags: ['z'], atomic: { b: 'c' } },
      }),
      apply(
        one,
        'n',
        { spec: { parts: [{ key: 'a', value: 'w' }, { key: 'b' }], tags: ['z'], atomic: { b: 'c' } } },
        '&force=true',
      ),
      apply(one, 'm', { spec: { tags: ['x'] } }),
      apply(one, 'm', { spec: { nope: 1 } }),
      apply(one, 'm', { spec: { nope: 1 } }, '&fieldValidation=Strict'),
      apply(one, 'm', { spec: { replicas: 'x' } }),
      apply(one, 'm', { spec: { parts: [{ key: 'a' }, { key: 'a' }] } }),
      apply(one, 'm', { spec: { parts: [{ value: 'a' }] } }),
      apply(`${widgets}/applied`, 'm', {}),
      patch(
        'apply',
        `${widgets}/applied?fieldManager=m`,
        widget('applied', { spec: { replicas: 2, mode: null } }),
      ),
      get(one),
      patch('merge', one, { metadata: { finalizers: ['example.com/f'] } }),
      remove(one),
      patch('merge', one, { metadata: { finalizers: null } }),
      remove(one),
      remove(widgets),
      patch('merge', `${definitionsPath}/widgets.${group}`, {
        spec: { versions: [{ ...version({}), name: 'v2' }] },
      }),
      undefinedAgain('widgets'),
      until(['status', /^404$/], get(`${definitionsPath}/widgets.${group}`)),
      until(['status', /^404$/], get(widgets)),
    ],
  },
  {
    name: 'rules of custom resources',
    requests: [
      ...defined('widgets', 'Widget', rulesSpec),
      ...ruleBodies.map((spec, i) => post(`${widgets}?dryRun=All&change=${i}`, widget('a', { spec }))),
      post(widgets, widget('forbidden', { spec: {} })),
      post(widgets, widget('none', {})),
      post(
        widgets,
        widget('one', {
          spec: {
            fixed: 'a',
            grown: 1,
            list: ['a'],
            parts: [
              { key: 'a', value: 3 },
              { key: 'b', value: 3 },
            ],
          },
        }),
      ),
      ...[
        { fixed: 'b' },
        { fixed: null },
        { grown: 5 },
        { grown: 0 },
        {
          parts: [
            { key: 'b', value: 2 },
            { key: 'a', value: 3 },
            { key: 'c', value: 0 },
          ],
        },
        { list: ['a', 'bad'] },
        { short: 'abcd' },
      ].map((spec) => patch('merge', `${one}?dryRun=All`, { spec })),
      patch('merge', one, { spec: { list: ['x', 'y'], short: 'abc', range: { min: 1, max: 13 } } }),
      // The definition grows stricter: what is there stays, what changes is judged.
      patch('merge', one, { spec: { list: ['x', 'y'], short: 'abc' } }),
      patch('json', `${definitionsPath}/widgets.${group}`, [
        {
          op: 'add',
          path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/list/items/pattern',
          value: '^z',
        },
        {
          op: 'add',
          path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/short/enum',
          value: ['q'],
        },
        {
          op: 'add',
          path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/required',
          value: ['must'],
        },
        {
          op: 'add',
          path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/must',
          value: text,
        },
      ]),
      until(['status', /^422$/], post(`${widgets}?dryRun=All`, widget('z', { spec: { short: 'a' } }))),
      patch('merge', `${one}?dryRun=All`, { metadata: { labels: { a: 'b' } } }),
      patch('merge', `${one}?dryRun=All`, { spec: { grown: 2 } }),
      patch('merge', `${one}?dryRun=All`, { spec: { must: 'x', short: 'p' } }),
      patch('merge', `${one}?dryRun=All`, { spec: { must: 'x', grown: 3 } }),
      patch('merge', `${one}?dryRun=All`, { spec: { must: 'x', list: ['x', 'w'] } }),
      patch('merge', `${one}?dryRun=All`, { spec: { must: 'x', list: ['x', 'y', 'z'] } }),
      undefinedAgain('widgets'),
    ],
  },
  {
    name: 'custom resources of the cluster, in two versions',
    requests: [
      ...defined('widgets', 'Widget', {
        scope: 'Cluster',
        versions: [
          version({ spec: object({ a: text }) }),
          {
            ...version({ spec: object({ a: { type: 'string', default: 'two' }, b: text }) }),
            name: 'v2',
            storage: false,
            deprecated: true,
          },
        ],
      }),
      get(`/apis/${group}`),
      get(`/apis/${group}/v2`),
      post(`${base}/widgets`, widget('one', { spec: { a: 'x', b: 'y' } })),
      post(`/apis/${group}/v2/widgets`, {
        ...widget('two', { spec: { b: 'y' } }),
        apiVersion: `${group}/v2`,
      }),
      get(`/apis/${group}/v2/widgets/one`),
      get(`${base}/widgets/two`),
      get(`/apis/${group}/v2/widgets`),
      get(`${base}/widgets`, asTable),
      patch('apply', `/apis/${group}/v2/widgets/one?fieldManager=m`, {
        ...widget('one', { spec: { a: 'x' } }),
        apiVersion: `${group}/v2`,
      }),
      get(`${base}/namespaces/{ns}/widgets`),
      get(`${base}/widgets/one/status`),
      remove(`${base}/widgets/one`),
      remove(`${base}/widgets`),
      undefinedAgain('widgets'),
    ],
  },
];
