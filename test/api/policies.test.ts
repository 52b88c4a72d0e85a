/**
 * Admission policies in a whole server: in force from the request behind the one that made them, about kinds and with
 * parameters that a service brings, side by side with webhooks.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, ApiServer, makeProjects } from '../api-client.ts';
import { allow, patchOf, WebhookServer } from './webhook-server.ts';

let server: ApiServer;
let webhooks: WebhookServer;
before(async () => {
  server = await ApiServer.start();
  webhooks = await WebhookServer.start();
  await makeProjects(server, 'acme', ['a', 'b']);
  for (const [plural, kind] of [
    ['widgets', 'Widget'],
    ['widgetlimits', 'WidgetLimit'],
  ] as const) {
    const made = await server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.shop.io` },
      spec: {
        group: 'shop.io',
        names: { plural, kind },
        scope: 'Namespaced',
        versions: ['v1', 'v2'].map((name) => ({
          name,
          served: true,
          storage: name === 'v1',
          schema: { openAPIV3Schema: schema },
        })),
      },
    });
    assert.equal(made.status, 201, made.text);
  }
});
after(async () => {
  await server.stop();
  await webhooks.stop();
});

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        max: { type: 'integer' },
        colour: { type: 'string' },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, weight: { type: 'integer' } },
          },
        },
      },
    },
  },
};

const registration = '/apis/admissionregistration.k8s.io/v1';
const project = (name: string): string => `/projects/${name}/control-plane`;
const widgetsAt = (plane = '', version = 'v1'): string =>
  `${plane}/apis/shop.io/${version}/namespaces/default/widgets`;
let names = 0;
const widget = (spec: object, plane = '', version = 'v1'): Promise<Answer> =>
  server.post(widgetsAt(plane, version), {
    apiVersion: `shop.io/${version}`,
    kind: 'Widget',
    metadata: { name: `w${names++}` },
    spec,
  });

const matchConstraints = {
  resourceRules: [
    { apiGroups: ['shop.io'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['widgets'] },
  ],
};

/** Makes a policy and its binding. Gives back their end. */
async function bind(
  sort: 'validating' | 'mutating',
  spec: object,
  binding: object = {},
  plane = '',
): Promise<() => Promise<void>> {
  const name = `p${names++}`;
  const policies = `${plane}${registration}/${sort}admissionpolicies`;
  const bindings = `${plane}${registration}/${sort}admissionpolicybindings`;
  const made = await server.post(policies, { metadata: { name }, spec: { matchConstraints, ...spec } });
  assert.equal(made.status, 201, made.text);
  const bound = await server.post(bindings, { metadata: { name }, spec: { policyName: name, ...binding } });
  assert.equal(bound.status, 201, bound.text);
  return async () => {
    assert.equal((await server.remove(`${bindings}/${name}`)).status, 200);
    assert.equal((await server.remove(`${policies}/${name}`)).status, 200);
  };
}
const deny = { validationActions: ['Deny'] };

test('a custom resource is judged with a custom resource as parameter, from the next request on', async () => {
  const end = await bind(
    'validating',
    {
      paramKind: { apiVersion: 'shop.io/v1', kind: 'WidgetLimit' },
      validations: [
        {
          expression: 'object.spec.size <= params.spec.max',
          messageExpression: "'size is above ' + string(params.spec.max)",
          reason: 'Forbidden',
        },
      ],
    },
    { ...deny, paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } },
  );
  const missing = await widget({ size: 1 });
  assert.equal(missing.status, 422);
  assert.match(
    missing.json.message,
    /no params found for policy binding with `Deny` parameterNotFoundAction$/,
  );
  const limit = await server.post('/apis/shop.io/v1/namespaces/default/widgetlimits', {
    apiVersion: 'shop.io/v1',
    kind: 'WidgetLimit',
    metadata: { name: 'limit' },
    spec: { max: 3 },
  });
  assert.equal(limit.status, 201, limit.text);
  assert.equal((await widget({ size: 3 })).status, 201);
  const refused = await widget({ size: 4 });
  assert.equal(refused.status, 403);
  assert.equal(refused.json.reason, 'Forbidden');
  assert.match(
    refused.json.message,
    /^widgets\.shop\.io "w\d+" is forbidden: ValidatingAdmissionPolicy 'p\d+' with binding 'p\d+' denied request: size is above 3$/,
  );
  assert.deepEqual(refused.json.details.kind, 'widgets');
  await end();
  assert.equal((await widget({ size: 4 })).status, 201);
});

