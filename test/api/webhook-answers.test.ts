/** What follows from every answer of a webhook, also from those that are none, and from what it changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../bench/server/free-port.ts';
import { limits } from '../../src/apimachinery/limits.ts';
import { allow, type Behaviour, deny, patchOf } from './webhook-server.ts';
import {
  configure,
  createMap,
  maps,
  newHookName,
  newName,
  registration,
  server,
  webhooks,
} from './webhook-setting.ts';

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
        const name = newHookName();
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
  const name = newHookName();
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

test('an apply that is denied in the words of a name that is taken asks once', async () => {
  const denial = deny({ reason: 'AlreadyExists', code: 409, message: 'no' });
  const { path, end } = await configure('Validating', denial);
  const name = newName();
  const { status, json } = await server.send(`${maps()}/${name}?fieldManager=m`, {
    method: 'PATCH',
    type: 'application/apply-patch+yaml',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
  });
  await end();
  assert.equal(status, 409);
  assert.match(json.message, /denied the request: no$/);
  assert.equal(webhooks.reviewsAt(path).length, 1);
});
