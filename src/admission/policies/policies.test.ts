/**
 * Policies about writes of a real engine. The language is given as a table of what the expressions in these cases
 * evaluate to: what is tested is what becomes of that.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boolType,
  type CelType,
  dynType,
  listOf,
  nullType,
  stringType,
} from '../../apimachinery/cel/types.ts';
import { ArrayList, CelError, CelMap, CelObject, type CelValue } from '../../apimachinery/cel/values.ts';
import type { JsonObject, KubeObject } from '../../apimachinery/object-meta.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { builtInDefinitions } from '../../apis/definitions.ts';
import { must } from '../../lib/assert.ts';
import { systemClock } from '../../lib/clock.ts';
import { create } from '../../registry/create.ts';
import { DefinitionTable } from '../../registry/definition-table.ts';
import { onlyBuiltIn } from '../../registry/definitions.ts';
import { deleteObject } from '../../registry/delete.ts';
import type { Engine, Target, WriteOptions } from '../../registry/engine.ts';
import { Turns } from '../../registry/turns.ts';
import { typedObject } from '../../registry/typed-object.ts';
import { update } from '../../registry/update.ts';
import type { Tenant } from '../../request/context.ts';
import { ReferenceStore } from '../../storage/conformance/reference-store.ts';
import { tenantOfPlatform, tenantOfProject } from '../../storage/keys.ts';
import { WatchHub } from '../../storage/watch-hub.ts';
import { ConfiguredAdmission } from '../dynamic-admission.ts';
import type { AdmissionCompiler } from '../expressions/compiled-expressions.ts';
import { jsonPatchType, patchedObjectType } from './compiled-policy.ts';

type Seen = (name: string) => CelValue;
interface Meaning {
  readonly type?: CelType;
  readonly cost?: number;
  readonly of: (seen: Seen) => CelValue;
}

function at(value: CelValue, ...path: readonly string[]): CelValue {
  let found: CelValue = value;
  for (const name of path) {
    const next: CelValue | undefined =
      found instanceof CelMap || found instanceof CelObject ? found.get(name) : undefined;
    if (next === undefined) throw new CelError(`no such key: ${name}`);
    found = next;
  }
  return found;
}

class Made extends CelObject {
  readonly typeName: string;
  readonly #fields: Readonly<Record<string, CelValue>>;
  constructor(typeName: string, fields: Readonly<Record<string, CelValue>>) {
    super();
    this.typeName = typeName;
    this.#fields = fields;
  }
  get(field: string): CelValue | undefined {
    return this.#fields[field];
  }
  has(field: string): boolean {
    return Object.hasOwn(this.#fields, field);
  }
  fields(): Iterable<string> {
    return Object.keys(this.#fields);
  }
}

const patch = (...operations: Record<string, CelValue>[]): CelValue =>
  new ArrayList(operations.map((operation) => new Made('JSONPatch', operation)));

const meanings: Readonly<Record<string, Meaning>> = {
  true: { of: () => true },
  false: { of: () => false },
  "object.data.a == 'ok'": { of: (seen) => at(seen('object'), 'data', 'a') === 'ok' },
  "request.operation == 'DELETE'": { of: (seen) => at(seen('request'), 'operation') === 'DELETE' },
  'oldObject == null': { of: (seen) => seen('oldObject') === null },
  'object.data.a == params.data.wanted': {
    of: (seen) => at(seen('object'), 'data', 'a') === at(seen('params'), 'data', 'wanted'),
  },
  'params == null': { of: (seen) => seen('params') === null },
  "'a is ' + object.data.a": { type: stringType, of: (seen) => `a is ${at(seen('object'), 'data', 'a')}` },
  'object.data.missing': {
    type: dynType,
    of: (seen) => at(seen('object'), 'data', 'missing'),
  },
  "'  '": { type: stringType, of: () => '  ' },
  "'two\\nlines'": { type: stringType, of: () => 'two\nlines' },
  null: { type: nullType, of: () => null },
  'object.data.a': { type: dynType, of: (seen) => at(seen('object'), 'data', 'a') },
  "variables.a == 'ok'": { of: (seen) => at(seen('variables'), 'a') === 'ok' },
  'variables.broken': { of: (seen) => at(seen('variables'), 'broken') === true },
  dear: { cost: 6_000_000, of: () => true },
  "namespaceObject.metadata.labels.env == 'prod'": {
    of: (seen) => at(seen('namespaceObject'), 'metadata', 'labels', 'env') === 'prod',
  },
  "request.userInfo.extra['iam.miloapis.com/parent-name'][0] == 'p'": {
    of: (seen) => {
      const names = at(seen('request'), 'userInfo', 'extra', 'iam.miloapis.com/parent-name');
      return [...(names as Iterable<CelValue>)][0] === 'p';
    },
  },
  'Object{data: {"set": "x"}}': {
    type: patchedObjectType,
    of: () => new Made('Object', { data: new Made('Object.data', { set: 'x' }) }),
  },
  'Object{metadata: Object.spec{}}': {
    type: patchedObjectType,
    of: () => new Made('Object', { metadata: new Made('Object.spec', {}) }),
  },
  'Object{nonsense: 1}': { type: patchedObjectType, of: () => new Made('Object', { nonsense: 1n }) },
  '[JSONPatch{op: "add", path: "/data/p", value: "y"}]': {
    type: listOf(jsonPatchType),
    of: () => patch({ op: 'add', path: '/data/p', value: 'y' }),
  },
  '[JSONPatch{op: "test", path: "/data/a", value: "no"}, …]': {
    type: listOf(jsonPatchType),
    of: () => patch({ op: 'test', path: '/data/a', value: 'no' }, { op: 'add', path: '/data/p', value: 'y' }),
  },
  '[JSONPatch{op: "remove", path: "/nowhere"}]': {
    type: listOf(jsonPatchType),
    of: () => patch({ op: 'remove', path: '/nowhere' }),
  },
  'object.data.count appended': {
    type: listOf(jsonPatchType),
    of: (seen) => patch({ op: 'add', path: '/data/n', value: `${lengthOf(seen)}x` }),
  },
};
const lengthOf = (seen: Seen): string => {
  const data = at(seen('object'), 'data') as CelMap;
  return String(data.get('n') ?? '');
};

let compilations = 0;
const compiler: AdmissionCompiler = {
  compile(source) {
    compilations += 1;
    const meaning = meanings[source];
    if (meaning === undefined) return { issues: `ERROR: <input>:1:1: undeclared reference to '${source}'` };
    return {
      type: meaning.type ?? boolType,
      evaluate(variables) {
        const seen: Seen = (name) => {
          const value = variables[name];
          return typeof value === 'function' ? value() : (value ?? null);
        };
        const cost = meaning.cost ?? 1;
        try {
          return { value: meaning.of(seen), cost };
        } catch (error) {
          return { error: error as Error, cost };
        }
      },
    };
  },
};

const platform: Tenant = { id: tenantOfPlatform, surface: { kind: 'Platform', name: '' }, startRevision: 0 };
const projectP: Tenant = {
  id: tenantOfProject('p', 'uid-p'),
  surface: { kind: 'Project', name: 'p' },
  startRevision: 0,
};
const registration = 'admissionregistration.k8s.io';

class World {
  readonly warnings: string[] = [];
  readonly engine: Engine;
  readonly #options: WriteOptions;

  constructor() {
    const store = new ReferenceStore();
    const definitions = onlyBuiltIn(
      new DefinitionTable(builtInDefinitions),
      (tenant) => tenant === tenantOfPlatform,
    );
    let uids = 0;
    this.engine = {
      store,
      hub: new WatchHub(store),
      definitions,
      plugins: [],
      dynamic: new ConfiguredAdmission({ store, definitions, compiler, random: () => 0 }),
      turns: new Turns(),
      clock: systemClock,
      newUid: () => `uid-${uids++}`,
      renewed: () => undefined,
      random: Math.random,
    };
    this.#options = {
      user: { name: 'ann', uid: '', groups: [], extra: {} },
      dryRun: false,
      fieldManager: 'test',
      terms: { options: {}, untilMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
      warn: (message) => this.warnings.push(message),
    };
  }

  target(resource: string, name = '', tenant = platform): Target {
    const group = resource.includes('admission') ? registration : '';
    const served = must(this.engine.definitions.of(tenant.id).find(group, 'v1', resource), resource);
    const namespace = served.definition.scope === 'Namespaced' ? 'default' : '';
    return { served, tenant, namespace, name };
  }

  async create(resource: string, object: object, tenant = platform): Promise<KubeObject> {
    const target = this.target(resource, '', tenant);
    const { group, kind } = target.served.definition;
    const whole = { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, ...structuredClone(object) };
    const decode = () => typedObject(target.served, structuredClone(whole) as unknown as JsonObject);
    return (await create(this.engine, target, decode, this.#options)).object;
  }

  async change(name: string, data: object): Promise<KubeObject> {
    const change = (current: () => KubeObject): KubeObject => Object.assign(current(), { data });
    return (
      await update(this.engine, this.target('configmaps', name), { change, isReplace: false }, this.#options)
    ).object;
  }

  async remove(name: string): Promise<void> {
    await deleteObject(this.engine, this.target('configmaps', name), {}, this.#options);
  }
}

const configMaps = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
];
interface Settings {
  /** Of the policy's spec. */
  readonly policy?: object;
  /** Of the binding's. */
  readonly binding?: object;
  readonly annotations?: Record<string, string>;
  readonly home?: Tenant;
}

