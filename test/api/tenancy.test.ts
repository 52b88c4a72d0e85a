/** A project is a control plane of its own: usable at once, apart from all others, and nobody's business without a right. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
  condition,
  configmap,
  createOrganization,
  createProject,
  group,
  longPlane,
  type Manifest,
  must,
  namespace,
  plane,
  project,
  storedRows,
} from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start({ tokens: 'secret-of-eve,eve,u1,"developers"\n' });
  await createOrganization(server, 'acme');
});
after(() => server.stop());

const names = (list: Manifest): string[] => list.items.map(({ metadata }: Manifest) => metadata.name);

describe('a new project', () => {
  test('is ready in the answer to its creation, and takes writes at once', async () => {
    const created = await createProject(server, 'fresh', 'Organization/acme');
    assert.equal(condition(created, 'Ready')?.status, 'True');
    assert.equal(condition(created, 'Ready').observedGeneration, created.metadata.generation);
    assert.equal(created.metadata.labels['resourcemanager.miloapis.com/organization-name'], 'acme');
    await must(server.post(`${plane('fresh')}/api/v1/namespaces/default/configmaps`, configmap('a')), 201);
    const list = await must(server.get(`${plane('fresh')}/api/v1/namespaces`), 200);
    assert.deepEqual(names(list), ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    const [first] = list.items;
    assert.equal(first.status.phase, 'Active');
    assert.equal(first.metadata.labels['miloapis.com/project-default'], 'true');
  });

  test('so are many at once', async () => {
    const all = Array.from({ length: 40 }, (_, i) => `many-${i}`);
    await Promise.all(
      all.map(async (name) => {
        await createProject(server, name, 'Organization/acme');
        await must(server.post(`${plane(name)}/api/v1/namespaces/default/configmaps`, configmap('a')), 201);
        const list = await must(server.get(`${plane(name)}/api/v1/configmaps`), 200);
        assert.deepEqual(names(list), ['a']);
      }),
    );
  });

  test('is one stored object and its place in the hierarchy', async () => {
    const before = await storedRows(server);
    await createProject(server, 'counted', 'Organization/acme');
    // Reading every resource of it stores nothing.
    for (const resource of ['namespaces', 'configmaps', 'secrets', 'events', 'serviceaccounts']) {
      await must(server.get(`${plane('counted')}/api/v1/${resource}`), 200);
    }
    await must(server.get(`${plane('counted')}/apis/rbac.authorization.k8s.io/v1/clusterroles`), 200);
    const after = await storedRows(server);
    assert.equal(after.currentEntries - before.currentEntries, 1, 'the project itself');
    assert.equal(after.counterEntries, before.counterEntries, 'it counts with the others');
    assert.equal(after.indexEntries - before.indexEntries, 1, 'among the children of its organization');
  });

  test('that is only tried (dryRun) leaves nothing', async () => {
    await must(server.post(`${group}/projects?dryRun=All`, project('tried', 'Organization/acme')), 201);
    await must(server.get(`${group}/projects/tried`), 404);
    await must(server.get(`${plane('tried')}/api/v1/namespaces`), 404);
  });

  const legal = ['a', 'a.b', 'x-1', `p${'a'.repeat(54)}`, '0'];
  for (const name of legal) {
    test(`may be called ${name}`, async () => {
      await createProject(server, name, 'Organization/acme');
      await must(server.post(`${plane(name)}/api/v1/namespaces/default/configmaps`, configmap('a')), 201);
    });
  }
  const illegal = ['A', 'a_b', 'a~b', '-a', `p${'a'.repeat(55)}`, 'a/b', ''];
  for (const name of illegal) {
    test(`may not be called ${JSON.stringify(name)}`, async () => {
      await must(server.post(`${group}/projects`, project(name, 'Organization/acme')), 422);
    });
  }

  test('keeps the finalizer that its deletion needs, whatever a manifest says', async () => {
    const created = await createProject(server, 'kept', 'Organization/acme');
    const path = `${group}/projects/kept`;
    const own = created.metadata.finalizers;
    assert.equal(own.length, 1);
    const bare = { ...project('kept', 'Organization/acme') };
    bare.metadata.resourceVersion = created.metadata.resourceVersion;
    assert.deepEqual((await must(server.put(path, bare), 200)).metadata.finalizers, own);
    const patched = await must(server.patch(path, { metadata: { finalizers: ['example.com/mine'] } }), 200);
    assert.deepEqual(patched.metadata.finalizers, [...own, 'example.com/mine']);
    const cleared = await must(server.patch(path, { metadata: { finalizers: null } }), 200);
    assert.deepEqual(cleared.metadata.finalizers, own);
  });
});

describe('the two forms of the path', () => {
  before(() => createProject(server, 'forms', 'Organization/acme'));
  const short = `${plane('forms')}/api/v1/namespaces/default/configmaps`;
  const long = `${longPlane('forms')}/api/v1/namespaces/default/configmaps`;

  for (const [way, write, read] of [
    ['short to long', short, long],
    ['long to short', long, short],
  ] as const) {
    test(`lead to the same control plane, ${way}`, async () => {
      const seen = server.watch(`${read}?resourceVersion=0`);
      const created = await must(server.post(write, configmap('shared')), 201);
      assert.deepEqual(await must(server.get(`${read}/shared`), 200), created);
      assert.deepEqual(names(await must(server.get(read), 200)), ['shared']);
      await seen.until((events) => events.some(({ type }) => type === 'ADDED'), 'the object in the watch');
      await must(server.patch(`${read}/shared`, { data: { k: 'w' } }), 200);
      assert.equal((await must(server.get(`${write}/shared`), 200)).data.k, 'w');
      await must(server.remove(`${read}/shared`), 200);
      await must(server.get(`${write}/shared`), 404);
      await seen.until((events) => events.some(({ type }) => type === 'DELETED'), 'the deletion');
      seen.close();
    });
  }

  for (const path of ['/api', '/apis', '/api/v1', '/apis/events.k8s.io/v1', '/openapi/v3', '/version']) {
    test(`answer alike: ${path}`, async () => {
      const [a, b] = [
        await server.get(`${plane('forms')}${path}`),
        await server.get(`${longPlane('forms')}${path}`),
      ];
      assert.equal(a.status, 200);
      assert.deepEqual(a.json, b.json);
    });
  }
});

describe('a control plane', () => {
  before(async () => {
    await createProject(server, 'red', 'Organization/acme');
    await createProject(server, 'blue', 'Organization/acme');
  });

  test('has its own discovery: the kinds of Milo are the platform’s alone', async () => {
    const groupsOf = async (base: string): Promise<string[]> =>
      (await must(server.get(`${base}/apis`), 200)).groups.map(({ name }: Manifest) => name).sort();
    assert.ok((await groupsOf('')).includes('resourcemanager.miloapis.com'));
    assert.deepEqual(
      await groupsOf(plane('red')),
      (await groupsOf('')).filter((name) => !name.endsWith('.miloapis.com')),
    );
    const core = await must(server.get(`${plane('red')}/api/v1`), 200);
    const resources = core.resources.map(({ name }: Manifest) => name);
    for (const name of ['namespaces', 'configmaps', 'secrets', 'events', 'serviceaccounts']) {
      assert.ok(resources.includes(name), name);
    }
  });

  const unserved = ['organizations', 'folders', 'projects', 'projects/red', 'organizations/acme'];
  for (const path of unserved) {
    test(`does not serve ${path}`, async () => {
      const answers = [
        await server.get(`${plane('red')}${group}/${path}`),
        await server.send(`${plane('red')}${group}/${path}`, { method: 'DELETE' }),
        await server.post(`${plane('red')}${group}/${path}`, project('inner', 'Organization/acme')),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [404, 404, 404],
      );
    });
  }
  test('opens no control plane inside', async () => {
    await must(server.get(`${plane('red')}${plane('blue')}/api/v1/namespaces`), 404);
    await must(server.get(`${plane('red')}${longPlane('blue')}/api/v1/namespaces`), 404);
  });

  test('holds its own objects under names that others use too', async () => {
    const at = (name: string) => `${plane(name)}/api/v1/namespaces/shop/configmaps`;
    for (const name of ['red', 'blue']) {
      await must(server.post(`${plane(name)}/api/v1/namespaces`, namespace('shop')), 201);
      await must(server.post(at(name), { ...configmap('prices'), data: { owner: name } }), 201);
    }
    assert.equal((await must(server.get(`${at('red')}/prices`), 200)).data.owner, 'red');
    assert.equal((await must(server.get(`${at('blue')}/prices`), 200)).data.owner, 'blue');
    await must(server.get('/api/v1/namespaces/shop'), 404);
    await must(server.remove(`${plane('red')}/api/v1/namespaces/shop`), 200);
    assert.equal((await must(server.get(`${at('blue')}/prices`), 200)).data.owner, 'blue');
    assert.equal(
      (await must(server.get(`${plane('blue')}/api/v1/namespaces/shop`), 200)).status.phase,
      'Active',
    );
  });

  test('does not show in lists and watches of the platform, nor the platform in its', async () => {
    // The platform has one of its own, in a system namespace.
    const inPlatform = '/api/v1/configmaps?fieldSelector=metadata.namespace!=kube-system';
    const platform = server.watch(inPlatform);
    // In one namespace: the content of another is still being removed.
    const inDefault = `${plane('red')}/api/v1/namespaces/default/configmaps`;
    const red = server.watch(inDefault);
    await must(server.post(inDefault, configmap('in-red')), 201);
    await must(server.post('/api/v1/namespaces/default/configmaps', configmap('on-platform')), 201);
    await red.until((events) => events.length === 1, 'the object of red');
    await platform.until((events) => events.length === 1, 'the object of the platform');
    assert.deepEqual(names(await must(server.get(inPlatform), 200)), ['on-platform']);
    assert.deepEqual(names(await must(server.get(inDefault), 200)), ['in-red']);
    assert.equal(red.events[0]?.object.metadata.name, 'in-red');
    assert.equal(platform.events[0]?.object.metadata.name, 'on-platform');
    red.close();
    platform.close();
  });
});

const requests: readonly (readonly [method: string, path: string, body?: Manifest])[] = [
  ['GET', '/api'],
  ['GET', '/apis'],
  ['GET', '/openapi/v3'],
  ['GET', '/api/v1'],
  ['GET', '/api/v1/namespaces'],
  ['GET', '/api/v1/namespaces/default'],
  ['GET', '/api/v1/configmaps?watch=1'],
  ['GET', '/api/v1/namespaces/default/configmaps/a'],
  ['POST', '/api/v1/namespaces/default/configmaps', configmap('a')],
  ['PUT', '/api/v1/namespaces/default/configmaps/a', configmap('a')],
  ['DELETE', '/api/v1/namespaces/default/configmaps/a'],
  ['DELETE', '/api/v1/namespaces/default/configmaps'],
  ['GET', '/no/such/path'],
];

describe('a project that does not exist', () => {
  for (const [method, path, body] of requests) {
    for (const base of [plane('ghost'), longPlane('ghost')]) {
      test(`is not found by those who may know: ${method} ${base}${path}`, async () => {
        const answer = await server.send(`${base}${path}`, { method, ...(body && { body }) });
        assert.deepEqual(
          [answer.status, answer.json],
          [
            404,
            {
              kind: 'Status',
              apiVersion: 'v1',
              metadata: {},
              status: 'Failure',
              message: 'projects.resourcemanager.miloapis.com "ghost" not found',
              reason: 'NotFound',
              details: { name: 'ghost', group: 'resourcemanager.miloapis.com', kind: 'projects' },
              code: 404,
            },
          ],
        );
      });
    }
  }
  for (const name of [
    'GHOST',
    'a~b',
    'red~',
    'a%00b',
    '%F0%9F%91%BB',
    'x'.repeat(300),
    '..',
    '%2E%2E',
    '%2F',
  ]) {
    test(`nor one that cannot exist: ${name.slice(0, 20)}`, async () => {
      const answer = await server.get(`/projects/${name}/control-plane/api/v1/namespaces`);
      assert.ok([400, 404].includes(answer.status), answer.text);
    });
  }
});

describe('without a right', () => {
  const eve = { authorization: 'Bearer secret-of-eve' };
  let session: ReturnType<ApiServer['connect']>;
  before(async () => {
    await createProject(server, 'theirs', 'Organization/acme');
    session = server.connectAnonymously();
  });
  after(() => session.close());

  for (const [method, path, body] of requests) {
    for (const [who, headers] of [
      ['a user', eve],
      ['nobody', {}],
    ] as const) {
      test(`existing and missing projects look the same to ${who}: ${method} ${path}`, async () => {
        const ask = async (name: string) => {
          const answer = await server.send(`${plane(name)}${path}`, {
            method,
            headers,
            session,
            ...(body && { body }),
          });
          const { 'audit-id': _, date: __, ...rest } = answer.headers;
          return { ...rest, status: answer.status, text: answer.text.replaceAll(name, 'NAME') };
        };
        const [theirs, missing] = [await ask('theirs'), await ask('absent')];
        assert.deepEqual(theirs, missing);
        assert.equal(theirs.status, 403);
      });
    }
  }
});
