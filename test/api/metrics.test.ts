/** /metrics as Prometheus reads it: what requests did is in it, under upstream's names, and only who may read it does. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { ApiServer, makeProjects } from '../api-client.ts';
import { must, untilGone } from './control-planes.ts';
import { trickledCreate } from './trickled-create.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start({ tokens: 'monitoring-secret,watcher,w,"system:monitoring"\n' });
});
after(() => server.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

/** Every sample by its name and labels as they are written. */
async function scrape(): Promise<Map<string, number>> {
  const { status, text, headers } = await server.get('/metrics');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** Resolves once the figure has come: objects are counted a hundredth of the time. */
async function counted(sample: string, value: number): Promise<void> {
  let found: number | undefined;
  for (let left = 100; left > 0; left--) {
    found = (await scrape()).get(sample);
    if (found === value) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(found, value, sample);
}

/** What a request adds to the samples. */
async function added(act: () => Promise<unknown>): Promise<(sample: string) => number> {
  const before = await scrape();
  await act();
  const now = await scrape();
  return (sample) => (now.get(sample) ?? 0) - (before.get(sample) ?? 0);
}

interface Place {
  readonly group?: string;
  readonly version?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly scope: string;
}
/** The labels of a series, with those that only some metrics have. */
function labels(verb: string, place: Place, dryRun?: string): string {
  const { group = '', version = 'v1', resource, subresource = '', scope } = place;
  const values = {
    verb,
    dry_run: dryRun,
    group,
    version,
    resource,
    subresource,
    scope,
    component: 'apiserver',
  };
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}="${value}"`)
    .join();
}
const total = (verb: string, place: Place, code: number, dryRun = ''): string =>
  `apiserver_request_total{${labels(verb, place, dryRun)},code="${code}"}`;

/** One request, and the series that it must have counted in. */
function check(
  name: string,
  act: () => Promise<{ status: number }>,
  expected: { verb: string; place: Place; code: number; dryRun?: string },
): void {
  const { verb, place, code, dryRun } = expected;
  test(name, async () => {
    let status = 0;
    const by = await added(async () => {
      ({ status } = await act());
    });
    assert.equal(status, code);
    assert.equal(by(total(verb, place, code, dryRun)), 1);
    const withDryRun = labels(verb, place, dryRun ?? '');
    const without = labels(verb, place);
    assert.equal(by(`apiserver_request_duration_seconds_count{${withDryRun}}`), 1);
    assert.equal(by(`apiserver_request_duration_seconds_bucket{${withDryRun},le="60"}`), 1);
    assert.equal(by(`apiserver_request_sli_duration_seconds_count{${without}}`), 1);
    assert.equal(by(`apiserver_response_sizes_count{${without}}`), verb === 'GET' || verb === 'LIST' ? 1 : 0);
  });
}

check('a create', () => server.post(configMaps, configMap('a')), {
  verb: 'POST',
  place: { resource: 'configmaps', scope: 'resource' },
  code: 201,
});
check('a get', () => server.get(`${configMaps}/a`), {
  verb: 'GET',
  place: { resource: 'configmaps', scope: 'resource' },
  code: 200,
});
check('a get of what is not there', () => server.get(`${configMaps}/none`), {
  verb: 'GET',
  place: { resource: 'configmaps', scope: 'resource' },
  code: 404,
});
check('a list of a namespace', () => server.get(configMaps), {
  verb: 'LIST',
  place: { resource: 'configmaps', scope: 'namespace' },
  code: 200,
});
check('a list of everything', () => server.get('/api/v1/configmaps'), {
  verb: 'LIST',
  place: { resource: 'configmaps', scope: 'cluster' },
  code: 200,
});
check('a patch', () => server.patch(`${configMaps}/a`, { data: { a: 'b' } }), {
  verb: 'PATCH',
  place: { resource: 'configmaps', scope: 'resource' },
  code: 200,
});
check(
  'an apply',
  () =>
    server.send(`${configMaps}/a?fieldManager=m`, {
      method: 'PATCH',
      body: configMap('a'),
      type: 'application/apply-patch+yaml',
    }),
  { verb: 'APPLY', place: { resource: 'configmaps', scope: 'resource' }, code: 200 },
);
check('a dry run', () => server.post(`${configMaps}?dryRun=All`, configMap('b')), {
  verb: 'POST',
  place: { resource: 'configmaps', scope: 'resource' },
  code: 201,
  dryRun: 'All',
});
check('a subresource', () => server.get('/api/v1/namespaces/default/status'), {
  verb: 'GET',
  place: { resource: 'namespaces', scope: 'resource', subresource: 'status' },
  code: 200,
});
check('a document', () => server.get('/readyz'), {
  verb: 'GET',
  place: { resource: '', scope: '', version: '', subresource: '/readyz' },
  code: 200,
});
check('a resource that nobody serves', () => server.get('/apis/a.example.com/v1/things/x'), {
  verb: 'GET',
  place: { resource: '', scope: 'resource', version: '' },
  code: 404,
});
check('a delete', () => server.remove(`${configMaps}/a`), {
  verb: 'DELETE',
  place: { resource: 'configmaps', scope: 'resource' },
  code: 200,
});

test('a watch is among the long-running ones while it is open, and counted when it has ended', async () => {
  const place = { resource: 'configmaps', scope: 'namespace' };
  const open = `apiserver_longrunning_requests{${labels('WATCH', place)}}`;
  const counted = total('WATCH', place, 200);
  const before = await scrape();
  const watch = await server.watch(configMaps).opened();
  const by = await added(async () => {
    await server.post(configMaps, configMap('seen'));
    await watch.until((events) => events.some(({ object }) => object.metadata.name === 'seen'));
  });
  const events = 'group="",version="v1",resource="configmaps"';
  assert.ok(by(`apiserver_watch_events_total{${events}}`) >= 1);
  assert.ok(by(`apiserver_watch_events_sizes_count{${events}}`) >= 1);
  const during = await scrape();
  assert.equal(during.get(open), 1);
  assert.equal(during.get(counted), before.get(counted));
  watch.close();
  await watch.ended();
  for (let left = 100; (await scrape()).get(open) !== 0; left--) assert.ok(left > 0, 'the watch has ended');
  assert.equal((await scrape()).get(counted), 1);
});

test('what is in flight is told, the scrape among it', async () => {
  const samples = await scrape();
  assert.ok(samples.get('apiserver_current_inflight_requests{request_kind="readOnly"}')! >= 1);
  assert.equal(typeof samples.get('apiserver_current_inflight_requests{request_kind="mutating"}'), 'number');
});

test('a client that speaks no TLS is counted', async () => {
  const sample = 'apiserver_tls_handshake_errors_total';
  const before = (await scrape()).get(sample)!;
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'close');
  await counted(sample, before + 1);
  const samples = await scrape();
  assert.ok(samples.get('milo_connections{protocol="h2"}')! >= 1);
});

test('only who may read the path does', async () => {
  const session = server.connectAnonymously();
  const status = async (path: string, authorization = ''): Promise<number> =>
    (await server.send(path, { session, headers: authorization === '' ? {} : { authorization } })).status;
  const watcher = 'Bearer monitoring-secret';
  assert.equal(await status('/metrics'), 403);
  assert.equal(await status('/metrics', watcher), 200);
  assert.equal(await status('/metrics/slis', watcher), 200);
  assert.equal(await status('/readyz/storage', watcher), 200);
  assert.equal(await status(configMaps, watcher), 403);
  session.close();
});

test('the busiest projects are told by name', async () => {
  await makeProjects(server, 'o', ['busy', 'idle']);
  const path = `/projects/busy/control-plane${configMaps}`;
  for (let i = 0; i < 3; i++) await server.get(path);
  const samples = await scrape();
  assert.equal(samples.get('milo_project_requests_total{project="busy"}'), 3);
  assert.ok(samples.get('milo_project_request_seconds_total{project="busy"}')! > 0);
  assert.equal(samples.get('milo_project_requests_total{project="idle"}'), undefined);
});

test('a project sees what is its own, and nothing of the server', async () => {
  await makeProjects(server, 'p', ['mine', 'other']);
  const plane = '/projects/mine/control-plane';
  await server.post(`${plane}${configMaps}`, configMap('a'));
  await server.post(`${plane}${configMaps}`, configMap('b'));
  await server.post(`/projects/other/control-plane${configMaps}`, configMap('a'));
  const watch = await server.watch(`${plane}${configMaps}`).opened();
  const { status, text } = await server.get(`${plane}/metrics`);
  watch.close();
  assert.equal(status, 200);
  // And the one that every control plane has in its namespace.
  assert.match(text, /^apiserver_storage_objects\{resource="configmaps"\} [23]$/m);
  assert.match(text, /^apiserver_resource_objects\{group="",resource="configmaps"\} [23]$/m);
  assert.match(text, /^milo_project_watches 1$/m);
  assert.doesNotMatch(text, /process_|apiserver_request|projects/);
  assert.equal((await server.get(`${plane}/metrics/slis`)).status, 404);
});

test('objects of all control planes are counted together', async () => {
  const sample = 'apiserver_storage_objects{resource="secrets"}';
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
  const path = '/api/v1/namespaces/default/secrets';
  await counted(sample, 0);
  const by = await added(async () => {
    await server.post(path, secret);
    await server.post(`/projects/mine/control-plane${path}`, secret);
  });
  await counted(sample, 2);
  assert.ok(by('milo_store_changes_total') >= 2);
  assert.equal(by('etcd_requests_total{operation="create",group="",resource="secrets"}'), 2);
  assert.equal(by('etcd_request_duration_seconds_count{operation="create",group="",resource="secrets"}'), 2);
});

test('health checks are told as they last came out', async () => {
  await server.get('/readyz');
  const { status, text } = await server.get('/metrics/slis');
  assert.equal(status, 200);
  assert.match(text, /^kubernetes_healthcheck\{name="storage",type="readyz"\} 1$/m);
  assert.match(text, /^kubernetes_healthchecks_total\{name="storage",type="readyz",status="success"\} \d+$/m);
});

/** What a client may send that nobody has heard of, as often as it likes. */
const hostile: Readonly<Record<string, (i: number) => Promise<unknown>>> = {
  resources: (i) => server.get(`/api/v1/namespaces/default/things${i}`),
  groups: (i) => server.get(`/apis/g${i}.example.com/v1/things`),
  versions: (i) => server.get(`/apis/apps/v${i}/deployments`),
  subresources: (i) => server.get(`${configMaps}/a/sub${i}`),
  paths: (i) => server.get(`/a${i}/b`),
  'openapi paths': (i) => server.get(`/openapi/v3/apis/g${i}/v1`),
  'health checks': (i) => server.get(`/readyz/check${i}`),
  projects: (i) => server.get(`/projects/ghost${i}/control-plane${configMaps}`),
  names: (i) => server.get(`${configMaps}/n${i}`),
  'dry runs': (i) => server.post(`${configMaps}?dryRun=x${i}`, configMap('x')),
  methods: (i) => server.send(configMaps, { method: `M${i}` }),
  'media types': (i) => server.send(`${configMaps}/a`, { method: 'PATCH', body: {}, type: `a/b${i}` }),
};
for (const [what, send] of Object.entries(hostile)) {
  test(`unheard-of ${what} make no series`, async () => {
    await send(0);
    const before = (await scrape()).get('milo_metric_series')!;
    for (let i = 1; i <= 20; i++) await send(i);
    // The series of the first scrape itself, at most.
    const now = await scrape();
    assert.equal(now.get('milo_metric_series'), before);
    assert.equal(now.get('milo_metric_series_refused_total'), 0);
    for (const sample of now.keys()) assert.doesNotMatch(sample, /things|ghost|sub1|example\.com|g1|\bM1/);
  });
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const gadgets = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `gadgets.${group}` },
  spec: {
    group,
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' },
    scope: 'Cluster',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
});

test('kinds that projects define are told as one', async () => {
  await makeProjects(server, 'q', ['defines']);
  const plane = '/projects/defines/control-plane';
  const define = async (i: number): Promise<void> => {
    const group = `own${i}.example.com`;
    await must(server.post(`${plane}${definitions}`, gadgets(group)), 201);
    const path = `${plane}/apis/${group}/v1/gadgets`;
    const made = { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'g' } };
    assert.equal((await server.post(path, made)).status, 201);
    assert.equal((await server.get(`${path}/g`)).status, 200);
  };
  await define(0);
  await scrape();
  const before = await scrape();
  for (let i = 1; i <= 5; i++) await define(i);
  const now = await scrape();
  const place: Place = { version: '', resource: 'project-defined', scope: 'resource' };
  assert.equal(now.get(total('GET', place, 200)), 6);
  assert.equal(now.get(total('POST', place, 201)), 6);
  await counted('apiserver_storage_objects{resource="project-defined"}', 6);
  assert.equal(now.get('etcd_requests_total{operation="create",group="",resource="project-defined"}'), 6);
  // Of several processes each may have met it for the first time.
  if (server.processes === 1) {
    assert.equal(now.get('milo_metric_series'), before.get('milo_metric_series'));
  }
  for (const sample of now.keys()) assert.doesNotMatch(sample, /gadgets|own\d/);
  // Its owner sees them by their names.
  const own = await server.get(`${plane}/metrics`);
  assert.match(own.text, /^apiserver_storage_objects\{resource="gadgets\.own0\.example\.com"\} 1$/m);
});

test('a kind of a project has no name either when its definition goes before its request has ended', async () => {
  await makeProjects(server, 'r', ['withdraws']);
  const plane = '/projects/withdraws/control-plane';
  const withdrawn = async (i: number): Promise<void> => {
    const group = `gone${i}.example.com`;
    const definition = `${plane}${definitions}/gadgets.${group}`;
    await must(server.post(`${plane}${definitions}`, gadgets(group)), 201);
    const late = { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'late' } };
    const { status } = await trickledCreate(server, `${plane}/apis/${group}/v1/gadgets`, late, async () => {
      await must(server.remove(definition), 200);
      await untilGone(server, definition);
    });
    assert.equal(status, 404);
  };
  const refused = total('POST', { version: '', resource: 'project-defined', scope: 'resource' }, 404);
  await withdrawn(0);
  const before = await scrape();
  await withdrawn(1);
  const now = await scrape();
  assert.equal(now.get(refused), before.get(refused)! + 1);
  // Of several processes each may have met it for the first time.
  if (server.processes === 1) {
    assert.equal(now.get('milo_metric_series'), before.get('milo_metric_series'));
  }
  for (const sample of now.keys()) assert.doesNotMatch(sample, /gadgets|gone\d/);
});
