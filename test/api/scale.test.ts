/** `/scale` of a kind that says where its replicas are: read and written as a Scale, and nothing else touched. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ResourceDefinition } from '../../src/apimachinery/resource-definition.ts';
import { kindSchema } from '../../src/apimachinery/schema/meta.ts';
import { field, integer, object, string } from '../../src/apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../src/apis/columns.ts';
import { builtInDefinitions } from '../../src/apis/definitions.ts';
import { statusSubresource } from '../../src/apis/status-subresource.ts';
import { objectVerbs } from '../../src/apis/verbs.ts';
import { type Answer, ApiServer } from '../api-client.ts';
import { type Manifest, must } from './control-planes.ts';

/** No built-in kind has a scale: this one keeps its replicas at unusual places. */
const workers: ResourceDefinition = {
  group: 'example.com',
  resource: 'workers',
  singular: 'worker',
  kind: 'Worker',
  listKind: 'WorkerList',
  scope: 'Namespaced',
  description: 'Worker is a kind of these tests.',
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: kindSchema({
        name: 'com.example.v1.Worker',
        description: 'Worker is a kind of these tests.',
        fields: {
          spec: field(
            2,
            object({
              pool: field(
                1,
                object({
                  size: field(1, integer('int32', { maximum: 100 }), 'Replicas.'),
                  colour: field(2, string(), 'Something else.'),
                }),
                'The pool.',
              ),
            }),
            'The wish.',
          ),
          status: field(
            3,
            object({ ready: field(1, integer('int32'), 'Seen.'), selector: field(2, string(), 'Whose.') }),
            'The state.',
          ),
        },
      }),
    },
  ],
  storage: { group: 'example.com', version: 'v1', kind: 'Worker', resource: 'workers' },
  // Without a resourceVersion a PUT of the object is refused; of its scale it is not.
  strategy: { hasGeneration: true, allowUnconditionalUpdate: false },
  subresources: [statusSubresource({ metadata: 'kept' })],
  scale: {
    specReplicasPath: '.spec.pool.size',
    statusReplicasPath: '.status.ready',
    labelSelectorPath: '.status.selector',
  },
  columns: [nameColumn, ageColumn],
  strategicMergePatch: false,
};

let server: ApiServer;
let count = 0;
before(async () => {
  server = await ApiServer.start({ definitions: [...builtInDefinitions, workers] });
});
after(() => server.stop());

const collection = '/apis/example.com/v1/namespaces/default/workers';
async function made(spec: object, status?: object): Promise<string> {
  const name = `worker-${count++}`;
  const path = `${collection}/${name}`;
  await must(server.post(collection, { metadata: { name }, spec }), 201);
  if (status !== undefined) await must(server.patch(`${path}/status`, { status }), 200);
  return path;
}
const scale = (path: string, rest: Manifest): Manifest => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  ...rest,
  metadata: { name: path.split('/').at(-1), ...rest.metadata },
});
function refused(answer: Answer, status: number, message: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.message, message);
}

