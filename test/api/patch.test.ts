/** PATCH: three types of it, what each refuses, and that those who race never see each other. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, ApiServer, makeProjects } from '../api-client.ts';

const core = '/api/v1/namespaces/default';
const configMaps = `${core}/configmaps`;
const resourceManager = '/apis/resourcemanager.miloapis.com/v1alpha1';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p']);
});
after(() => server.stop());

async function made(name: string, fields: object = {}): Promise<string> {
  const answer = await server.post(configMaps, { metadata: { name }, ...fields });
  assert.equal(answer.status, 201, answer.text);
  return `${configMaps}/${name}`;
}
type PatchKind = Parameters<ApiServer['patch']>[2];
async function refused(
  path: string,
  patch: unknown,
  kind: PatchKind,
  code: number,
  message: string | RegExp,
): Promise<Answer> {
  const before = await server.get(path);
  const answer = await server.patch(path, patch, kind);
  assert.equal(answer.status, code, answer.text);
  if (message instanceof RegExp) assert.match(answer.json.message, message);
  else assert.equal(answer.json.message, message);
  assert.equal((await server.get(path)).text, before.text);
  return answer;
}

test('each type changes what it says', async () => {
  const path = await made('three', { data: { a: '1', b: '2' } });
  const cases = [
    ['merge', { data: { a: null, c: '3' } }, { b: '2', c: '3' }],
    [
      'json',
      [
        { op: 'test', path: '/data/b', value: '2' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/data/d~1e', value: 'no' },
        { op: 'move', from: '/data/d~1e', path: '/data/d' },
      ],
      { c: '3', d: 'no' },
    ],
    ['strategic-merge', { data: { $patch: 'replace', e: '5' } }, { e: '5' }],
  ] as const;
  for (const [kind, patch, expected] of cases) {
    const { status, json, text } = await server.patch(path, patch, kind);
    assert.equal(status, 200, text);
    assert.deepEqual(json.data, expected);
    assert.equal((await server.get(path)).text, text);
  }
});

test('a strategic merge patch merges lists by their keys', async () => {
  const path = `${core}/serviceaccounts/merged`;
  await server.post(`${core}/serviceaccounts`, {
    metadata: { name: 'merged', finalizers: ['example.com/a'] },
    secrets: [{ name: 'x' }, { name: 'y' }],
    imagePullSecrets: [{ name: 'x' }],
  });
  const { json } = await server.patch(
    path,
    {
      metadata: { finalizers: ['example.com/b'] },
      secrets: [{ name: 'z' }, { name: 'x', $patch: 'delete' }],
      imagePullSecrets: [{ name: 'z' }],
    },
    'strategic-merge',
  );
  const names = (list: { name: string }[]) => list.map(({ name }) => name).sort();
  assert.deepEqual(names(json.secrets), ['y', 'z']);
  assert.deepEqual(json.metadata.finalizers.sort(), ['example.com/a', 'example.com/b']);
  // The list of the merge patch is the list.
  const merged = await server.patch(path, { secrets: [{ name: 'only' }] });
  assert.deepEqual(names(merged.json.secrets), ['only']);
});

test('fifty writers of one object at once: all succeed, nothing is lost', async () => {
  const path = await made('raced', { data: {} });
  const sessions = Array.from({ length: 5 }, () => server.connect());
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      server.send(path, {
        method: 'PATCH',
        type: 'application/merge-patch+json',
        body: { data: { [`k${i}`]: 'v' } },
        session: sessions[i % sessions.length]!,
      }),
    ),
  );
  for (const session of sessions) session.close();
  assert.deepEqual(
    [...new Set(answers.map(({ status }) => status))],
    [200],
    answers.find(({ status }) => status !== 200)?.text,
  );
  const { json } = await server.get(path);
  assert.equal(Object.keys(json.data).length, 50);
  // Each was computed on the one before: every count of keys is seen once.
  const seen = answers.map((answer) => Object.keys(answer.json.data).length).sort((a, b) => a - b);
  assert.deepEqual(
    seen,
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
});

test('patches race updates and a delete: each has an answer of its own', async () => {
  const path = await made('mixed', { data: { x: 'y' } });
  const all = await Promise.all([
    ...Array.from({ length: 20 }, (_, i) => server.patch(path, { data: { [`p${i}`]: 'v' } })),
    ...Array.from({ length: 20 }, (_, i) =>
      server.patch(path, [{ op: 'add', path: `/data/j${i}`, value: 'v' }], 'json'),
    ),
    ...Array.from({ length: 5 }, (_, i) =>
      server.put(path, { metadata: { name: 'mixed' }, data: { [`u${i}`]: 'v' } }),
    ),
  ]);
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
  const ending = await Promise.all([
    ...Array.from({ length: 20 }, (_, i) => server.patch(path, { data: { [`q${i}`]: 'v' } })),
    server.remove(path),
  ]);
  for (const { status } of ending.slice(0, -1)) assert.ok(status === 200 || status === 404, String(status));
  assert.equal(ending.at(-1)?.status, 200);
  assert.equal((await server.get(path)).status, 404);
});

test("a version inside the patch must be the object's", async () => {
  const path = await made('versioned');
  const { resourceVersion, uid } = (await server.get(path)).json.metadata;
  const modified =
    'Operation cannot be fulfilled on configmaps "versioned": the object has been modified; please apply your changes to the latest version and try again';
  await refused(path, { metadata: { resourceVersion: '1' } }, 'merge', 409, modified);
  await refused(path, { metadata: { resourceVersion: '1' } }, 'strategic-merge', 409, modified);
  await refused(
    path,
    [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }],
    'json',
    409,
    modified,
  );
  await refused(
    path,
    { metadata: { uid: 'other' } },
    'merge',
    422,
    'ConfigMap "versioned" is invalid: metadata.uid: Invalid value: "other": field is immutable',
  );
  assert.equal(
    (await server.patch(path, { metadata: { resourceVersion, uid }, data: { a: 'b' } })).status,
    200,
  );
  await refused(path, { metadata: { resourceVersion }, data: { a: 'c' } }, 'merge', 409, modified);
});

test('identity is not for patching', async () => {
  const path = await made('itself');
  const name = 'the name of the object (other) does not match the name on the URL (itself)';
  await refused(path, { metadata: { name: 'other' } }, 'merge', 400, name);
  await refused(path, { metadata: { name: 'other' } }, 'strategic-merge', 400, name);
  await refused(path, [{ op: 'replace', path: '/metadata/name', value: 'other' }], 'json', 400, name);
  await refused(
    path,
    [{ op: 'remove', path: '/metadata/name' }],
    'json',
    400,
    /undeterminable: name must be provided/,
  );
  await refused(
    path,
    { metadata: { namespace: 'other' } },
    'merge',
    400,
    /does not match the namespace sent on the request/,
  );
});

test('a JSON patch that does not apply says so, and no more', async () => {
  const path = await made('constant', { data: { a: '1' } });
  const constant = 'the server rejected our request due to an error in our request';
  for (const patch of [
    [{ op: 'test', path: '/data/a', value: '2' }],
    [{ op: 'remove', path: '/data/none' }],
    [{ op: 'jump', path: '/data' }],
    [{ op: 'add', path: '/none/a', value: '1' }],
    [{ op: 'copy', from: '/none/a', path: '/data/b' }],
    [{ op: 'move', from: '/data/none', path: '/data/b' }],
    [
      { op: 'add', path: '/data/b', value: 'first' },
      { op: 'test', path: '/data/b', value: 'other' },
    ],
  ]) {
    const { json } = await refused(path, patch, 'json', 422, constant);
    assert.deepEqual(json, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: constant,
      reason: 'Invalid',
      details: {},
      code: 422,
    });
  }
});

test("a JSON patch goes by the rules of upstream's library where they are not the RFC's", async () => {
  const path = await made('kinder', {
    data: { a: '1' },
    metadata: { name: 'kinder', finalizers: ['a.io/a', 'b.io/b'] },
  });
  const { status, json, text } = await server.patch(
    path,
    [
      { op: 'test', path: '/metadata/finalizers/-1', value: 'b.io/b' },
      { op: 'replace', path: '/metadata/finalizers/-2', value: 'c.io/c' },
      { op: 'remove', path: '/metadata/finalizers/01' },
      { op: 'copy', from: '/data/none', path: '/data/b' },
      { op: 'replace', path: '/data/c', value: 'new' },
      { op: 'add', path: '/immutable' },
    ],
    'json',
  );
  assert.equal(status, 200, text);
  assert.deepEqual(json.metadata.finalizers, ['c.io/c']);
  assert.deepEqual(json.data, { a: '1', b: '', c: 'new' });
  assert.ok(!('immutable' in json));
  await server.patch(path, { metadata: { finalizers: null } });
});

test('a patch that is none is refused', async () => {
  const path = await made('malformed', { data: { a: '1' } });
  for (const kind of ['merge', 'json', 'strategic-merge'] as const) {
    for (const [body, problem] of [
      ['{', 'unexpected end of JSON input'],
      ['', 'unexpected end of JSON input'],
      ['{"a":}', "invalid character '}' looking for beginning of value"],
      ['a: b', "invalid character 'a' looking for beginning of value"],
      ['{} {}', "invalid character '{' after top-level value"],
    ] as const) {
      const prefix = kind === 'strategic-merge' ? '' : 'error decoding patch: ';
      await refused(path, body, kind, 400, `${prefix}${problem}`);
    }
  }
  const cannot = 'error decoding patch: json: cannot unmarshal';
  await refused(path, '{}', 'json', 400, `${cannot} object into Go value of type []handlers.jsonPatchOp`);
  await refused(path, '[1]', 'json', 400, `${cannot} number into Go value of type handlers.jsonPatchOp`);
  await refused(
    path,
    '[{"op":1}]',
    'json',
    400,
    `${cannot} number into Go struct field jsonPatchOp.op of type string`,
  );
  await refused(path, '[null]', 'json', 422, /./);
  const map = 'Go value of type map[string]interface {}';
  await refused(path, '[1]', 'merge', 400, `${cannot} array into ${map}`);
  await refused(path, '"text"', 'merge', 400, `${cannot} string into ${map}`);
  await refused(path, 'null', 'merge', 400, 'Invalid JSON Patch');
  await refused(path, '[]', 'strategic-merge', 400, `json: cannot unmarshal array into ${map}`);
  for (const [kind, body] of [
    ['json', 'null'],
    ['strategic-merge', 'null'],
  ] as const) {
    assert.equal((await server.patch(path, body, kind)).status, 200);
  }
  const lax = `${path}?fieldValidation=Ignore`;
  await refused(
    lax,
    '{}',
    'json',
    400,
    'json: cannot unmarshal object into Go value of type jsonpatch.Patch',
  );
  await refused(
    lax,
    '[1]',
    'json',
    400,
    'json: cannot unmarshal number into Go value of type jsonpatch.Operation',
  );
  await refused(lax, '{', 'merge', 400, 'Invalid JSON Patch');
  await refused(lax, '7', 'merge', 400, 'Invalid JSON Patch');
  await refused(
    path,
    { data: { $patch: 'unknown' } },
    'strategic-merge',
    500,
    'unknown patch type: unknown in map: map[$patch:unknown]',
  );
  const owners = { ownerReferences: [{ name: 'a' }] };
  await server.patch(path, {
    metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a', uid: 'u' }] },
  });
  await refused(
    path,
    { metadata: owners },
    'strategic-merge',
    500,
    'map: map[name:a] does not contain declared merge key: uid',
  );
  await refused(
    path,
    { metadata: { $deleteFromPrimitiveList: [] } },
    'strategic-merge',
    400,
    'invalid patch format of primitive list',
  );
  await refused(
    path,
    { metadata: { ownerReferences: [[]] } },
    'strategic-merge',
    422,
    'the server rejected our request due to an error in our request',
  );
  const deep = `{"data":${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}}`;
  for (const kind of ['merge', 'strategic-merge'] as const) await refused(path, deep, kind, 400, /./);
});

test('a patch whose result is no object of its kind', async () => {
  const path = await made('result', { data: { a: '1' } });
  const cases = [
    ['merge', { data: { a: 1 } }],
    ['merge', { data: 'text' }],
    ['merge', { metadata: 7 }],
    ['merge', { kind: 'Secret' }],
    ['merge', { apiVersion: 'v2' }],
    ['merge', { kind: {} }],
    ['strategic-merge', { data: { a: 1 } }],
    ['json', [{ op: 'replace', path: '/data/a', value: [] }]],
    ['json', [{ op: 'replace', path: '', value: [] }]],
  ] as const;
  for (const [kind, patch] of cases) {
    const { json } = await refused(path, patch, kind, 422, /./);
    assert.equal(json.reason, 'Invalid');
  }
  const { json } = await server.patch(path, { data: { a: 1 } });
  const shown = json.message.match(/^ "" is invalid: patch: Invalid value: (".*"): json: cannot/)[1];
  assert.deepEqual(JSON.parse(JSON.parse(shown)).data, { a: 1 });
  const reason = `${shown}: json: cannot unmarshal number into Go struct field ConfigMap.data of type string`;
  assert.deepEqual(json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: ` "" is invalid: patch: Invalid value: ${reason}`,
    reason: 'Invalid',
    details: {
      causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: ${reason}`, field: 'patch' }],
    },
    code: 422,
  });
});

test('what a strategic merge patch makes of an object, in the words of a conversion', async () => {
  const path = await made('converted', { data: { a: '1' } });
  for (const [patch, problem] of [
    [{ data: { a: 1 } }, '"map[data:map[a:1]]": cannot convert int64 to string'],
    [{ data: { a: true } }, '"map[data:map[a:true]]": unrecognized type: string'],
    [{ data: 'x' }, '"map[data:x]": cannot restore map from string'],
    [
      { metadata: { finalizers: 'x' } },
      '"map[metadata:map[finalizers:x]]": cannot restore slice from string',
    ],
    [{ metadata: 7 }, '"map[metadata:7]": cannot restore struct from: int64'],
    [{ immutable: 1.5 }, '"map[immutable:1.5]": unrecognized type: bool'],
  ] as const) {
    await refused(path, patch, 'strategic-merge', 422, ` "" is invalid: patch: Invalid value: ${problem}`);
  }
});

test('what a patch makes of an object is checked like any other', async () => {
  const path = await made('checked');
  const { json } = await refused(
    path,
    { data: { 'no good': 'v' } },
    'merge',
    422,
    /^ConfigMap "checked" is invalid: data\[no good\]: /,
  );
  assert.equal(json.details.causes.length, 1);
  await made('frozen', { immutable: true, data: { a: '1' } });
  await refused(
    `${configMaps}/frozen`,
    { data: { a: '2' } },
    'merge',
    422,
    /field is immutable when `immutable` is set/,
  );
});

test('kinds without a strategic merge take the other two', async () => {
  const path = `${resourceManager}/organizations/acme`;
  assert.equal((await server.patch(path, {}, 'strategic-merge')).status, 415);
  assert.equal((await server.patch(path, { metadata: { labels: { a: 'b' } } })).json.metadata.labels.a, 'b');
  const json = await server.patch(path, [{ op: 'add', path: '/metadata/labels/c', value: 'd' }], 'json');
  assert.deepEqual(json.json.metadata.labels, { a: 'b', c: 'd' });
});

test('a type with parameters, and none of an object that is not there', async () => {
  const path = await made('typed');
  const type = 'application/merge-patch+json; charset=utf-8';
  assert.equal(
    (await server.send(path, { method: 'PATCH', body: { data: { a: 'b' } }, type })).json.data.a,
    'b',
  );
  for (const kind of ['merge', 'strategic-merge', 'json'] as const) {
    const { status, json } = await server.patch(`${configMaps}/absent`, kind === 'json' ? [] : {}, kind);
    assert.equal(status, 404);
    assert.equal(json.message, 'configmaps "absent" not found');
  }
});
