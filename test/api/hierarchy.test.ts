/** Organization → Folder → Project: always a tree, never too deep, no child without its parent. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { type Answer, ApiServer } from '../api-client.ts';
import {
  configmap,
  createFolder,
  createOrganization,
  createProject,
  folder,
  group,
  type Manifest,
  must,
  namespace,
  organization,
  plane,
  project,
  storedRows,
  until,
  untilGone,
} from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
});
after(() => server.stop());

type Parent = Parameters<typeof folder>[1];
const organizationLabel = 'resourcemanager.miloapis.com/organization-name';
const pathOf = (kind: 'organizations' | 'folders' | 'projects', name: string): string =>
  `${group}/${kind}/${name}`;
const remove = (kind: Parameters<typeof pathOf>[0], name: string): Promise<Answer> =>
  server.remove(pathOf(kind, name));

const fieldOf = { folders: 'parentRef', projects: 'ownerRef' } as const;
function move(kind: keyof typeof fieldOf, name: string, to: Parent): Promise<Answer> {
  const [parentKind, parentName] = to.split('/');
  return server.patch(pathOf(kind, name), {
    spec: { [fieldOf[kind]]: { kind: parentKind, name: parentName } },
  });
}
/** Refused as 422, with one cause: the field, its reason and words of its message. */
async function refusedField(
  answer: Promise<Answer>,
  field: string,
  reason: string,
  words: RegExp,
): Promise<void> {
  const { status, json, text } = await answer;
  assert.equal(status, 422, text);
  assert.deepEqual(
    json.details.causes.map((cause: Manifest) => [cause.field, cause.reason]),
    [[field, reason]],
    text,
  );
  assert.match(json.details.causes[0].message, words);
}

describe('an organization', () => {
  test('has a namespace of its own, which goes with it', async () => {
    const before = await storedRows(server);
    const created = await createOrganization(server, 'own');
    const path = '/api/v1/namespaces/organization-own';
    const { metadata } = await must(server.get(path), 200);
    assert.equal(metadata.labels['resourcemanager.miloapis.com/organization'], 'own');
    assert.equal(metadata.labels['resourcemanager.miloapis.com/type'], 'organization');
    const { apiVersion, kind } = created;
    assert.deepEqual(metadata.ownerReferences, [
      { apiVersion, kind, name: 'own', uid: created.metadata.uid },
    ]);
    await must(server.post(`${path}/configmaps`, configmap('a')), 201);
    const deleted = await must(remove('organizations', 'own'), 200);
    assert.ok(deleted.metadata.deletionTimestamp);
    await untilGone(server, pathOf('organizations', 'own'));
    await must(server.get(path), 404);
    assert.deepEqual(await storedRows(server), before);
  });

  test('is made again under its name', async () => {
    const first = await createOrganization(server, 'again');
    await must(remove('organizations', 'again'), 200);
    await untilGone(server, pathOf('organizations', 'again'));
    const second = await createOrganization(server, 'again');
    assert.notEqual(second.metadata.uid, first.metadata.uid);
    const { metadata } = await must(server.get('/api/v1/namespaces/organization-again'), 200);
    assert.equal(metadata.ownerReferences[0].uid, second.metadata.uid);
  });

  test('is held while something holds its namespace', async () => {
    await createOrganization(server, 'held');
    const path = '/api/v1/namespaces/organization-held/configmaps';
    await must(server.post(path, configmap('a', { finalizers: ['example.com/a'] })), 201);
    await must(remove('organizations', 'held'), 200);
    await until(server, `${path}/a`, ({ json }) => json.metadata.deletionTimestamp !== undefined, 'marked');
    await must(server.get(pathOf('organizations', 'held')), 200);
    await must(server.patch(`${path}/a`, { metadata: { finalizers: null } }), 200);
    await untilGone(server, pathOf('organizations', 'held'));
  });

  test('whose namespace is gone already is deleted all the same', async () => {
    await createOrganization(server, 'bare');
    await must(server.remove('/api/v1/namespaces/organization-bare'), 200);
    await untilGone(server, '/api/v1/namespaces/organization-bare');
    await must(remove('organizations', 'bare'), 200);
    await untilGone(server, pathOf('organizations', 'bare'));
  });

  test('is not made where its namespace would take another’s place, and leaves nothing', async () => {
    await must(server.post('/api/v1/namespaces', namespace('organization-taken')), 201);
    const { status, json } = await server.post(`${group}/organizations`, organization('taken'));
    assert.deepEqual([status, json.message], [409, 'namespaces "organization-taken" already exists']);
    await must(server.get(pathOf('organizations', 'taken')), 404);
    // Also where it is applied: what is there is not the organization.
    const applied = await server.send(`${pathOf('organizations', 'taken')}?fieldManager=m`, {
      method: 'PATCH',
      type: 'application/apply-patch+yaml',
      body: organization('taken'),
    });
    assert.deepEqual(
      [applied.status, applied.json.message],
      [409, 'namespaces "organization-taken" already exists'],
    );
  });

  test('keeps the finalizer that its deletion needs', async () => {
    const { metadata } = await createOrganization(server, 'kept');
    const path = pathOf('organizations', 'kept');
    const cleared = await must(server.patch(path, { metadata: { finalizers: null } }), 200);
    assert.deepEqual(cleared.metadata.finalizers, metadata.finalizers);
    await must(remove('organizations', 'kept'), 200);
    await untilGone(server, path);
    await must(server.get('/api/v1/namespaces/organization-kept'), 404);
  });
});

