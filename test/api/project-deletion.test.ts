/** Deleting a project: no new writes from the first moment, finalizers drained, nothing left, and the name free. */
import assert from 'node:assert/strict';
import type http2 from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { type Answer, ApiServer } from '../api-client.ts';
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
  until,
  untilGone,
} from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
});
after(() => server.stop());

const pathOf = (name: string): string => `${group}/projects/${name}`;
const inside = (name: string): string => `${plane(name)}/api/v1/namespaces/default/configmaps`;
const held = (name: string, ...finalizers: string[]): Manifest => configmap(name, { finalizers });
const release = (path: string): Promise<Manifest> =>
  must(server.patch(path, { metadata: { finalizers: null } }), 200);

/** A project in deletion that the configmap `held` keeps there. */
async function holdProject(name: string): Promise<void> {
  await createProject(server, name, 'Organization/acme');
  await must(server.post(inside(name), held('held', 'example.com/drain')), 201);
  await must(server.remove(pathOf(name)), 200);
}

describe('from the first moment', () => {
  before(() => holdProject('closing'));
  after(async () => {
    await release(`${inside('closing')}/held`);
    await untilGone(server, pathOf('closing'));
  });

  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'new' },
    spec: {},
  };
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const refused: readonly (readonly [what: string, path: string, send: Parameters<ApiServer['send']>[1]])[] =
    [
      ['an object', '/api/v1/namespaces/default/configmaps', { method: 'POST', body: configmap('new') }],
      ['a cluster-scoped object', '/api/v1/namespaces', { method: 'POST', body: namespace('new') }],
      ['an object that PUT would create', `${leases}/new`, { method: 'PUT', body: lease }],
      [
        'an object in a missing namespace',
        '/api/v1/namespaces/no/configmaps',
        { method: 'POST', body: configmap('new') },
      ],
      [
        'an object, even dry',
        '/api/v1/namespaces/default/configmaps?dryRun=All',
        { method: 'POST', body: configmap('new') },
      ],
    ];
  for (const [what, path, send] of refused) {
    for (const base of [plane('closing'), longPlane('closing')]) {
      test(`${what} is refused with the cause: ${base}`, async () => {
        const { status, json } = await server.send(`${base}${path}`, send);
        assert.equal(status, 403, JSON.stringify(json));
        assert.match(json.message, /"new" is forbidden: project "closing" is being deleted$/);
        assert.deepEqual(json.details.causes, [
          { reason: 'ProjectTerminating', message: 'project "closing" is being deleted' },
        ]);
      });
    }
  }

  test('what is there can be read and changed', async () => {
    const path = `${inside('closing')}/held`;
    await until(server, path, ({ json }) => json.metadata.deletionTimestamp !== undefined, 'marked');
    const read = await must(server.get(path), 200);
    await must(server.put(path, { ...read, data: { k: 'changed' } }), 200);
    await must(server.patch(path, { data: { more: 'yes' } }), 200);
    assert.deepEqual((await must(server.get(path), 200)).data, { k: 'changed', more: 'yes' });
    const list = await must(server.get(`${plane('closing')}/api/v1/configmaps`), 200);
    assert.equal(list.items.length, 1);
  });

  test('another delete changes nothing', async () => {
    const first = await must(server.get(pathOf('closing')), 200);
    const again = await must(server.remove(pathOf('closing')), 200);
    assert.equal(again.metadata.deletionTimestamp, first.metadata.deletionTimestamp);
    assert.equal(again.metadata.uid, first.metadata.uid);
  });

  test('the name is not free yet', async () => {
    const { status, json } = await server.post(`${group}/projects`, project('closing', 'Organization/acme'));
    assert.deepEqual([status, json.reason], [409, 'AlreadyExists']);
  });

  test('namespaces inside are on their way out, for whoever holds something there to see', async () => {
    const namespaces = `${plane('closing')}/api/v1/namespaces`;
    const isGoing = ({ json }: Answer) => json.status.phase === 'Terminating';
    await until(server, `${namespaces}/default`, isGoing, 'Terminating');
    assert.equal((await must(server.get(`${namespaces}/kube-system`), 200)).status.phase, 'Active');
  });
});

