/** What several processes come to together, as /metrics says it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '../../metrics/registry.ts';
import { type TakenFamily, takeSnapshot } from '../../metrics/snapshot.ts';
import { type FigureSource, GatheredMetrics } from './gathered-metrics.ts';

const bounds = { metricSeries: 1_000, metricSamples: 100 };
const server = { of: 'server' } as const;

/** A process with some figures of every sort. */
function registryWith(requests: number, version = 'v1'): Registry {
  const registry = new Registry(bounds);
  registry.counter('requests_total', 'Requests.', ['verb']).with('GET').value = requests;
  const seconds = registry.histogram('seconds', 'Seconds.', [1, 2], ['verb']).with('GET');
  for (let i = 0; i < requests; i++) seconds.observe(i);
  registry.gaugeOf('connections', 'Connections.', () => requests);
  registry.gaugesOf('kubernetes_build_info', 'Build.', ['git_version'], () => [[[version], 1]]);
  registry.counterOf('process_cpu_seconds_total', 'CPU.', () => requests);
  registry.gaugesOf('nodejs_heap_space_size_used_bytes', 'Heap.', ['space'], () => [[['new'], requests]]);
  return registry;
}

function worker(name: string, figures: () => Promise<readonly TakenFamily[] | undefined>): FigureSource {
  return { name, figures };
}

async function lines(
  gathered: GatheredMetrics,
  workers: readonly FigureSource[],
): Promise<readonly string[]> {
  const text = (await gathered.text(server, workers)).toString();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('counters, histograms and most gauges add up; what is of a process stays apart', async () => {
  const gathered = new GatheredMetrics(() => registryWith(0));
  const found = await lines(gathered, [
    worker('worker-1', () => takeSnapshot(registryWith(2))),
    worker('worker-2', () => takeSnapshot(registryWith(4))),
  ]);
  assert.deepEqual(found, [
    'connections 6',
    'kubernetes_build_info{git_version="v1"} 1',
    'nodejs_heap_space_size_used_bytes{space="new",process="primary"} 0',
    'nodejs_heap_space_size_used_bytes{space="new",process="worker-1"} 2',
    'nodejs_heap_space_size_used_bytes{space="new",process="worker-2"} 4',
    'process_cpu_seconds_total{process="primary"} 0',
    'process_cpu_seconds_total{process="worker-1"} 2',
    'process_cpu_seconds_total{process="worker-2"} 4',
    'requests_total{verb="GET"} 6',
    'seconds_bucket{verb="GET",le="1"} 4',
    'seconds_bucket{verb="GET",le="2"} 5',
    'seconds_bucket{verb="GET",le="+Inf"} 6',
    'seconds_sum{verb="GET"} 7',
    'seconds_count{verb="GET"} 6',
  ]);
});

test('one that does not answer is told of by what it said last', async () => {
  const gathered = new GatheredMetrics(() => registryWith(1));
  let figures: readonly TakenFamily[] | undefined = await takeSnapshot(registryWith(5));
  const workers = [worker('worker-1', async () => figures)];
  assert.ok((await lines(gathered, workers)).includes('requests_total{verb="GET"} 6'));
  figures = undefined;
  assert.ok((await lines(gathered, workers)).includes('requests_total{verb="GET"} 6'));
});

test('what was counted by one that ended stays counted, and its gauges go', async () => {
  const gathered = new GatheredMetrics(() => registryWith(0));
  const first = worker('worker-1', () => takeSnapshot(registryWith(5)));
  await lines(gathered, [first]);
  gathered.forget('worker-1');
  gathered.forget('worker-1');
  const found = await lines(gathered, [worker('worker-1', () => takeSnapshot(registryWith(1)))]);
  assert.ok(found.includes('requests_total{verb="GET"} 6'), found.join('\n'));
  assert.ok(found.includes('seconds_count{verb="GET"} 6'));
  assert.ok(found.includes('connections 1'));
  assert.ok(found.includes('process_cpu_seconds_total{process="worker-1"} 1'));
});