describe('a parent with children', () => {
  before(async () => {
    await createOrganization(server, 'family');
    await createFolder(server, 'family-folder', 'Organization/family');
    await createProject(server, 'family-project', 'Folder/family-folder');
  });
  const steps: readonly (readonly [Parameters<typeof pathOf>[0], string, string | undefined])[] = [
    ['organizations', 'family', 'the organization still has children, folders "family-folder"'],
    ['folders', 'family-folder', 'the folder still has children, projects "family-project"'],
    ['projects', 'family-project', undefined],
    ['organizations', 'family', 'the organization still has children, folders "family-folder"'],
    ['folders', 'family-folder', undefined],
    ['organizations', 'family', undefined],
  ];
  for (const [kind, name, refusal] of steps) {
    test(`${kind} ${name}: ${refusal === undefined ? 'deleted' : 'refused'}`, async () => {
      const answer = await remove(kind, name);
      if (refusal === undefined) {
        assert.equal(answer.status, 200, answer.text);
        await untilGone(server, pathOf(kind, name));
        return;
      }
      assert.equal(answer.status, 409);
      assert.equal(answer.json.reason, 'Conflict');
      assert.ok(answer.json.message.includes(refusal), answer.json.message);
      const { metadata } = await must(server.get(pathOf(kind, name)), 200);
      assert.equal(metadata.deletionTimestamp, undefined);
    });
  }
  test('refuses the same when only tried', async () => {
    await createOrganization(server, 'tried');
    await createProject(server, 'tried-project', 'Organization/tried');
    await must(server.remove(`${pathOf('organizations', 'tried')}?dryRun=All`), 409);
  });
});

