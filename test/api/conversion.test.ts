/** Custom resources in several versions: what nobody converts, and what a webhook does. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import { createOrganization, createProject, type Manifest, must, plane } from './control-planes.ts';
import { type Behaviour, WebhookServer } from './webhook-server.ts';

let server: ApiServer;
let webhook: WebhookServer;
before(async () => {
  server = await ApiServer.start();
  webhook = await WebhookServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
});
after(async () => {
  await server.stop();
  await webhook.stop();
});

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'sizes.example';

/** v1 has `spec.cm`, v2 `spec.mm`; v2 is stored. */
function definition(plural: string, conversion?: object): Manifest {
  const version = (name: string, field: string, isStored: boolean): object => ({
    name,
    served: true,
    storage: isStored,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          spec: { type: 'object', properties: { [field]: { type: 'integer' }, same: { type: 'string' } } },
        },
      },
    },
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural, kind: plural.charAt(0).toUpperCase() + plural.slice(1, -1) },
      versions: [version('v1', 'cm', false), version('v2', 'mm', true)],
      ...(conversion === undefined ? {} : { conversion }),
    },
  };
}
const by = (clientConfig: object): object => ({
  strategy: 'Webhook',
  webhook: { clientConfig, conversionReviewVersions: ['v1'] },
});
const objects = (plural: string, version: string): string => `/apis/${group}/${version}/${plural}`;
const object = (kind: string, name: string, version: string, spec: object): Manifest => ({
  apiVersion: `${group}/${version}`,
  kind,
  metadata: { name },
  spec,
});

test('without a conversion only the version changes, and fields that the other does not know go', async () => {
  await must(server.post(definitions, definition('plains')), 201);
  await must(server.post(objects('plains', 'v1'), object('Plain', 'a', 'v1', { cm: 2, same: 'x' })), 201);
  const other = await must(server.get(`${objects('plains', 'v2')}/a`), 200);
  assert.equal(other.apiVersion, `${group}/v2`);
  assert.deepEqual(other.spec, { same: 'x' });
});

/** Ten millimetres a centimetre; what `change` makes of each object, as a webhook answers. */
function converting(change: (object: Manifest, wanted: string) => Manifest): (review: Manifest) => Behaviour {
  return ({ uid, desiredAPIVersion, objects: given }) => ({
    raw: JSON.stringify({
      kind: 'ConversionReview',
      apiVersion: 'apiextensions.k8s.io/v1',
      response: {
        uid,
        result: { status: 'Success' },
        convertedObjects: given.map((each: Manifest) => change(structuredClone(each), desiredAPIVersion)),
      },
    }),
  });
}
function scaled(each: Manifest, wanted: string): Manifest {
  each.apiVersion = wanted;
  if (each.spec === undefined) return each;
  const { cm, mm, ...rest } = each.spec;
  if (wanted.endsWith('/v1')) each.spec = mm === undefined ? rest : { cm: mm / 10, ...rest };
  else each.spec = cm === undefined ? rest : { mm: cm * 10, ...rest };
  return each;
}

