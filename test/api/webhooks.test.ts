/**
 * Admission webhooks in a whole server, against a real webhook over TLS: which requests they are asked about, with what,
 * and what follows from every answer, also from those that are none.
 */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { type Answer, ApiServer, makeProjects } from '../api-client.ts';
import { allow, type Behaviour, deny, patchOf, type Review, WebhookServer } from './webhook-server.ts';

let server: ApiServer;
let webhooks: WebhookServer;
before(async () => {
  server = await ApiServer.start();
  webhooks = await WebhookServer.start(['hooks.providers.svc']);
  await makeProjects(server, 'acme', ['a', 'b', 'gold']);
});
after(async () => {
  await server.stop();
  await webhooks.stop();
});

const registration = '/apis/admissionregistration.k8s.io/v1';
const project = (name: string): string => `/projects/${name}/control-plane`;

interface HookSettings {
  readonly name?: string;
  readonly plane?: string;
  readonly annotations?: Record<string, string>;
  /** Further fields of the one webhook. */
  readonly hook?: object;
  readonly rule?: object;
  readonly clientConfig?: object;
}
let made = 0;

/** Configures one webhook, about configmaps alone unless said otherwise. Gives back its end. */
async function configure(
  kind: 'Mutating' | 'Validating',
  behaviour: Behaviour | ((review: Review) => Behaviour | Promise<Behaviour>),
  { name = `h${made++}`, plane = '', annotations, hook, rule, clientConfig }: HookSettings = {},
): Promise<{ path: string; end: () => Promise<void> }> {
  const path = `/${name}`;
  const collection = `${plane}${registration}/${kind.toLowerCase()}webhookconfigurations`;
  const answer = await server.post(collection, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: clientConfig ?? webhooks.at(path, behaviour),
        rules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'], ...rule },
        ],
        ...hook,
      },
    ],
  });
  assert.equal(answer.status, 201, answer.text);
  return {
    path,
    end: async () => {
      assert.equal((await server.remove(`${collection}/${name}`)).status, 200);
    },
  };
}

let objects = 0;
const newName = (): string => `o${objects++}`;
const maps = (plane = ''): string => `${plane}/api/v1/namespaces/default/configmaps`;
const createMap = (plane = '', metadata: object = {}, data: object = {}): Promise<Answer> =>
  server.post(maps(plane), { metadata: { name: newName(), ...metadata }, data });

// --- What is asked ---

test('a review has all of the request', async () => {
  const { path, end } = await configure('Validating', allow);
  const name = newName();
  const created = await server.post(`${maps()}?fieldManager=me&dryRun=All`, {
    metadata: { name },
    data: { a: '1' },
  });
  assert.equal(created.status, 201, created.text);
  const [review] = webhooks.reviewsAt(path);
  const { uid, object, userInfo, ...rest } = review;
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
    requestResource: { group: '', version: 'v1', resource: 'configmaps' },
    name,
    namespace: 'default',
    operation: 'CREATE',
    oldObject: null,
    dryRun: true,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', dryRun: ['All'], fieldManager: 'me' },
  });
  assert.equal(userInfo.username, 'admin');
  assert.ok(userInfo.groups.includes('system:masters'));
  assert.deepEqual(object.data, { a: '1' });
  assert.equal(object.metadata.managedFields[0].manager, 'me');
  assert.ok(object.metadata.uid);
  await end();
});

test('each operation is asked about with its objects and options', async () => {
  const { path, end } = await configure('Validating', allow);
  const name = newName();
  const at = `${maps()}/${name}`;
  await server.post(maps(), { metadata: { name }, data: { a: '1' } });
  await server.put(at, { metadata: { name }, data: { a: '2' } });
  await server.patch(at, { data: { a: '3' } });
  await server.send(`${at}?fieldManager=m&force=true`, {
    method: 'PATCH',
    type: 'application/apply-patch+yaml',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '4' } },
  });
  await server.remove(at, { propagationPolicy: 'Background' });
  const seen = webhooks
    .reviewsAt(path)
    .map(({ operation, object, oldObject, options }) => [
      operation,
      options.kind,
      oldObject?.data.a,
      object?.data.a,
    ]);
  assert.deepEqual(seen, [
    ['CREATE', 'CreateOptions', undefined, '1'],
    ['UPDATE', 'UpdateOptions', '1', '2'],
    ['UPDATE', 'UpdateOptions', '2', '3'],
    ['UPDATE', 'UpdateOptions', '3', '4'],
    ['DELETE', 'DeleteOptions', '4', undefined],
  ]);
  assert.equal(webhooks.reviewsAt(path).at(-1).options.propagationPolicy, 'Background');
  await end();
});

