/** POST: what the server fills in, what it takes from the client, and in which order it refuses. */
import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { ApiServer, makeProjects } from '../api-client.ts';
import { enveloped, message, protobuf } from './protobuf-body.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const resourceManager = '/apis/resourcemanager.miloapis.com/v1alpha1';
const startMs = Date.parse('2026-03-04T05:06:07.890Z');

/** What the server draws from: five numbers a made name. */
const chance = Math.random;
let draw = chance;

let server: ApiServer;
before(async () => {
  mock.method(Math, 'random', () => draw());
  server = await ApiServer.start({ clock: { now: () => startMs } });
  await makeProjects(server, 'acme', []);
});
after(() => server.stop());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("identity, time and version are the server's", async () => {
  const { status, json, text, headers } = await server.post(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'plain',
      uid: 'mine',
      creationTimestamp: '1999-01-01T00:00:00Z',
      deletionTimestamp: '1999-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 30,
      generation: 7,
      selfLink: '/mine',
      managedFields: [{ manager: 'me' }],
      labels: { a: 'b' },
    },
    data: { k: 'v' },
    unknown: { is: 'dropped' },
  });
  assert.equal(status, 201);
  assert.equal(headers['content-type'], 'application/json');
  const { uid, resourceVersion } = json.metadata;
  assert.match(uid, uuid);
  assert.match(resourceVersion, /^[1-9][0-9]*$/);
  assert.deepEqual(json, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'plain',
      namespace: 'default',
      uid,
      resourceVersion,
      // A kind that counts no generations keeps what it is told.
      generation: 7,
      creationTimestamp: '2026-03-04T05:06:07Z',
      labels: { a: 'b' },
      managedFields: [
        {
          manager: 'unknown',
          operation: 'Update',
          apiVersion: 'v1',
          time: '2026-03-04T05:06:07Z',
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:data': { '.': {}, 'f:k': {} },
            'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
          },
        },
      ],
    },
    data: { k: 'v' },
  });
  assert.equal((await server.get(`${configMaps}/plain`)).text, text);
  const listed = (await server.get(configMaps)).json;
  assert.equal(listed.metadata.resourceVersion, resourceVersion);
});

test("kinds that count generations begin at 1, and status is not the client's", async () => {
  const { json } = await server.post(`${resourceManager}/organizations`, {
    metadata: { name: 'counted', generation: 9 },
    status: { observedGeneration: 9, conditions: [{ type: 'Mine', status: 'True' }] },
  });
  assert.equal(json.metadata.generation, 1);
  assert.equal(json.status.observedGeneration, 1);
  assert.deepEqual(
    json.status.conditions.map(({ type }: { type: string }) => type),
    ['Ready', 'OnboardingComplete'],
  );
});

test('apiVersion and kind may be left out, defaults are filled in', async () => {
  const { json } = await server.post('/api/v1/namespaces/default/secrets', {
    apiVersion: '',
    metadata: { name: 'defaulted' },
    stringData: { a: 'text' },
    data: { b: 'Yg==' },
  });
  const { apiVersion, kind, type, data, stringData } = json;
  assert.deepEqual(
    { apiVersion, kind, type, data, stringData },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      data: { a: 'dGV4dA==', b: 'Yg==' },
      stringData: undefined,
    },
  );
});

test('a resourceVersion has no place on a new object', async () => {
  const { status, json } = await server.post(configMaps, {
    metadata: { name: 'versioned', resourceVersion: '1' },
  });
  assert.equal(status, 500);
  assert.deepEqual(json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'resourceVersion should not be set on objects to be created',
    code: 500,
  });
  // What no object could have is no version.
  for (const resourceVersion of ['0', '', 'x']) {
    const made = await server.post(`${configMaps}?dryRun=All`, {
      metadata: { name: 'free', resourceVersion },
    });
    assert.deepEqual([made.status, made.json.metadata.resourceVersion], [201, undefined]);
  }
});

test('the namespace is that of the path', async () => {
  const elsewhere = await server.post(configMaps, { metadata: { name: 'a', namespace: 'elsewhere' } });
  assert.equal(elsewhere.status, 400);
  assert.equal(
    elsewhere.json.message,
    'the namespace of the provided object does not match the namespace sent on the request',
  );
  const filled = await server.post(configMaps, { metadata: { name: 'filled' } });
  assert.equal(filled.json.metadata.namespace, 'default');
  const clusterScoped = await server.post('/api/v1/namespaces', {
    metadata: { name: 'own', namespace: 'default' },
  });
  assert.equal(clusterScoped.status, 201);
  assert.equal(clusterScoped.json.metadata.namespace, undefined);
});

test('what is wrong with the object comes before what is wrong with its place', async () => {
  await server.post(configMaps, { metadata: { name: 'taken' } });
  const invalid = await server.post(configMaps, { metadata: { name: 'taken', labels: { a: 'no good' } } });
  assert.equal(invalid.status, 422);
  assert.equal((await server.post(configMaps, { metadata: { name: 'taken' } })).status, 409);
});

test('nothing is created in a namespace that is going', async () => {
  await server.post('/api/v1/namespaces', { metadata: { name: 'going' } });
  const inside = '/api/v1/namespaces/going/configmaps';
  await server.post(inside, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
  await server.remove('/api/v1/namespaces/going');
  for (const name of ['new', 'held']) {
    const { json } = await server.post(inside, { metadata: { name } });
    assert.deepEqual(json, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `configmaps "${name}" is forbidden: unable to create new content in namespace going because it is being terminated`,
      reason: 'Forbidden',
      details: {
        name,
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace going is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
      code: 403,
    });
  }
  await server.patch(`${inside}/held`, { metadata: { finalizers: null } });
});

test('of creators that race for a name one wins', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      server.post(configMaps, { metadata: { name: 'raced' }, data: { i: `${i}` } }),
    ),
  );
  const codes = answers.map(({ status }) => status).sort();
  assert.deepEqual(codes, [201, ...Array.from({ length: 19 }, () => 409)]);
  const winner = answers.find(({ status }) => status === 201);
  assert.equal((await server.get(`${configMaps}/raced`)).text, winner?.text);
});

