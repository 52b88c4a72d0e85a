/** Dependents go with their owners, or forget them; whatever races, and whenever the server stops. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
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
let count = 0;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
  await createProject(server, 'q', 'Organization/acme');
});
after(() => server.stop());

const base = plane('p');
const configmaps = `${base}/api/v1/namespaces/default/configmaps`;
const at = (name: string): string => `${configmaps}/${name}`;
const fresh = (what: string): string => `${what}-${count++}`;

/** A reference as controllers write it. */
function owned({ kind, apiVersion, metadata }: Manifest, extra: object = {}): object {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, ...extra };
}
async function create(
  name: string,
  owners: readonly object[] = [],
  metadata: object = {},
): Promise<Manifest> {
  const object = configmap(name, { ownerReferences: owners, ...metadata });
  return await must(server.post(configmaps, object), 201);
}
const blocking = { blockOwnerDeletion: true };
const held = { finalizers: ['example.com/hold'] };
const release = (path: string) => must(server.patch(path, { metadata: { finalizers: null } }), 200);
const remove = (name: string, propagationPolicy?: string) =>
  must(server.remove(at(name), propagationPolicy === undefined ? undefined : { propagationPolicy }), 200);
/** Every dependent that the collector looks at besides this one has been looked at once this one is gone. */
async function settled(): Promise<void> {
  const owner = await create(fresh('marker'));
  await remove(owner.metadata.name);
  const last = await create(fresh('zz-last'), [owned(owner)]);
  await untilGone(server, at(last.metadata.name));
}

