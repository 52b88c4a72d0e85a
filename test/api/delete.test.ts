/** DELETE of one object: what it answers, what holds the object, and where its options may come from. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer, makeProjects, type Send } from '../api-client.ts';
import { untilGone } from './control-planes.ts';
import { enveloped, message, protobuf } from './protobuf-body.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const organizations = '/apis/resourcemanager.miloapis.com/v1alpha1/organizations';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', []);
});
after(() => server.stop());

let count = 0;
/** A new object and its path. */
async function made(finalizers?: string[]): Promise<string> {
  const name = `object-${count++}`;
  const answer = await server.post(configMaps, { metadata: { name, finalizers } });
  assert.equal(answer.status, 201, answer.text);
  return `${configMaps}/${name}`;
}
const remove = (path: string, send: Send = {}) => server.send(path, { method: 'DELETE', ...send });

test('a Status says that it is gone', async () => {
  const path = await made();
  const { uid, name } = (await server.get(path)).json.metadata;
  const { status, json } = await remove(path);
  assert.equal(status, 200);
  assert.deepEqual(json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, kind: 'configmaps', uid },
  });
  assert.equal((await server.get(path)).status, 404);
  assert.equal((await remove(path)).status, 404);
  const lease = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  await server.post(lease, { metadata: { name: 'l' } });
  const { details } = (await remove(`${lease}/l`)).json;
  assert.deepEqual(
    { ...details, uid: '' },
    { name: 'l', group: 'coordination.k8s.io', kind: 'leases', uid: '' },
  );
});

