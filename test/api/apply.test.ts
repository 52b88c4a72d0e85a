/** Server-side apply from outside: who owns what, who is refused, what goes and what stays. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/apimachinery/object-meta.ts';
import { type Answer, ApiServer, type Send } from '../api-client.ts';
import { checkStatus } from './check-status.ts';
import { type Manifest, must } from './control-planes.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const accounts = '/api/v1/namespaces/default/serviceaccounts';
const services = '/api/v1/namespaces/default/services';
const namespaces = '/api/v1/namespaces';
const events = '/apis/events.k8s.io/v1/namespaces/default/events';
const coreEvents = '/api/v1/namespaces/default/events';

let server: ApiServer;
let nowMs = Date.UTC(2026, 2, 4, 5, 6, 7);
before(async () => {
  server = await ApiServer.start({ clock: { now: () => nowMs } });
});
after(() => server.stop());

let count = 0;
const freshName = (): string => `o-${count++}`;

const applying = (body: unknown): Send => ({
  method: 'PATCH',
  body,
  type: 'application/apply-patch+yaml',
});
const apply = (path: string, manager: string, body: unknown, more = ''): Promise<Answer> =>
  server.send(`${path}?fieldManager=${manager}${more}`, applying(body));

const configMap = (name: string, data: object, metadata: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
const data = (...keys: readonly string[]): JsonObject => ({
  'f:data': Object.fromEntries(keys.map((key) => [key === '.' ? '.' : `f:${key}`, {}])),
});

/** `manager operation [subresource]` → the fields. */
function owners(object: Manifest): Record<string, JsonObject> {
  const entries: Manifest[] = object.metadata.managedFields ?? [];
  return Object.fromEntries(
    entries.map(({ manager, operation, subresource, fieldsV1 }) => [
      [manager, operation, subresource].filter((part) => part !== undefined).join(' '),
      fieldsV1,
    ]),
  );
}

/** A config map in `default`, applied by `first`. */
async function applied(values: object, metadata: object = {}): Promise<string> {
  const name = freshName();
  await must(apply(`${configMaps}/${name}`, 'first', configMap(name, values, metadata)), 201);
  return `${configMaps}/${name}`;
}
const nameIn = (path: string): string => path.split('/').at(-1)!;

describe('a missing object', () => {
  test('is created', async () => {
    const answer = await apply(`${configMaps}/fresh`, 'first', configMap('fresh', { a: '1' }));
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.json.metadata.managedFields, [
      {
        manager: 'first',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-03-04T05:06:07Z',
        fieldsType: 'FieldsV1',
        fieldsV1: data('a'),
      },
    ]);
    assert.equal((await server.get(`${configMaps}/fresh`)).text, answer.text);
  });
  test('is created once, however many apply it at once', async () => {
    const path = `${configMaps}/raced`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => apply(path, `m${i}`, configMap('raced', { [`k${i}`]: `${i}` }))),
    );
    assert.deepEqual(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [...Array<number>(19).fill(200), 201],
    );
    const { json } = await server.get(path);
    assert.equal(Object.keys(json.data).length, 20);
    assert.deepEqual(owners(json)['m7 Apply'], data('k7'));
  });
  test('is created from YAML, and answered in JSON', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1"\n';
    const answer = await server.send(`${configMaps}/yaml?fieldManager=first`, {
      ...applying(body),
      type: 'application/apply-patch+yaml; charset=utf-8',
    });
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.json.data, { a: '1' });
  });
  test('is not created by a dry run', async () => {
    const path = `${configMaps}/dry`;
    const answer = await apply(path, 'first', configMap('dry', { a: '1' }), '&dryRun=All');
    assert.equal(answer.status, 201);
    assert.equal(answer.json.metadata.resourceVersion, undefined);
    assert.equal((await server.get(path)).status, 404);
  });
  test('is not created through a subresource', async () => {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'none' } };
    assert.equal((await apply(`${namespaces}/none/status`, 'first', body)).status, 404);
  });
});