describe('read', () => {
  test('as a Scale, with the identity of the object and nothing else of it', async () => {
    const path = await made({ pool: { size: 3, colour: 'red' } }, { ready: 2, selector: 'app=x' });
    await must(server.patch(path, { metadata: { labels: { a: 'b' } } }), 200);
    const { name, namespace, uid, resourceVersion, creationTimestamp } = (await server.get(path)).json
      .metadata;
    assert.deepEqual(await must(server.get(`${path}/scale`), 200), {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
      spec: { replicas: 3 },
      status: { replicas: 2, selector: 'app=x' },
    });
  });
  test('without a status', async () => {
    const { spec, status } = await must(server.get(`${await made({ pool: { size: 1 } })}/scale`), 200);
    assert.deepEqual([spec, status], [{ replicas: 1 }, { replicas: 0 }]);
  });
  test('of an object that says nothing of replicas', async () => {
    const answer = await server.get(`${await made({ pool: {} })}/scale`);
    refused(answer, 500, 'Internal error occurred: the spec replicas field ".spec.pool.size" does not exist');
    assert.equal(server.faults.splice(0).length, 1);
  });
  test('of an object that is not there', async () => {
    refused(await server.get(`${collection}/nobody/scale`), 404, 'workers.example.com "nobody" not found');
  });
  test('as a table and as YAML', async () => {
    const path = await made({ pool: { size: 3 } }, { ready: 2 });
    const { json } = await server.get(`${path}/scale`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    assert.deepEqual(
      json.columnDefinitions.map((column: Manifest) => column.name),
      ['Name', 'Desired', 'Available', 'Age'],
    );
    assert.deepEqual(json.rows[0].cells.slice(1, 3), [3, 2]);
    const yaml = await server.get(`${path}/scale`, { accept: 'application/yaml' });
    assert.match(yaml.text, /^kind: Scale$/m);
  });
});

describe('written', () => {
  test('by a PUT: the replicas, and nothing else', async () => {
    const path = await made({ pool: { size: 3, colour: 'red' } }, { ready: 2 });
    const before = (await server.get(path)).json;
    const answer = await must(
      server.put(
        `${path}/scale`,
        scale(path, { metadata: { labels: { a: 'b' } }, spec: { replicas: 5 }, status: { replicas: 9 } }),
      ),
      200,
    );
    assert.deepEqual([answer.kind, answer.spec, answer.status], ['Scale', { replicas: 5 }, { replicas: 2 }]);
    const { json } = await server.get(path);
    assert.deepEqual(json.spec, { pool: { size: 5, colour: 'red' } });
    assert.deepEqual([json.status, json.metadata.labels], [before.status, undefined]);
    assert.equal(json.metadata.generation, before.metadata.generation + 1);
    assert.equal(answer.metadata.resourceVersion, json.metadata.resourceVersion);
  });
  test('by a PUT to zero', async () => {
    const path = await made({ pool: { size: 3 } });
    const answer = await must(server.put(`${path}/scale`, scale(path, { spec: {} })), 200);
    assert.deepEqual(answer.spec, {});
    assert.equal((await server.get(path)).json.spec.pool.size, 0);
  });
  for (const [kind, body] of [
    ['merge', { spec: { replicas: 7 } }],
    ['json', [{ op: 'replace', path: '/spec/replicas', value: 7 }]],
  ] as const) {
    test(`by a ${kind} patch`, async () => {
      const path = await made({ pool: { size: 3 } });
      const answer = await must(server.patch(`${path}/scale`, body, kind), 200);
      assert.deepEqual([answer.kind, answer.spec], ['Scale', { replicas: 7 }]);
      assert.equal((await server.get(path)).json.spec.pool.size, 7);
    });
  }
  test('by a strategic merge patch only where the kind takes one', async () => {
    const path = await made({ pool: { size: 3 } });
    assert.equal((await server.patch(`${path}/scale`, {}, 'strategic-merge')).status, 415);
  });
  test('by patches that race: all succeed', async () => {
    const path = await made({ pool: { size: 0 } });
    const sizes = Array.from({ length: 20 }, (_, i) => i + 1);
    const answers = await Promise.all(
      sizes.map((replicas) => server.patch(`${path}/scale`, { spec: { replicas } })),
    );
    for (const { status } of answers) assert.equal(status, 200);
  });
  test('what changes nothing writes nothing', async () => {
    const path = await made({ pool: { size: 3 } });
    const before = (await server.get(path)).text;
    await must(server.patch(`${path}/scale`, { spec: { replicas: 3 } }), 200);
    assert.equal((await server.get(path)).text, before);
  });
  test('as a dry run: answered, not kept', async () => {
    const path = await made({ pool: { size: 3 } });
    const before = (await server.get(path)).text;
    const answer = await must(
      server.put(`${path}/scale?dryRun=All`, scale(path, { spec: { replicas: 4 } })),
      200,
    );
    assert.deepEqual([answer.kind, answer.spec], ['Scale', { replicas: 4 }]);
    assert.equal((await server.get(path)).text, before);
  });
  test('who scaled is told in managedFields', async () => {
    const path = await made({ pool: { size: 3 } });
    await must(server.patch(`${path}/scale?fieldManager=scaler`, { spec: { replicas: 4 } }), 200);
    const entries: Manifest[] = (await server.get(path)).json.metadata.managedFields;
    const { time: _, ...entry } = entries.find(({ manager }) => manager === 'scaler');
    assert.deepEqual(entry, {
      manager: 'scaler',
      operation: 'Update',
      apiVersion: 'example.com/v1',
      subresource: 'scale',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:pool': { 'f:size': {} } } },
    });
  });
  test('by apply, of which the owner of the replicas hears', async () => {
    const path = await made({ pool: { size: 3 } });
    const applied = (manager: string, replicas: number, more = ''): Promise<Answer> =>
      server.send(`${path}/scale?fieldManager=${manager}${more}`, {
        method: 'PATCH',
        type: 'application/apply-patch+yaml',
        body: scale(path, { spec: { replicas } }),
      });
    const refusal = await applied('scaler', 4);
    refused(
      refusal,
      409,
      'Apply failed with 1 conflict: conflict with "unknown" using autoscaling/v1: .spec.replicas',
    );
    await must(applied('scaler', 4, '&force=true'), 200);
    const { spec, metadata } = (await server.get(path)).json;
    assert.deepEqual(spec, { pool: { size: 4 } });
    const entries: Manifest[] = metadata.managedFields;
    assert.deepEqual(
      entries.map(({ manager, operation, subresource, fieldsV1 }) => [
        manager,
        operation,
        subresource,
        fieldsV1,
      ]),
      [
        ['scaler', 'Apply', 'scale', { 'f:spec': { 'f:pool': { 'f:size': {} } } }],
        ['unknown', 'Update', undefined, { 'f:spec': { '.': {}, 'f:pool': {} } }],
      ],
    );
    // The same again writes nothing.
    assert.equal((await must(applied('scaler', 4), 200)).metadata.resourceVersion, metadata.resourceVersion);
  });
});

describe('refused', () => {
  const put = (path: string, rest: Manifest): Promise<Answer> =>
    server.put(`${path}/scale`, scale(path, rest));
  test('a number below zero', async () => {
    const path = await made({ pool: { size: 3 } });
    const answer = await put(path, { spec: { replicas: -1 } });
    const name = path.split('/').at(-1);
    refused(
      answer,
      422,
      `Scale.autoscaling "${name}" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`,
    );
  });
  test('a number the object does not take', async () => {
    const path = await made({ pool: { size: 3 } });
    const answer = await put(path, { spec: { replicas: 101 } });
    assert.equal(answer.status, 422, answer.text);
    assert.match(answer.json.message, /^Worker\.example\.com "worker-\d+" is invalid: spec\.pool\.size: /);
  });
  test('a version that is past', async () => {
    const path = await made({ pool: { size: 3 } });
    refused(
      await put(path, { metadata: { resourceVersion: '1' }, spec: { replicas: 4 } }),
      409,
      `Operation cannot be fulfilled on workers.example.com "${path.split('/').at(-1)}": the object has been modified; please apply your changes to the latest version and try again`,
    );
    const { resourceVersion } = (await server.get(path)).json.metadata;
    await must(put(path, { metadata: { resourceVersion }, spec: { replicas: 4 } }), 200);
  });
  test('another uid, another name, another kind', async () => {
    const path = await made({ pool: { size: 3 } });
    assert.equal((await put(path, { metadata: { uid: 'other' }, spec: { replicas: 4 } })).status, 409);
    assert.equal((await put(path, { metadata: { name: 'other' }, spec: { replicas: 4 } })).status, 400);
    refused(
      await server.put(`${path}/scale`, { apiVersion: 'example.com/v1', kind: 'Worker', spec: {} }),
      400,
      'the API version in the data (example.com/v1) does not match the expected API version (autoscaling/v1)',
    );
    assert.equal((await server.get(path)).json.spec.pool.size, 3);
  });
  test('an object that is not there', async () => {
    const path = `${collection}/nobody`;
    refused(await put(path, { spec: { replicas: 1 } }), 404, 'workers.example.com "nobody" not found');
  });
  test('what a scale does not offer', async () => {
    const path = await made({ pool: { size: 3 } });
    assert.equal((await server.remove(`${path}/scale`)).status, 405);
    assert.equal((await server.post(`${path}/scale`, {})).status, 405);
  });
});

test('discovery tells its kind', async () => {
  const { resources } = await must(server.get('/apis/example.com/v1'), 200);
  assert.deepEqual(
    resources.find(({ name }: Manifest) => name === 'workers/scale'),
    {
      name: 'workers/scale',
      singularName: '',
      namespaced: true,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    },
  );
  const aggregated = await server.get('/apis', {
    accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  });
  const group = aggregated.json.items.find(({ metadata }: Manifest) => metadata.name === 'example.com');
  assert.deepEqual(group.versions[0].resources[0].subresources[0], {
    subresource: 'scale',
    responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    verbs: ['get', 'patch', 'update'],
  });
});
