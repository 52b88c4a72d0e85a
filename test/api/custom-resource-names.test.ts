/** Names that two definitions of a control plane would like to have: the first has them, also where they race. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
  createOrganization,
  createProject,
  type Manifest,
  must,
  plane,
  untilGone,
} from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'namers');
  await createProject(server, 'namers', 'Organization/namers');
});
after(() => server.stop());

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'names.example';

interface Names {
  readonly plural: string;
  readonly kind: string;
  readonly singular?: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
}

const definition = (names: Names): Manifest => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${names.plural}.${group}` },
  spec: {
    group,
    scope: 'Cluster',
    names: { singular: `${names.plural}-one`, ...names },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
});

/** Status and reason of a condition. */
function said({ status }: Manifest, type: string): string {
  const found = status.conditions.find((condition: Manifest) => condition.type === type);
  return `${found?.status} ${found?.reason}`;
}

/** Fired at once, for rounds on end: one has the names and is served, and the other is told why not. */
function races(what: string, pair: readonly [Names, Names], reason: string): void {
  for (const of of ['the platform', 'a project']) {
    test(`${what}, in ${of}`, async () => {
      const root = of === 'the platform' ? '' : plane('namers');
      for (let round = 0; round < 8; round++) {
        const created = await Promise.all(
          pair.map((each) => must(server.post(`${root}${crds}`, definition(each)), 201)),
        );
        const won = created.filter((crd) => said(crd, 'Established') === 'True InitialNamesAccepted');
        const lost = created.filter((crd) => said(crd, 'NamesAccepted') === `False ${reason}`);
        assert.deepEqual(
          [won.length, lost.length],
          [1, 1],
          JSON.stringify(created.map(({ status }) => status)),
        );
        assert.equal(said(lost[0], 'Established'), 'False NotAccepted');
        assert.notEqual(won[0].metadata.name, lost[0].metadata.name);
        const statuses = await Promise.all(
          [won[0], lost[0]].map(async ({ spec }) => {
            const { status } = await server.get(`${root}/apis/${group}/v1/${spec.names.plural}`);
            return status;
          }),
        );
        assert.deepEqual(statuses, [200, 404]);
        // What the first sets free, the other gets.
        await must(server.send(`${root}${crds}/${won[0].metadata.name}`, { method: 'DELETE' }), 200);
        await untilGone(server, `${root}${crds}/${won[0].metadata.name}`);
        await untilServed(`${root}/apis/${group}/v1/${lost[0].spec.names.plural}`);
        await must(server.send(`${root}${crds}/${lost[0].metadata.name}`, { method: 'DELETE' }), 200);
        await untilGone(server, `${root}${crds}/${lost[0].metadata.name}`);
      }
    });
  }
}

async function untilServed(path: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await server.get(path)).status !== 200) {
    assert.ok(Date.now() < deadline, `${path} is not served`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('of two at the same instant one has', () => {
  races(
    'the kind',
    [
      { plural: 'ones', kind: 'Same', listKind: 'OneList' },
      { plural: 'twos', kind: 'Same', listKind: 'TwoList' },
    ],
    'KindConflict',
  );
  races(
    'the kind of lists',
    [
      { plural: 'ones', kind: 'One', listKind: 'SameList' },
      { plural: 'twos', kind: 'Two', listKind: 'SameList' },
    ],
    'ListKindConflict',
  );
  races(
    'the singular',
    [
      { plural: 'ones', kind: 'One', singular: 'same' },
      { plural: 'twos', kind: 'Two', singular: 'same' },
    ],
    'SingularConflict',
  );
  races(
    'the short name',
    [
      { plural: 'ones', kind: 'One', shortNames: ['s'] },
      { plural: 'twos', kind: 'Two', shortNames: ['t', 's'] },
    ],
    'ShortNamesConflict',
  );
});

test('what waits for one name has its others, and gets it as soon as it is free', async () => {
  const root = plane('namers');
  const create = (names: Names) => must(server.post(`${root}${crds}`, definition(names)), 201);
  const at = (plural: string): string => `${root}${crds}/${plural}.${group}`;
  const remove = async (plural: string): Promise<void> => {
    await must(server.remove(at(plural)), 200);
    await untilGone(server, at(plural));
  };
  await create({ plural: 'as', kind: 'A', shortNames: ['x'] });
  const waits = await create({ plural: 'bs', kind: 'A', listKind: 'BList', shortNames: ['b'] });
  assert.equal(said(waits, 'NamesAccepted'), 'False KindConflict');
  assert.deepEqual(waits.status.acceptedNames.shortNames, ['b']);
  const third = await create({ plural: 'cs', kind: 'C', shortNames: ['b'] });
  assert.equal(said(third, 'NamesAccepted'), 'False ShortNamesConflict');
  await remove('bs');
  await untilServed(`${root}/apis/${group}/v1/cs`);
  // A name may become free without a definition that goes.
  const fourth = await create({ plural: 'ds', kind: 'D', shortNames: ['x'] });
  assert.equal(said(fourth, 'NamesAccepted'), 'False ShortNamesConflict');
  await must(server.patch(at('as'), { spec: { names: { shortNames: ['y'] } } }), 200);
  await untilServed(`${root}/apis/${group}/v1/ds`);
  for (const plural of ['as', 'cs', 'ds']) await remove(plural);
});

test('what the platform sets free, a project gets', async () => {
  await must(server.post(crds, definition({ plural: 'givens', kind: 'Given' })), 201);
  const own = definition({ plural: 'owns', kind: 'Given', listKind: 'OwnList' });
  const waits = await must(server.post(`${plane('namers')}${crds}`, own), 201);
  assert.equal(said(waits, 'NamesAccepted'), 'False KindConflict');
  await must(server.remove(`${crds}/givens.${group}`), 200);
  await untilServed(`${plane('namers')}/apis/${group}/v1/owns`);
});

test('many that have nothing in common are all accepted at once', async () => {
  const plurals = Array.from({ length: 60 }, (_, index) => `many${index}`);
  const created = await Promise.all(
    plurals.map((plural) =>
      must(server.post(`${plane('namers')}${crds}`, definition({ plural, kind: `M${plural}` })), 201),
    ),
  );
  for (const crd of created) assert.equal(said(crd, 'Established'), 'True InitialNamesAccepted');
});

test('a name that is taken on in an update is the first’s as well', async () => {
  const root = `${plane('namers')}${crds}`;
  for (const plural of ['lefts', 'rights']) {
    await must(server.post(root, definition({ plural, kind: `K${plural}` })), 201);
  }
  for (let round = 0; round < 10; round++) {
    const written = await Promise.all(
      ['lefts', 'rights'].map((plural) =>
        must(
          server.patch(`${root}/${plural}.${group}`, { spec: { names: { shortNames: [`r${round}`] } } }),
          200,
        ),
      ),
    );
    const accepted = written.filter((crd) => said(crd, 'NamesAccepted') === 'True NoConflicts');
    assert.equal(accepted.length, 1);
    for (const crd of written) assert.match(said(crd, 'Established'), /^True/);
  }
});