async function bind(
  world: World,
  name: string,
  { policy, binding, annotations = {}, home }: Settings,
): Promise<void> {
  await world.create(
    'validatingadmissionpolicies',
    { metadata: { name }, spec: { matchConstraints: { resourceRules: configMaps }, ...policy } },
    home,
  );
  await world.create(
    'validatingadmissionpolicybindings',
    {
      metadata: { name: `${name}-b`, annotations },
      spec: { policyName: name, validationActions: ['Deny'], ...binding },
    },
    home,
  );
}

const validations = (...expressions: string[]): object => ({
  validations: expressions.map((expression) => ({ expression })),
});

async function outcomeOf(write: Promise<unknown>): Promise<string> {
  try {
    await write;
    return 'ok';
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return `${error.code} ${error.reason}: ${error.message}`;
  }
}

const denial = (detail: string, code = '422 Invalid'): string =>
  `${code}: configmaps "m" is forbidden: ValidatingAdmissionPolicy 'pol' with binding 'pol-b' denied request: ${detail}`;

/** A ConfigMap with `data.a` is created under one policy. */
function check(what: string, settings: Settings, a: string, expected: string, warnings: string[] = []): void {
  void test(what, async () => {
    const world = new World();
    await world.create('namespaces', { metadata: { name: 'default', labels: { env: 'prod' } } });
    await world.create('configmaps', { metadata: { name: 'limits' }, data: { wanted: 'ok' } });
    await bind(world, 'pol', settings);
    const write = world.create('configmaps', { metadata: { name: 'm', labels: { l: 'x' } }, data: { a } });
    assert.equal(await outcomeOf(write), expected);
    assert.deepEqual(world.warnings, warnings);
  });
}