describe('background', () => {
  test('a dependent goes when its only owner is gone', async () => {
    const owner = await create(fresh('owner'));
    const dependent = fresh('dependent');
    await create(dependent, [owned(owner)]);
    await remove(owner.metadata.name);
    await untilGone(server, at(dependent));
  });

  test('a chain goes link by link', async () => {
    let owner = await create(fresh('link'));
    const first = owner.metadata.name;
    const names: string[] = [];
    for (let i = 0; i < 5; i++) {
      owner = await create(fresh('link'), [owned(owner)]);
      names.push(owner.metadata.name);
    }
    await remove(first);
    for (const name of names) await untilGone(server, at(name));
  });

  test('one of two owners: the dependent stays, and forgets it', async () => {
    const [a, b] = [await create(fresh('owner')), await create(fresh('owner'))];
    const name = fresh('dependent');
    await create(name, [owned(a), owned(b, blocking)]);
    await remove(a.metadata.name);
    const { json } = await until(
      server,
      at(name),
      ({ json }) => json.metadata.ownerReferences.length === 1,
      'left with one owner',
    );
    assert.deepEqual(json.metadata.ownerReferences, [owned(b, blocking)]);
    await remove(b.metadata.name);
    await untilGone(server, at(name));
  });

  test('an owner of cluster scope', async () => {
    const owner = await must(server.post(`${base}/api/v1/namespaces`, namespace(fresh('ns'))), 201);
    const name = fresh('dependent');
    await create(name, [owned(owner)]);
    await must(server.remove(`${base}/api/v1/namespaces/${owner.metadata.name}`), 200);
    await untilGone(server, at(name));
  });

  test('a dependent made after its owner has gone', async () => {
    const owner = await create(fresh('owner'));
    await remove(owner.metadata.name);
    const name = fresh('late');
    await create(name, [owned(owner)]);
    await untilGone(server, at(name));
  });

  test('an owner that is named, but is another object', async () => {
    const owner = await create(fresh('owner'));
    await remove(owner.metadata.name);
    const namesake = await create(owner.metadata.name);
    assert.notEqual(namesake.metadata.uid, owner.metadata.uid);
    const name = fresh('misled');
    await create(name, [owned(owner)]);
    await untilGone(server, at(name));
    await must(server.get(at(owner.metadata.name)), 200);
  });

  test('an owner of another namespace is no owner', async () => {
    const other = fresh('other');
    await must(server.post(`${base}/api/v1/namespaces`, namespace(other)), 201);
    const elsewhere = `${base}/api/v1/namespaces/${other}/configmaps`;
    const owner = await must(server.post(elsewhere, configmap('owner')), 201);
    const name = fresh('stray');
    await create(name, [owned(owner)]);
    await untilGone(server, at(name));
    await must(server.get(`${elsewhere}/owner`), 200);
  });

  test('an owner in another project is no owner', async () => {
    const there = `${plane('q')}/api/v1/namespaces/default/configmaps`;
    const owner = await must(server.post(there, configmap('owner')), 201);
    const dependent = await must(
      server.post(there, configmap('child', { ownerReferences: [owned(owner)] })),
      201,
    );
    const name = fresh('stray');
    await create(name, [owned(owner)]);
    await untilGone(server, at(name));
    // And its going woke nothing there.
    const { json } = await server.get(`${there}/child`);
    assert.equal(json.metadata.resourceVersion, dependent.metadata.resourceVersion);
  });

  test('an owner by any text for a uid is no owner', async () => {
    const name = fresh('stray');
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x'.repeat(5000), uid: 'ü '.repeat(500) };
    await create(name, [reference]);
    await untilGone(server, at(name));
  });

  test('an owner of a kind that is not served holds its dependent', async () => {
    const name = fresh('open');
    const owner = await create(fresh('owner'));
    const unknown = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'u' };
    await create(name, [unknown, owned(owner)]);
    await remove(owner.metadata.name);
    await settled();
    const { json } = await server.get(at(name));
    assert.deepEqual(json.metadata.ownerReferences, [unknown, owned(owner)]);
  });

  test('an object of cluster scope is not owned by what is in a namespace', async () => {
    const owner = await create(fresh('owner'));
    const space = namespace(fresh('owned'));
    space.metadata.ownerReferences = [owned(owner)];
    await must(server.post(`${base}/api/v1/namespaces`, space), 201);
    await remove(owner.metadata.name);
    await settled();
    const { json } = await server.get(`${base}/api/v1/namespaces/${space.metadata.name}`);
    assert.equal(json.metadata.deletionTimestamp, undefined);
  });

  test('a dependent that finalizers hold is marked, once', async () => {
    const owner = await create(fresh('owner'));
    const name = fresh('held');
    await create(name, [owned(owner)], held);
    await remove(owner.metadata.name);
    const { json } = await until(server, at(name), ({ json }) => json.metadata.deletionTimestamp, 'marked');
    await settled();
    assert.equal((await server.get(at(name))).json.metadata.resourceVersion, json.metadata.resourceVersion);
    await release(at(name));
    await must(server.get(at(name)), 404);
  });

  test('a circle goes with the first that goes', async () => {
    const [a, b] = [fresh('circle'), fresh('circle')];
    const first = await create(a);
    const second = await create(b, [owned(first)]);
    await must(server.patch(at(a), { metadata: { ownerReferences: [owned(second)] } }), 200);
    await remove(a);
    await untilGone(server, at(b));
  });
});