describe('a webhook', () => {
  before(async () => {
    await must(
      server.post(definitions, definition('sticks', by(webhook.at('/convert', converting(scaled))))),
      201,
    );
    await must(server.post(objects('sticks', 'v1'), object('Stick', 'a', 'v1', { cm: 3 })), 201);
    await must(server.post(objects('sticks', 'v2'), object('Stick', 'b', 'v2', { mm: 70 })), 201);
  });

  test('converts what is read, listed, patched and applied in another version than is stored', async () => {
    const v1 = objects('sticks', 'v1');
    assert.deepEqual((await must(server.get(`${objects('sticks', 'v2')}/a`), 200)).spec, { mm: 30 });
    assert.deepEqual((await must(server.get(`${v1}/b`), 200)).spec, { cm: 7 });
    const list = await must(server.get(v1), 200);
    assert.deepEqual(
      list.items.map(({ spec }: Manifest) => spec),
      [{ cm: 3 }, { cm: 7 }],
    );
    const patched = await must(server.patch(`${v1}/b`, { spec: { cm: 9 } }), 200);
    assert.deepEqual(patched.spec, { cm: 9 });
    assert.deepEqual((await must(server.get(`${objects('sticks', 'v2')}/b`), 200)).spec, { mm: 90 });
  });

  test('is asked once for a list, and not for what is stored in the version', async () => {
    const before = webhook.reviewsAt('/convert').length;
    await must(server.get(objects('sticks', 'v2')), 200);
    assert.equal(webhook.reviewsAt('/convert').length, before);
    await must(server.get(objects('sticks', 'v1')), 200);
    assert.equal(webhook.reviewsAt('/convert').length, before + 1);
  });

  test('converts for watches, in the order of changes', async () => {
    const watch = server.watch(objects('sticks', 'v1'));
    await watch.until((events) => events.length === 2);
    for (const mm of [10, 20, 30])
      await must(server.patch(`${objects('sticks', 'v2')}/b`, { spec: { mm } }), 200);
    await watch.until((events) => events.length === 5);
    const sizes = watch.events.map(({ object: each }: Manifest) => each.spec.cm);
    assert.deepEqual(sizes.slice(2), [1, 2, 3]);
    watch.close();
  });

  test('may be one of a definition that the platform gives to projects', async () => {
    const there = `${plane('p')}${objects('sticks', 'v1')}`;
    await must(server.post(there, object('Stick', 'c', 'v1', { cm: 5 })), 201);
    const stored = await must(server.get(`${plane('p')}${objects('sticks', 'v2')}/c`), 200);
    assert.deepEqual(stored.spec, { mm: 50 });
    await must(server.remove(`${there}/c`), 200);
  });
});

describe('who owns fields in another version', () => {
  let behaviour: (review: Manifest) => Behaviour = converting(scaled);
  before(async () => {
    const clientConfig = webhook.at('/owned', (review) => behaviour(review));
    await must(server.post(definitions, definition('rulers', by(clientConfig))), 201);
  });
  const at = (name: string, version: string): string => `${objects('rulers', version)}/${name}`;
  const apply = (name: string, manager: string, version: string, spec: object, force = false) =>
    server.send(`${at(name, version)}?fieldManager=${manager}&force=${force}`, {
      method: 'PATCH',
      type: 'application/apply-patch+yaml',
      body: object('Ruler', name, version, spec),
    });
  /** What each manager owns of the spec, by the version it is told in. */
  const owners = ({ metadata }: Manifest): Record<string, string[]> =>
    Object.fromEntries(
      metadata.managedFields.map(({ manager, apiVersion, fieldsV1 }: Manifest) => [
        `${manager} ${apiVersion.split('/')[1]}`,
        Object.keys(fieldsV1['f:spec'] ?? {}).filter((key) => key !== '.'),
      ]),
    );

  test('has a conflict, told in the version of the owner', async () => {
    await must(apply('a', 'one', 'v1', { cm: 3 }), 201);
    const { status, json } = await apply('a', 'two', 'v2', { mm: 40 });
    assert.equal(status, 409, JSON.stringify(json));
    assert.match(json.message, /conflict with "one": \.spec\.cm$/);
    const forced = await must(apply('a', 'two', 'v2', { mm: 40 }, true), 200);
    assert.deepEqual(owners(forced), { 'two v2': ['f:mm'] });
  });

  test('shares what is the same, and what one lets go of the other keeps', async () => {
    await must(apply('b', 'one', 'v1', { cm: 3 }), 201);
    const both = await must(apply('b', 'two', 'v2', { mm: 30 }), 200);
    assert.deepEqual(owners(both), { 'one v1': ['f:cm'], 'two v2': ['f:mm'] });
    const left = await must(apply('b', 'one', 'v1', { same: 'x' }), 200);
    assert.deepEqual(left.spec, { cm: 3, same: 'x' });
    assert.deepEqual(owners(left), { 'one v1': ['f:same'], 'two v2': ['f:mm'] });
  });

  test('lets go of what it does not apply any more, in whatever version it did', async () => {
    await must(apply('c', 'one', 'v1', { cm: 3, same: 'x' }), 201);
    const left = await must(apply('c', 'one', 'v2', { same: 'x' }), 200);
    assert.equal(left.spec.mm ?? 0, 0);
    assert.deepEqual(owners(left), { 'one v2': ['f:same'] });
  });

  test('loses it to an update', async () => {
    await must(apply('d', 'one', 'v1', { cm: 3, same: 'x' }), 201);
    const updated = await must(
      server.patch(`${at('d', 'v2')}?fieldManager=three`, { spec: { mm: 50 } }),
      200,
    );
    assert.deepEqual(owners(updated), { 'one v1': ['f:same'], 'three v2': ['f:mm'] });
  });

  test('says so from the beginning, where it is created with its managers', async () => {
    const { metadata } = await must(apply('e', 'one', 'v1', { cm: 3, same: 'x' }), 201);
    const copy = object('Ruler', 'copy', 'v2', { mm: 30 });
    copy.metadata.managedFields = metadata.managedFields;
    const created = await must(server.post(`${objects('rulers', 'v2')}?fieldManager=restore`, copy), 201);
    assert.deepEqual(owners(created), { 'restore v2': ['f:mm'], 'one v1': ['f:same'] });
  });

  test('hinders no write where nobody converts, but an apply', async () => {
    await must(apply('f', 'one', 'v1', { cm: 3 }), 201);
    behaviour = () => 'reset';
    try {
      const updated = await must(server.patch(at('f', 'v2'), { spec: { mm: 60 } }), 200);
      assert.deepEqual(owners(updated), { 'one v1': ['f:cm'] });
      const { status, json } = await apply('f', 'two', 'v2', { mm: 70 });
      assert.equal(status, 500);
      assert.match(json.message, /^conversion webhook for sizes\.example\/v2, Kind=Ruler failed: /);
    } finally {
      behaviour = converting(scaled);
    }
    assert.deepEqual((await must(server.get(at('f', 'v2')), 200)).spec, { mm: 60 });
  });
});