test('each object of a deleted collection is asked about, without a name of the request', async () => {
  const labels = { labels: { set: 'x' } };
  for (let i = 0; i < 3; i++) await createMap('', labels);
  const { path, end } = await configure('Validating', allow, { rule: { operations: ['DELETE'] } });
  assert.equal((await server.remove(`${maps()}?labelSelector=set%3Dx`)).status, 200);
  const reviews = webhooks.reviewsAt(path);
  assert.deepEqual(
    reviews.map(({ name, namespace, oldObject }) => [name, namespace, oldObject.metadata.labels.set]),
    [1, 2, 3].map(() => [undefined, 'default', 'x']),
  );
  await end();
});

test('a subresource is asked about where a rule names it, in its own form', async () => {
  const rule = { resources: ['replicationcontrollers/scale', 'namespaces/status'], apiGroups: ['*'] };
  const { path, end } = await configure('Validating', allow, { rule });
  const name = newName();
  await server.post('/api/v1/namespaces', { metadata: { name } });
  assert.equal(
    (await server.patch(`/api/v1/namespaces/${name}`, { metadata: { labels: { a: 'b' } } })).status,
    200,
  );
  assert.equal((await server.patch(`/api/v1/namespaces/${name}/status`, { status: {} })).status, 200);
  const [review, ...others] = webhooks.reviewsAt(path);
  assert.deepEqual(others, []);
  assert.equal(review.subResource, 'status');
  assert.equal(review.requestSubResource, 'status');
  assert.equal(review.namespace, name);
  await end();
});

test('who asks for another version is sent that, and told of the request', async () => {
  const { path, end } = await configure(
    'Mutating',
    patchOf([{ op: 'replace', path: '/note', value: 'patched' }]),
    {
      rule: { apiGroups: ['events.k8s.io'], resources: ['events'] },
    },
  );
  const created = await server.post('/api/v1/namespaces/default/events', {
    metadata: { name: newName(), namespace: 'default' },
    involvedObject: { kind: 'ConfigMap', name: 'x', namespace: 'default' },
    message: 'first',
  });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.json.message, 'patched');
  const [review] = webhooks.reviewsAt(path);
  assert.equal(review.object.apiVersion, 'events.k8s.io/v1');
  assert.equal(review.object.note, 'first');
  assert.equal(review.resource.group, 'events.k8s.io');
  assert.equal(review.requestResource.group, '');
  await end();
});

test('an exact match policy wants its own versions alone', async () => {
  const { path, end } = await configure('Validating', deny(), {
    rule: { apiGroups: ['events.k8s.io'], resources: ['events'] },
    hook: { matchPolicy: 'Exact' },
  });
  const created = await server.post('/api/v1/namespaces/default/events', {
    metadata: { name: newName(), namespace: 'default' },
    involvedObject: { namespace: 'default' },
  });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual(webhooks.reviewsAt(path), []);
  await end();
});

// --- Who is asked: one object in one namespace, and rules and selectors that are about it or not ---

const matching: readonly [what: string, isAsked: boolean, settings: HookSettings][] = [
  ['its operation', true, { rule: { operations: ['CREATE'] } }],
  ['another operation', false, { rule: { operations: ['UPDATE', 'DELETE'] } }],
  ['all groups', true, { rule: { apiGroups: ['*'] } }],
  ['another group', false, { rule: { apiGroups: ['apps'] } }],
  ['all versions', true, { rule: { apiVersions: ['*'] } }],
  ['another version', false, { rule: { apiVersions: ['v2'] } }],
  ['all resources', true, { rule: { resources: ['*'] } }],
  ['all resources and subresources', true, { rule: { resources: ['*/*'] } }],
  ['its subresources', true, { rule: { resources: ['configmaps/*'] } }],
  ['a subresource', false, { rule: { resources: ['configmaps/status'] } }],
  ['namespaced', true, { rule: { scope: 'Namespaced' } }],
  ['cluster scope', false, { rule: { scope: 'Cluster' } }],
  ['its label', true, { hook: { objectSelector: { matchLabels: { kind: 'x' } } } }],
  ['another label', false, { hook: { objectSelector: { matchLabels: { kind: 'y' } } } }],
  [
    'its namespace',
    true,
    { hook: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } } },
  ],
  [
    'another namespace',
    false,
    {
      hook: {
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['default'] }],
        },
      },
    },
  ],
];
for (const kind of ['Mutating', 'Validating'] as const) {
  for (const [what, isAsked, settings] of matching) {
    test(`${kind} webhooks, rule or selector: ${what}`, async () => {
      const { path, end } = await configure(kind, deny({ message: 'no' }), settings);
      const answer = await createMap('', { labels: { kind: 'x' } });
      assert.equal(webhooks.reviewsAt(path).length, isAsked ? 1 : 0);
      assert.equal(answer.status, isAsked ? 400 : 201);
      await end();
    });
  }
}