test('other versions of what a rule names are judged in that of the rule', async () => {
  const end = await bind(
    'validating',
    { validations: [{ expression: "request.kind.version == 'v1' && request.requestKind.version == 'v2'" }] },
    deny,
  );
  assert.equal((await widget({}, '', 'v2')).status, 201);
  assert.equal((await widget({}, '', 'v1')).status, 422);
  await end();
});

test('warnings', async () => {
  const end = await bind(
    'validating',
    { validations: [{ expression: 'false', message: 'as you like' }] },
    { validationActions: ['Warn', 'Audit'] },
  );
  const { status, headers } = await widget({});
  assert.equal(status, 201);
  assert.match(
    String(headers.warning),
    /Validation failed for ValidatingAdmissionPolicy 'p\d+' with binding 'p\d+': as you like/,
  );
  await end();
});

test('what may be done is asked of the authorizers', async () => {
  const expression =
    "authorizer.group('').resource('secrets').namespace('default').check('delete').allowed()";
  const end = await bind('validating', { validations: [{ expression }] }, deny);
  assert.equal((await widget({})).status, 201);
  await end();
});

test("a project's policy applies there alone, the platform's everywhere", async () => {
  const rules = {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
    },
    validations: [{ expression: 'false' }],
  };
  const create = async (plane: string): Promise<number> =>
    (
      await server.post(`${plane}/api/v1/namespaces/default/configmaps`, {
        metadata: { name: `c${names++}` },
      })
    ).status;
  const endOwn = await bind('validating', rules, deny, project('a'));
  assert.deepEqual(
    [await create(''), await create(project('a')), await create(project('b'))],
    [201, 422, 201],
  );
  await endOwn();
  const endPlatform = await bind('validating', rules, deny);
  assert.deepEqual(
    [await create(''), await create(project('a')), await create(project('b'))],
    [422, 422, 422],
  );
  await endPlatform();
});

test('a configuration is joined into a custom resource, and belongs to nobody', async () => {
  const end = await bind('mutating', {
    reinvocationPolicy: 'Never',
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: {
          expression:
            'Object{spec: Object.spec{colour: "red", parts: [Object.spec.parts{name: "b", weight: object.spec.size * 2}]}}',
        },
      },
    ],
  });
  const { status, json, text } = await widget({ size: 2, parts: [{ name: 'a' }, { name: 'b' }] });
  assert.equal(status, 201, text);
  assert.deepEqual(json.spec, { size: 2, colour: 'red', parts: [{ name: 'a' }, { name: 'b', weight: 4 }] });
  const [entry] = json.metadata.managedFields;
  assert.equal(entry.fieldsV1['f:spec']['f:colour'], undefined);
  await end();
});

test('policies change the object before webhooks do, which are asked again about later changes', async () => {
  const end = await bind('mutating', {
    reinvocationPolicy: 'IfNeeded',
    mutations: [
      {
        patchType: 'JSONPatch',
        jsonPatch: {
          expression:
            '[JSONPatch{op: "add", path: "/spec/colour", value: object.spec.?colour.orValue("") + "p"}]',
        },
      },
    ],
  });
  const hook = `${registration}/mutatingwebhookconfigurations`;
  const made = await server.post(hook, {
    metadata: { name: 'behind' },
    webhooks: [
      {
        name: 'behind.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: webhooks.at('/behind', ({ object }) =>
          patchOf([{ op: 'replace', path: '/spec/colour', value: `${object.spec.colour}w` }]),
        ),
        rules: matchConstraints.resourceRules,
      },
    ],
  });
  assert.equal(made.status, 201, made.text);
  assert.equal((await widget({ size: 1 })).json.spec?.colour, 'pwp');
  await server.remove(`${hook}/behind`);
  await end();
});