describe('a parent that is missing or leaving', () => {
  before(async () => {
    await createOrganization(server, 'leaving');
    const held = configmap('a', { finalizers: ['example.com/a'] });
    await must(server.post('/api/v1/namespaces/organization-leaving/configmaps', held), 201);
    await createOrganization(server, 'staying');
    await createFolder(server, 'leaving-folder', 'Organization/staying');
    await createFolder(server, 'f', 'Organization/staying');
    await createProject(server, 'p', 'Organization/staying');
    await must(
      server.patch(pathOf('folders', 'leaving-folder'), { metadata: { finalizers: ['example.com/a'] } }),
      200,
    );
    await must(remove('organizations', 'leaving'), 200);
    await must(remove('folders', 'leaving-folder'), 200);
  });
  after(async () => {
    await must(server.patch(pathOf('folders', 'leaving-folder'), { metadata: { finalizers: null } }), 200);
    await untilGone(server, pathOf('folders', 'leaving-folder'));
  });

  const missing = /^Not found: "ghost"$/;
  const leaving = /^Forbidden: "leaving(-folder)?" is being deleted$/;
  const creations: readonly (readonly [Parent, string, RegExp])[] = [
    ['Organization/ghost', 'FieldValueNotFound', missing],
    ['Folder/ghost', 'FieldValueNotFound', missing],
    ['Organization/leaving', 'FieldValueForbidden', leaving],
    ['Folder/leaving-folder', 'FieldValueForbidden', leaving],
  ];
  for (const [parent, reason, words] of creations) {
    test(`takes no new folder: ${parent}`, () =>
      refusedField(server.post(`${group}/folders`, folder('x', parent)), 'spec.parentRef', reason, words));
    test(`takes no new project: ${parent}`, () =>
      refusedField(server.post(`${group}/projects`, project('x', parent)), 'spec.ownerRef', reason, words));
  }
  for (const [parent, reason, words] of creations.filter(([parent]) => parent.startsWith('Folder'))) {
    test(`no folder moves there: ${parent}`, () =>
      refusedField(move('folders', 'f', parent), 'spec.parentRef', reason, words));
    test(`no project moves there: ${parent}`, () =>
      refusedField(move('projects', 'p', parent), 'spec.ownerRef', reason, words));
  }
  test('is no hindrance to changes that are not moves', async () => {
    await createFolder(server, 'widow', 'Folder/f');
    await must(server.patch(pathOf('folders', 'widow'), { metadata: { labels: { a: 'b' } } }), 200);
  });
});

describe('depth', () => {
  const depth = limits.folderDepth;
  before(async () => {
    await createOrganization(server, 'deep');
    for (let level = 1; level <= depth; level++) {
      await createFolder(server, `d${level}`, level === 1 ? 'Organization/deep' : `Folder/d${level - 1}`);
    }
    // A tree of three levels beside it.
    await createFolder(server, 's1', 'Organization/deep');
    await createFolder(server, 's2', 'Folder/s1');
    await createFolder(server, 's3', 'Folder/s2');
  });
  const tooDeep = /^Forbidden: folders may be nested 10 deep at most$/;
  const refused = (answer: Promise<Answer>) =>
    refusedField(answer, 'spec.parentRef', 'FieldValueForbidden', tooDeep);

  test('ends at ten folders', () =>
    refused(server.post(`${group}/folders`, folder('d11', `Folder/d${depth}`))));
  test('leaves room for projects in the last', async () => {
    const { metadata } = await createProject(server, 'deepest', `Folder/d${depth}`);
    assert.equal(metadata.labels[organizationLabel], 'deep');
  });
  test('counts what a moved folder brings with it', () =>
    refused(move('folders', 's1', `Folder/d${depth - 2}`)));
  test('to the last level that fits', async () => {
    await must(move('folders', 's1', `Folder/d${depth - 3}`), 200);
    await refused(server.post(`${group}/folders`, folder('s4', 'Folder/s3')));
    await must(move('folders', 's1', 'Organization/deep'), 200);
    await createFolder(server, 's4', 'Folder/s3');
  });
});

