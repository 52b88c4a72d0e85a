/** Webhooks beside other writers, of projects and of the platform, and behind services. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { makeProjects } from '../api-client.ts';
import { allow, type Behaviour, deny, type Review } from './webhook-server.ts';
import {
  append,
  configure,
  createMap,
  maps,
  newName,
  project,
  registration,
  server,
  webhooks,
} from './webhook-setting.ts';

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
