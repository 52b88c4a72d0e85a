/** A namespace from its creation to its end: what it refuses meanwhile, what it says of itself, what is left. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
  condition,
  configmap,
  createOrganization,
  createProject,
  type Manifest,
  must,
  namespace,
  plane,
  storedRows,
  until,
  untilGone,
} from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
});
after(() => server.stop());

for (const base of ['', plane('p')]) {
  describe(base === '' ? 'on the platform' : 'in a project', () => lifecycle(base));
}

function lifecycle(base: string): void {
  const namespaces = `${base}/api/v1/namespaces`;
  const configmaps = (name: string): string => `${namespaces}/${name}/configmaps`;
  const create = (name: string): Promise<Manifest> => must(server.post(namespaces, namespace(name)), 201);
  const release = (path: string): Promise<Manifest> =>
    must(server.patch(path, { metadata: { finalizers: null } }), 200);

  test('created: active, named by a label, held by its finalizer', async () => {
    const created = await create('plain');
    assert.equal(created.status.phase, 'Active');
    assert.deepEqual(created.spec, { finalizers: ['kubernetes'] });
    assert.equal(created.metadata.labels['kubernetes.io/metadata.name'], 'plain');
  });

  test('nothing is created in one that does not exist', async () => {
    const { status, json } = await server.post(configmaps('ghost'), configmap('a'));
    assert.deepEqual(
      [status, json.message, json.details],
      [404, 'namespaces "ghost" not found', { name: 'ghost', kind: 'namespaces' }],
    );
  });

  test('deleted with nothing in it: gone, and free to be made again', async () => {
    const { uid } = (await create('empty')).metadata;
    const deleted = await must(server.remove(`${namespaces}/empty`), 200);
    assert.equal(deleted.status.phase, 'Terminating');
    assert.ok(deleted.metadata.deletionTimestamp);
    await untilGone(server, `${namespaces}/empty`);
    assert.notEqual((await create('empty')).metadata.uid, uid);
  });

  test('deleted with content: everything in it goes, and does not come back with a namesake', async () => {
    await create('full');
    await create('other');
    await must(server.post(configmaps('full'), configmap('a')), 201);
    await must(server.post(configmaps('other'), configmap('a')), 201);
    const further: readonly (readonly [path: string, object: Manifest])[] = [
      ['/api/v1/namespaces/full/secrets', { apiVersion: 'v1', kind: 'Secret' }],
      ['/api/v1/namespaces/full/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount' }],
      [
        '/apis/coordination.k8s.io/v1/namespaces/full/leases',
        { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: {} },
      ],
      [
        '/api/v1/namespaces/full/events',
        { apiVersion: 'v1', kind: 'Event', involvedObject: { namespace: 'full' }, reason: 'R', message: 'm' },
      ],
    ];
    for (const [path, object] of further) {
      await must(server.post(`${base}${path}`, { ...object, metadata: { name: 'a' } }), 201);
    }
    const watching = server.watch(`${configmaps('full')}?resourceVersion=0`);
    await watching.until((events) => events.length === 1, 'the object');
    await must(server.remove(`${namespaces}/full`), 200);
    await untilGone(server, `${namespaces}/full`);
    await watching.until((events) => events[1]?.type === 'DELETED', 'its deletion');
    watching.close();
    await create('full');
    assert.deepEqual((await must(server.get(configmaps('full')), 200)).items, []);
    for (const [path] of further) {
      assert.deepEqual((await must(server.get(`${base}${path}`), 200)).items, [], path);
    }
    await must(server.get(`${configmaps('other')}/a`), 200);
  });

  describe('held by finalizers in it', () => {
    const path = `${namespaces}/held`;
    before(async () => {
      await create('held');
      await must(server.post(configmaps('held'), configmap('one', { finalizers: ['example.com/a'] })), 201);
      await must(
        server.post(configmaps('held'), configmap('two', { finalizers: ['example.com/a', 'example.com/b'] })),
        201,
      );
      await must(server.post(configmaps('held'), configmap('free')), 201);
      await must(server.remove(path), 200);
      await untilGone(server, `${configmaps('held')}/free`);
    });

    test('takes nothing new, and says why', async () => {
      const { status, json } = await server.post(configmaps('held'), configmap('new'));
      assert.equal(status, 403);
      assert.deepEqual(json, {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message:
          'configmaps "new" is forbidden: unable to create new content in namespace held because it is being terminated',
        reason: 'Forbidden',
        details: {
          name: 'new',
          kind: 'configmaps',
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: 'namespace held is being terminated',
              field: 'metadata.namespace',
            },
          ],
        },
        code: 403,
      });
    });

    const conditions: readonly (readonly [type: string, status: string, reason: string, message: string])[] =
      [
        [
          'NamespaceDeletionDiscoveryFailure',
          'False',
          'ResourcesDiscovered',
          'All resources successfully discovered',
        ],
        [
          'NamespaceDeletionGroupVersionParsingFailure',
          'False',
          'ParsedGroupVersions',
          'All legacy kube types successfully parsed',
        ],
        [
          'NamespaceDeletionContentFailure',
          'False',
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ],
        [
          'NamespaceContentRemaining',
          'True',
          'SomeResourcesRemain',
          'Some resources are remaining: configmaps. has 2 resource instances',
        ],
        [
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          'Some content in the namespace has finalizers remaining: example.com/a in 2 resource instances, example.com/b in 1 resource instances',
        ],
      ];
    test('says what holds it, as upstream does', async () => {
      const { json } = await until(
        server,
        path,
        ({ json }) => json.status.conditions?.length === conditions.length,
        'with conditions',
      );
      assert.equal(json.status.phase, 'Terminating');
      assert.deepEqual(
        json.status.conditions.map(({ lastTransitionTime, ...rest }: Manifest) => {
          assert.match(lastTransitionTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
          return [rest.type, rest.status, rest.reason, rest.message];
        }),
        conditions,
      );
    });

    test('is not written again while nothing changes', async () => {
      const { resourceVersion } = (await must(server.get(path), 200)).metadata;
      // Unrelated deletions of held objects elsewhere wake nobody here.
      await must(server.post(configmaps('default'), configmap('x', { finalizers: ['example.com/a'] })), 201);
      await must(server.remove(`${configmaps('default')}/x`), 200);
      await release(`${configmaps('default')}/x`);
      assert.equal((await must(server.get(path), 200)).metadata.resourceVersion, resourceVersion);
    });

    test('another delete answers with what is there', async () => {
      const again = await must(server.remove(path), 200);
      assert.deepEqual([again.kind, again.status.phase], ['Namespace', 'Terminating']);
    });

    test('what is in it can be changed; it goes with the last finalizer', async () => {
      await must(server.patch(`${configmaps('held')}/one`, { data: { k: 'w' } }), 200);
      await release(`${configmaps('held')}/two`);
      await until(
        server,
        path,
        ({ json }) =>
          condition(json, 'NamespaceContentRemaining').message ===
          'Some resources are remaining: configmaps. has 1 resource instances',
        'told of one less',
      );
      await release(`${configmaps('held')}/one`);
      await untilGone(server, path);
    });
  });

  test('held by finalizers of its own, it says that its content is gone', async () => {
    const own = namespace('own');
    own.metadata.finalizers = ['example.com/n'];
    await must(server.post(namespaces, own), 201);
    await must(server.post(configmaps('own'), configmap('a', { finalizers: ['example.com/a'] })), 201);
    await must(server.remove(`${namespaces}/own`), 200);
    const says = (reason: string) =>
      until(
        server,
        `${namespaces}/own`,
        ({ json }) => condition(json, 'NamespaceContentRemaining')?.reason === reason,
        reason,
      );
    await says('SomeResourcesRemain');
    await release(`${configmaps('own')}/a`);
    const { json } = await says('ContentRemoved');
    assert.equal(condition(json, 'NamespaceFinalizersRemaining').reason, 'ContentHasNoFinalizers');
    await until(server, `${namespaces}/own`, ({ json }) => json.spec.finalizers === undefined, 'finalized');
    assert.equal((await server.post(configmaps('own'), configmap('b'))).status, 403);
    await release(`${namespaces}/own`);
    await untilGone(server, `${namespaces}/own`);
  });

  describe('finalize', () => {
    const path = `${namespaces}/finalized`;
    const put = (finalizers: string[], further: Manifest = {}) =>
      server.put(`${path}/finalize`, {
        ...namespace('finalized'),
        ...further,
        metadata: { name: 'finalized', ...further.metadata },
        spec: { finalizers },
      });

    test('writes spec.finalizers and metadata, and nothing else', async () => {
      await create('finalized');
      const change = { metadata: { labels: { is: 'taken' } }, status: { phase: 'Terminating' } };
      const answer = await must(put(['kubernetes', 'example.com/own'], change), 200);
      assert.deepEqual(answer.spec.finalizers, ['kubernetes', 'example.com/own']);
      assert.equal(answer.metadata.labels.is, 'taken');
      assert.equal(answer.status.phase, 'Active');
    });
    test('nothing else writes it', async () => {
      const patched = await must(server.patch(path, { spec: { finalizers: [] } }), 200);
      assert.deepEqual(patched.spec.finalizers, ['kubernetes', 'example.com/own']);
    });
    test('lets the namespace go with its last entry', async () => {
      await must(server.post(configmaps('finalized'), configmap('a')), 201);
      await must(server.remove(path), 200);
      await untilGone(server, `${configmaps('finalized')}/a`);
      const rest = await until(server, path, ({ json }) => json.spec.finalizers.length === 1, 'almost free');
      assert.deepEqual(rest.json.spec.finalizers, ['example.com/own']);
      await must(put([]), 200);
      await must(server.get(path), 404);
    });
    test('is not found where no namespace is', () => must(put([]), 404));
  });

  for (const name of ['default']) {
    test(`${name} may not be deleted`, async () => {
      const { status, json } = await server.remove(`${namespaces}/${name}`);
      assert.deepEqual(
        [status, json.message, json.details],
        [
          403,
          `namespaces "${name}" is forbidden: this namespace may not be deleted`,
          { name, kind: 'namespaces' },
        ],
      );
      assert.equal((await must(server.get(`${namespaces}/${name}`), 200)).status.phase, 'Active');
    });
  }

  test('a restart in the middle of a deletion: it is completed', async () => {
    await create('restarted');
    await must(server.post(configmaps('restarted'), configmap('a', { finalizers: ['example.com/a'] })), 201);
    await must(server.remove(`${namespaces}/restarted`), 200);
    await server.restart();
    await release(`${configmaps('restarted')}/a`);
    await untilGone(server, `${namespaces}/restarted`);
  });

  test('a restart before any of it was done: the same', async () => {
    const names = Array.from({ length: 4 }, (_, i) => `cut-${i}`);
    for (const name of names) {
      await create(name);
      const creates = Array.from({ length: 50 }, (_, i) =>
        server.post(configmaps(name), configmap(`c-${i}`)),
      );
      for (const answer of await Promise.all(creates)) assert.equal(answer.status, 201, answer.text);
    }
    await Promise.all(names.map((name) => server.remove(`${namespaces}/${name}`)));
    await server.restart();
    for (const name of names) await untilGone(server, `${namespaces}/${name}`);
  });

  test('creates that race its deletion leave no orphan', async () => {
    const before = await storedRows(server);
    for (let round = 0; round < 5; round++) {
      await create('raced');
      let isOver = false;
      let created = 0;
      const refusals = new Set<string>();
      const lanes = Array.from({ length: 8 }, async (_, lane) => {
        for (let n = 0; !isOver; n++) {
          const { status, json } = await server.post(configmaps('raced'), configmap(`c-${lane}-${n}`));
          if (status === 201) created += 1;
          else refusals.add(`${status} ${json.details.causes?.[0].reason ?? json.message}`);
        }
      });
      while (created < 20 * round) await new Promise((resolve) => setImmediate(resolve));
      await must(server.remove(`${namespaces}/raced`), 200);
      await untilGone(server, `${namespaces}/raced`);
      isOver = true;
      await Promise.all(lanes);
      for (const refusal of refusals) {
        assert.match(refusal, /^(403 NamespaceTerminating|404 namespaces "raced" not found)$/);
      }
    }
    assert.deepEqual(await storedRows(server), before);
  });

  test('changes that race its deletion leave no orphan', async () => {
    const before = await storedRows(server);
    await create('restless');
    const paths = Array.from({ length: 8 }, (_, i) => `${configmaps('restless')}/c-${i}`);
    for (let i = 0; i < 8; i++) await must(server.post(configmaps('restless'), configmap(`c-${i}`)), 201);
    let isOver = false;
    const lanes = paths.map(async (path) => {
      for (let n = 0; !isOver; n++) await server.patch(path, { data: { n: String(n) } });
    });
    await must(server.remove(`${namespaces}/restless`), 200);
    await untilGone(server, `${namespaces}/restless`);
    isOver = true;
    await Promise.all(lanes);
    assert.deepEqual(await storedRows(server), before);
  });
}