describe('finalizers', () => {
  test('hold the project, which names them, and let it go with the last of them', async () => {
    await createProject(server, 'drained', 'Organization/acme');
    const secrets = `${plane('drained')}/api/v1/namespaces/default/secrets`;
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', finalizers: ['b.example.com/x'] },
    };
    await must(server.post(inside('drained'), held('one', 'a.example.com/x')), 201);
    await must(server.post(inside('drained'), held('two', 'a.example.com/x', 'a.example.com/y')), 201);
    await must(server.post(inside('drained'), configmap('free')), 201);
    await must(server.post(secrets, secret), 201);
    const started = await must(server.remove(pathOf('drained')), 200);
    assert.equal(condition(started, 'ResourceCleanup').reason, 'CleanupStarted');
    assert.equal(condition(started, 'ResourceCleanup').status, 'False');

    const says = (...parts: string[]) =>
      until(
        server,
        pathOf('drained'),
        ({ json }) => {
          const { reason, message = '' } = condition(json, 'ResourceCleanup');
          return reason === 'CleanupAwaitingCompletion' && parts.every((part) => message.includes(part));
        },
        `said ${parts}`,
      );
    await says(
      '2 configmaps (default/one, default/two) by a.example.com/x, a.example.com/y',
      '1 secrets (default/s) by b.example.com/x',
    );
    await must(server.get(`${inside('drained')}/free`), 404);
    await release(`${inside('drained')}/two`);
    await says('1 configmaps (default/one) by a.example.com/x;');
    await release(`${secrets}/s`);
    await says('control plane: 1 configmaps (default/one) by a.example.com/x.');
    await release(`${inside('drained')}/one`);
    await untilGone(server, pathOf('drained'));
    await must(server.get(inside('drained')), 404);
  });

  test('of a namespace hold it too', async () => {
    await createProject(server, 'with-held-namespace', 'Organization/acme');
    const path = `${plane('with-held-namespace')}/api/v1/namespaces`;
    const own = { ...namespace('kept'), metadata: { name: 'kept', finalizers: ['example.com/n'] } };
    await must(server.post(path, own), 201);
    await must(server.post(path, namespace('free')), 201);
    await must(server.remove(pathOf('with-held-namespace')), 200);
    await until(
      server,
      pathOf('with-held-namespace'),
      ({ json }) =>
        condition(json, 'ResourceCleanup').message.includes('1 namespaces (kept) by example.com/n'),
      'naming the namespace',
    );
    await must(server.get(`${path}/free`), 404);
    await release(`${path}/kept`);
    await untilGone(server, pathOf('with-held-namespace'));
  });

  test('of others on the project itself hold it after it is empty', async () => {
    await createProject(server, 'held-itself', 'Organization/acme');
    await must(server.post(inside('held-itself'), configmap('a')), 201);
    await must(server.patch(pathOf('held-itself'), { metadata: { finalizers: ['example.com/p'] } }), 200);
    await must(server.remove(pathOf('held-itself')), 200);
    await until(
      server,
      pathOf('held-itself'),
      ({ json }) => json.metadata.finalizers.length === 1,
      'without its own finalizer',
    );
    const list = await must(server.get(`${plane('held-itself')}/api/v1/configmaps`), 200);
    assert.deepEqual(list.items, []);
    await release(pathOf('held-itself'));
    await untilGone(server, pathOf('held-itself'));
  });
});