describe('two managers', () => {
  test('a conflict is told in upstream’s words', async () => {
    const path = await applied({ a: '1', b: '1', c: '1' });
    await checkStatus(server, `${path}?fieldManager=second`, applying(configMap(nameIn(path), { a: '2' })), {
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "first": .data.a',
      details: {
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "first"', field: '.data.a' }],
      },
    });
  });
  test('conflicts with several are listed by manager', async () => {
    const path = await applied({ a: '1', b: '1' });
    await must(server.patch(`${path}?fieldManager=patcher`, { data: { c: '1' } }), 200);
    const { json } = await apply(path, 'third', configMap(nameIn(path), { a: '2', b: '2', c: '2' }));
    assert.equal(
      json.message,
      'Apply failed with 3 conflicts: conflicts with "first":\n- .data.a\n- .data.b\nconflicts with "patcher" using v1:\n- .data.c',
    );
    assert.deepEqual(
      json.details.causes.map((cause: Manifest) => `${cause.message} ${cause.field}`),
      [
        'conflict with "first" .data.a',
        'conflict with "first" .data.b',
        'conflict with "patcher" using v1 .data.c',
      ],
    );
  });
  test('force takes the field, and the other keeps the rest', async () => {
    const path = await applied({ a: '1', b: '1' });
    const config = configMap(nameIn(path), { a: '2' });
    const object = await must(apply(path, 'second', config, '&force=true'), 200);
    assert.deepEqual(object.data, { a: '2', b: '1' });
    assert.deepEqual(owners(object), { 'first Apply': data('b'), 'second Apply': data('a') });
  });
  for (const [force, status] of [
    ['true', 200],
    ['1', 200],
    ['yes', 200],
    ['false', 409],
    ['False', 409],
    ['0', 409],
  ] as const) {
    test(`force=${force}`, async () => {
      const path = await applied({ a: '1' });
      const config = configMap(nameIn(path), { a: '2' });
      assert.equal((await apply(path, 'second', config, `&force=${force}`)).status, status);
    });
  }
  test('the same value is owned by both, and stays until the last lets go', async () => {
    const path = await applied({ a: '1', b: '1' });
    const name = nameIn(path);
    const shared = await must(apply(path, 'second', configMap(name, { a: '1' })), 200);
    assert.deepEqual(owners(shared), { 'second Apply': data('a'), 'first Apply': data('a', 'b') });
    const left = await must(apply(path, 'first', configMap(name, { b: '1' })), 200);
    assert.deepEqual(left.data, { a: '1', b: '1' });
    assert.deepEqual(owners(left), { 'second Apply': data('a'), 'first Apply': data('b') });
    const gone = await must(apply(path, 'second', { ...configMap(name, {}), data: undefined }), 200);
    assert.deepEqual(gone.data, { b: '1' });
    assert.deepEqual(owners(gone), { 'first Apply': data('b') });
  });
  test('what nobody applies any more is removed', async () => {
    const path = await applied({ a: '1', b: '1' }, { labels: { x: '1' } });
    const object = await must(apply(path, 'first', configMap(nameIn(path), { b: '2' })), 200);
    assert.deepEqual([object.data, object.metadata.labels], [{ b: '2' }, undefined]);
    assert.deepEqual(owners(object), { 'first Apply': data('b') });
  });
  test('a PUT takes what it changes, and what it leaves out is nobody’s', async () => {
    const path = await applied({ a: '1', b: '1', c: '1' });
    const put = configMap(nameIn(path), { a: '1', b: '2' });
    const object = await must(server.put(`${path}?fieldManager=putter`, put), 200);
    assert.deepEqual(owners(object), { 'first Apply': data('a'), 'putter Update': data('b') });
  });
  test('racing appliers all succeed', async () => {
    const path = await applied({ shared: '1' });
    const name = nameIn(path);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => apply(path, `m${i}`, configMap(name, { [`k${i}`]: 'v' }))),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const { json } = await server.get(path);
    assert.equal(Object.keys(json.data).length, 31);
    assert.equal(json.metadata.managedFields.length, 31);
  });
});