describe('foreground', () => {
  test('the owner goes last', async () => {
    const owner = await create(fresh('owner'));
    const [blocker, other] = [fresh('blocker'), fresh('other')];
    await create(blocker, [owned(owner, blocking)], held);
    await create(other, [owned(owner)]);
    const answer = await remove(owner.metadata.name, 'Foreground');
    assert.deepEqual(answer.metadata.finalizers, ['foregroundDeletion']);
    await untilGone(server, at(other));
    await until(server, at(blocker), ({ json }) => json.metadata.deletionTimestamp, 'marked');
    await settled();
    await must(server.get(at(owner.metadata.name)), 200);
    await release(at(blocker));
    await untilGone(server, at(owner.metadata.name));
  });

  test('what does not block does not hold it, but goes as well', async () => {
    const owner = await create(fresh('owner'));
    const name = fresh('unblocking');
    await create(name, [owned(owner)], held);
    await remove(owner.metadata.name, 'Foreground');
    await untilGone(server, at(owner.metadata.name));
    await until(server, at(name), ({ json }) => json.metadata.deletionTimestamp, 'marked');
    await release(at(name));
  });

  test('a dependent that stops blocking lets it go', async () => {
    const owner = await create(fresh('owner'));
    const name = fresh('blocker');
    await create(name, [owned(owner, blocking)], held);
    await remove(owner.metadata.name, 'Foreground');
    await until(server, at(name), ({ json }) => json.metadata.deletionTimestamp, 'marked');
    await must(server.patch(at(name), { metadata: { ownerReferences: [owned(owner)] } }), 200);
    await untilGone(server, at(owner.metadata.name));
    await release(at(name));
  });

  test('a dependent with another owner stays, and forgets this one', async () => {
    const [going, staying] = [await create(fresh('owner')), await create(fresh('owner'))];
    const name = fresh('shared');
    await create(name, [owned(going, blocking), owned(staying)]);
    await remove(going.metadata.name, 'Foreground');
    await untilGone(server, at(going.metadata.name));
    assert.deepEqual((await server.get(at(name))).json.metadata.ownerReferences, [owned(staying)]);
  });

  test('a chain goes from its end', async () => {
    const names = [fresh('chain')];
    let owner = await create(names[0]!);
    for (let i = 0; i < 3; i++) {
      names.push(fresh('chain'));
      owner = await create(names.at(-1)!, [owned(owner, blocking)], i === 2 ? held : {});
    }
    const watching = await server
      .watch(`${configmaps}?resourceVersion=${owner.metadata.resourceVersion}`)
      .opened();
    await remove(names[0]!, 'Foreground');
    await until(server, at(names[3]!), ({ json }) => json.metadata.deletionTimestamp, 'marked');
    for (const name of names) await must(server.get(at(name)), 200);
    await release(at(names[3]!));
    const gone = (events: readonly Manifest[]) =>
      events.filter(({ type }) => type === 'DELETED').map(({ object }) => object.metadata.name);
    const events = await watching.until((all) => gone(all).includes(names[0]), 'the end');
    assert.deepEqual(gone(events), names.toReversed());
    watching.close();
  });

  test('a circle goes', async () => {
    const names = [fresh('circle'), fresh('circle'), fresh('circle')];
    const first = await create(names[0]!);
    const second = await create(names[1]!, [owned(first, blocking)]);
    const third = await create(names[2]!, [owned(second, blocking)]);
    await must(server.patch(at(names[0]!), { metadata: { ownerReferences: [owned(third, blocking)] } }), 200);
    await remove(names[0]!, 'Foreground');
    for (const name of names) await untilGone(server, at(name));
  });

  test('an object that owns itself goes', async () => {
    const name = fresh('self');
    const self = await create(name);
    await must(server.patch(at(name), { metadata: { ownerReferences: [owned(self, blocking)] } }), 200);
    await remove(name, 'Foreground');
    await untilGone(server, at(name));
  });
});

describe('orphan', () => {
  test('dependents forget the owner, and nothing else', async () => {
    const [going, staying] = [await create(fresh('owner')), await create(fresh('owner'))];
    const [a, b] = [fresh('orphan'), fresh('orphan')];
    await create(a, [owned(going, { controller: true })]);
    await create(b, [owned(staying), owned(going)]);
    const answer = await remove(going.metadata.name, 'Orphan');
    assert.deepEqual(answer.metadata.finalizers, ['orphan']);
    await untilGone(server, at(going.metadata.name));
    assert.equal((await server.get(at(a))).json.metadata.ownerReferences, undefined);
    assert.deepEqual((await server.get(at(b))).json.metadata.ownerReferences, [owned(staying)]);
    await settled();
    await must(server.get(at(a)), 200);
  });
});