describe('refused or only tried, it changes nothing', () => {
  const cases: readonly (readonly [string, string, Manifest, number])[] = [
    ['dryRun', '?dryRun=All', undefined, 200],
    ['another uid', '', { preconditions: { uid: 'other' } }, 409],
    ['another resourceVersion', '', { preconditions: { resourceVersion: '1' } }, 409],
  ];
  before(() => createProject(server, 'spared', 'Organization/acme'));
  for (const [what, query, options, status] of cases) {
    test(what, async () => {
      await must(server.remove(`${pathOf('spared')}${query}`, options), status);
      const { metadata } = await must(server.get(pathOf('spared')), 200);
      assert.equal(metadata.deletionTimestamp, undefined);
      await must(server.post(inside('spared'), { ...configmap(''), metadata: { generateName: 'c-' } }), 201);
    });
  }
});

describe('nothing is left', () => {
  test('of a thousand objects in several namespaces', async () => {
    const before = await storedRows(server);
    await createProject(server, 'large', 'Organization/acme');
    await must(server.post(`${plane('large')}/api/v1/namespaces`, namespace('second')), 201);
    const owned = (i: number): Manifest =>
      configmap(`c-${i}`, { ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 's', uid: 'u' }] });
    const creates = Array.from({ length: 1_000 }, (_, i) =>
      server.post(`${plane('large')}/api/v1/namespaces/${i % 2 ? 'default' : 'second'}/configmaps`, owned(i)),
    );
    for (const answer of await Promise.all(creates)) assert.equal(answer.status, 201, answer.text);
    await must(server.remove(pathOf('large')), 200);
    await untilGone(server, pathOf('large'));
    assert.deepEqual(await storedRows(server), before);
  });

  for (const round of [1, 2, 3]) {
    test(`of a storm of creates that goes on while it is deleted, round ${round}`, async () => {
      const before = await storedRows(server);
      await createProject(server, 'stormy', 'Organization/acme');
      let isOver = false;
      let created = 0;
      const refusals = new Set<string>();
      const storm = async (lane: number): Promise<void> => {
        for (let n = 0; !isOver; n++) {
          const name = `o-${lane}-${n}`;
          // Namespaces, objects in old ones and objects in the namespace just made.
          const answer =
            lane % 3 === 0
              ? await server.post(`${plane('stormy')}/api/v1/namespaces`, namespace(name))
              : await server.post(inside('stormy'), configmap(name));
          if (answer.status === 201) created += 1;
          else
            refusals.add(
              `${answer.status} ${answer.json.details?.causes?.[0]?.reason ?? answer.json.reason}`,
            );
          if (lane % 3 === 0 && answer.status === 201) {
            await server.post(`${plane('stormy')}/api/v1/namespaces/${name}/configmaps`, configmap('in'));
          }
        }
      };
      const lanes = Array.from({ length: 12 }, (_, lane) => storm(lane));
      while (created < 100 * round) await new Promise((resolve) => setImmediate(resolve));
      await must(server.remove(pathOf('stormy')), 200);
      const late = await server.post(inside('stormy'), configmap('late'));
      assert.ok([403, 404].includes(late.status), 'the first request behind the answer is refused');
      await untilGone(server, pathOf('stormy'));
      isOver = true;
      await Promise.all(lanes);
      for (const refusal of refusals) assert.match(refusal, /^(403 ProjectTerminating|404 NotFound)$/);
      assert.deepEqual(await storedRows(server), before);
    });
  }

  test('of objects that are changed without pause meanwhile', async () => {
    const before = await storedRows(server);
    await createProject(server, 'restless', 'Organization/acme');
    const paths = Array.from({ length: 8 }, (_, i) => `${inside('restless')}/c-${i}`);
    for (let i = 0; i < 8; i++) await must(server.post(inside('restless'), configmap(`c-${i}`)), 201);
    let isOver = false;
    const lanes = paths.map(async (path) => {
      for (let n = 0; !isOver; n++) await server.patch(path, { data: { n: String(n) } });
    });
    await must(server.remove(pathOf('restless')), 200);
    await untilGone(server, pathOf('restless'));
    isOver = true;
    await Promise.all(lanes);
    assert.deepEqual(await storedRows(server), before);
  });
});