describe('cycles', () => {
  before(async () => {
    await createOrganization(server, 'round');
    await createFolder(server, 'r1', 'Organization/round');
    await createFolder(server, 'r2', 'Folder/r1');
    await createFolder(server, 'r3', 'Folder/r2');
  });
  const inItself = /^Invalid value: "[a-z0-9]+": a folder may not lie inside itself$/;
  const refused = (answer: Promise<Answer>) =>
    refusedField(answer, 'spec.parentRef', 'FieldValueInvalid', inItself);

  test('of a new folder with itself', async () => {
    const { status, json } = await server.post(`${group}/folders`, folder('r0', 'Folder/r0'));
    assert.equal(status, 422);
    assert.equal(json.details.causes[0].field, 'spec.parentRef');
  });
  for (const [name, to] of [
    ['r1', 'r1'],
    ['r1', 'r2'],
    ['r1', 'r3'],
    ['r2', 'r3'],
  ] as const) {
    test(`by moving ${name} under ${to}`, () => refused(move('folders', name, `Folder/${to}`)));
  }

  const rounds = 15;
  test(`by two moves that race, ${rounds} times`, async () => {
    let refusals = 0;
    for (let round = 0; round < rounds; round++) {
      const [a, b] = [`a${round}`, `b${round}`];
      // The way from one to the other is longer than one step.
      await createFolder(server, a, 'Organization/round');
      await createFolder(server, b, 'Organization/round');
      await createFolder(server, `in-${a}`, `Folder/${a}`);
      await createFolder(server, `in-${b}`, `Folder/${b}`);
      const answers = await Promise.all([
        move('folders', a, `Folder/in-${b}`),
        move('folders', b, `Folder/in-${a}`),
      ]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422]);
      refusals += 1;
      for (const name of [a, b]) assert.equal(await rootOf(name), 'round');
    }
    assert.equal(refusals, rounds);
  });
  test('by three moves that race', async () => {
    for (let round = 0; round < rounds; round++) {
      const names = ['x', 'y', 'z'].map((name) => `${name}${round}`);
      for (const name of names) await createFolder(server, name, 'Organization/round');
      const answers = await Promise.all(
        names.map((name, i) => move('folders', name, `Folder/${names[(i + 1) % 3]}`)),
      );
      assert.ok(answers.some(({ status }) => status === 422));
      for (const name of names) assert.equal(await rootOf(name), 'round');
    }
  });

  async function rootOf(name: string): Promise<string> {
    let at = name;
    for (let steps = 0; steps <= limits.folderDepth; steps++) {
      const { parentRef } = (await must(server.get(pathOf('folders', at)), 200)).spec;
      if (parentRef.kind === 'Organization') return parentRef.name;
      at = parentRef.name;
    }
    throw new Error(`${name} has no way up to an organization`);
  }
});

describe('moves', () => {
  before(async () => {
    for (const name of ['east', 'west']) {
      await createOrganization(server, name);
      await createFolder(server, `${name}-1`, `Organization/${name}`);
      await createFolder(server, `${name}-2`, `Folder/${name}-1`);
    }
    await createFolder(server, 'mover', 'Organization/east');
    await createProject(server, 'moved', 'Folder/mover');
  });
  const inside: readonly Parent[] = ['Folder/east-1', 'Folder/east-2', 'Organization/east'];
  const outside: readonly Parent[] = ['Organization/west', 'Folder/west-1', 'Folder/west-2'];

  for (const to of inside) {
    test(`inside the organization: a folder to ${to}, with what is in it`, async () => {
      await must(move('folders', 'mover', to), 200);
      const { metadata } = await must(server.get(pathOf('projects', 'moved')), 200);
      assert.equal(metadata.labels[organizationLabel], 'east');
      await must(server.get(`${plane('moved')}/api/v1/namespaces/default`), 200);
    });
    test(`inside the organization: a project to ${to}`, async () => {
      const { metadata } = await must(move('projects', 'moved', to), 200);
      assert.equal(metadata.labels[organizationLabel], 'east');
    });
  }
  for (const to of outside) {
    const words = (kind: string) =>
      new RegExp(`^Forbidden: a ${kind} may not leave its organization "east"$`);
    test(`out of it: a folder to ${to} is refused`, () =>
      refusedField(move('folders', 'mover', to), 'spec.parentRef', 'FieldValueForbidden', words('folder')));
    test(`out of it: a project to ${to} is refused`, () =>
      refusedField(move('projects', 'moved', to), 'spec.ownerRef', 'FieldValueForbidden', words('project')));
  }
  test('leave the old parent free to go', async () => {
    await createFolder(server, 'left', 'Organization/east');
    await must(move('projects', 'moved', 'Folder/left'), 200);
    await must(remove('folders', 'left'), 409);
    await must(move('projects', 'moved', 'Organization/east'), 200);
    await must(remove('folders', 'left'), 200);
    await untilGone(server, pathOf('folders', 'left'));
  });
});

