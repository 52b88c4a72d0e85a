/** What a server holds in memory when it has come to rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytesOf } from '../measure/process-usage.ts';
import type { ServerUnderTest } from './server-under-test.ts';

/** Longer than the server's own timers of a second. */
const restMs = 1500;

/** Bytes; undefined where the server does not tell. */
export interface SettledMemory {
  /** Resident, apart from mapped files. */
  readonly rss: number | undefined;
  /** After a garbage collection, of a server with the probe. */
  readonly heap: number | undefined;
  readonly external: number | undefined;
}

export async function settledMemory({ milo, pid }: ServerUnderTest): Promise<SettledMemory> {
  await sleep(restMs);
  const sample = await milo?.sample();
  const rss = pid === undefined ? undefined : residentBytesOf(pid)?.anonymous;
  return { rss, heap: sample?.heapBytes, external: sample?.externalBytes };
}