const isOk = "object.data.a == 'ok'";
check('what holds', { policy: validations(isOk) }, 'ok', 'ok');
check('what does not', { policy: validations(isOk) }, 'no', denial(`failed expression: ${isOk}`));
check(
  'the first that does not',
  { policy: validations('true', 'false', isOk) },
  'no',
  denial('failed expression: false'),
);
check(
  'its message',
  { policy: { validations: [{ expression: 'false', message: ' why ' }] } },
  'x',
  denial('why'),
);
check(
  'its messageExpression',
  {
    policy: {
      validations: [{ expression: 'false', message: 'why', messageExpression: "'a is ' + object.data.a" }],
    },
  },
  'x',
  denial('a is x'),
);
for (const messageExpression of ["'  '", "'two\\nlines'", 'nonsense']) {
  check(
    `a messageExpression that gives no line: ${messageExpression}`,
    { policy: { validations: [{ expression: 'false', message: 'why', messageExpression }] } },
    'x',
    denial('why'),
  );
}
for (const [reason, code] of [
  ['Forbidden', '403 Forbidden'],
  ['RequestEntityTooLarge', '413 RequestEntityTooLarge'],
  ['Invalid', '422 Invalid'],
] as const) {
  check(
    `reason ${reason}`,
    { policy: { validations: [{ expression: 'false', reason }] } },
    'x',
    denial('failed expression: false', code),
  );
}
check(
  'an error',
  { policy: validations('object.data.missing') },
  'x',
  denial('compilation error: must evaluate to bool but got dyn'),
);
check(
  'an error of a variable',
  {
    policy: {
      variables: [{ name: 'broken', expression: 'object.data.missing' }],
      ...validations('variables.broken'),
    },
  },
  'x',
  denial(
    'expression \'variables.broken\' resulted in error: composited variable "broken" fails to evaluate: no such key: missing',
  ),
);
check(
  'an error that is ignored',
  { policy: { failurePolicy: 'Ignore', ...validations('nonsense') } },
  'x',
  'ok',
);
check(
  'what does not compile',
  { policy: validations('nonsense') },
  'x',
  denial("compilation error: compilation failed: ERROR: <input>:1:1: undeclared reference to 'nonsense'"),
);
check(
  'what costs more than it may',
  { policy: validations('dear', 'dear') },
  'x',
  denial('validation failed due to running out of cost budget, no further validation rules will be run'),
);
check(
  'variables',
  {
    policy: {
      variables: [{ name: 'a', expression: 'object.data.a' }],
      ...validations("variables.a == 'ok'"),
    },
  },
  'ok',
  'ok',
);
check('the namespace', { policy: validations("namespaceObject.metadata.labels.env == 'prod'") }, 'x', 'ok');
check(
  'a condition that does not hold',
  { policy: { matchConditions: [{ name: 'c', expression: 'false' }], ...validations('false') } },
  'x',
  'ok',
);
check(
  'a condition that holds',
  { policy: { matchConditions: [{ name: 'c', expression: 'true' }], ...validations('false') } },
  'x',
  denial('failed expression: false'),
);
check(
  'a condition without an answer',
  { policy: { matchConditions: [{ name: 'c', expression: 'nonsense' }], ...validations('true') } },
  'x',
  denial("compilation error: compilation failed: ERROR: <input>:1:1: undeclared reference to 'nonsense'"),
);
check(
  'one condition that is false decides',
  {
    policy: {
      matchConditions: [
        { name: 'c', expression: 'nonsense' },
        { name: 'd', expression: 'false' },
      ],
      ...validations('false'),
    },
  },
  'x',
  'ok',
);

