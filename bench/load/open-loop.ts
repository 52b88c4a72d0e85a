/**
 * Latency: requests leave at their appointed times whatever became of the earlier ones, and each is timed from the
 * moment it was due. A server that stalls is charged for every request that had to wait (no coordinated omission); what
 * a timer is late by nature nobody is charged. It waits by timers and not by looking at the clock: that would take a core,
 * and where the server runs beside it, the server's threads would wait for it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from '../measure/histogram.ts';

export interface OpenLoopOptions {
  readonly perSecond: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** Sends request number `index`; resolves when it has been answered. */
  send(index: number, appointment: Appointment): Promise<void>;
  /** Before each request. */
  onProgress?(sent: number, total: number): void;
}

export interface Appointment {
  /** From when it is timed, by `performance.now()`. */
  readonly dueMs: number;
  /** Not of the warm-up. */
  readonly isCounted: boolean;
}

/** A timer of a millisecond ends within the next two. */
const timerLatenessMs = 2;

/** Microseconds from due to answered, of the requests due after the warm-up. */
export async function openLoop({
  perSecond,
  warmupSeconds,
  seconds,
  send,
  onProgress,
}: OpenLoopOptions): Promise<Histogram> {
  const histogram = new Histogram();
  const intervalMs = 1000 / perSecond;
  const warmups = Math.ceil(warmupSeconds * perSecond);
  const total = warmups + Math.ceil(seconds * perSecond);
  const start = performance.now();
  let failure: { readonly error: unknown } | undefined;
  const running = new Set<Promise<void>>();
  for (let index = 0; index < total && failure === undefined; index++) {
    const isCounted = index >= warmups;
    onProgress?.(index, total);
    const due = await reached(start + index * intervalMs);
    const answered: Promise<void> = send(index, { dueMs: due, isCounted })
      .then(() => {
        if (isCounted) histogram.record((performance.now() - due) * 1000);
      })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(answered));
    running.add(answered);
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.error;
  return histogram;
}

/** Ends at the time or shortly after; gives the moment that latency counts from. */
async function reached(timeMs: number): Promise<number> {
  for (let left = timeMs - performance.now(); left > 0; left = timeMs - performance.now()) await sleep(left);
  return Math.min(performance.now(), timeMs + timerLatenessMs);
}
