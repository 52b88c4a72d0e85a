/** Definitions as objects: written in every way, judged, held by their finalizer; and where the platform's are seen. */
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
import { trickledCreate } from './trickled-create.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
});
after(() => server.stop());

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'shapes.example';
const contexts = 'discovery.miloapis.com/parent-contexts';

function definition(plural: string, schema: object = {}, metadata: object = {}): Manifest {
  const kind = plural.charAt(0).toUpperCase() + plural.slice(1, -1);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...metadata },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural, kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...schema },
          },
        },
      ],
    },
  };
}
const objects = (plural: string): string => `/apis/${group}/v1/${plural}`;

test('one is created, read and served at once', async () => {
  const created = await must(server.post(definitions, definition('circles')), 201);
  assert.equal(created.metadata.generation, 1);
  assert.deepEqual(created.spec.names, {
    plural: 'circles',
    singular: 'circle',
    kind: 'Circle',
    listKind: 'CircleList',
  });
  assert.deepEqual(created.status.storedVersions, ['v1']);
  await must(server.get(objects('circles')), 200);
});

test('what is wrong with it is told by its fields', async () => {
  const bad = definition('squares', {
    properties: { a: {}, b: { type: 'string', pattern: '(' }, c: { type: 'integer', default: 'x' } },
  });
  const { status, json } = await server.post(definitions, bad);
  assert.equal(status, 422);
  assert.deepEqual(
    json.details.causes.map(({ field, reason }: Manifest) => `${field} ${reason}`),
    [
      'spec.validation.openAPIV3Schema.properties[a].type FieldValueRequired',
      'spec.validation.openAPIV3Schema.properties[b].pattern FieldValueInvalid',
    ],
  );
});

test('its fields are known at every depth', async () => {
  const { headers } = await server.post(
    `${definitions}?dryRun=All`,
    definition('squares', {
      properties: { a: { type: 'object', properties: { b: { type: 'string', colour: 1 } } } },
    }),
  );
  assert.match(
    String(headers.warning),
    /unknown field \\"spec.versions\[0\].schema.openAPIV3Schema.properties.a.properties.b.colour\\"/,
  );
});

test('formats that nothing checks are warned of', async () => {
  const shaped = definition('squares', { properties: { a: { type: 'string', format: 'phone' } } });
  const { headers } = await server.post(`${definitions}?dryRun=All`, shaped);
  assert.match(String(headers.warning), /unrecognized format \\"phone\\"/);
});

test('it is applied, and only what is applied changes', async () => {
  const path = `${definitions}/rings.${group}?fieldManager=me`;
  const apply = (manifest: Manifest) =>
    server.send(path, { method: 'PATCH', type: 'application/apply-patch+yaml', body: manifest });
  await must(apply(definition('rings', { description: 'Round.' })), 201);
  const again = await must(apply(definition('rings', { description: 'Rounder.' })), 200);
  assert.equal(again.spec.versions[0].schema.openAPIV3Schema.description, 'Rounder.');
  assert.equal(again.metadata.generation, 2);
  const same = await must(apply(definition('rings', { description: 'Rounder.' })), 200);
  assert.equal(same.metadata.resourceVersion, again.metadata.resourceVersion);
});

test('what it is of does not change', async () => {
  const { status, json } = await server.patch(`${definitions}/circles.${group}`, {
    spec: { scope: 'Namespaced' },
  });
  assert.equal(status, 422);
  assert.match(json.message, /spec.scope: Invalid value: "Namespaced": field is immutable/);
});

test('its status is written by itself, and nothing else by that', async () => {
  const path = `${definitions}/circles.${group}`;
  const before = await must(server.get(path), 200);
  const condition = { type: 'Example', status: 'True' };
  const patch = {
    spec: { scope: 'Namespaced' },
    status: { conditions: [...before.status.conditions, condition] },
  };
  const written = await must(server.patch(`${path}/status`, patch), 200);
  assert.equal(written.spec.scope, 'Cluster');
  assert.equal(written.status.conditions.at(-1).type, 'Example');
  assert.equal(written.metadata.generation, before.metadata.generation);
});

test('a deleted one takes its objects along', async () => {
  await must(server.post(definitions, definition('dots')), 201);
  const dot = { apiVersion: `${group}/v1`, kind: 'Dot', metadata: { name: 'a' } };
  await must(server.post(objects('dots'), dot), 201);
  await server.send(`${definitions}/dots.${group}`, { method: 'DELETE' });
  await untilGone(server, `${definitions}/dots.${group}`);
  assert.equal((await server.get(objects('dots'))).status, 404);
  await must(server.post(definitions, definition('dots')), 201);
  assert.deepEqual((await must(server.get(objects('dots')), 200)).items, []);
});