test('a webhook is asked where its conditions hold', async () => {
  const hooks = `${registration}/validatingwebhookconfigurations`;
  const configuration = (name: string, expression: string): object => ({
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: webhooks.at(`/${name}`, allow),
        rules: matchConstraints.resourceRules,
        matchConditions: [{ name: 'c', expression }],
      },
    ],
  });
  const refused = await server.post(hooks, configuration('conditions', 'nonsense'));
  assert.equal(refused.status, 422);
  assert.match(
    refused.json.message,
    /webhooks\[0\]\.matchConditions\[0\]\.expression: Invalid value: "nonsense": compilation failed: /,
  );
  assert.equal((await server.post(hooks, configuration('conditions', 'object.spec.size > 1'))).status, 201);
  assert.equal((await widget({ size: 1 })).status, 201);
  assert.equal(webhooks.reviewsAt('/conditions').length, 0);
  assert.equal((await widget({ size: 2 })).status, 201);
  assert.equal(webhooks.reviewsAt('/conditions').length, 1);
  const undecided = await widget({ colour: 'red' });
  assert.equal(undecided.status, 403);
  assert.match(
    undecided.json.message,
    /is forbidden: expression 'object\.spec\.size > 1' resulted in error: no such key: size$/,
  );
  await server.remove(`${hooks}/conditions`);
});

test('what refuses everything can still be taken away', async () => {
  const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] };
  const end = await bind(
    'validating',
    { matchConstraints: { resourceRules: [everything] }, validations: [{ expression: 'false' }] },
    deny,
  );
  assert.equal((await widget({})).status, 422);
  await end();
  assert.equal((await widget({})).status, 201);
});

test('expressions that do not fit the types of what a policy is about are told in its status', async () => {
  const name = 'checked';
  const at = `${registration}/validatingadmissionpolicies/${name}`;
  const made = await server.post(`${registration}/validatingadmissionpolicies`, {
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          ...matchConstraints.resourceRules,
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
        ],
      },
      validations: [
        { expression: "object.metadata.labels['a'] == 'b'" },
        { expression: "object.spec.size == 'x'" },
      ],
    },
  });
  assert.equal(made.status, 201, made.text);
  const startMs = performance.now();
  let { status } = (await server.get(at)).json;
  while (status?.observedGeneration !== 1) {
    assert.ok(performance.now() - startMs < 10_000, 'it is checked');
    ({ status } = (await server.get(at)).json);
  }
  assert.deepEqual(status.typeChecking.expressionWarnings, [
    {
      fieldRef: 'spec.validations[1].expression',
      warning: [
        "/v1, Kind=ConfigMap: ERROR: <input>:1:7: undefined field 'spec'\n | object.spec.size == 'x'\n | ......^\n",
        "shop.io/v1, Kind=Widget: ERROR: <input>:1:18: found no matching overload for '_==_' applied to '(int, string)'\n | object.spec.size == 'x'\n | .................^\n",
      ].join('\n'),
    },
  ]);
  await server.remove(at);
});

test('dear policies of one project hold up no other', async () => {
  const items = `[${Array.from({ length: 15 }, (_, i) => i).join(',')}]`;
  const loops = ['a', 'b', 'c', 'd'].reduceRight(
    (inner, name) => `${items}.all(${name}, ${inner})`,
    'a + b + c + d >= 0',
  );
  const rules = {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
    },
    validations: Array.from({ length: 10 }, () => ({ expression: loops })),
  };
  const ends: (() => Promise<void>)[] = [];
  for (let i = 0; i < 3; i++) ends.push(await bind('validating', rules, deny, project('a')));
  const answered: string[] = [];
  const create = async (plane: string): Promise<void> => {
    const answer = await server.post(`${project(plane)}/api/v1/namespaces/default/configmaps`, {
      metadata: { name: `c${names++}` },
    });
    assert.equal(answer.status, 201, answer.text);
    answered.push(plane);
  };
  await Promise.all([create('a'), create('b')]);
  assert.deepEqual(answered, ['b', 'a']);
  for (const end of ends) await end();
});

test('what a control plane may configure has a bound, and can be taken away above it', async () => {
  const policies = `${project('b')}${registration}/validatingadmissionpolicies`;
  const policy = (name: string): object => ({
    metadata: { name, annotations: { a: 'x'.repeat(200_000) } },
    spec: { matchConstraints, validations: [{ expression: 'true' }] },
  });
  let made = 0;
  let answer = await server.post(policies, policy('q0'));
  for (; answer.status === 201 && made < 100; made++)
    answer = await server.post(policies, policy(`q${made + 1}`));
  assert.equal(answer.status, 403);
  assert.match(answer.json.message, /webhooks and policies of a control plane may take \d+ bytes in all/);
  assert.equal((await server.remove(`${policies}/q0`)).status, 200);
  assert.equal((await server.post(policies, policy('again'))).status, 201);
});