test('names are made of generateName', async () => {
  const { status, json } = await server.post(configMaps, { metadata: { generateName: 'made-' } });
  assert.equal(status, 201);
  assert.match(json.metadata.name, /^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.equal(json.metadata.generateName, 'made-');
  const long = await server.post(configMaps, { metadata: { generateName: 'l'.repeat(100) } });
  assert.match(long.json.metadata.name, /^l{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  const named = await server.post(configMaps, { metadata: { name: 'wins', generateName: 'made-' } });
  assert.equal(named.json.metadata.name, 'wins');
  const invalid = await server.post(configMaps, { metadata: { generateName: 'No_' } });
  assert.equal(invalid.status, 422);
});

test('a made name that is taken is made again, eight times', async () => {
  /** Draws the same name so many times, and then another. */
  const create = async (times: number) => {
    let draws = 0;
    draw = () => (draws++ < times * 5 ? 0 : chance());
    const answer = await server.post(configMaps, { metadata: { generateName: 'twin-' } });
    draw = chance;
    return { status: answer.status, json: answer.json, names: draws / 5 };
  };
  const first = await create(1);
  assert.deepEqual([first.status, first.json.metadata.name, first.names], [201, 'twin-bbbbb', 1]);
  const eighth = await create(7);
  assert.deepEqual([eighth.status, eighth.names], [201, 8]);
  const never = await create(8);
  assert.equal(never.names, 8);
  assert.deepEqual(never.json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      'configmaps "twin-bbbbb" already exists, the server was not able to generate a unique name for the object',
    reason: 'AlreadyExists',
    details: { name: 'twin-bbbbb', kind: 'configmaps', retryAfterSeconds: 1 },
    code: 409,
  });
});

test('bodies in YAML', async () => {
  const yaml =
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  answer: "yes"\n  lines: |\n    a\n    b\n';
  for (const [name, type] of [
    ['from-yaml', 'application/yaml'],
    ['from-yaml-2', 'application/yaml; charset=utf-8'],
  ] as const) {
    const { status, json } = await server.send(configMaps, {
      method: 'POST',
      body: yaml.replace('from-yaml', name),
      type,
    });
    assert.equal(status, 201);
    assert.deepEqual(json.data, { answer: 'yes', lines: 'a\nb\n' });
  }
});

test('bodies in protobuf', async () => {
  const metadata = message([1, 'from-protobuf'], [11, message([1, 'a'], [2, 'b'])]);
  const configMap = message(
    [1, metadata],
    [2, message([1, 'k'], [2, 'v'])],
    [3, message([1, 'b'], [2, Buffer.from([0xff])])],
  );
  const send = (body: Buffer) => server.send(configMaps, { method: 'POST', body, type: protobuf });
  const { status, json } = await send(enveloped('v1', 'ConfigMap', configMap));
  assert.equal(status, 201);
  const { metadata: made, data, binaryData } = json;
  assert.deepEqual(
    [made.name, made.labels, data, binaryData],
    ['from-protobuf', { a: 'b' }, { k: 'v' }, { b: '/w==' }],
  );
  assert.equal((await send(enveloped('v1', 'Secret', configMap))).status, 400);
  assert.equal((await send(enveloped('v2', 'ConfigMap', configMap))).status, 400);
  assert.equal((await send(configMap)).status, 400);
  assert.equal((await send(enveloped('v1', 'ConfigMap', configMap).subarray(0, 40))).status, 400);
  const lease = message(
    [1, message([1, 'from-protobuf'])],
    [2, message([1, 'holder'], [2, 15], [4, message([1, 1_700_000_000], [2, 123_456_000])])],
  );
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const leased = await server.send(leases, {
    method: 'POST',
    body: enveloped('coordination.k8s.io/v1', 'Lease', lease),
    type: protobuf,
  });
  assert.deepEqual(leased.json.spec, {
    holderIdentity: 'holder',
    leaseDurationSeconds: 15,
    renewTime: '2023-11-14T22:13:20.123456Z',
  });
});

test('names of the greatest length, and one more', async () => {
  const name = 'n'.repeat(253);
  assert.equal((await server.post(configMaps, { metadata: { name } })).status, 201);
  assert.equal((await server.get(`${configMaps}/${name}`)).json.metadata.name, name);
  assert.equal((await server.post(configMaps, { metadata: { name: `${name}n` } })).status, 422);
  for (const path of [`${configMaps}/${'n'.repeat(2_000)}`, `${configMaps}/a%2Fb`, `${configMaps}/a%00b`]) {
    const { status } = await server.get(path);
    assert.ok(status === 400 || status === 404, `${path}: ${status}`);
    assert.ok([400, 404].includes((await server.remove(path)).status));
    const watched = await server.watch(path.replace('/api/v1/', '/api/v1/watch/')).opened();
    assert.ok([200, 400, 404].includes(watched.status), `${path}: ${watched.status}`);
    watched.close();
  }
  assert.ok(
    [400, 404].includes(
      (await server.post(`/api/v1/namespaces/${'n'.repeat(2_000)}/configmaps`, { metadata: { name: 'a' } }))
        .status,
    ),
  );
  assert.ok(
    [400, 404].includes(
      (await server.post('/api/v1/namespaces/a%2Fb/configmaps', { metadata: { name: 'a' } })).status,
    ),
  );
});
