/** The forms of an answer: tables, metadata only, YAML, indented, and no body at all. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseYaml } from '../../src/apimachinery/codec/yaml.ts';
import { ApiServer, makeProjects } from '../api-client.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const startMs = Date.parse('2026-03-04T05:06:07Z');
let nowMs = startMs;

let server: ApiServer;
before(async () => {
  server = await ApiServer.start({ clock: { now: () => nowMs } });
  await makeProjects(server, 'acme', []);
  await server.post(configMaps, { metadata: { name: 'a', labels: { x: 'y' } }, data: { k: 'v', l: 'w' } });
  await server.post(configMaps, { metadata: { name: 'b' } });
  nowMs = startMs + 3 * 86_400_000 + 5 * 3_600_000;
});
after(() => server.stop());

const as = (form: string, version = 'v1') => ({
  accept: `application/json;as=${form};v=${version};g=meta.k8s.io`,
});
// What kubectl sends, all versions of it.
const kubectl = {
  accept:
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
};

test('a table of a list', async () => {
  const { status, headers, json } = await server.get(configMaps, kubectl);
  assert.deepEqual([status, headers['content-type']], [200, 'application/json']);
  const list = (await server.get(configMaps)).json;
  assert.deepEqual([json.kind, json.apiVersion], ['Table', 'meta.k8s.io/v1']);
  assert.deepEqual(json.metadata, list.metadata);
  assert.deepEqual(
    json.columnDefinitions.map(({ name, type, format, priority }: Record<string, unknown>) => [
      name,
      type,
      format,
      priority,
    ]),
    [
      ['Name', 'string', 'name', 0],
      ['Data', 'string', '', 0],
      ['Age', 'string', '', 0],
    ],
  );
  assert.deepEqual(
    json.rows.map(({ cells }: { cells: unknown[] }) => cells),
    [
      ['a', 2, '3d5h'],
      ['b', 0, '3d5h'],
    ],
  );
  assert.deepEqual(json.rows[0].object, {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: list.items[0].metadata,
  });
  const page = await server.get(`${configMaps}?limit=1`, kubectl);
  assert.equal(page.json.metadata.remainingItemCount, 1);
  const rest = await server.get(`${configMaps}?limit=1&continue=${page.json.metadata.continue}`, kubectl);
  assert.equal(rest.json.rows[0].cells[0], 'b');
});

test('a table of one object, and of what a write answers', async () => {
  const { json } = await server.get(`${configMaps}/a`, kubectl);
  const { resourceVersion } = json.rows[0].object.metadata;
  assert.deepEqual([json.kind, json.rows.length, json.metadata], ['Table', 1, { resourceVersion }]);
  const made = await server.send(`${configMaps}?dryRun=All`, {
    method: 'POST',
    body: { metadata: { name: 'c' } },
    headers: kubectl,
  });
  assert.deepEqual([made.status, made.json.rows[0].cells], [201, ['c', 0, '0s']]);
  const beta = await server.get(configMaps, as('Table', 'v1beta1'));
  assert.equal(beta.json.apiVersion, 'meta.k8s.io/v1beta1');
  assert.equal(beta.json.rows[0].object.apiVersion, 'meta.k8s.io/v1beta1');
});

test('what a row carries of its object', async () => {
  const object = async (include: string) =>
    (await server.get(`${configMaps}?includeObject=${include}`, kubectl)).json.rows[0].object;
  assert.equal(await object('None'), null);
  assert.equal((await object('Metadata')).kind, 'PartialObjectMetadata');
  assert.equal((await object('')).kind, 'PartialObjectMetadata');
  assert.deepEqual(await object('Object'), (await server.get(`${configMaps}/a`)).json);
  const { status, json } = await server.get(`${configMaps}?includeObject=All`, kubectl);
  assert.equal(status, 400);
  assert.equal(
    json.message,
    `Unable to convert to Table as requested: includeObject: Invalid value: "All": must be 'Metadata', 'Object', 'None', or empty`,
  );
  // Only tables have rows.
  assert.equal((await server.get(`${configMaps}?includeObject=All`)).status, 200);
});

test('metadata only', async () => {
  const whole = (await server.get(`${configMaps}/a`)).json;
  const one = await server.get(`${configMaps}/a`, as('PartialObjectMetadata'));
  assert.deepEqual(one.json, {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: whole.metadata,
  });
  const list = (await server.get(`${configMaps}?limit=1`, as('PartialObjectMetadataList'))).json;
  assert.deepEqual([list.kind, list.apiVersion], ['PartialObjectMetadataList', 'meta.k8s.io/v1']);
  assert.deepEqual(list.items, [one.json]);
  assert.equal(list.metadata.remainingItemCount, 1);
  assert.equal((await server.get(configMaps, as('PartialObjectMetadata'))).status, 406);
  assert.equal((await server.get(`${configMaps}/a`, as('PartialObjectMetadataList'))).status, 406);
});

test('YAML', async () => {
  const accept = 'application/yaml';
  for (const path of [
    `${configMaps}/a`,
    configMaps,
    `${configMaps}?limit=1`,
    '/api/v1/namespaces/default/status',
  ]) {
    const { headers, text } = await server.get(path, { accept });
    assert.equal(headers['content-type'], 'application/yaml');
    assert.deepEqual(parseYaml(text), (await server.get(path)).json);
  }
  const made = await server.send(`${configMaps}?dryRun=All`, {
    method: 'POST',
    body: { metadata: { name: 'y' } },
    headers: { accept },
  });
  assert.match(made.text, /^kind: ConfigMap$/m);
  const table = await server.get(configMaps, { accept: 'application/yaml;as=Table;v=v1;g=meta.k8s.io' });
  assert.match(table.text, /^kind: Table$/m);
});

test('indented for people', async () => {
  const plain = await server.get(`${configMaps}/a`);
  assert.equal(plain.text.indexOf('\n'), plain.text.length - 1);
  const indented = await server.get(`${configMaps}/a?pretty=true`);
  assert.deepEqual(indented.json, plain.json);
  assert.equal(indented.text, JSON.stringify(indented.json, null, 2));
  assert.equal((await server.get(`${configMaps}/a`, { 'user-agent': 'curl/8' })).text, indented.text);
  assert.equal(
    (await server.get(`${configMaps}/a?pretty=false`, { 'user-agent': 'curl/8' })).text,
    plain.text,
  );
  const list = await server.get(`${configMaps}?pretty=1`);
  assert.equal(list.text, JSON.stringify(list.json, null, 2));
  const stream = server.watch(`${configMaps}?pretty=true`);
  const events = await stream.until((all) => all.length >= 2);
  assert.deepEqual(events[0]!.object, plain.json);
  stream.close();
});

test('HEAD: of what upstream has behind no router; resources and discovery refuse it', async () => {
  for (const path of ['/healthz', '/livez', '/openapi/v2', '/openapi/v3']) {
    const get = await server.get(path);
    const head = await server.send(path, { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, ''], path);
    for (const name of ['content-type', 'content-length', 'etag'])
      assert.equal(head.headers[name], get.headers[name], path);
  }
  const refused = [
    `${configMaps}/a`,
    `${configMaps}/none`,
    configMaps,
    `${configMaps}?watch=1`,
    '/version',
    '/api',
    '/apis',
    '/api/v1',
  ];
  for (const path of refused) {
    const { status, text } = await server.send(path, { method: 'HEAD' });
    assert.deepEqual([status, text], [405, ''], path);
  }
  assert.equal((await server.send('/api/v1/nothings', { method: 'HEAD' })).status, 404);
});