describe('the manager of an ordinary write', () => {
  const check = (name: string, headers: Record<string, string>, query: string, manager: string): void => {
    test(name, async () => {
      const body = configMap(freshName(), { a: '1' });
      const answer = await server.send(`${configMaps}${query}`, { method: 'POST', body, headers });
      assert.deepEqual(Object.keys(owners(await must(Promise.resolve(answer), 201))), [`${manager} Update`]);
    });
  };
  check('as the request says', { 'user-agent': 'kubectl/v1.33.0 (linux/amd64)' }, '?fieldManager=me', 'me');
  check('else the program', { 'user-agent': 'kubectl/v1.33.0 (linux/amd64)' }, '', 'kubectl');
  check('of at most 128 bytes', { 'user-agent': 'a'.repeat(200) }, '', 'a'.repeat(128));
  check('else unknown', {}, '', 'unknown');

  test('of a project’s first namespace is the server', async () => {
    const group = '/apis/resourcemanager.miloapis.com/v1alpha1';
    await must(
      server.post(`${group}/organizations`, { metadata: { name: 'acme' }, spec: { type: 'Standard' } }),
      201,
    );
    const ownerRef = { kind: 'Organization', name: 'acme' };
    const made = await must(
      server.post(`${group}/projects`, { metadata: { name: 'tracked' }, spec: { ownerRef } }),
      201,
    );
    assert.deepEqual(Object.keys(owners(made)), ['unknown Update']);
    const { json } = await server.get('/projects/tracked/control-plane/api/v1/namespaces/default');
    assert.deepEqual(Object.keys(owners(json)), ['milo Update']);
  });
  test('what the server adds belongs to nobody', async () => {
    const body = { metadata: { name: 'tracked' }, spec: {} };
    const namespace = await must(server.post(`${namespaces}?fieldManager=me`, body), 201);
    assert.deepEqual(owners(namespace), {
      'me Update': { 'f:metadata': { 'f:labels': { '.': {}, 'f:kubernetes.io/metadata.name': {} } } },
    });
    assert.deepEqual(namespace.spec, { finalizers: ['kubernetes'] });
  });
  test('more than ten are merged by age', async () => {
    const path = await applied({ a: '1' });
    for (let i = 0; i < 12; i++) {
      nowMs += 1000;
      await must(server.patch(`${path}?fieldManager=m${i}`, { data: { [`k${i}`]: 'v' } }), 200);
    }
    const { json } = await server.get(path);
    assert.deepEqual(Object.keys(owners(json)), [
      'first Apply',
      'ancient-changes Update',
      ...Array.from({ length: 9 }, (_, i) => `m${i + 3} Update`),
    ]);
    assert.deepEqual(owners(json)['ancient-changes Update'], data('k0', 'k1', 'k2'));
  });
});

describe('what changes nothing', () => {
  test('writes nothing, whenever it comes', async () => {
    const path = await applied({ a: '1' }, { labels: { x: '1' } });
    const name = nameIn(path);
    await must(server.put(`${path}?fieldManager=putter`, configMap(name, { a: '2' })), 200);
    const watched = await server.watch(`${configMaps}?fieldSelector=metadata.name%3D${name}`).opened();
    const before = (await server.get(path)).text;
    nowMs += 60_000;
    for (const answer of [
      await server.put(`${path}?fieldManager=putter`, configMap(name, { a: '2' })),
      await server.put(`${path}?fieldManager=another`, configMap(name, { a: '2' })),
      await server.patch(`${path}?fieldManager=another`, { data: { a: '2' } }),
      await server.put(path, JSON.parse(before)),
    ]) {
      assert.equal(answer.status, 200);
      assert.equal(answer.text, before);
    }
    watched.close();
  });
  test('an apply that says the same keeps the resourceVersion and the time', async () => {
    const path = await applied({ a: '1' }, { labels: { x: '1' }, annotations: { y: '1' } });
    const before = (await server.get(path)).text;
    nowMs += 60_000;
    const config = configMap(nameIn(path), { a: '1' }, { labels: { x: '1' }, annotations: { y: '1' } });
    assert.equal((await apply(path, 'first', config)).text, before);
    assert.equal((await apply(path, 'first', config, '&force=true')).text, before);
    assert.equal((await server.get(path)).text, before);
  });
  test('a changed field moves the time of who changed it alone', async () => {
    const path = await applied({ a: '1' });
    nowMs += 60_000;
    const object = await must(server.patch(`${path}?fieldManager=other`, { data: { b: '1' } }), 200);
    const times = object.metadata.managedFields.map((entry: Manifest) => Date.parse(entry.time));
    assert.equal(times[1] - times[0], 60_000);
  });
});