test('a namespace is selected by the labels it is about to have, and lies in none', async () => {
  const hook = { namespaceSelector: { matchLabels: { watched: 'yes' } } };
  const rule = { resources: ['namespaces'], scope: 'Cluster' };
  const { path, end } = await configure('Validating', deny(), { hook, rule });
  const create = (watched: string): Promise<Answer> =>
    server.post('/api/v1/namespaces', { metadata: { name: newName(), labels: { watched } } });
  assert.equal((await create('no')).status, 201);
  assert.equal((await create('yes')).status, 400);
  assert.equal(webhooks.reviewsAt(path).length, 1);
  await end();
});

test('what refuses everything can still be taken away', async () => {
  const { end } = await configure('Validating', deny(), {
    rule: { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] },
  });
  assert.equal((await createMap()).status, 400);
  await end();
  assert.equal((await createMap()).status, 201);
});

// --- What is answered ---

interface Told {
  readonly status: number;
  readonly message?: string | RegExp;
}
const answers: readonly [what: string, behaviour: Behaviour, fail: Told, ignore: Told][] = [
  ['allowed', allow, { status: 201 }, { status: 201 }],
  [
    'denied',
    deny(),
    { status: 400, message: 'admission webhook "H" denied the request without explanation' },
    { status: 400 },
  ],
  [
    'denied with a message',
    deny({ message: 'no', code: 403, reason: 'Forbidden' }),
    { status: 403, message: 'admission webhook "H" denied the request: no' },
    { status: 403 },
  ],
  [
    'denied with a reason',
    deny({ reason: 'Taste' }),
    { status: 400, message: 'admission webhook "H" denied the request: Taste' },
    { status: 400 },
  ],
  ['denied with success', deny({ status: 'Success', code: 200 }), { status: 400 }, { status: 400 }],
  ['denied with no code of HTTP', deny({ code: 70_000 }), { status: 400 }, { status: 400 }],
  [
    'reset',
    'reset',
    {
      status: 500,
      message:
        /^Internal error occurred: failed calling webhook "H": failed to call webhook: Post "https:\/\/127\.0\.0\.1:\d+\/\w+\?timeout=10s": EOF$/,
    },
    { status: 201 },
  ],
  [
    'an error',
    { raw: 'oops', status: 500 },
    {
      status: 500,
      message:
        'Internal error occurred: failed calling webhook "H": failed to call webhook: an error on the server ("oops") has prevented the request from succeeding',
    },
    { status: 201 },
  ],
  [
    'not found',
    { raw: '', status: 404 },
    { status: 500, message: /the server could not find the requested resource$/ },
    { status: 201 },
  ],
  ['a redirect', { raw: '', status: 307 }, { status: 500, message: /status code 307/ }, { status: 201 }],
  [
    'nothing',
    { raw: '' },
    { status: 500, message: /0-length response with status code: 200/ },
    { status: 201 },
  ],
  [
    'garbage',
    { raw: 'garbage' },
    {
      status: 500,
      message:
        /failed to call webhook: couldn't get version\/kind; json parse error: invalid character 'g' looking for beginning of value$/,
    },
    { status: 201 },
  ],
  [
    'bytes',
    { raw: Buffer.from([0, 255, 254, 1]) },
    { status: 500, message: /json parse error/ },
    { status: 201 },
  ],
  ['a list', { raw: '[]' }, { status: 500, message: /Object 'Kind' is missing/ }, { status: 201 }],
  ['null', { raw: 'null' }, { status: 500, message: /Object 'Kind' is missing/ }, { status: 201 }],
  [
    'wrong types',
    { response: { allowed: 'yes' } },
    { status: 500, message: /cannot unmarshal string/ },
    { status: 201 },
  ],
  [
    'another uid',
    { response: { uid: 'x', allowed: true } },
    {
      status: 500,
      message: /received invalid webhook response: expected response.uid="[0-9a-f-]{36}", got "x"$/,
    },
    { status: 201 },
  ],
  [
    'no response',
    { raw: '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}' },
    { status: 500, message: /webhook response was absent$/ },
    { status: 201 },
  ],
  [
    'too much',
    { raw: Buffer.alloc(limits.webhookReplyBytes + 1, ' ') },
    { status: 500, message: /the reply is longer than \d+ bytes$/ },
    { status: 201 },
  ],
];
for (const [what, behaviour, fail, ignore] of answers) {
  for (const kind of ['Mutating', 'Validating'] as const) {
    for (const [failurePolicy, told] of [
      ['Fail', fail],
      ['Ignore', ignore],
    ] as const) {
      test(`${kind} webhooks, ${failurePolicy}: ${what}`, async () => {
        const name = `h${made++}`;
        const { end } = await configure(kind, behaviour, { name, hook: { failurePolicy } });
        const answer = await createMap();
        assert.equal(answer.status, told.status, answer.text);
        const { message } = told;
        const given = String(answer.json.message).replaceAll(`${name}.example.com`, 'H');
        if (typeof message === 'string') assert.equal(given, message);
        else if (message !== undefined) assert.match(given, message);
        await end();
      });
    }
  }
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test('nobody listens', async () => {
  const port = await freePort();
  const clientConfig = { url: `https://127.0.0.1:${port}/x`, caBundle: webhooks.caBundle };
  for (const [failurePolicy, status] of [
    ['Fail', 500],
    ['Ignore', 201],
  ] as const) {
    const { end } = await configure('Validating', allow, { clientConfig, hook: { failurePolicy } });
    const answer = await createMap();
    assert.equal(answer.status, status);
    if (status === 500)
      assert.match(answer.json.message, /dial tcp 127\.0\.0\.1:\d+: connect: connection refused$/);
    await end();
  }
});

test('a certificate that nobody vouches for', async () => {
  const clientConfig = { url: `https://127.0.0.1:${webhooks.port}/x` };
  const { end } = await configure('Validating', allow, { clientConfig });
  assert.match(
    (await createMap()).json.message,
    /tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
  );
  await end();
});

test('a webhook that does not answer in its time', async () => {
  for (const [failurePolicy, status] of [
    ['Fail', 500],
    ['Ignore', 201],
  ] as const) {
    const { end } = await configure('Validating', 'hang', { hook: { timeoutSeconds: 1, failurePolicy } });
    const answer = await createMap();
    assert.equal(answer.status, status);
    if (status === 500) assert.match(answer.json.message, /\?timeout=1s": context deadline exceeded$/);
    await end();
  }
});

test('the time of the request is an end too', async () => {
  const { end } = await configure('Validating', 'hang', { hook: { failurePolicy: 'Ignore' } });
  const answer = await server.send(`${maps()}?timeout=500ms`, {
    method: 'POST',
    body: { metadata: { name: newName() } },
  });
  assert.equal(answer.status, 504);
  await end();
});

test('warnings reach the client, also of who denies', async () => {
  const warnings = ['mind the gap'];
  const { end } = await configure('Validating', { response: { allowed: false, warnings } });
  const answer = await createMap();
  assert.equal(answer.status, 400);
  assert.equal(answer.headers.warning, '299 - "mind the gap"');
  await end();
});

test('a dry run is refused where a webhook might act', async () => {
  const name = `h${made++}`;
  const collection = `${registration}/validatingwebhookconfigurations`;
  // Only what is older than the rule may say so; a new one cannot.
  const refused = await server.post(collection, {
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'Some',
        clientConfig: webhooks.at('/x', allow),
      },
    ],
  });
  assert.equal(refused.status, 422);
  const { path, end } = await configure('Validating', allow, { hook: { sideEffects: 'NoneOnDryRun' } });
  assert.equal((await server.post(`${maps()}?dryRun=All`, { metadata: { name: newName() } })).status, 201);
  assert.equal(webhooks.reviewsAt(path).at(-1).dryRun, true);
  await end();
});