test('a Status in the form that the client takes', async () => {
  const yaml = await remove(await made(), { headers: { accept: 'application/yaml' } });
  assert.equal(yaml.headers['content-type'], 'application/yaml');
  assert.match(yaml.text, /^kind: Status$/m);
  const table = await remove(await made(), {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  assert.equal(table.json.kind, 'Status');
  const pretty = await remove(`${await made()}?pretty=true`);
  assert.match(pretty.text, /^\{\n {2}"kind": "Status",\n/);
});

test('finalizers hold it, marked', async () => {
  const path = await made(['example.com/hold']);
  const before = (await server.get(path)).json;
  const { status, json } = await remove(path);
  assert.equal(status, 200);
  const { deletionTimestamp, resourceVersion } = json.metadata;
  assert.match(deletionTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(json, {
    ...before,
    metadata: { ...before.metadata, deletionTimestamp, deletionGracePeriodSeconds: 0, resourceVersion },
  });
  assert.ok(Number(resourceVersion) > Number(before.metadata.resourceVersion));
  // Deleting again changes nothing.
  for (const send of [
    {},
    { body: { gracePeriodSeconds: 0 } },
    { body: { propagationPolicy: 'Background' } },
  ]) {
    assert.deepEqual((await remove(path, send)).json, json);
  }
  assert.deepEqual((await server.get(path)).json, json);
  // Only who asks for cascading by its old name is told by the code that it is not gone.
  assert.equal((await remove(path, { body: { orphanDependents: false } })).status, 202);
  assert.equal((await remove(`${path}?orphanDependents=false`)).status, 202);
  assert.equal((await remove(path, { body: { preconditions: { uid: 'other' } } })).status, 409);
});

test('a namespace is Terminating until it is empty', async () => {
  await server.post('/api/v1/namespaces', { metadata: { name: 'ending' } });
  await server.post('/api/v1/namespaces/ending/configmaps', {
    metadata: { name: 'hold', finalizers: ['example.com/hold'] },
  });
  const { status, json } = await remove('/api/v1/namespaces/ending');
  assert.deepEqual([status, json.kind, json.status.phase], [200, 'Namespace', 'Terminating']);
  await server.patch('/api/v1/namespaces/ending/configmaps/hold', { metadata: { finalizers: null } });
});

test('preconditions that hold', async () => {
  const path = await made();
  const { uid, resourceVersion } = (await server.get(path)).json.metadata;
  assert.equal((await remove(path, { body: { preconditions: { uid, resourceVersion: '1' } } })).status, 409);
  assert.equal(
    (await remove(path, { body: { preconditions: { uid: 'other', resourceVersion } } })).status,
    409,
  );
  assert.equal((await remove(path, { body: { preconditions: {} } })).status, 200);
  const second = await made();
  const own = (await server.get(second)).json.metadata;
  assert.equal(
    (
      await remove(second, {
        body: { preconditions: { uid: own.uid, resourceVersion: own.resourceVersion } },
      })
    ).status,
    200,
  );
});

test('options may come as JSON, YAML, protobuf or parameters, of three groups', async () => {
  const kind = 'DeleteOptions';
  const conflicting: Send[] = [
    { body: { preconditions: { uid: 'other' } } },
    ...['v1', 'meta.k8s.io/v1', 'coordination.k8s.io/v1'].map((apiVersion) => ({
      body: { kind, apiVersion, preconditions: { uid: 'other' } },
    })),
    { body: 'preconditions:\n  uid: other\n', type: 'application/yaml' },
    { body: enveloped('v1', kind, message([2, message([1, 'other'])])), type: protobuf },
    {
      body: enveloped('meta.k8s.io/v1', kind, message([1, 0], [2, message([1, 'other'])], [4, 'Background'])),
      type: protobuf,
    },
  ];
  const path = await made();
  for (const send of conflicting) {
    const answer = await remove(path, send);
    assert.equal(answer.status, 409, answer.text);
  }
  const dry: readonly (readonly [string, Send])[] = [
    ['?dryRun=All', {}],
    ['?dryRun=All&propagationPolicy=Background&gracePeriodSeconds=-3', {}],
    ['', { body: { dryRun: ['All'] } }],
    ['', { body: 'dryRun: [All]', type: 'application/yaml' }],
    ['', { body: enveloped('v1', kind, message([5, 'All'])), type: protobuf }],
  ];
  for (const [query, send] of dry) {
    const answer = await remove(`${path}${query}`, send);
    assert.deepEqual([answer.status, answer.json.status], [200, 'Success'], answer.text);
    assert.equal((await server.get(path)).status, 200);
  }
  // A body is all that counts where there is one.
  assert.equal((await remove(`${path}?dryRun=All`, { body: { kind } })).status, 200);
  assert.equal((await server.get(path)).status, 404);
});

test('every policy there is removes what nothing depends on', async () => {
  for (const send of [
    { body: { propagationPolicy: 'Orphan' } },
    { body: { propagationPolicy: 'Background' } },
    { body: { propagationPolicy: 'Foreground' } },
    { body: { orphanDependents: true } },
    { body: { gracePeriodSeconds: 30 } },
    { body: {} },
  ]) {
    const path = await made();
    assert.equal((await remove(path, send)).status, 200);
    await untilGone(server, path);
  }
});

test('options that are not valid', async () => {
  const path = await made();
  const policies = 'supported values: "Foreground", "Background", "Orphan", "nil"';
  const cases = [
    [{ propagationPolicy: 'Sometimes' }, 'propagationPolicy', `Unsupported value: "Sometimes": ${policies}`],
    [
      { propagationPolicy: 'Orphan', orphanDependents: true },
      'propagationPolicy',
      'Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ],
    [{ dryRun: ['All', 'Some'] }, 'dryRun', 'Unsupported value: ["All","Some"]: supported values: "All"'],
  ] as const;
  for (const [body, field, problem] of cases) {
    const query = Object.entries(body).flatMap(([name, value]) =>
      [value].flat().map((one) => `${name}=${one}`),
    );
    for (const answer of [await remove(path, { body }), await remove(`${path}?${query.join('&')}`)]) {
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.json.message, `DeleteOptions.meta.k8s.io "" is invalid: ${field}: ${problem}`);
      assert.deepEqual(answer.json.details.kind, 'DeleteOptions');
    }
  }
  const noKind = "couldn't get version/kind; json parse error: ";
  for (const [send, message] of [
    [{ body: '{' }, `${noKind}unexpected end of JSON input`],
    [{ body: '[]' }, /^couldn't get version.*: json: cannot unmarshal array into Go value of type struct/],
    [
      { body: { gracePeriodSeconds: 'soon' } },
      'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
    ],
    [
      { body: { preconditions: 7 } },
      'json: cannot unmarshal number into Go struct field DeleteOptions.preconditions of type v1.Preconditions',
    ],
    [
      { body: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' } } },
      /^no kind "ConfigMap" is registered for version "v1" in scheme /,
    ],
    [{ body: 'a: [', type: 'application/yaml' }, /^error converting YAML to JSON: yaml: /],
    [{ body: 'k8s', type: protobuf }, /./],
  ] as const) {
    const { status, json } = await remove(path, send);
    assert.deepEqual([status, json.reason], [400, 'BadRequest'], json.message);
    if (typeof message === 'string') assert.equal(json.message, message);
    else assert.match(json.message, message);
  }
  // What is unknown is not looked at, whatever the directive.
  const lax = await remove(`${path}?fieldValidation=Strict`, {
    body: '{"colour":1,"dryRun":["All"],"dryRun":["All"]}',
  });
  assert.equal(lax.status, 200, lax.text);
  assert.equal(lax.headers.warning, undefined);
  assert.equal((await remove(`${path}?gracePeriodSeconds=soon`)).status, 400);
  assert.equal((await server.get(path)).status, 200);
});

test('a dry run marks and removes nothing', async () => {
  const path = await made(['example.com/hold']);
  const before = await server.get(path);
  const { status, json } = await remove(`${path}?dryRun=All`);
  assert.equal(status, 200);
  assert.ok(json.metadata.deletionTimestamp);
  assert.equal(json.metadata.resourceVersion, before.json.metadata.resourceVersion);
  assert.equal((await server.get(path)).text, before.text);
});

test('kinds that count generations count the deletion, once', async () => {
  const path = `${organizations}/acme`;
  await server.patch(path, { metadata: { finalizers: ['example.com/hold'] } });
  const before = (await server.get(path)).json.metadata.generation;
  const deleted = await remove(path);
  assert.equal(deleted.json.metadata.generation, before + 1);
  assert.equal((await remove(path)).json.metadata.generation, before + 1);
});
