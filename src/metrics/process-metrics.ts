/**
 * The process in the names that Prometheus' clients give it (`process_…`) and those of Node's (`nodejs_…`). All is read
 * when it is asked for, but two things that only Node itself can watch: how late the event loop is, and how long
 * garbage is collected.
 */
import { readdir, readFile } from 'node:fs/promises';
import { constants, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import type { Registry } from './registry.ts';

/** How often the event loop is looked at. */
const loopResolutionMs = 20;
const gcSeconds: readonly number[] = [0.001, 0.01, 0.1, 1, 2, 5];
const gcKinds: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** What entries of the type `gc` have, which the types do not know. */
interface GcEntry {
  readonly duration: number;
  readonly detail: { readonly kind: number };
}

/** Returns what ends the watching. */
export function processMetrics(registry: Registry): () => void {
  operatingSystem(registry);
  heap(registry);
  const ends = [eventLoop(registry), garbage(registry)];
  return () => {
    for (const end of ends) end();
  };
}

function operatingSystem(registry: Registry): void {
  let openFiles: number | undefined;
  let filesMax: number | undefined;
  let virtualBytes: number | undefined;
  registry.beforeScrape(async () => {
    openFiles = await count('/proc/self/fd');
    filesMax ??= Number(/^Max open files\s+(\d+)/m.exec(await text('/proc/self/limits'))?.[1]);
    virtualBytes = Number(/^VmSize:\s+(\d+) kB/m.exec(await text('/proc/self/status'))?.[1]) * 1_024;
  });
  registry.counterOf('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  registry.gaugeOf('process_resident_memory_bytes', 'Resident memory size in bytes.', () =>
    process.memoryUsage.rss(),
  );
  registry.gaugeOf('process_virtual_memory_bytes', 'Virtual memory size in bytes.', () =>
    known(virtualBytes),
  );
  registry.gaugeOf('process_open_fds', 'Number of open file descriptors.', () => openFiles);
  registry.gaugeOf('process_max_fds', 'Maximum number of open file descriptors.', () => known(filesMax));
  registry.gaugeOf(
    'process_start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
    () => performance.timeOrigin / 1_000,
  );
}

function heap(registry: Registry): void {
  let usage = process.memoryUsage();
  registry.beforeScrape(() => {
    usage = process.memoryUsage();
  });
  registry.gaugeOf(
    'nodejs_heap_size_total_bytes',
    'Process heap size from Node.js in bytes.',
    () => usage.heapTotal,
  );
  registry.gaugeOf(
    'nodejs_heap_size_used_bytes',
    'Process heap size used from Node.js in bytes.',
    () => usage.heapUsed,
  );
  registry.gaugeOf(
    'nodejs_external_memory_bytes',
    'Node.js external memory size in bytes.',
    () => usage.external,
  );
  registry.gaugesOf(
    'nodejs_heap_space_size_used_bytes',
    'Process heap space size used from Node.js in bytes.',
    ['space'],
    () =>
      getHeapSpaceStatistics().map(({ space_name: name, space_used_size: bytes }) => [
        [name.replace(/_space$/, '')],
        bytes,
      ]),
  );
  registry.gaugesOf('nodejs_version_info', 'Node.js version info.', ['version'], () => [
    [[process.version], 1],
  ]);
}

function eventLoop(registry: Registry): () => void {
  const delays = monitorEventLoopDelay({ resolution: loopResolutionMs });
  delays.enable();
  /** What a look at the loop costs on its own is no lag. */
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - loopResolutionMs / 1_000);
  const lags = { min: 0, max: 0, mean: 0, p50: 0, p90: 0, p99: 0 };
  registry.beforeScrape(() => {
    if (delays.count > 0) {
      lags.min = seconds(delays.min);
      lags.max = seconds(delays.max);
      lags.mean = seconds(delays.mean);
      lags.p50 = seconds(delays.percentile(50));
      lags.p90 = seconds(delays.percentile(90));
      lags.p99 = seconds(delays.percentile(99));
    }
    delays.reset();
  });
  const told = [
    ['min', 'least'],
    ['max', 'most'],
    ['mean', 'mean'],
    ['p50', '50th percentile'],
    ['p90', '90th percentile'],
    ['p99', '99th percentile'],
  ] as const;
  for (const [name, words] of told) {
    registry.gaugeOf(
      `nodejs_eventloop_lag_${name}_seconds`,
      `How late the event loop was since the last scrape, in seconds: the ${words}.`,
      () => lags[name],
    );
  }
  registry.counterOf(
    'milo_event_loop_active_seconds_total',
    'Time that the event loop was busy.',
    () => performance.eventLoopUtilization().active / 1_000,
  );
  registry.counterOf(
    'milo_event_loop_idle_seconds_total',
    'Time that the event loop waited for events.',
    () => performance.eventLoopUtilization().idle / 1_000,
  );
  return () => delays.disable();
}

function garbage(registry: Registry): () => void {
  const durations = registry.histogram(
    'nodejs_gc_duration_seconds',
    'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
    gcSeconds,
    ['kind'],
  );
  const byKind = new Map([...gcKinds].map(([kind, name]) => [kind, durations.with(name)]));
  const observer = new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries() as unknown as readonly GcEntry[]) {
      byKind.get(detail.kind)?.observe(duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

const known = (value: number | undefined): number | undefined =>
  value === undefined || Number.isNaN(value) ? undefined : value;

/** Where the system has no such folder, nothing is told. */
async function count(folder: string): Promise<number | undefined> {
  try {
    return (await readdir(folder)).length;
  } catch {
    return undefined;
  }
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}