describe('lists and maps', () => {
  const account = (name: string, secrets: readonly string[], pulls: readonly string[] = []): Manifest => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
    secrets: secrets.map((secret) => ({ name: secret })),
    ...(pulls.length === 0 ? {} : { imagePullSecrets: pulls.map((secret) => ({ name: secret })) }),
  });
  test('items of a keyed list have owners of their own', async () => {
    const path = `${accounts}/keyed`;
    await must(apply(path, 'first', account('keyed', ['a', 'b'])), 201);
    const both = await must(apply(path, 'second', account('keyed', ['c', 'b'])), 200);
    assert.deepEqual(
      both.secrets.map(({ name }: Manifest) => name),
      ['a', 'c', 'b'],
    );
    const left = await must(apply(path, 'first', account('keyed', ['b'])), 200);
    assert.deepEqual(
      left.secrets.map(({ name }: Manifest) => name),
      ['c', 'b'],
    );
    assert.deepEqual(owners(left)['second Apply'], {
      // An object reference is owned as a whole.
      'f:secrets': { 'k:{"name":"b"}': {}, 'k:{"name":"c"}': {} },
    });
  });
  test('an atomic list has one owner', async () => {
    const path = `${accounts}/atomic`;
    await must(apply(path, 'first', account('atomic', [], ['a'])), 201);
    const { json } = await apply(path, 'second', account('atomic', [], ['b']));
    assert.match(json.message, /conflict with "first": \.imagePullSecrets$/);
  });
  test('members of a set come and go one by one', async () => {
    const held = (name: string, ...finalizers: readonly string[]): Manifest => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, finalizers },
    });
    const path = `${configMaps}/held`;
    await must(apply(path, 'first', held('held', 'example.com/a', 'example.com/b')), 201);
    await must(apply(path, 'second', held('held', 'example.com/c')), 200);
    const object = await must(apply(path, 'first', held('held', 'example.com/b')), 200);
    assert.deepEqual(object.metadata.finalizers, ['example.com/b', 'example.com/c']);
    assert.deepEqual(owners(object)['second Apply'], {
      'f:metadata': { 'f:finalizers': { 'v:"example.com/c"': {} } },
    });
  });
  test('the same item twice is refused', async () => {
    const answer = await apply(`${accounts}/twice`, 'first', account('twice', ['a', 'a']));
    assert.equal(answer.status, 500);
    assert.equal(
      answer.json.message,
      'failed to create typed patch object (/twice; /v1, Kind=ServiceAccount): .secrets: duplicate entries for key [name="a"]',
    );
  });
  test('items that cannot be told apart are stored, and not applied to', async () => {
    const path = `${accounts}/alike`;
    const body = { ...account('alike', []), secrets: [{}, { name: 'a' }] };
    const made = await must(server.post(`${accounts}?fieldManager=me`, body), 201);
    assert.equal(made.metadata.managedFields, undefined);
    const labelled = { ...body, metadata: { name: 'alike', labels: { a: 'b' } } };
    await must(server.put(path, labelled), 200);
    const { status, json } = await apply(path, 'first', account('alike', ['b']));
    assert.equal(status, 500);
    assert.match(
      json.message,
      /^failed to create typed live object \(default\/alike; \/v1, Kind=ServiceAccount\): \.secrets: element 0: /,
    );
    // Once they can be, everything is in order again.
    await must(server.put(path, account('alike', ['a'])), 200);
    const applied = await must(apply(path, 'first', account('alike', ['b'])), 200);
    assert.deepEqual(Object.keys(owners(applied)), ['first Apply', 'before-first-apply Update']);
  });
  test('a list of two keys, one of which has a default', async () => {
    const service = (ports: readonly object[]): Manifest => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ported' },
      spec: { ports },
    });
    const path = `${services}/ported`;
    await must(apply(path, 'first', service([{ name: 'a', port: 80 }])), 201);
    const both = await must(apply(path, 'second', service([{ name: 'b', port: 80, protocol: 'UDP' }])), 200);
    assert.equal(both.spec.ports.length, 2);
    const left = await must(apply(path, 'first', service([])), 200);
    assert.deepEqual(
      left.spec.ports.map(({ name }: Manifest) => name),
      ['b'],
    );
  });
});