describe('a webhook that does not convert', () => {
  const check = async (
    plural: string,
    behaviour: Behaviour | ((review: Manifest) => Behaviour),
    problem: RegExp,
  ): Promise<void> => {
    const kind = plural.charAt(0).toUpperCase() + plural.slice(1, -1);
    await must(server.post(definitions, definition(plural, by(webhook.at(`/${plural}`, behaviour)))), 201);
    const { status, json } = await server.post(objects(plural, 'v1'), object(kind, 'a', 'v1', { cm: 1 }));
    assert.equal(status, 500, JSON.stringify(json));
    assert.match(json.message, problem);
    // Nothing was stored.
    assert.equal((await must(server.get(objects(plural, 'v2')), 200)).items.length, 0);
  };

  test('resets', () =>
    check('resets', 'reset', /^conversion webhook for sizes\.example\/v1, Kind=Reset failed: EOF$/));
  test('answers garbage', () => check('garbages', { raw: '{"kind' }, /the reply is no JSON/));
  test('answers with another status', () => check('statuses', { raw: '', status: 503 }, /status 503/));
  test('refuses, in its own words', () =>
    check(
      'refusals',
      ({ uid }) => ({
        raw: JSON.stringify({
          kind: 'ConversionReview',
          apiVersion: 'apiextensions.k8s.io/v1',
          response: { uid, result: { status: 'Failure', message: 'cannot do that' } },
        }),
      }),
      /failed: cannot do that$/,
    ));
  test('loses an object', () =>
    check(
      'losses',
      ({ uid }) => ({
        raw: JSON.stringify({
          kind: 'ConversionReview',
          response: { uid, result: { status: 'Success' }, convertedObjects: [] },
        }),
      }),
      /returned 0 objects, expected 1/,
    ));
  test('answers another question', () =>
    check(
      'strangers',
      { response: {} },
      /expected webhook response of Kind=ConversionReview|expected response\.uid|status was/,
    ));
  test('leaves the version as it was', () =>
    check(
      'laggards',
      converting((each) => each),
      /invalid groupVersion \(expected sizes\.example\/v2/,
    ));
  test('renames', () =>
    check(
      'renames',
      converting((each, wanted) => ({ ...scaled(each, wanted), metadata: { ...each.metadata, name: 'z' } })),
      /must have the same name: z != a/,
    ));
});