describe('where the platform’s are seen', () => {
  const policies = '/apis/discovery.miloapis.com/v1alpha1/discoverycontextpolicies';
  const inProject = (plural: string): string => `${plane('p')}${objects(plural)}`;
  const seen = async (plural: string): Promise<boolean> => {
    await must(server.get(objects(plural)), 200);
    const { status } = await server.get(inProject(plural));
    assert.ok(status === 200 || status === 404);
    return status === 200;
  };
  before(async () => {
    await createOrganization(server, 'o');
    await createProject(server, 'p', 'Organization/o');
    await must(
      server.post(definitions, definition('lines', {}, { annotations: { [contexts]: 'Organization' } })),
      201,
    );
    await must(
      server.post(definitions, definition('curves', {}, { annotations: { [contexts]: 'Project' } })),
      201,
    );
  });

  test('as they say', async () => {
    assert.equal(await seen('lines'), false);
    assert.equal(await seen('curves'), true);
    assert.equal(await seen('circles'), true);
  });
  test('for no verb elsewhere', async () => {
    const line = { apiVersion: `${group}/v1`, kind: 'Line', metadata: { name: 'a' } };
    assert.equal((await server.post(inProject('lines'), line)).status, 404);
    assert.equal((await server.send(`${inProject('lines')}/a`, { method: 'DELETE' })).status, 404);
  });
  test('a policy is stronger, for as long as it is there', async () => {
    const rules = [{ group, resources: ['lines', 'curves'], contexts: ['User'] }];
    const policy = {
      apiVersion: 'discovery.miloapis.com/v1alpha1',
      kind: 'DiscoveryContextPolicy',
      metadata: { name: 'shapes' },
      spec: { rules },
    };
    await must(server.post(policies, policy), 201);
    assert.equal(await seen('curves'), false);
    const merge = { method: 'PATCH', type: 'application/merge-patch+json' };
    const body = { spec: { rules: [{ ...rules[0], contexts: ['Project'] }] } };
    await must(server.send(`${policies}/shapes`, { ...merge, body }), 200);
    assert.equal(await seen('lines'), true);
    await must(server.send(`${policies}/shapes`, { method: 'DELETE' }), 200);
    assert.equal(await seen('lines'), false);
    assert.equal(await seen('curves'), true);
  });
  test('a misspelt surface is refused', async () => {
    const misspelt = definition('arcs', {}, { annotations: { [contexts]: 'Projects' } });
    const { status, json } = await server.post(definitions, misspelt);
    assert.equal(status, 422);
    assert.match(
      json.message,
      /metadata.annotations\[discovery.miloapis.com\/parent-contexts\]: Invalid value/,
    );
  });
});

describe('what a project defines', () => {
  const of = (project: string): string => plane(project);
  const square = (side: number): Manifest => ({
    apiVersion: `${group}/v1`,
    kind: 'Square',
    metadata: { name: 'a' },
    side,
  });
  before(async () => {
    await createOrganization(server, 'definers');
    for (const project of ['q', 'r']) await createProject(server, project, 'Organization/definers');
    await must(server.post(`${of('q')}${definitions}`, definition('squares')), 201);
    await must(server.post(`${of('q')}${objects('squares')}`, square(1)), 201);
  });

  test('is there alone: for no verb elsewhere, and in no other discovery', async () => {
    await must(server.get(`${of('q')}/apis/${group}/v1`), 200);
    for (const elsewhere of [of('r'), '']) {
      assert.equal((await server.get(`${elsewhere}${objects('squares')}`)).status, 404);
      assert.equal((await server.post(`${elsewhere}${objects('squares')}`, square(2))).status, 404);
      assert.equal((await server.get(`${elsewhere}${definitions}/squares.${group}`)).status, 404);
      const { json } = await server.get(`${elsewhere}/apis/${group}/v1`);
      const names = (json.resources ?? []).map(({ name }: { name: string }) => name);
      assert.ok(!names.includes('squares'), names.join());
    }
  });
  test('is another project’s as well where that defines the same, with objects of its own', async () => {
    await must(server.post(`${of('r')}${definitions}`, definition('squares')), 201);
    assert.deepEqual((await must(server.get(`${of('r')}${objects('squares')}`), 200)).items, []);
    await must(server.post(`${of('r')}${objects('squares')}`, square(2)), 201);
    assert.equal((await must(server.get(`${of('q')}${objects('squares')}/a`), 200)).side, 1);
    await server.send(`${of('r')}${definitions}/squares.${group}`, { method: 'DELETE' });
    await untilGone(server, `${of('r')}${definitions}/squares.${group}`);
    assert.equal((await must(server.get(`${of('q')}${objects('squares')}/a`), 200)).side, 1);
  });
  test('is not what the platform gives it', async () => {
    await must(server.post(definitions, definition('ovals')), 201);
    const { status, json } = await server.post(`${of('q')}${definitions}`, definition('ovals'));
    assert.equal(status, 403);
    assert.match(json.message, /ovals\.shapes\.example is given by the platform and cannot be defined anew/);
  });
  test('has nothing created behind it, whatever else bears its name by then', async () => {
    const own = `${of('q')}${definitions}/cubes.${group}`;
    await must(server.post(`${of('q')}${definitions}`, definition('cubes')), 201);
    const elsewhere = { annotations: { [contexts]: 'Organization' } };
    await must(server.post(definitions, definition('cubes', {}, elsewhere)), 201);
    const cube = { apiVersion: `${group}/v1`, kind: 'Cube', metadata: { name: 'late' } };
    const { status, text } = await trickledCreate(server, `${of('q')}${objects('cubes')}`, cube, async () => {
      await must(server.remove(own), 200);
      await untilGone(server, own);
    });
    assert.equal(status, 404, text);
  });
  test('stays in force where the platform defines the same later', async () => {
    await must(server.post(definitions, definition('squares')), 201);
    assert.deepEqual((await must(server.get(objects('squares')), 200)).items, []);
    assert.equal((await must(server.get(`${of('q')}${objects('squares')}/a`), 200)).side, 1);
    assert.deepEqual((await must(server.get(`${of('r')}${objects('squares')}`), 200)).items, []);
    // And is kept up there as before.
    const own = `${of('q')}${definitions}/squares.${group}`;
    const found = await must(server.get(own), 200);
    found.metadata.labels = { kept: 'up' };
    await must(server.put(own, found), 200);
    await server.send(`${definitions}/squares.${group}`, { method: 'DELETE' });
    await untilGone(server, `${definitions}/squares.${group}`);
    assert.equal((await must(server.get(`${of('q')}${objects('squares')}/a`), 200)).side, 1);
  });
});