describe('subresources', () => {
  const condition = (type: string): Manifest => ({ type, status: 'True', reason: 'R', message: 'm' });
  test('have entries of their own, and own nothing they cannot write', async () => {
    await must(server.post(`${namespaces}?fieldManager=me`, { metadata: { name: 'staged' } }), 201);
    const config = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'staged', labels: { x: '1' } },
      spec: { finalizers: ['example.com/ignored'] },
      status: { conditions: [condition('A')] },
    };
    const object = await must(apply(`${namespaces}/staged/status`, 'stager', config), 200);
    assert.deepEqual(object.spec.finalizers, ['kubernetes']);
    assert.deepEqual(owners(object)['stager Apply status'], {
      'f:metadata': { 'f:labels': { 'f:x': {} } },
      'f:status': {
        'f:conditions': {
          'k:{"type":"A"}': { '.': {}, 'f:message': {}, 'f:reason': {}, 'f:status': {}, 'f:type': {} },
        },
      },
    });
    const conflicting = { ...config, status: { conditions: [{ ...condition('A'), status: 'False' }] } };
    const { json } = await apply(`${namespaces}/staged/status`, 'other', conflicting);
    assert.equal(
      json.message,
      'Apply failed with 1 conflict: conflict with "stager" with subresource "status": .status.conditions[type="A"].status',
    );
  });
  test('the object’s own endpoint owns no status', async () => {
    const config = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'stateless', labels: { x: '1' } },
      status: { phase: 'Terminating' },
    };
    const object = await must(apply(`${namespaces}/stateless`, 'first', config), 201);
    assert.equal(object.status.phase, 'Active');
    assert.deepEqual(owners(object), { 'first Apply': { 'f:metadata': { 'f:labels': { 'f:x': {} } } } });
  });
  test('cannot edit managedFields', async () => {
    await must(server.post(`${namespaces}?fieldManager=me`, { metadata: { name: 'edited' } }), 201);
    const object = await must(
      server.patch(`${namespaces}/edited/status?fieldManager=m`, {
        metadata: { managedFields: [] },
        status: { conditions: [condition('A')] },
      }),
      200,
    );
    assert.deepEqual(Object.keys(owners(object)), ['m Update status', 'me Update']);
  });
});

describe('managedFields that a client sends', () => {
  for (const [name, managedFields] of [
    ['an empty list', []],
    ['a list of an empty entry', [{}]],
  ] as const) {
    test(`${name} ends the tracking, until somebody applies`, async () => {
      const path = await applied({ a: '1' });
      const reset = await must(server.patch(path, { metadata: { managedFields } }), 200);
      assert.equal(reset.metadata.managedFields, undefined);
      const patched = await must(server.patch(path, { data: { b: '1' } }), 200);
      assert.equal(patched.metadata.managedFields, undefined);
      const again = await must(apply(path, 'second', configMap(nameIn(path), { c: '1' })), 200);
      assert.deepEqual(owners(again), {
        'second Apply': data('c'),
        'before-first-apply Update': data('.', 'a', 'b'),
      });
    });
  }
  const broken = { manager: 'm', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };
  for (const [name, managedFields] of [
    ['null', null],
    ['no operation', [{ ...broken, operation: undefined, fieldsV1: {} }]],
    ['an unknown fields type', [{ ...broken, fieldsType: 'FieldsV2' }]],
    ['an unreadable set', [{ ...broken, fieldsV1: { 'k:{': {} } }]],
  ] as const) {
    test(`are not taken: ${name}`, async () => {
      const path = await applied({ a: '1' });
      const body = configMap(nameIn(path), { a: '1' }, { managedFields });
      const object = await must(server.put(path, body), 200);
      assert.deepEqual(owners(object), { 'first Apply': data('a') });
    });
  }
  test('may be edited', async () => {
    const path = await applied({ a: '1', b: '1' });
    const entries = [{ ...broken, time: '2020-01-01T00:00:00Z', fieldsV1: data('a') }];
    const object = await must(
      server.put(path, configMap(nameIn(path), { a: '1', b: '1' }, { managedFields: entries })),
      200,
    );
    assert.deepEqual(object.metadata.managedFields, entries);
  });
  test('are checked', async () => {
    const path = await applied({ a: '1' });
    const entries = [{ ...broken, manager: 'm'.repeat(129), fieldsV1: data('a') }];
    const { status, json } = await server.patch(path, { metadata: { managedFields: entries } });
    assert.equal(status, 422);
    assert.deepEqual(json.details.causes, [
      {
        reason: 'FieldValueTooLong',
        message: 'Too long: may not be more than 128 bytes',
        field: 'metadata.managedFields[0].manager',
      },
    ]);
  });
});

