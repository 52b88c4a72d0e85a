/**
 * Samples what a server and its storage use, every second: from the kernel for processes of this machine, from the
 * server's own /metrics for others, which costs the server work and is asked less often. Says nothing of what it cannot
 * tell.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../load/http-client.ts';
import type { Target } from '../load/target.ts';
import { diskBytesOf } from '../measure/disk-usage.ts';
import {
  cpuMicrosOf,
  openFilesOf,
  residentBytesOf,
  sumOfTree,
  threadsOf,
  writtenBytesOf,
} from '../measure/process-usage.ts';
import type { Usage, UsageSeries } from '../measure/usage.ts';

const intervalMs = 1000;
/** Of the turns, those in which /metrics is asked. */
const metricsEvery = 5;

/** Where samples of one server come from. */
export interface UsageSources {
  readonly pid: number | undefined;
  readonly storagePid?: number | undefined;
  /** Where its data lies, if that is here. */
  readonly dataDirectory?: string | undefined;
  /** Only asked where the process is not here. */
  readonly metrics?: { readonly target: Target; readonly path: string } | undefined;
  /** URL, without TLS, where the storage tells the same way: etcd's /metrics. */
  readonly storageMetrics?: string | undefined;
  /** Bytes of the JavaScript heap, from inside. */
  readonly heapBytes?: (() => Promise<number>) | undefined;
  /** Flushes to the disk since the beginning. */
  readonly flushes?: (() => number) | undefined;
}

/**
 * Takes the first sample, and rejects where that fails: a source was named that cannot be read. Returns what ends the
 * sampling, and rejects when a later one failed.
 */
export async function sampleResources(
  sources: UsageSources,
  series: UsageSeries,
): Promise<() => Promise<void>> {
  const ending = new AbortController();
  series.restart();
  const { metrics, storageMetrics } = sources;
  const isRemote = sources.pid === undefined && metrics !== undefined;
  const server = isRemote ? new ServerMetrics(metrics.target, metrics.path) : undefined;
  try {
    const told = { ...(await server?.ask()), ...(storageMetrics && (await toldByStorage(storageMetrics))) };
    series.add({ ...(await usageOf(sources)), ...told });
  } catch (error) {
    await server?.close();
    throw error;
  }
  const sampled = sampleUntil(ending.signal, sources, series, server);
  // Reported by who ends it.
  sampled.catch(() => {});
  return () => {
    ending.abort();
    return sampled;
  };
}

async function sampleUntil(
  signal: AbortSignal,
  sources: UsageSources,
  series: UsageSeries,
  server: ServerMetrics | undefined,
): Promise<void> {
  const { storageMetrics } = sources;
  // What has answered once may be out of reach for a moment: then there are no samples of it.
  const unlessAway = (told: Promise<Usage> | undefined): Promise<Usage | undefined> | undefined =>
    told?.catch(() => undefined);
  try {
    for (let turn = 1; ; turn++) {
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      let usage = await usageOf(sources);
      if (turn % metricsEvery === 0) {
        usage = { ...usage, ...(await unlessAway(server?.ask())) };
        if (storageMetrics !== undefined)
          usage = { ...usage, ...(await unlessAway(toldByStorage(storageMetrics))) };
      }
      if (!signal.aborted) series.add(usage);
    }
  } finally {
    await server?.close();
  }
}

/** The server's /metrics, over a connection that is made again when it was lost. */
class ServerMetrics {
  readonly #target: Target;
  readonly #path: string;
  #client: HttpClient | undefined;

  constructor(target: Target, path: string) {
    this.#target = target;
    this.#path = path;
  }

  async ask(): Promise<Usage> {
    this.#client ??= await HttpClient.connect(this.#target, 1);
    try {
      return await toldByServer(this.#client, this.#path);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }
}

/** One moment, as far as the kernel, the heap and the data file tell. */
export async function usageOf({
  pid,
  storagePid,
  dataDirectory,
  heapBytes,
  flushes,
}: UsageSources): Promise<Usage> {
  // Workers with their server. Pages of files are not added up: all of them map the same.
  const of = (process: number | undefined, read: (pid: number) => number | undefined) =>
    process === undefined ? undefined : sumOfTree(process, read);
  const anonymousOf = (process: number) => residentBytesOf(process)?.anonymous;
  const fileOf = (process: number | undefined) =>
    process === undefined ? undefined : residentBytesOf(process)?.file;
  const storageAnonymous = of(storagePid, anonymousOf);
  return {
    heapBytes: await heapBytes?.(),
    rssAnonymousBytes: of(pid, anonymousOf),
    rssFileBytes: fileOf(pid),
    cores: of(pid, cpuMicrosOf),
    openFiles: of(pid, openFilesOf),
    threads: of(pid, threadsOf),
    diskBytes: dataDirectory === undefined ? undefined : diskBytesOf(dataDirectory),
    writtenBytes: of(pid, writtenBytesOf),
    flushes: flushes?.(),
    storageRssBytes: storageAnonymous && storageAnonymous + (fileOf(storagePid) ?? 0),
    storageCores: of(storagePid, cpuMicrosOf),
    storageOpenFiles: of(storagePid, openFilesOf),
    storageWrittenBytes: of(storagePid, writtenBytesOf),
  };
}

const microsInSecond = 1_000_000;

async function toldByServer(client: HttpClient, path: string): Promise<Usage> {
  const { status, body } = await client.request('GET', path);
  if (status !== 200) return {};
  const values = sumsOf(body.toString());
  const cpuSeconds = values.get('process_cpu_seconds_total');
  return {
    rssBytes: values.get('process_resident_memory_bytes'),
    heapBytes: values.get('nodejs_heap_size_used_bytes') ?? values.get('go_memstats_heap_inuse_bytes'),
    cores: cpuSeconds && cpuSeconds * microsInSecond,
    openFiles: values.get('process_open_fds'),
    threads: values.get('go_threads'),
    diskBytes: values.get('apiserver_storage_size_bytes'),
    flushes: values.get('milo_store_transaction_duration_seconds_count'),
  };
}

/** Throws when there is no such thing: it was asked for by name. */
async function toldByStorage(url: string): Promise<Usage> {
  const answer = await fetch(url).catch((error: Error) => {
    throw new Error(`GET ${url}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
  });
  if (!answer.ok) throw new Error(`GET ${url}: ${answer.status}`);
  const values = sumsOf(await answer.text());
  return { flushes: values.get('etcd_disk_wal_fsync_duration_seconds_count') };
}

/** Of the text format of Prometheus: the samples of each name, added up. */
export function sumsOf(exposition: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const line of exposition.split('\n')) {
    const [, name, value] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{.*\})?\s+(\S+)/.exec(line) ?? [];
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}