describe('a restart in the middle', () => {
  test('of a held deletion: it goes on where it was', async () => {
    await holdProject('restarted');
    await server.restart();
    const { json } = await server.post(inside('restarted'), configmap('new'));
    assert.equal(json.details.causes[0].reason, 'ProjectTerminating');
    await release(`${inside('restarted')}/held`);
    await untilGone(server, pathOf('restarted'));
  });

  test('of a running one: it is completed', async () => {
    const before = await storedRows(server);
    const names = Array.from({ length: 5 }, (_, i) => `cut-${i}`);
    for (const name of names) await createProject(server, name, 'Organization/acme');
    const creates = names.flatMap((name) =>
      Array.from({ length: 60 }, (_, i) => server.post(inside(name), configmap(`c-${i}`))),
    );
    for (const answer of await Promise.all(creates)) assert.equal(answer.status, 201, answer.text);
    await Promise.all(names.map((name) => server.remove(pathOf(name))));
    await server.restart();
    for (const name of names) await untilGone(server, pathOf(name));
    assert.deepEqual(await storedRows(server), before);
  });
});

describe('a namesake', () => {
  let token: string;
  let revision: string;
  let watching: ReturnType<ApiServer['watch']>;
  let late: LateRequest;
  let uid: string;
  before(async () => {
    await createProject(server, 'twice', 'Organization/acme');
    for (const name of ['a', 'b', 'c']) await must(server.post(inside('twice'), configmap(name)), 201);
    const page = await must(server.get(`${inside('twice')}?limit=1`), 200);
    token = page.metadata.continue;
    revision = page.metadata.resourceVersion;
    watching = server.watch(`${inside('twice')}?resourceVersion=${revision}`);
    late = await LateRequest.open(server, inside('twice'));
    ({ uid } = (await must(server.get(pathOf('twice')), 200)).metadata);
    await must(server.remove(pathOf('twice')), 200);
    await untilGone(server, pathOf('twice'));
    const again = await createProject(server, 'twice', 'Organization/acme');
    assert.notEqual(again.metadata.uid, uid);
    await must(server.post(inside('twice'), configmap('new')), 201);
  });

  test('begins with nothing', async () => {
    const { items } = await must(server.get(`${plane('twice')}/api/v1/configmaps`), 200);
    assert.deepEqual(
      items.map(({ metadata }: Manifest) => metadata.name),
      ['new'],
    );
    await must(server.get(`${inside('twice')}/a`), 404);
    const { items: namespaces } = await must(server.get(`${plane('twice')}/api/v1/namespaces`), 200);
    assert.equal(namespaces.length, 4, 'those of every control plane');
  });
  test('refuses the continue token of the old one', async () => {
    const { status, json } = await server.get(`${inside('twice')}?limit=1&continue=${token}`);
    assert.deepEqual([status, json.reason], [400, 'BadRequest']);
  });
  test('has no past before it began: an exact list is 410', async () => {
    const query = `resourceVersion=${revision}&resourceVersionMatch=Exact`;
    const { status, json } = await server.get(`${inside('twice')}?${query}`);
    assert.deepEqual([status, json.reason], [410, 'Expired']);
    assert.equal((await server.get(`${inside('twice')}?resourceVersion=${revision}&limit=1`)).status, 410);
  });
  test('nor a watch from there: one ERROR event with 410', async () => {
    const stream = server.watch(`${inside('twice')}?resourceVersion=${revision}`);
    const events = await stream.ended();
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.code, object.reason]),
      [['ERROR', 410, 'Expired']],
    );
  });
  test('a list no older than then shows what is there now', async () => {
    const query = `resourceVersion=${revision}&resourceVersionMatch=NotOlderThan`;
    const { items } = await must(server.get(`${inside('twice')}?${query}`), 200);
    assert.equal(items.length, 1);
  });
  test('ended the watch that was open, which saw the old objects go and nothing of the new', async () => {
    const events = await watching.ended();
    assert.deepEqual(
      events.map(({ type }) => type),
      ['DELETED', 'DELETED', 'DELETED'],
    );
    assert.ok(watching.isComplete, 'ended cleanly');
  });
  test('takes nothing from a request that began in the old one', async () => {
    const { status, json } = await late.send(configmap('late'));
    assert.deepEqual([status, json.details?.kind], [404, 'projects']);
    await must(server.get(`${inside('twice')}/late`), 404);
  });
  test('is deleted in its turn', async () => {
    await must(server.remove(pathOf('twice'), { preconditions: { uid } }), 409);
    await must(server.remove(pathOf('twice')), 200);
    await untilGone(server, pathOf('twice'));
  });
});