// --- Changes ---

const patches: readonly [what: string, operations: unknown, status: number, told: RegExp | object][] = [
  ['a change', [{ op: 'add', path: '/data/b', value: '2' }], 201, { a: '1', b: '2' }],
  [
    'several',
    [
      { op: 'remove', path: '/data/a' },
      { op: 'add', path: '/data/c', value: '3' },
    ],
    201,
    { c: '3' },
  ],
  ['none', [], 201, { a: '1' }],
  ['a field that the kind does not have', [{ op: 'add', path: '/spec', value: {} }], 201, { a: '1' }],
  ['no patch at all', 'garbage', 500, /^Internal error occurred: invalid character 'g'/],
  ['no list', { op: 'add' }, 500, /^Internal error occurred: /],
  ['a missing path', [{ op: 'replace', path: '/nowhere/x', value: 1 }], 500, /^Internal error occurred: /],
  ['a test that fails', [{ op: 'test', path: '/data/a', value: '2' }], 500, /^Internal error occurred: /],
  ['a wrong type', [{ op: 'add', path: '/data/a', value: 7 }], 500, /cannot unmarshal number/],
  [
    'another kind',
    [{ op: 'replace', path: '/kind', value: 'Secret' }],
    500,
    /changed the kind of the object/,
  ],
  [
    'no object',
    [
      { op: 'remove', path: '/metadata' },
      { op: 'remove', path: '/kind' },
    ],
    500,
    /changed the kind of the object/,
  ],
  ['an invalid object', [{ op: 'add', path: '/data/not~1a~1key', value: 'x' }], 422, /data\[not\/a\/key\]/],
  [
    'another namespace',
    [{ op: 'replace', path: '/metadata/namespace', value: 'kube-system' }],
    400,
    /does not match the namespace sent on the request/,
  ],
];
for (const [what, operations, status, told] of patches) {
  test(`a patch: ${what}`, async () => {
    const { end } = await configure('Mutating', patchOf(operations), { hook: { failurePolicy: 'Ignore' } });
    const answer = await createMap('', {}, { a: '1' });
    assert.equal(answer.status, status, answer.text);
    if (told instanceof RegExp) assert.match(answer.json.message, told);
    else assert.deepEqual(answer.json.data, told);
    await end();
  });
}

