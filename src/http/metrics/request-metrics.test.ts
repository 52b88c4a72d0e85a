/** What requests of every kind and end add to the metrics; the labels of a path, and the bounds of both. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { exposition } from '../../metrics/exposition.ts';
import { Registry } from '../../metrics/registry.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import { parseRequestInfo } from '../../request/request-info.ts';
import type { Exchange } from '../exchange.ts';
import { documentOf, reportedVerb, reportedVerbs, scopeOf, scopes } from './request-labels.ts';
import { RequestMetrics } from './request-metrics.ts';
import type { RequestRecord } from './request-record.ts';

interface Answer {
  readonly status?: number;
  readonly sentBytes?: number;
}

class World {
  readonly registry = new Registry({ metricSeries: 1_000, metricSamples: 1_000 });
  readonly metrics = new RequestMetrics(this.registry, {
    countedProjects: 4,
    shownProjects: 2,
    random: Math.random,
  });

  begin(method: string, url: string, served?: ServedResource, { status = 0, sentBytes = 0 }: Answer = {}) {
    const exchange = { method, url, status, sentBytes, header: () => undefined } as unknown as Exchange;
    const record: RequestRecord = this.metrics.begin(exchange);
    record.info = parseRequestInfo(method, url);
    record.served = served;
    return record;
  }

  async samples(pattern: RegExp): Promise<string[]> {
    const text = (await exposition(this.registry)).toString();
    return text.split('\n').filter((line) => !line.startsWith('#') && pattern.test(line));
  }
}

function served(group: string, resource: string, deprecationWarning?: string): ServedResource {
  const version = { version: 'v1', ...(deprecationWarning === undefined ? {} : { deprecationWarning }) };
  return { definition: { group, resource }, version } as unknown as ServedResource;
}
const maps = '/api/v1/namespaces/n/configmaps';
const labels = (verb: string, scope: string): string =>
  `verb="${verb}",group="",version="v1",resource="configmaps",subresource="",scope="${scope}",component="apiserver"`;

test('a request whose client went before its answer is an abort, and no answer', async () => {
  const world = new World();
  world.begin('GET', `${maps}/a`, served('', 'configmaps')).settle();
  assert.deepEqual(await world.samples(/^apiserver_request_(aborts|total)/), [
    'apiserver_request_aborts_total{verb="GET",group="",version="v1",resource="configmaps",subresource="",scope="resource"} 1',
  ]);
});

for (const [status, isTerminated] of [
  [200, false],
  [409, false],
  [429, true],
  [500, false],
  [504, true],
] as const) {
  test(`a ${status} ${isTerminated ? 'is' : 'is not'} the server's own end to it`, async () => {
    const world = new World();
    world.begin('POST', maps, served('', 'configmaps'), { status }).settle();
    assert.deepEqual(
      await world.samples(/^apiserver_request_terminations_total/),
      isTerminated
        ? [`apiserver_request_terminations_total{${labels('POST', 'resource')},code="${status}"} 1`]
        : [],
    );
  });
}

test('a deprecated version that somebody asks for is told', async () => {
  const world = new World();
  world.begin('GET', '/apis/g/v1/things', served('g', 'things'), { status: 200 }).settle();
  assert.deepEqual(await world.samples(/^apiserver_requested_deprecated_apis/), []);
  world.begin('GET', '/apis/g/v1/olds', served('g', 'olds', 'g/v1 Old is old'), { status: 200 }).settle();
  assert.deepEqual(await world.samples(/^apiserver_requested_deprecated_apis/), [
    'apiserver_requested_deprecated_apis{group="g",version="v1",resource="olds",subresource="",removed_release=""} 1',
  ]);
});

test('time that a request waited for webhooks is none of the server', async () => {
  const world = new World();
  const startMs = performance.now();
  const now = mock.method(performance, 'now', () => startMs);
  const record = world.begin('POST', maps, served('', 'configmaps'), { status: 201 });
  record.webhookSeconds = 2;
  now.mock.mockImplementation(() => startMs + 2_500);
  record.settle();
  now.mock.restore();
  const [all] = await world.samples(/^apiserver_request_duration_seconds_sum/);
  const [own] = await world.samples(/^apiserver_request_sli_duration_seconds_sum/);
  assert.deepEqual([all?.split(' ').at(-1), own?.split(' ').at(-1)], ['2.5', '0.5']);
});

test('a stream is open until it ends, however often that is said, and not in flight', async () => {
  const world = new World();
  const record = world.begin('GET', `${maps}?watch=1`, served('', 'configmaps'), { status: 200 });
  const open = /^apiserver_longrunning_requests/;
  record.endStream();
  record.stream();
  record.settle();
  const gauge = `apiserver_longrunning_requests{${labels('WATCH', 'namespace')}}`;
  assert.deepEqual(await world.samples(open), [`${gauge} 1`]);
  assert.deepEqual(await world.samples(/^apiserver_request_total/), []);
  record.endStream();
  record.endStream();
  record.settle();
  assert.deepEqual(await world.samples(open), [`${gauge} 0`]);
  assert.match((await world.samples(/^apiserver_request_total/)).join(), /verb="WATCH".* 1$/);
});

test('what is in flight is the most of the last second', async () => {
  const world = new World();
  const startMs = performance.now();
  let nowMs = startMs;
  const now = mock.method(performance, 'now', () => nowMs);
  const inflight = async (): Promise<string[]> =>
    (await world.samples(/^apiserver_current_inflight_requests/)).map((line) => line.split(' ').at(-1)!);
  const reads = [1, 2, 3].map(() => world.begin('GET', maps));
  const write = world.begin('POST', maps);
  for (const record of [...reads.slice(1), write]) record.settle();
  assert.deepEqual(await inflight(), ['3', '1']);
  nowMs += 1_500;
  assert.deepEqual(await inflight(), ['3', '1'], 'the window before');
  nowMs += 1_500;
  assert.deepEqual(await inflight(), ['1', '0']);
  reads[0]!.settle();
  nowMs += 5_000;
  assert.deepEqual(await inflight(), ['0', '0']);
  now.mock.restore();
});

/** Verb, scope and document of a request line. */
function check(line: string, verb: string, scope: string, document = '', type?: string): void {
  test(`${line}${type === undefined ? '' : ` (${type})`}`, () => {
    const [method = '', url = ''] = line.split(' ');
    const info = parseRequestInfo(method, url);
    const exchange = { method, header: () => type } as unknown as Exchange;
    assert.deepEqual(
      [reportedVerbs[reportedVerb(exchange, info)], scopes[scopeOf(info)], documentOf(info)],
      [verb, scope, document],
    );
  });
}
check(`GET ${maps}`, 'LIST', 'namespace');
check(`GET ${maps}?watch=true`, 'WATCH', 'namespace');
check(`GET ${maps}/a`, 'GET', 'resource');
check(`HEAD ${maps}/a`, 'GET', 'resource');
check('GET /api/v1/configmaps', 'LIST', 'cluster');
check('GET /api/v1/watch/configmaps', 'WATCH', 'cluster');
check(`POST ${maps}`, 'POST', 'resource');
check(`PUT ${maps}/a`, 'PUT', 'resource');
check(`PATCH ${maps}/a`, 'PATCH', 'resource', '', 'application/merge-patch+json');
check(`PATCH ${maps}/a`, 'APPLY', 'resource', '', 'application/apply-patch+yaml');
check(`DELETE ${maps}/a`, 'DELETE', 'resource');
check(`DELETE ${maps}`, 'DELETE', 'namespace');
check(`BREW ${maps}`, 'other', 'namespace');
check('GET /', 'GET', '', '/');
check('GET /apis', 'GET', '', '/apis');
check('GET /apis/apps/v1', 'GET', '', '/apis');
check('GET /apisx', 'GET', '');
check('GET /openapi/v3/apis/apps/v1', 'GET', '', '/openapi/v3');
check('GET /readyz/storage', 'GET', '', '/readyz');
check('GET /metrics', 'GET', '', '/metrics');
check('GET /metrics/x', 'GET', '');
check('GET /wp-login.php', 'GET', '');

test('codes that HTTP does not know are told by their class', async () => {
  const world = new World();
  for (let status = 200; status < 1_000; status++) {
    const record = world.begin('GET', '/apis/g/v1/things', undefined, { status });
    record.isPassedOn = true;
    record.settle();
  }
  const told = await world.samples(/^apiserver_request_total/);
  const counts = new Map(
    told.map((line) => [/code="(\w+)"/.exec(line)![1]!, Number(line.split(' ').at(-1))]),
  );
  assert.ok(told.length < 80, `${told.length} series`);
  assert.equal(counts.get('404'), 1);
  assert.equal(counts.get('9xx'), 100);
  assert.equal(
    [...counts.values()].reduce((sum, count) => sum + count),
    800,
  );
});
