/** What a delete says about dependents, in the finalizers and the answer of the object itself. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
  configmap,
  createOrganization,
  createProject,
  type Manifest,
  must,
  plane,
  untilGone,
} from './control-planes.ts';

const hold = 'example.com/hold';
let server: ApiServer;
let count = 0;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
});
after(() => server.stop());

const configmaps = `${plane('p')}/api/v1/namespaces/default/configmaps`;

/** A new object that an own finalizer holds besides these; gives its path. */
async function made(finalizers: readonly string[]): Promise<string> {
  const name = `object-${count++}`;
  await must(server.post(configmaps, configmap(name, { finalizers: [hold, ...finalizers] })), 201);
  return `${configmaps}/${name}`;
}

interface Case {
  readonly has?: readonly string[];
  readonly send?: object;
  readonly query?: string;
  readonly expected: readonly string[];
  readonly status?: number;
}
/** `orphan` and `foregroundDeletion` are gone as soon as there are no dependents: the answer of the delete is asked. */
function check(title: string, { has = [], send, query = '', expected, status = 200 }: Case): void {
  test(title, async () => {
    const path = await made(has);
    const answer = await server.remove(`${path}${query}`, send);
    assert.equal(answer.status, status, answer.text);
    const { finalizers, deletionTimestamp, deletionGracePeriodSeconds } = answer.json.metadata;
    assert.deepEqual(finalizers, [hold, ...expected]);
    assert.ok(deletionTimestamp);
    assert.equal(deletionGracePeriodSeconds, 0);
    // Whatever the policy was, it has nothing to wait for, and only the other finalizer holds the object.
    const deadline = Date.now() + 10_000;
    for (;;) {
      const { json } = await server.get(path);
      if (json.metadata.finalizers.length === 1) break;
      assert.ok(Date.now() < deadline, `still ${json.metadata.finalizers}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await must(server.patch(path, { metadata: { finalizers: null } }), 200);
    await must(server.get(path), 404);
  });
}

describe('the policy of the request', () => {
  check('none', { expected: [] });
  check('Background', { send: { propagationPolicy: 'Background' }, expected: [] });
  check('Foreground', { send: { propagationPolicy: 'Foreground' }, expected: ['foregroundDeletion'] });
  check('Orphan', { send: { propagationPolicy: 'Orphan' }, expected: ['orphan'] });
  check('Orphan as a parameter', { query: '?propagationPolicy=Orphan', expected: ['orphan'] });
  check('orphanDependents', { send: { orphanDependents: true }, expected: ['orphan'] });
  check('orphanDependents false: not gone is another code', {
    send: { orphanDependents: false },
    expected: [],
    status: 202,
  });
  check('orphanDependents as a parameter', { query: '?orphanDependents=true', expected: ['orphan'] });
});

describe('goes before the finalizers of the object, which go before the default', () => {
  check('orphan stays', { has: ['orphan'], expected: ['orphan'] });
  check('foregroundDeletion stays', { has: ['foregroundDeletion'], expected: ['foregroundDeletion'] });
  check('orphan by Background', {
    has: ['orphan'],
    send: { propagationPolicy: 'Background' },
    expected: [],
  });
  check('orphan by Foreground', {
    has: ['orphan'],
    send: { propagationPolicy: 'Foreground' },
    expected: ['foregroundDeletion'],
  });
  check('foregroundDeletion by orphanDependents', {
    has: ['foregroundDeletion'],
    send: { orphanDependents: true },
    expected: ['orphan'],
  });
  check('foregroundDeletion by orphanDependents false', {
    has: ['foregroundDeletion'],
    send: { orphanDependents: false },
    expected: [],
    status: 202,
  });
});

describe('a second delete', () => {
  /** An owner whose foreground deletion one dependent holds up, itself held. */
  async function held(): Promise<{ owner: string; dependent: string }> {
    const owner = await must(server.post(configmaps, configmap(`owner-${count++}`)), 201);
    const { name, uid } = owner.metadata;
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true };
    const dependent = configmap(`dependent-${name}`, { finalizers: [hold], ownerReferences: [reference] });
    await must(server.post(configmaps, dependent), 201);
    const path = `${configmaps}/${name}`;
    await must(server.remove(path, { propagationPolicy: 'Foreground' }), 200);
    return { owner: path, dependent: `${configmaps}/dependent-${name}` };
  }
  const release = (path: string) => must(server.patch(path, { metadata: { finalizers: null } }), 200);

  test('without a policy changes nothing', async () => {
    const { owner, dependent } = await held();
    const before = (await server.get(owner)).text;
    const { status, text } = await server.remove(owner);
    assert.deepEqual([status, JSON.parse(text)], [200, JSON.parse(before)]);
    assert.equal((await server.get(owner)).text, before);
    await release(dependent);
  });

  test('with Background does not wait any longer', async () => {
    const { owner, dependent } = await held();
    const answer = await must(server.remove(owner, { propagationPolicy: 'Background' }), 200);
    assert.deepEqual([answer.kind, answer.status], ['Status', 'Success']);
    await must(server.get(owner), 404);
    await release(dependent);
  });

  test('with Orphan lets the dependents be, but not one that goes already', async () => {
    const { owner, dependent } = await held();
    const answer = await must(server.remove(owner, { propagationPolicy: 'Orphan' }), 200);
    assert.deepEqual(answer.metadata.finalizers, ['orphan']);
    assert.ok(answer.metadata.deletionTimestamp);
    await untilGone(server, owner);
    assert.equal((await server.get(dependent)).json.metadata.ownerReferences, undefined);
    await release(dependent);
  });

  test('of a dry run changes nothing', async () => {
    const { owner, dependent } = await held();
    const before = (await server.get(owner)).text;
    const answer = await must(server.remove(`${owner}?dryRun=All&propagationPolicy=Background`), 200);
    assert.deepEqual([answer.kind, answer.metadata.finalizers], ['ConfigMap', undefined]);
    assert.equal((await server.get(owner)).text, before);
    await release(dependent);
  });

  test('no finalizer is added meanwhile', async () => {
    const path = await made([]);
    await must(server.remove(path), 200);
    const { status, json } = await server.patch(path, { metadata: { finalizers: [hold, 'example.com/b'] } });
    assert.equal(status, 422);
    assert.match(
      json.message,
      /metadata\.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"example\.com\/b"\}$/,
    );
    await release(path);
    await must(server.get(path), 404);
  });
});

describe('preconditions that do not hold', () => {
  const refused = async (path: string, preconditions: object): Promise<Manifest> =>
    await must(server.remove(path, { preconditions }), 409);

  test('are told as upstream tells them', async () => {
    const path = await made([]);
    const { uid, resourceVersion, name } = (await server.get(path)).json.metadata;
    const byUid = await refused(path, { uid: 'other' });
    assert.equal(
      byUid.message,
      `Operation cannot be fulfilled on ConfigMap "${name}": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
    assert.deepEqual([byUid.reason, byUid.details], ['Conflict', { name, kind: 'ConfigMap' }]);
    const byVersion = await refused(path, { uid, resourceVersion: '1' });
    assert.equal(
      byVersion.message,
      `Operation cannot be fulfilled on ConfigMap "${name}": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  });

  test('of a namespace in other words', async () => {
    const { json } = await server.get(`${plane('p')}/api/v1/namespaces/default`);
    const { message } = await refused(`${plane('p')}/api/v1/namespaces/default`, { uid: 'other' });
    assert.equal(
      message,
      `Operation cannot be fulfilled on namespaces "default": Precondition failed: UID in precondition: other, UID in object meta: ${json.metadata.uid}`,
    );
  });
});

describe('what a kind answers', () => {
  for (const [kind, resource] of [
    ['ServiceAccount', 'serviceaccounts'],
    ['ResourceQuota', 'resourcequotas'],
    ['Service', 'services'],
  ]) {
    test(`a ${kind} with itself`, async () => {
      const path = `${plane('p')}/api/v1/namespaces/default/${resource}`;
      const object = {
        metadata: { name: 'robot' },
        ...(kind === 'Service' ? { spec: { clusterIP: 'None' } } : {}),
      };
      const { metadata } = await must(server.post(path, object), 201);
      const deleted = await must(server.remove(`${path}/robot`), 200);
      assert.deepEqual([deleted.kind, deleted.metadata.uid], [kind, metadata.uid]);
      await must(server.get(`${path}/robot`), 404);
    });
  }

  test('an event is never owned, and knows no policy', async () => {
    const path = `${plane('p')}/api/v1/namespaces/default/events`;
    const event = { metadata: { name: 'e' }, involvedObject: { namespace: 'default' }, reason: 'R' };
    await must(server.post(path, event), 201);
    assert.equal(
      (await must(server.remove(`${path}/e`, { propagationPolicy: 'Foreground' }), 200)).status,
      'Success',
    );
    await must(server.get(`${path}/e`), 404);
  });
});

test('a collection, each by the policy', async () => {
  const label = { labels: { set: 'one' } };
  for (let i = 0; i < 3; i++) {
    await must(server.post(configmaps, configmap(`set-${i}`, { ...label, finalizers: [hold] })), 201);
  }
  const watching = await server.watch(`${configmaps}?labelSelector=set%3Done&resourceVersion=0`).opened();
  const selected = await must(
    server.remove(`${configmaps}?labelSelector=set%3Done`, { propagationPolicy: 'Orphan' }),
    200,
  );
  assert.equal(selected.items.length, 3);
  const events = await watching.until((all) => all.filter(({ type }) => type === 'MODIFIED').length >= 3);
  for (const { type, object } of events.filter(({ type }) => type === 'MODIFIED').slice(0, 3)) {
    assert.deepEqual([type, object.metadata.finalizers], ['MODIFIED', [hold, 'orphan']]);
  }
  watching.close();
});