check('to warn', { policy: validations('false'), binding: { validationActions: ['Warn'] } }, 'x', 'ok', [
  "Validation failed for ValidatingAdmissionPolicy 'pol' with binding 'pol-b': failed expression: false",
]);
check(
  'to note for the audit',
  { policy: validations('false'), binding: { validationActions: ['Audit'] } },
  'x',
  'ok',
);

const labels = (l: string): object => ({ objectSelector: { matchLabels: { l } } });
check(
  'the binding selects',
  { policy: validations('false'), binding: { matchResources: labels('x') } },
  'x',
  denial('failed expression: false'),
);
check(
  'the binding selects others',
  { policy: validations('false'), binding: { matchResources: labels('y') } },
  'x',
  'ok',
);
check(
  'the policy excludes',
  {
    policy: {
      matchConstraints: { resourceRules: configMaps, excludeResourceRules: configMaps },
      ...validations('false'),
    },
  },
  'x',
  'ok',
);
check(
  'the policy names objects',
  {
    policy: {
      matchConstraints: { resourceRules: [{ ...configMaps[0], resourceNames: ['other'] }] },
      ...validations('false'),
    },
  },
  'x',
  'ok',
);

const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
const withParams = { paramKind, ...validations('object.data.a == params.data.wanted') };
const ref = (more: object): Settings => ({
  policy: withParams,
  binding: { paramRef: { parameterNotFoundAction: 'Deny', ...more } },
});
check('parameters by name', ref({ name: 'limits', namespace: 'default' }), 'ok', 'ok');
check(
  'parameters in the namespace of the object',
  ref({ name: 'limits' }),
  'no',
  denial('failed expression: object.data.a == params.data.wanted'),
);
check(
  'parameters by label',
  ref({ selector: { matchLabels: { none: 'x' } } }),
  'ok',
  denial(
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  ),
);
check(
  'no parameters, denied',
  ref({ name: 'missing' }),
  'ok',
  denial(
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  ),
);
check('no parameters, allowed', ref({ name: 'missing', parameterNotFoundAction: 'Allow' }), 'ok', 'ok');
check(
  'a binding without parameters',
  { policy: { paramKind, ...validations('params == null') } },
  'ok',
  'ok',
);
check(
  'a kind that nobody knows',
  {
    policy: { ...withParams, paramKind: { apiVersion: 'x.io/v1', kind: 'Foo' } },
    binding: { paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } },
  },
  'ok',
  denial('failed to configure binding: paramKind kind `&ParamKind{APIVersion:x.io/v1,Kind:Foo,}` not known'),
);