test('a patch of what is deleted is refused', async () => {
  const name = newName();
  await server.post(maps(), { metadata: { name } });
  const { end } = await configure('Mutating', patchOf([{ op: 'add', path: '/data', value: {} }]));
  const answer = await server.remove(`${maps()}/${name}`);
  assert.equal(answer.status, 500);
  assert.match(
    answer.json.message,
    /attempted to modify the object, which is not supported for this operation$/,
  );
  await end();
});

for (const [what, response] of [
  ['a patch without a type', { patch: 'W10=' }],
  ['a type without a patch', { patchType: 'JSONPatch' }],
  ['another type', { patch: 'W10=', patchType: 'Merge' }],
] as const) {
  test(`an invalid answer: ${what}`, async () => {
    const { end } = await configure('Mutating', { response: { allowed: true, ...response } });
    assert.match((await createMap()).json.message, /received invalid webhook response: /);
    await end();
  });
}
test('an invalid answer: a patch of who validates', async () => {
  const { end } = await configure('Validating', patchOf([{ op: 'add', path: '/data', value: {} }]));
  assert.match((await createMap()).json.message, /validating webhook may not return response.patch$/);
  await end();
});

test('what a webhook changes belongs to nobody', async () => {
  const { end } = await configure('Mutating', patchOf([{ op: 'add', path: '/data/theirs', value: 'x' }]));
  const { json } = await createMap('', {}, { mine: 'x' });
  assert.deepEqual(Object.keys(json.metadata.managedFields[0].fieldsV1['f:data']), ['.', 'f:mine']);
  await end();
});

test('managedFields that nobody can read are taken back with a warning', async () => {
  const { end } = await configure(
    'Mutating',
    patchOf([{ op: 'replace', path: '/metadata/managedFields/0/operation', value: 'Steal' }]),
  );
  const { json, headers } = await createMap('', {}, { mine: 'x' });
  assert.equal(json.metadata.managedFields[0].operation, 'Update');
  assert.match(String(headers.warning), /metadata.managedFields was in an invalid state after admission/);
  await end();
});