test('a request that began before the deletion creates nothing behind it', async () => {
  const before = await storedRows(server);
  await createProject(server, 'slow', 'Organization/acme');
  const namespaced = await LateRequest.open(server, inside('slow'));
  const clusterScoped = await LateRequest.open(server, `${plane('slow')}/api/v1/namespaces`);
  await must(server.remove(pathOf('slow')), 200);
  await untilGone(server, pathOf('slow'));
  for (const answer of [await namespaced.send(configmap('x')), await clusterScoped.send(namespace('x'))]) {
    assert.equal(answer.status, 404, answer.text);
    assert.equal(answer.json.message, 'projects.resourcemanager.miloapis.com "slow" not found');
  }
  assert.deepEqual(await storedRows(server), before);
});

test('a watch that is being opened while its project goes ends like the others', async () => {
  await createProject(server, 'waited', 'Organization/acme');
  const { resourceVersion } = (await must(server.get(inside('waited')), 200)).metadata;
  // The server waits a moment for a revision that is yet to come: the project goes meanwhile, and comes back.
  const target = Number(resourceVersion) + 20;
  const watching = server.watch(`${inside('waited')}?resourceVersion=${target}`);
  await must(server.remove(pathOf('waited')), 200);
  await untilGone(server, pathOf('waited'));
  await createProject(server, 'waited', 'Organization/acme');
  for (let revision = 0, n = 0; revision < target; n++) {
    const written = await must(server.post(inside('waited'), configmap(`c-${n}`)), 201);
    revision = Number(written.metadata.resourceVersion);
  }
  assert.deepEqual(await watching.ended(), []);
  assert.deepEqual([watching.status, watching.isComplete], [200, true]);
});

/** A POST whose head is sent, and understood by the server, long before its body. */
class LateRequest {
  readonly #stream: http2.ClientHttp2Stream;
  readonly #session: http2.ClientHttp2Session;

  static async open(server: ApiServer, path: string): Promise<LateRequest> {
    const session = server.connect();
    const stream = session.request(
      { ':method': 'POST', ':path': path, 'content-type': 'application/json' },
      { endStream: false },
    );
    // Answered behind it on the same connection: by then the other one waits for its body.
    await must(server.send('/version', { session }), 200);
    return new LateRequest(session, stream);
  }

  private constructor(session: http2.ClientHttp2Session, stream: http2.ClientHttp2Stream) {
    this.#session = session;
    this.#stream = stream;
  }

  async send(body: Manifest): Promise<Pick<Answer, 'status' | 'text' | 'json'>> {
    this.#stream.end(JSON.stringify(body));
    const answer = await new Promise<Pick<Answer, 'status' | 'text' | 'json'>>((resolve, reject) => {
      let status = 0;
      let text = '';
      this.#stream.setEncoding('utf8');
      this.#stream.on('response', (headers) => {
        status = Number(headers[':status']);
      });
      this.#stream.on('data', (chunk: string) => {
        text += chunk;
      });
      this.#stream.on('error', reject);
      this.#stream.on('end', () => resolve({ status, text, json: JSON.parse(text) }));
    });
    this.#session.close();
    return answer;
  }
}
