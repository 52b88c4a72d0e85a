/** Admission webhooks: which requests they are asked about, with what, and in which order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../api-client.ts';
import { allow, type Behaviour, deny, patchOf } from './webhook-server.ts';
import {
  append,
  configure,
  createMap,
  type HookSettings,
  maps,
  newName,
  project,
  server,
  webhooks,
} from './webhook-setting.ts';

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

test('calls are counted by the name of the webhook where the platform has it, and not as time of this server', async () => {
  const slow = 0.15;
  const told = await configure('Validating', async () => {
    await new Promise((resolve) => setTimeout(resolve, slow * 1_000));
    return deny({ message: 'no', code: 422 });
  });
  const name = `${told.path.slice(1)}.example.com`;
  const sum = (text: string, metric: string): number =>
    [...text.matchAll(new RegExp(`^${metric}_sum\\{verb="POST",.*resource="configmaps".*\\} (.*)$`, 'gm'))]
      .map(([, value]) => Number(value))
      .reduce((all, value) => all + value, 0);
  const before = (await server.get('/metrics')).text;
  assert.equal((await createMap()).status, 422);
  await told.end();
  const mutating = await configure('Mutating', allow, { plane: project('a') });
  assert.equal((await createMap(project('a'))).status, 201);
  await mutating.end();
  const { text } = await server.get('/metrics');
  const series = (metric: string, labels: string): string =>
    `apiserver_admission_webhook_${metric}{${labels}`;
  for (const line of [
    series(
      'rejection_count',
      `name="${name}",type="validating",operation="CREATE",error_type="no_error",rejection_code="422"} 1`,
    ),
    series(
      'request_total',
      `name="${name}",type="validating",operation="CREATE",code="422",rejected="true"} 1`,
    ),
    series(
      'admission_duration_seconds_count',
      `name="${name}",type="validating",operation="CREATE",rejected="true"} 1`,
    ),
    series(
      'request_total',
      'name="project-defined",type="admit",operation="CREATE",code="200",rejected="false"}',
    ),
  ]) {
    assert.ok(text.includes(`\n${line}`), line);
  }
  const took = (metric: string): number => sum(text, metric) - sum(before, metric);
  const all = took('apiserver_request_duration_seconds');
  const own = took('apiserver_request_sli_duration_seconds');
  assert.ok(all - own >= slow, `${all} s, of which ${own} s are the server's`);
});

test('codes that a webhook makes up are counted by their class', async () => {
  const plane = project('a');
  const { end } = await configure('Validating', deny({ code: 477 }), { plane });
  assert.equal((await createMap(plane)).status, 477);
  await end();
  const { text } = await server.get('/metrics');
  assert.doesNotMatch(text, /"477"/);
  assert.match(text, /^apiserver_request_total\{verb="POST",.*resource="configmaps",.*code="4xx"\} 1$/m);
  assert.match(text, /^apiserver_admission_webhook_rejection_count\{.*rejection_code="4xx"\} 1$/m);
});