test('updates and deletes are judged where a rule says so', async () => {
  const world = new World();
  await world.create('namespaces', { metadata: { name: 'default' } });
  await world.create('configmaps', { metadata: { name: 'm' }, data: { a: 'ok' } });
  await bind(world, 'pol', { policy: validations('oldObject == null') });
  assert.equal(
    await outcomeOf(world.change('m', { a: 'x' })),
    denial('failed expression: oldObject == null'),
  );
  assert.equal(await outcomeOf(world.remove('m')), 'ok');
});

test('a policy without a binding, or with one of another, has no say', async () => {
  const world = new World();
  await world.create('namespaces', { metadata: { name: 'default' } });
  await world.create('validatingadmissionpolicies', {
    metadata: { name: 'pol' },
    spec: { matchConstraints: { resourceRules: configMaps }, ...validations('false') },
  });
  assert.equal(await outcomeOf(world.create('configmaps', { metadata: { name: 'm' } })), 'ok');
});

test('an expression is compiled once, whoever has it', async () => {
  const world = new World();
  await world.create('namespaces', { metadata: { name: 'default' } });
  for (const name of ['one', 'two', 'three']) await bind(world, name, { policy: validations('true') });
  const before = compilations;
  await world.create('configmaps', { metadata: { name: 'm' } });
  assert.equal(compilations - before, 1);
});

const inProject = "request.userInfo.extra['iam.miloapis.com/parent-name'][0] == 'p'";
for (const [what, home, annotations, platformOutcome, projectOutcome] of [
  ["a project's own", projectP, {}, 'ok', 'denied'],
  ["the platform's", platform, {}, 'denied', 'denied'],
  ["the platform's for itself", platform, { 'admission.miloapis.com/contexts': 'Platform' }, 'denied', 'ok'],
  ["the platform's for projects", platform, { 'admission.miloapis.com/contexts': 'Project' }, 'ok', 'denied'],
] as const) {
  test(`${what} binding`, async () => {
    const world = new World();
    for (const tenant of [platform, projectP]) {
      await world.create('namespaces', { metadata: { name: 'default' } }, tenant);
    }
    await bind(world, 'pol', { policy: validations('false'), annotations, home });
    for (const [tenant, expected] of [
      [platform, platformOutcome],
      [projectP, projectOutcome],
    ] as const) {
      const outcome = await outcomeOf(world.create('configmaps', { metadata: { name: 'm' } }, tenant));
      assert.equal(outcome === 'ok' ? 'ok' : 'denied', expected);
    }
  });
}
test('a policy is told in which project', async () => {
  const world = new World();
  await world.create('namespaces', { metadata: { name: 'default' } }, projectP);
  await bind(world, 'pol', { policy: validations(inProject) });
  assert.equal(await outcomeOf(world.create('configmaps', { metadata: { name: 'm' } }, projectP)), 'ok');
});