test('an update, a patch and an apply are changed too, and status is not', async () => {
  const name = newName();
  await server.post('/api/v1/namespaces', { metadata: { name } });
  const at = `/api/v1/namespaces/${name}`;
  const { end } = await configure(
    'Mutating',
    patchOf([
      { op: 'add', path: '/metadata/annotations', value: { seen: 'yes' } },
      { op: 'replace', path: '/status', value: { phase: 'Terminating' } },
    ]),
    { rule: { resources: ['namespaces'] } },
  );
  for (const write of [
    () => server.put(at, { metadata: { name, labels: { 'kubernetes.io/metadata.name': name, a: '1' } } }),
    () => server.patch(at, { metadata: { labels: { a: '2' } } }),
    () =>
      server.send(`${at}?fieldManager=m&force=true`, {
        method: 'PATCH',
        type: 'application/apply-patch+yaml',
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { a: '3' } } },
      }),
  ]) {
    const { status, json, text } = await write();
    assert.equal(status, 200, text);
    assert.equal(json.metadata.annotations?.seen, 'yes');
    assert.equal(json.status.phase, 'Active');
    await server.patch(at, { metadata: { annotations: null } });
  }
  await end();
});

test('a webhook may name what has none, and sees no name that is not given', async () => {
  const { path, end } = await configure(
    'Mutating',
    patchOf([{ op: 'add', path: '/metadata/labels', value: { l: 'x' } }]),
  );
  const created = await server.post(maps(), { metadata: { generateName: 'gen-' } });
  assert.match(created.json.metadata.name, /^gen-/);
  assert.equal(webhooks.reviewsAt(path)[0].name, undefined);
  assert.equal(webhooks.reviewsAt(path)[0].object.metadata.uid, undefined);
  await end();
});

// --- Order, and asking again ---

const append =
  (letter: string) =>
  (review: Review): Behaviour =>
    patchOf([{ op: 'add', path: '/data/order', value: `${review.object.data?.order ?? ''}${letter}` }]);

test('in the order of the names of configurations, whenever they were made', async () => {
  const ends: (() => Promise<void>)[] = [];
  for (const letter of ['c', 'a', 'b']) {
    ends.push((await configure('Mutating', append(letter), { name: `order-${letter}` })).end);
  }
  assert.equal((await createMap('', {}, { order: '' })).json.data.order, 'abc');
  for (const end of ends) await end();
});

test('who wants to is asked again, once, about what came later', async () => {
  const first = await configure('Mutating', append('a'), {
    name: 'again-a',
    hook: { reinvocationPolicy: 'IfNeeded' },
  });
  const second = await configure('Mutating', append('b'), { name: 'again-b' });
  const third = await configure('Mutating', append('c'), {
    name: 'again-c',
    hook: { reinvocationPolicy: 'IfNeeded' },
  });
  // In the second round the first changes it once more, so the last, who wants to know, is asked again as well.
  assert.equal((await createMap('', {}, { order: '' })).json.data.order, 'abcac');
  for (const { end } of [first, second, third]) await end();
});

test('who changes nothing makes nobody be asked again', async () => {
  const first = await configure('Mutating', allow, {
    name: 'still-a',
    hook: { reinvocationPolicy: 'IfNeeded' },
  });
  const second = await configure('Mutating', patchOf([{ op: 'replace', path: '/data/order', value: '' }]), {
    name: 'still-b',
  });
  await createMap('', {}, { order: '' });
  assert.equal(webhooks.reviewsAt(first.path).length, 1);
  for (const { end } of [first, second]) await end();
});

test('validating webhooks see what mutating ones made, all at once', async () => {
  const mutating = await configure('Mutating', append('m'));
  let arrived = 0;
  let open = (): void => {};
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  const meet = async (): Promise<Behaviour> => {
    arrived += 1;
    if (arrived === 2) open();
    await both;
    return allow;
  };
  const hooks = [await configure('Validating', meet), await configure('Validating', meet)];
  assert.equal((await createMap('', {}, { order: '' })).status, 201);
  for (const { path } of hooks) assert.equal(webhooks.reviewsAt(path)[0].object.data.order, 'm');
  for (const { end } of [mutating, ...hooks]) await end();
});