test('a view’s writes are entries of its version, and both see them', async () => {
  const metadata = { name: 'viewed', namespace: 'default' };
  const viewed = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata,
    eventTime: '2026-03-04T05:06:07.000000Z',
    reportingController: 'example.com/c',
    reportingInstance: 'c-0',
    action: 'Seen',
    reason: 'Seen',
    type: 'Normal',
    note: 'n',
    regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
  };
  await must(apply(`${events}/viewed`, 'view', viewed), 201);
  const core = { apiVersion: 'v1', kind: 'Event', metadata };
  const { json } = await apply(`${coreEvents}/viewed`, 'core', { ...core, message: 'm' });
  // Core calls the note a message; the conflict is told in the words of whoever owns it.
  assert.equal(json.message, 'Apply failed with 1 conflict: conflict with "view": .note');
  const labelled = { ...core, metadata: { ...metadata, labels: { a: 'b' } } };
  await must(apply(`${coreEvents}/viewed`, 'core', labelled), 200);
  const entries: Manifest[] = (await server.get(`${events}/viewed`)).json.metadata.managedFields;
  assert.deepEqual(
    entries.map(({ manager, apiVersion }) => `${manager} ${apiVersion}`),
    ['core v1', 'view events.k8s.io/v1'],
  );
});

describe('from client-side apply', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  async function clientApplied(values: object): Promise<string> {
    const name = freshName();
    const config = configMap(name, values, { annotations: {} });
    const annotations = { [annotation]: `${JSON.stringify(config)}\n` };
    const query = '?fieldManager=kubectl-client-side-apply';
    await must(server.post(`${configMaps}${query}`, { ...config, metadata: { name, annotations } }), 201);
    return `${configMaps}/${name}`;
  }
  test('kubectl takes over what it applied, and the annotation follows', async () => {
    const path = await clientApplied({ a: '1', b: '1' });
    const object = await must(apply(path, 'kubectl', configMap(nameIn(path), { a: '2', b: '1' })), 200);
    assert.deepEqual(object.data, { a: '2', b: '1' });
    assert.equal(
      object.metadata.annotations[annotation],
      `{"apiVersion":"v1","data":{"a":"2","b":"1"},"kind":"ConfigMap","metadata":{"name":"${nameIn(path)}"}}\n`,
    );
  });
  test('what others changed since is still a conflict', async () => {
    const path = await clientApplied({ a: '1', b: '1' });
    await must(server.patch(`${path}?fieldManager=other`, { data: { b: '9' } }), 200);
    const { json } = await apply(path, 'kubectl', configMap(nameIn(path), { a: '2', b: '2' }));
    assert.equal(json.message, 'Apply failed with 1 conflict: conflict with "other" using v1: .data.b');
  });
  test('nobody else is let through', async () => {
    const path = await clientApplied({ a: '1' });
    const { json } = await apply(path, 'argocd', configMap(nameIn(path), { a: '2' }));
    assert.equal(
      json.message,
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.a',
    );
  });
});

test('managedFields are given up where the object is too large with them, and an apply is refused', async () => {
  const name = freshName();
  const key = 'k'.repeat(240);
  const values = Object.fromEntries(Array.from({ length: 3_300 }, (_, i) => [`${i}${key}`, 'v']));
  const made = await must(server.post(configMaps, configMap(name, values)), 201);
  assert.equal(made.metadata.managedFields, undefined);
  const refusal = await apply(`${configMaps}/${freshName()}`, 'first', configMap(`o-${count - 1}`, values));
  assert.equal(refusal.status, 413);
});