// --- Mutating ---

const apply = (expression: string): object => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const json = (expression: string): object => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

async function mutate(
  world: World,
  name: string,
  mutations: readonly object[],
  more: object = {},
): Promise<void> {
  await world.create('mutatingadmissionpolicies', {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: configMaps },
      reinvocationPolicy: 'Never',
      mutations,
      ...more,
    },
  });
  await world.create('mutatingadmissionpolicybindings', {
    metadata: { name: `${name}-b` },
    spec: { policyName: name },
  });
}

/** The data of a ConfigMap that is created under one policy, or why it is not. */
function checkMutation(
  what: string,
  mutations: readonly object[],
  expected: object | string,
  more?: object,
): void {
  void test(`mutating: ${what}`, async () => {
    const world = new World();
    await world.create('namespaces', { metadata: { name: 'default' } });
    await mutate(world, 'mut', mutations, more);
    const write = world.create('configmaps', { metadata: { name: 'm' }, data: { a: '1' } });
    if (typeof expected === 'string') assert.equal(await outcomeOf(write), expected);
    else assert.deepEqual({ ...((await write).data as object) }, expected);
  });
}
const refused = (problem: string): string =>
  `403 Invalid: policy 'mut' with binding 'mut-b' denied request: ${problem}`;
checkMutation('a configuration', [apply('Object{data: {"set": "x"}}')], { a: '1', set: 'x' });
checkMutation('a patch', [json('[JSONPatch{op: "add", path: "/data/p", value: "y"}]')], { a: '1', p: 'y' });
checkMutation(
  'one after the other',
  [apply('Object{data: {"set": "x"}}'), json('[JSONPatch{op: "add", path: "/data/p", value: "y"}]')],
  { a: '1', set: 'x', p: 'y' },
);
checkMutation('a test that fails', [json('[JSONPatch{op: "test", path: "/data/a", value: "no"}, …]')], {
  a: '1',
});
checkMutation(
  'another name of a type',
  [apply('Object{metadata: Object.spec{}}')],
  refused(
    'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
  ),
);
checkMutation(
  'a field that the kind does not have',
  [apply('Object{nonsense: 1}')],
  refused(
    'error applying patch: failed to convert patch object to typed object: .nonsense: field not declared in schema',
  ),
);
checkMutation(
  'what does not compile',
  [apply('nonsense')],
  refused("compilation failed: ERROR: <input>:1:1: undeclared reference to 'nonsense'"),
);
checkMutation('what does not compile, ignored', [apply('nonsense')], { a: '1' }, { failurePolicy: 'Ignore' });
checkMutation('another type', [apply('true')], refused('must evaluate to Object but got bool'));
checkMutation(
  'a condition that does not hold',
  [apply('Object{data: {"set": "x"}}')],
  { a: '1' },
  { matchConditions: [{ name: 'c', expression: 'false' }] },
);

test('mutating: asked again, once, where a policy wants to', async () => {
  const world = new World();
  await world.create('namespaces', { metadata: { name: 'default' } });
  await mutate(world, 'first', [json('object.data.count appended')], { reinvocationPolicy: 'IfNeeded' });
  await mutate(world, 'second', [apply('Object{data: {"set": "x"}}')]);
  const { data } = await world.create('configmaps', { metadata: { name: 'm' }, data: { a: '1' } });
  assert.deepEqual({ ...(data as object) }, { a: '1', n: 'xx', set: 'x' });
});
