/**
 * What Go writes of an object although nobody has said it: structs, texts and nulls that are there in every answer of
 * upstream's. They are nobody's fields, and no change.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';

const core = '/api/v1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
});
after(() => server.stop());

interface Kind {
  readonly path: string;
  readonly body: Record<string, unknown>;
  /** What the answer has beside the body, metadata and defaults. */
  readonly members: Record<string, unknown>;
}
const kinds: readonly Kind[] = [
  { path: `${core}/configmaps`, body: {}, members: {} },
  { path: `${rbac}/clusterroles`, body: {}, members: { rules: null } },
  { path: `${rbac}/namespaces/default/roles`, body: { rules: [] }, members: { rules: null } },
  {
    path: '/apis/coordination.k8s.io/v1/namespaces/default/leases',
    body: {},
    members: { spec: {} },
  },
  { path: `${core}/resourcequotas`, body: {}, members: { spec: {}, status: {} } },
  {
    path: `${core}/events`,
    body: { involvedObject: { kind: 'ConfigMap', namespace: 'default' } },
    members: {
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: null,
      reportingComponent: '',
      reportingInstance: '',
    },
  },
  {
    path: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    body: { addressType: 'IPv4' },
    members: { endpoints: null, ports: null },
  },
  {
    path: `${core}/services`,
    body: { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } },
    members: { status: { loadBalancer: {} } },
  },
];

for (const { path, body, members } of kinds) {
  const name = `zero-${path.split('/').at(-1)}`;
  const one = `${path}/${name}`;

  test(`${path}: every answer has them, and writing them changes nothing`, async () => {
    const dry = await server.post(`${path}?dryRun=All`, { metadata: { name }, ...body });
    const made = await server.post(path, { metadata: { name }, ...body });
    assert.equal(made.status, 201, made.text);
    const yaml = await server.get(one, { accept: 'application/yaml' });
    const list = await server.get(path);
    const listed = list.json.items.find(
      (item: { metadata: { name: string } }) => item.metadata.name === name,
    );
    const got = await server.get(one);
    for (const answer of [dry.json, made.json, got.json, listed]) {
      for (const [member, value] of Object.entries(members)) {
        assert.deepEqual(answer[member], value, `${member} of ${JSON.stringify(answer)}`);
      }
    }
    for (const [member, value] of Object.entries(members)) {
      if (value === null) assert.match(yaml.text, new RegExp(`^${member}: null$`, 'm'));
    }
    // As it was answered, as it was asked for, and as upstream would send it: nothing changes.
    const { resourceVersion } = made.json.metadata;
    for (const again of [got.json, { ...body, metadata: { name, resourceVersion } }]) {
      const put = await server.put(one, path.endsWith('services') ? got.json : again);
      assert.equal(put.status, 200, put.text);
      assert.equal(put.json.metadata.resourceVersion, resourceVersion);
    }
    const patched = await server.patch(one, members);
    assert.equal(patched.text, got.text);
  });

  test(`${path}: they are nobody's`, async () => {
    const { json } = await server.get(one);
    const owned = (json.metadata.managedFields ?? []).map(
      ({ fieldsV1 }: { fieldsV1: Record<string, unknown> }) => Object.keys(fieldsV1),
    );
    for (const member of Object.keys(members)) {
      // An empty list that was written is a wish.
      if (Array.isArray(body[member])) continue;
      assert.ok(!owned.flat().includes(`f:${member}`), `${member}: ${JSON.stringify(owned)}`);
    }
    const applied = await server.send(`${one}?fieldManager=a&force=true`, {
      method: 'PATCH',
      type: 'application/apply-patch+yaml',
      body: { apiVersion: json.apiVersion, kind: json.kind, metadata: { name, labels: { a: 'b' } } },
    });
    assert.equal(applied.status, 200, applied.text);
    const own = applied.json.metadata.managedFields.find(
      (entry: { manager: string }) => entry.manager === 'a',
    );
    assert.deepEqual(own.fieldsV1, { 'f:metadata': { 'f:labels': { 'f:a': {} } } });
    for (const [member, value] of Object.entries(members)) assert.deepEqual(applied.json[member], value);
  });
}

test('a patch finds them where upstream has them', async () => {
  const path = `${core}/services/zero-services/status`;
  const ingress = [{ ip: '10.1.2.3', ipMode: 'VIP' }];
  const patch = [
    { op: 'test', path: '/status/loadBalancer', value: {} },
    { op: 'add', path: '/status/loadBalancer/ingress', value: ingress },
  ];
  const { status, json, text } = await server.patch(path, patch, 'json');
  assert.equal(status, 200, text);
  assert.deepEqual(json.status.loadBalancer.ingress, ingress);
  const removed = await server.patch(
    `${rbac}/clusterroles/zero-clusterroles`,
    [{ op: 'remove', path: '/rules' }],
    'json',
  );
  assert.equal(removed.status, 200, removed.text);
  assert.equal(removed.json.rules, null);
});

test('the events of two groups have each their own', async () => {
  const { json } = await server.get('/apis/events.k8s.io/v1/namespaces/default/events/zero-events');
  assert.deepEqual(
    [json.eventTime, json.deprecatedSource, json.deprecatedFirstTimestamp, json.deprecatedLastTimestamp],
    [null, {}, null, null],
  );
  assert.ok(!('reportingInstance' in json) && !('reportingController' in json), JSON.stringify(json));
});