describe('the organization label of a project', () => {
  before(async () => {
    await createOrganization(server, 'labelled');
    await createFolder(server, 'l1', 'Organization/labelled');
    await createFolder(server, 'l2', 'Folder/l1');
  });
  const owners: readonly Parent[] = ['Organization/labelled', 'Folder/l1', 'Folder/l2'];
  for (const [i, owner] of owners.entries()) {
    test(`is found out, not believed: under ${owner}`, async () => {
      const wanted = project(`lp${i}`, owner);
      wanted.metadata.labels = { [organizationLabel]: 'somebody-else', mine: 'yes' };
      const { metadata } = await must(server.post(`${group}/projects`, wanted), 201);
      assert.deepEqual(metadata.labels, { [organizationLabel]: 'labelled', mine: 'yes' });
    });
    test(`cannot be changed: under ${owner}`, () =>
      refusedField(
        server.patch(pathOf('projects', `lp${i}`), {
          metadata: { labels: { [organizationLabel]: 'somebody-else' } },
        }),
        `metadata.labels[${organizationLabel}]`,
        'FieldValueInvalid',
        /field is immutable$/,
      ));
    test(`nor taken away: under ${owner}`, async () => {
      const patch = { metadata: { labels: { [organizationLabel]: null } } };
      const { metadata } = await must(server.patch(pathOf('projects', `lp${i}`), patch), 200);
      assert.equal(metadata.labels[organizationLabel], 'labelled');
    });
  }
  test('selects the projects of an organization', async () => {
    const selector = encodeURIComponent(`${organizationLabel}=labelled`);
    const { items } = await must(server.get(`${group}/projects?labelSelector=${selector}`), 200);
    assert.deepEqual(
      items.map(({ metadata }: Manifest) => metadata.name),
      ['lp0', 'lp1', 'lp2'],
    );
  });
});

describe('a child that races the deletion of its parent', () => {
  const rounds = 12;
  for (const [kind, parentOf] of [
    ['organizations', (round: number): Parent => `Organization/race-o${round}`],
    ['folders', (round: number): Parent => `Folder/race-f${round}`],
  ] as const) {
    test(`never outlives it: ${kind}, ${rounds} times`, async () => {
      await createOrganization(server, `races-${kind}`);
      for (let round = 0; round < rounds; round++) {
        const parent = parentOf(round);
        const name = parent.slice(parent.indexOf('/') + 1);
        if (kind === 'organizations') await createOrganization(server, name);
        else await createFolder(server, name, `Organization/races-${kind}`);
        const children = ['c1', 'c2', 'c3'].map((child) => `${child}-${name}`);
        const [deletion, ...creations] = await Promise.all([
          remove(kind, name),
          ...children.map((child) => server.post(`${group}/projects`, project(child, parent))),
        ]);
        assert.ok([200, 409].includes(deletion.status), deletion.text);
        for (const { status, text } of creations) assert.ok([201, 422].includes(status), text);
        const alive = children.filter((_, i) => creations[i]!.status === 201);
        if (alive.length > 0) await must(server.get(pathOf(kind, name)), 200);
        for (const child of alive) {
          await must(remove('projects', child), 200);
          await untilGone(server, pathOf('projects', child));
        }
        if (deletion.status === 409) await must(remove(kind, name), 200);
        await untilGone(server, pathOf(kind, name));
      }
    });
  }
});
