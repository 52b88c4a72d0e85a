/**
 * The open watch streams of the server: one timer for all of them sends bookmarks and ends those whose time is
 * over, so that an idle stream costs no timer of its own. Runs only while a stream is open.
 */

import type { GroupResource } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { Clock } from '../../lib/clock.ts';

export interface TimedStream {
  /** Milliseconds since the epoch at which the stream is to end. */
  readonly deadlineMs: number;
  /** When the next bookmark is due; Infinity for streams without. */
  bookmarkDueMs: number;
  readonly tenant: string;
  readonly resource: GroupResource;
  bookmark(): void;
  /** Ends the response cleanly, as at its timeout. */
  finish(): void;
  /** Ends it with what makes a client list anew rather than go on watching. */
  expire(): void;
}

export class WatchStreams {
  readonly #open = new Set<TimedStream>();
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Those of one control plane. Walks them all. */
  countOf(tenant: string): number {
    let count = 0;
    for (const stream of this.#open) if (stream.tenant === tenant) count++;
    return count;
  }

  add(stream: TimedStream): void {
    if (this.#isOver) {
      stream.finish();
      return;
    }
    this.#open.add(stream);
    this.#timer ??= setInterval(() => this.#tick(), limits.watchTickMs).unref();
  }

  remove(stream: TimedStream): void {
    this.#open.delete(stream);
    if (this.#open.size > 0 || this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends the streams of a control plane that is no more; their clients look it up again. */
  finishTenant(tenant: string): void {
    for (const stream of this.#open) if (stream.tenant === tenant) stream.finish();
  }

  /**
   * Ends the streams of a resource that is served otherwise from now on; their clients list anew. In one control plane,
   * or in all.
   */
  finishResource({ group, resource }: GroupResource, tenant?: string): void {
    for (const stream of this.#open) {
      const isOfIt = stream.resource.group === group && stream.resource.resource === resource;
      if (isOfIt && (tenant === undefined || stream.tenant === tenant)) stream.finish();
    }
  }

  /** Ends the streams of a resource that shows what no change of its own tells. In one control plane, or in all. */
  expireResource({ group, resource }: GroupResource, tenant?: string): void {
    for (const stream of this.#open) {
      const isOfIt = stream.resource.group === group && stream.resource.resource === resource;
      if (isOfIt && (tenant === undefined || stream.tenant === tenant)) stream.expire();
    }
  }

  /** Ends every stream, and those that would still come (shutdown). */
  finishAll(): void {
    this.#isOver = true;
    for (const stream of this.#open) stream.finish();
  }

  #tick(): void {
    const now = this.#clock.now();
    for (const stream of this.#open) {
      if (now >= stream.deadlineMs) stream.finish();
      else if (now >= stream.bookmarkDueMs) stream.bookmark();
    }
  }
}
