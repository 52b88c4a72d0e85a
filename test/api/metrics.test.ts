/** /metrics as Prometheus reads it: what requests did is in it, under upstream's names, and only who may read it does. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer, makeProjects } from '../api-client.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
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

test('only who may read the path does', async () => {
  const session = server.connectAnonymously();
  const { status } = await server.send('/metrics', { session });
  session.close();
  assert.equal(status, 403);
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