// --- Writers of one object ---

test('a writer that waits for a webhook holds up no other, and is asked again about what it then finds', async () => {
  const name = newName();
  const at = `${maps()}/${name}`;
  await server.post(maps(), { metadata: { name }, data: {} });
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = async (review: Review): Promise<Behaviour> => {
    if (review.options.fieldManager === 'slow') await released;
    return allow;
  };
  const { path, end } = await configure('Validating', slow);
  const waiting = server.send(`${at}?fieldManager=slow`, {
    method: 'PATCH',
    type: 'application/merge-patch+json',
    body: { data: { slow: '1' } },
  });
  await webhooks.arrival(path);
  for (let i = 0; i < 3; i++)
    assert.equal((await server.patch(at, { data: { quick: String(i) } })).status, 200);
  release();
  const { status, json, text } = await waiting;
  assert.equal(status, 200, text);
  assert.deepEqual(json.data, { quick: '2', slow: '1' });
  const asked = webhooks.reviewsAt(path).filter(({ options }) => options.fieldManager === 'slow');
  assert.deepEqual(asked.at(-1).object.data, { quick: '2', slow: '1' });
  assert.deepEqual(asked.at(-1).oldObject.data, { quick: '2' });
  await end();
});

test('however many race past a webhook, each succeeds', async () => {
  const name = newName();
  await server.post(maps(), { metadata: { name }, data: {} });
  const { end } = await configure('Validating', allow);
  const racers = Array.from({ length: 20 }, (_, i) => `r${i}`);
  const answers = await Promise.all(
    racers.map((key) => server.patch(`${maps()}/${name}`, { data: { [key]: 'x' } })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.deepEqual(Object.keys((await server.get(`${maps()}/${name}`)).json.data).sort(), racers.sort());
  await end();
});

// --- Projects ---

test("a project's webhook is asked in that project alone, and told which it is", async () => {
  const { path, end } = await configure('Validating', allow, { plane: project('a') });
  await createMap();
  await createMap(project('b'));
  assert.deepEqual(webhooks.reviewsAt(path), []);
  await createMap(project('a'));
  const [review] = webhooks.reviewsAt(path);
  assert.deepEqual(review.userInfo.extra, {
    'iam.miloapis.com/parent-api-group': ['resourcemanager.miloapis.com'],
    'iam.miloapis.com/parent-type': ['Project'],
    'iam.miloapis.com/parent-name': ['a'],
  });
  await end();
});

const reaches: readonly [what: string, annotations: Record<string, string>, asked: string][] = [
  ['everywhere', {}, 'platform a gold'],
  ['everywhere, in so many words', { 'admission.miloapis.com/contexts': '*' }, 'platform a gold'],
  ['the platform', { 'admission.miloapis.com/contexts': 'Platform' }, 'platform'],
  ['projects', { 'admission.miloapis.com/contexts': 'Project' }, 'a gold'],
  ['some projects', { 'admission.miloapis.com/project-selector': 'tier=gold' }, 'platform gold'],
  [
    'some projects alone',
    { 'admission.miloapis.com/contexts': 'Project', 'admission.miloapis.com/project-selector': 'tier=gold' },
    'gold',
  ],
];
for (const [what, annotations, asked] of reaches) {
  test(`a webhook of the platform reaches ${what}`, async () => {
    const projects = '/apis/resourcemanager.miloapis.com/v1alpha1/projects';
    assert.equal(
      (await server.patch(`${projects}/gold`, { metadata: { labels: { tier: 'gold' } } })).status,
      200,
    );
    const { path, end } = await configure('Validating', allow, { annotations });
    for (const plane of ['', project('a'), project('gold')]) await createMap(plane);
    const seen = webhooks
      .reviewsAt(path)
      .map(({ userInfo }) => userInfo.extra?.['iam.miloapis.com/parent-name']?.[0] ?? 'platform');
    assert.equal(seen.join(' '), asked);
    await end();
  });
}

test('what the platform sets comes last', async () => {
  const own = await configure('Mutating', append('p'), { plane: project('a'), name: 'z' });
  const platform = await configure('Mutating', append('P'), { name: 'y' });
  assert.equal((await createMap(project('a'), {}, { order: '' })).json.data.order, 'pP');
  for (const { end } of [own, platform]) await end();
});

test('a reach that cannot be read is refused', async () => {
  const answer = await server.post(`${registration}/validatingwebhookconfigurations`, {
    metadata: {
      name: 'r',
      annotations: {
        'admission.miloapis.com/contexts': 'Moon',
        'admission.miloapis.com/project-selector': '!!',
      },
    },
  });
  assert.equal(answer.status, 422);
  assert.equal(answer.json.details.causes.length, 2);
});

test('a hanging webhook of one project delays nothing but what it is asked about', async () => {
  const { path, end } = await configure('Validating', 'hang', {
    plane: project('a'),
    hook: { timeoutSeconds: 5 },
  });
  let isOver = false;
  // As many as it is called at once, and more.
  const hanging = Array.from({ length: limits.webhookCallsPerEndpoint + 10 }, () =>
    createMap(project('a')).then((answer) => {
      isOver = answer.text !== '';
      return answer;
    }),
  );
  await webhooks.arrival(path);
  assert.equal((await createMap(project('b'))).status, 201);
  assert.equal((await createMap()).status, 201);
  const secret = { metadata: { name: newName() } };
  assert.equal((await server.post(`${project('a')}/api/v1/namespaces/default/secrets`, secret)).status, 201);
  const other = await configure('Validating', allow, {
    plane: project('a'),
    rule: { resources: ['secrets'] },
  });
  assert.equal(
    (
      await server.post(`${project('a')}/api/v1/namespaces/default/secrets`, {
        metadata: { name: newName() },
      })
    ).status,
    201,
  );
  assert.equal(
    isOver,
    false,
    `none of the hanging requests was answered first: ${(await Promise.race(hanging)).text}`,
  );
  for (const answer of await Promise.all(hanging)) assert.equal(answer.status, 500);
  await end();
  await other.end();
});

test('a project that goes is held up by none of its webhooks', async () => {
  await makeProjects(server, 'acme', ['doomed']);
  const { path } = await configure('Validating', deny(), {
    plane: project('doomed'),
    rule: { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] },
  });
  const at = '/apis/resourcemanager.miloapis.com/v1alpha1/projects/doomed';
  assert.equal((await server.remove(at)).status, 200);
  const startMs = performance.now();
  while ((await server.get(at)).status !== 404) assert.ok(performance.now() - startMs < 10_000, 'it goes');
  assert.deepEqual(webhooks.reviewsAt(path), []);
});

// --- Services ---

async function makeService(spec: object): Promise<void> {
  await server.post('/api/v1/namespaces', { metadata: { name: 'providers' } });
  const at = '/api/v1/namespaces/providers/services';
  await server.remove(`${at}/hooks`);
  const made = await server.post(at, { metadata: { name: 'hooks' }, spec });
  assert.equal(made.status, 201, made.text);
}
const service = (port?: number): object => ({
  service: { namespace: 'providers', name: 'hooks', path: '/svc', ...(port === undefined ? {} : { port }) },
  caBundle: webhooks.caBundle,
});

test('a service that is not there, or has no endpoints', async () => {
  const { end } = await configure('Validating', allow, { clientConfig: service() });
  webhooks.at('/svc', allow);
  assert.match((await createMap()).json.message, /failed to call webhook: services "hooks" not found$/);
  await makeService({ ports: [{ name: 'https', port: 443 }] });
  assert.match((await createMap()).json.message, /no endpoints available for service "hooks"$/);
  await end();
});

test('a port that a service does not have', async () => {
  const { end } = await configure('Validating', allow, { clientConfig: service(8443) });
  assert.match((await createMap()).json.message, /no service port 8443 found for service "hooks"$/);
  await end();
});

test('a service may be a name outside, and has a certificate of its own name', async () => {
  webhooks.at('/svc', allow);
  await makeService({ type: 'ExternalName', externalName: 'localhost' });
  const { end } = await configure('Validating', allow, { clientConfig: service(webhooks.port) });
  const created = await createMap();
  assert.equal(created.status, 201, created.text);
  assert.equal(webhooks.reviewsAt('/svc').length, 1);
  await end();
});

test('connections are used again', async () => {
  const { path, end } = await configure('Validating', allow);
  await createMap();
  const before = webhooks.connections;
  for (let i = 0; i < 5; i++) await createMap();
  assert.equal(webhooks.reviewsAt(path).length, 6);
  assert.equal(webhooks.connections, before);
  await end();
});