describe('many', () => {
  const total = 1_000;
  async function fill(owner: Manifest, prefix: string): Promise<void> {
    for (let from = 0; from < total; from += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => create(`${prefix}-${from + i}`, [owned(owner, blocking)])),
      );
    }
  }
  const left = async (): Promise<number> =>
    (await must(server.get(`${configmaps}?limit=2000`), 200)).items.filter(({ metadata }: Manifest) =>
      metadata.name.startsWith('many'),
    ).length;

  for (const policy of ['Background', 'Foreground']) {
    test(`${total} dependents, ${policy}`, async () => {
      const owner = await create(fresh('owner'));
      await fill(owner, fresh('many'));
      await remove(owner.metadata.name, policy);
      await until(
        server,
        `${configmaps}?limit=2000`,
        ({ json }) => !json.items.some(({ metadata }: Manifest) => metadata.name.startsWith('many')),
        'without dependents',
      );
      await untilGone(server, at(owner.metadata.name));
    });
  }

  test('a stop in the midst: the rest goes after the start', async () => {
    const owner = await create(fresh('owner'));
    await fill(owner, fresh('many'));
    await remove(owner.metadata.name);
    await server.restart();
    await until(
      server,
      `${configmaps}?limit=2000`,
      ({ json }) => !json.items.some(({ metadata }: Manifest) => metadata.name.startsWith('many')),
      'without dependents',
    );
    assert.equal(await left(), 0);
  });
});

test('dependents made while the owner is deleted: none stays', async () => {
  for (let round = 0; round < 5; round++) {
    const owner = await create(fresh('owner'));
    const prefix = fresh('raced');
    let isOver = false;
    const lanes = Array.from({ length: 4 }, async (_, lane) => {
      for (let i = 0; !isOver; i++) await create(`${prefix}-${lane}-${i}`, [owned(owner)]);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await remove(owner.metadata.name, round % 2 === 0 ? 'Background' : 'Foreground');
    await untilGone(server, at(owner.metadata.name));
    isOver = true;
    await Promise.all(lanes);
    await until(
      server,
      configmaps,
      ({ json }) => !json.items.some(({ metadata }: Manifest) => metadata.name.startsWith(prefix)),
      'without dependents',
    );
  }
});

test('a dependent that is given a living owner in time stays', async () => {
  for (let round = 0; round < 10; round++) {
    const [going, staying] = [await create(fresh('owner')), await create(fresh('owner'))];
    const name = fresh('adopted');
    await create(name, [owned(going)]);
    const [adopted] = await Promise.all([
      server.patch(at(name), { metadata: { ownerReferences: [owned(staying)] } }),
      remove(going.metadata.name),
    ]);
    await settled();
    assert.equal((await server.get(at(name))).status, adopted.status === 200 ? 200 : 404);
  }
});

test('a namespace with owners and dependents in it is emptied, also of those that wait', async () => {
  const before = await storedRows(server);
  const name = fresh('emptied');
  await must(server.post(`${base}/api/v1/namespaces`, namespace(name)), 201);
  const inside = `${base}/api/v1/namespaces/${name}/configmaps`;
  for (let i = 0; i < 10; i++) {
    const owner = await must(server.post(inside, configmap(`owner-${i}`)), 201);
    for (let j = 0; j < 10; j++) {
      const references = { ownerReferences: [owned(owner, blocking)] };
      await must(server.post(inside, configmap(`dependent-${i}-${j}`, references)), 201);
    }
    if (i % 3 === 0)
      await must(server.remove(`${inside}/owner-${i}`, { propagationPolicy: 'Foreground' }), 200);
    if (i % 3 === 1) await must(server.remove(`${inside}/owner-${i}`, { propagationPolicy: 'Orphan' }), 200);
  }
  await must(server.remove(`${base}/api/v1/namespaces/${name}`), 200);
  await untilGone(server, `${base}/api/v1/namespaces/${name}`);
  assert.deepEqual(await storedRows(server), before);
});

test('a foreground deletion that a restart interrupts goes on', async () => {
  const owner = await create(fresh('owner'));
  const name = fresh('blocker');
  await create(name, [owned(owner, blocking)], held);
  await remove(owner.metadata.name, 'Foreground');
  await server.restart();
  await until(server, at(name), ({ json }) => json.metadata.deletionTimestamp, 'marked');
  await release(at(name));
  await untilGone(server, at(owner.metadata.name));
});
