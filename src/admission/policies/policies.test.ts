/** Policies about writes of a real engine: what is asked, in which order, and what a client is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilations, configMaps, platform, projectP, World } from '../../../test/policy-world.ts';
import { StatusError } from '../../apimachinery/status.ts';
import type { Tenant } from '../../request/context.ts';

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
  await world.store(
    'validatingadmissionpolicies',
    { metadata: { name }, spec: { matchConstraints: { resourceRules: configMaps }, ...policy } },
    home,
  );
  await world.store(
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
      ...validations('variables.broken == true'),
    },
  },
  'x',
  denial(
    'expression \'variables.broken == true\' resulted in error: composited variable "broken" fails to evaluate: no such key: missing',
  ),
);
check(
  'an error that is ignored',
  { policy: { failurePolicy: 'Ignore', ...validations('nonsense') } },
  'x',
  'ok',
);
check(
  'what may be done',
  {
    policy: validations(
      "authorizer.group('').resource('pods').check('get').allowed() && !authorizer.requestResource.check('delete').allowed()",
    ),
  },
  'x',
  'ok',
);
check(
  'what does not compile',
  { policy: validations('nonsense') },
  'x',
  denial(
    "compilation error: compilation failed: ERROR: <input>:1:1: undeclared reference to 'nonsense' (in container '')\n | nonsense\n | ^",
  ),
);
check(
  'what costs more than it may',
  { policy: validations("'dear' != ''", "'dear' != ''") },
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
  denial(
    "compilation error: compilation failed: ERROR: <input>:1:1: undeclared reference to 'nonsense' (in container '')\n | nonsense\n | ^",
  ),
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
  await world.store('validatingadmissionpolicies', {
    metadata: { name: 'pol' },
    spec: { matchConstraints: { resourceRules: configMaps }, ...validations('false') },
  });
  assert.equal(await outcomeOf(world.create('configmaps', { metadata: { name: 'm' } })), 'ok');
});

test('what all policies of a control plane may cost has a bound too', async () => {
  const world = new World();
  await world.create('namespaces', { metadata: { name: 'default' } });
  for (let i = 10; i < 30; i++) await bind(world, `pol${i}`, { policy: validations("'dear' != ''") });
  assert.match(
    await outcomeOf(world.create('configmaps', { metadata: { name: 'm' } })),
    /'pol26' with binding 'pol26-b' denied request: validation failed due to running out of cost budget/,
  );
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
  await world.store('mutatingadmissionpolicies', {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: configMaps },
      reinvocationPolicy: 'Never',
      mutations,
      ...more,
    },
  });
  await world.store('mutatingadmissionpolicybindings', {
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
checkMutation('a configuration', [apply('Object{data: Object.data{set: "x"}}')], { a: '1', set: 'x' });
checkMutation('a patch', [json('[JSONPatch{op: "add", path: "/data/p", value: "y"}]')], { a: '1', p: 'y' });
checkMutation(
  'one after the other',
  [apply('Object{data: Object.data{set: "x"}}'), json('[JSONPatch{op: "add", path: "/data/p", value: "y"}]')],
  { a: '1', set: 'x', p: 'y' },
);
checkMutation(
  'a test that fails',
  [
    json(
      '[JSONPatch{op: "test", path: "/data/a", value: "no"}, JSONPatch{op: "add", path: "/data/p", value: "y"}]',
    ),
  ],
  {
    a: '1',
  },
);
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
  refused(
    "compilation failed: ERROR: <input>:1:1: undeclared reference to 'nonsense' (in container '')\n | nonsense\n | ^",
  ),
);
checkMutation('what does not compile, ignored', [apply('nonsense')], { a: '1' }, { failurePolicy: 'Ignore' });
checkMutation('another type', [apply('true')], refused('must evaluate to Object but got bool'));
checkMutation(
  'a condition that does not hold',
  [apply('Object{data: Object.data{set: "x"}}')],
  { a: '1' },
  { matchConditions: [{ name: 'c', expression: 'false' }] },
);

test('mutating: asked again, once, where a policy wants to', async () => {
  const world = new World();
  await world.create('namespaces', { metadata: { name: 'default' } });
  await mutate(
    world,
    'first',
    [json('[JSONPatch{op: "add", path: "/data/n", value: object.data.?n.orValue("") + "x"}]')],
    { reinvocationPolicy: 'IfNeeded' },
  );
  await mutate(world, 'second', [apply('Object{data: Object.data{set: "x"}}')]);
  const { data } = await world.create('configmaps', { metadata: { name: 'm' }, data: { a: '1' } });
  assert.deepEqual({ ...(data as object) }, { a: '1', n: 'xx', set: 'x' });
});
