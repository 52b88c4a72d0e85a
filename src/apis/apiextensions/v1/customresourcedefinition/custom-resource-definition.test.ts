/** The life of a definition, and what a tenant may write into one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '../../../../apimachinery/limits.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { decodeObject } from '../../../../apimachinery/schema/decode.ts';
import { customResourceDefinitionDefinition } from './custom-resource-definition-definition.ts';
import { customResourceDefinitionSchema } from './custom-resource-definition-schema.ts';
import { customResourceCleanupFinalizer } from './custom-resource-definition-strategy.ts';

const { strategy } = customResourceDefinitionDefinition;
const user = { name: 'ann', uid: '', groups: [], extra: {} };
const context = { nowMs: 0, user, dryRun: false, newUid: () => 'u', revision: 0 };

const version = (name: string, changes: object = {}): object => ({
  name,
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object' } },
  ...changes,
});
function made(spec: object, metadata: object = {}): KubeObject {
  const given = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.a.example', ...metadata },
    spec: {
      group: 'a.example',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [version('v1')],
      ...spec,
    },
  };
  const definition = decodeObject<KubeObject>(
    structuredClone(given) as never,
    customResourceDefinitionSchema as never,
  );
  strategy.defaults?.(definition);
  return definition;
}
function created(spec: object = {}, metadata: object = {}): KubeObject {
  const definition = made(spec, metadata);
  strategy.prepareForCreate?.(definition, context);
  return definition;
}
function updated(old: KubeObject, spec: object, metadata: object = {}): KubeObject {
  const definition = made(spec, metadata);
  strategy.prepareForUpdate?.(definition, old, context);
  return definition;
}
const texts = (errors: readonly { field: string; message: string }[] = []): string[] =>
  errors.map((error) => `${error.field}: ${error.message}`);

describe('what is left out', () => {
  test('names and conversion', () => {
    const { spec } = made({});
    assert.equal(spec.names.singular, 'widget');
    assert.equal(spec.names.listKind, 'WidgetList');
    assert.deepEqual(spec.conversion, { strategy: 'None' });
  });
  test('the port of a webhook', () => {
    const clientConfig = { service: { namespace: 'n', name: 's' } };
    const conversion = { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } };
    assert.equal(made({ conversion }).spec.conversion.webhook.clientConfig.service.port, 443);
  });
  test('twice is once', () => {
    const definition = made({});
    const before = structuredClone(definition);
    strategy.defaults?.(definition);
    assert.deepEqual(definition, before);
  });
});

describe('stored versions', () => {
  const v1 = version('v1', { storage: false });
  const v2 = version('v2');
  test('begin with the first', () =>
    assert.deepEqual(created().status, {
      conditions: [],
      acceptedNames: { plural: '', kind: '' },
      storedVersions: ['v1'],
    }));
  test('nobody brings them along', () => {
    const definition = made({});
    definition.status = { storedVersions: ['v9'] };
    strategy.prepareForCreate?.(definition, context);
    assert.deepEqual(definition.status?.storedVersions, ['v1']);
  });
  test('grow, and what was there stays', () => {
    const old = created();
    const definition = updated(old, { versions: [v1, v2] });
    assert.deepEqual(definition.status?.storedVersions, ['v1', 'v2']);
    assert.deepEqual(old.status?.storedVersions, ['v1'], 'the old one is as it was');
    assert.deepEqual(strategy.validateUpdate?.(definition, old), []);
  });
  test('are not removed while objects may lie in them', () => {
    const old = updated(created(), { versions: [v1, v2] });
    const definition = updated(old, { versions: [v2] });
    const [error] = strategy.validateUpdate?.(definition, old) ?? [];
    assert.equal(error?.field, 'status.storedVersions[0]');
    assert.match(error?.message ?? '', /^Invalid value: "v1": missing from spec.versions; v1 was previously/);
  });
});

describe('deletion', () => {
  test('waits for the objects', () => {
    const definition = created();
    assert.equal(strategy.isHeld?.(definition), true, 'one that is to be deleted is marked first');
    definition.metadata.deletionTimestamp = '2020-01-01T00:00:00Z';
    strategy.prepareForDelete?.(definition, context);
    assert.deepEqual(definition.metadata.finalizers, [customResourceCleanupFinalizer]);
    assert.equal(definition.status?.conditions[0].reason, 'InstanceDeletionPending');
    assert.equal(strategy.isHeld?.(definition), true);
    delete definition.metadata.finalizers;
    assert.equal(strategy.isHeld?.(definition), false);
  });
});

describe('updates', () => {
  test('of anything but the spec do not look at the schema', () => {
    const old = created({ versions: [version('v1', { schema: { openAPIV3Schema: { type: 'string' } } })] });
    const definition = structuredClone(old);
    assert.deepEqual(strategy.validateUpdate?.(definition, old), []);
    definition.status = { ...definition.status, acceptedNames: { plural: 'A', kind: '' } };
    assert.match(
      texts(strategy.validateUpdate?.(definition, old)).join(),
      /^status.acceptedNames.plural: Invalid/,
    );
  });
  test('what is served keeps its kind and scope', () => {
    const old = created();
    old.status = { ...old.status, conditions: [{ type: 'Established', status: 'True' }] };
    const definition = updated(old, { scope: 'Cluster', names: { plural: 'widgets', kind: 'Gadget' } });
    assert.deepEqual(texts(strategy.validateUpdate?.(definition, old)), [
      'spec.scope: Invalid value: "Cluster": field is immutable',
      'spec.names.kind: Invalid value: "Gadget": field is immutable',
    ]);
  });
});

describe('surfaces', () => {
  const annotation = 'discovery.miloapis.com/parent-contexts';
  const check = (text: string, expected: string[]): void =>
    assert.deepEqual(
      texts(strategy.validateCreate?.(created({}, { annotations: { [annotation]: text } }))),
      expected,
    );
  test('that there are', () => check('Organization;Project', []));
  test('that there are not', () =>
    check('Organisation', [
      `metadata.annotations[${annotation}]: Invalid value: "Organisation": must be a list of Platform, Organization, Folder, Project, User with commas between them, or *`,
    ]));
});

describe('warnings', () => {
  const withFormats = (...formats: string[]): object => ({
    versions: [
      version('v1', {
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: Object.fromEntries(formats.map((format, i) => [`p${i}`, { type: 'string', format }])),
          },
        },
      }),
    ],
  });
  test('of formats that nothing checks, each once', () =>
    assert.deepEqual(
      strategy.warnings?.(
        created(withFormats('date-time', 'int32', 'phone', 'phone', 'go"duration')),
        undefined,
      ),
      ['unrecognized format "phone"', 'unrecognized format "go\\"duration"'],
    ));
  test('which were not there before', () =>
    assert.deepEqual(
      strategy.warnings?.(created(withFormats('phone', 'fax')), created(withFormats('phone'))),
      ['unrecognized format "fax"'],
    ));
});

describe('groups of the community', () => {
  const check = (annotation: string | undefined, expected: string): void => {
    const annotations = annotation === undefined ? {} : { 'api-approved.kubernetes.io': annotation };
    const names = { group: 'x.k8s.io' };
    const definition = created(names, { name: 'widgets.x.k8s.io', annotations });
    assert.equal(texts(strategy.validateCreate?.(definition)).join(), expected);
  };
  const path = 'metadata.annotations[api-approved.kubernetes.io]';
  const demand = 'protected groups must have approval annotation "api-approved.kubernetes.io"';
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  test('agreed', () => check('https://github.com/kubernetes/kubernetes/pull/1', ''));
  test('not agreed, and said so', () => check('unapproved, for a test', ''));
  test('nothing said', () => check(undefined, `${path}: Required value: ${demand}, ${see}`));
  test('neither', () =>
    check(
      'yes',
      `${path}: Invalid value: "yes": ${demand} with either a URL or a reason starting with "unapproved", ${see}`,
    ));
});

describe('hostile schemas are refused within a limit', () => {
  function check(openAPIV3Schema: object, field: string, count: number): void {
    const definition = created({ versions: [version('v1', { schema: { openAPIV3Schema } })] });
    const start = performance.now();
    const errors = strategy.validateCreate?.(definition) ?? [];
    const tookMs = performance.now() - start;
    assert.equal(errors.length, count, texts(errors.slice(0, 3)).join('\n'));
    assert.equal(errors[0]?.field, field);
    assert.ok(tookMs < 2_000, `took ${tookMs} ms`);
  }
  const nested = (levels: number, wrap: (inner: object) => object): object => {
    let schema: object = { type: 'string' };
    for (let i = 0; i < levels; i++) schema = wrap(schema);
    return schema;
  };
  const path = 'spec.validation.openAPIV3Schema';
  test('deep', () =>
    check(
      nested(limits.schemaDepth, (inner) => ({ type: 'object', properties: { a: inner } })),
      path,
      1,
    ));
  test('wide', () => check({ type: 'object', anyOf: Array(limits.schemaNodes).fill({}) }, path, 1));
  test('wrong everywhere', () =>
    check(
      {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`p${i}`, {}])),
      },
      `${path}.properties[p0].type`,
      limits.definitionErrors + 1,
    ));
  test('a choice of choices', () =>
    check(
      nested(15, (inner) => ({ anyOf: [inner, inner] })),
      `${path}`,
      1,
    ));
  test('patterns that take long', () =>
    check(
      {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 5_000 }, (_, i) => [
            `p${i}`,
            { type: 'string', pattern: `(a{0,900}b{0,${i % 90}}){0,9}${i}` },
          ]),
        ),
      },
      `${path}.properties[p0].pattern`,
      limits.definitionErrors + 1,
    ));
  test('rules without end', () => {
    const rules = Array.from({ length: limits.schemaRules + 1 }, () => ({ rule: 'true' }));
    check({ type: 'object', 'x-kubernetes-validations': rules }, path, 1);
  });
  test('versions without end', () => {
    const versions = Array.from({ length: limits.definitionListItems + 1 }, (_, i) =>
      version(`v${i + 1}`, { storage: i === 0 }),
    );
    assert.deepEqual(texts(strategy.validateCreate?.(created({ versions }))), [
      'spec.versions: Too many: 101: must have at most 100 items',
    ]);
  });
  test('keys that are no properties', () =>
    check(
      {
        type: 'object',
        properties: {
          l: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': Array.from({ length: 100_000 }, (_, i) => `k${i}`),
            items: { type: 'object' },
          },
        },
      },
      `${path}.properties[l].x-kubernetes-list-map-keys`,
      1,
    ));
});
