/**
 * How many requests are being answered, those that last as long as their client wants apart. Told as upstream does: the
 * most at one time within the last second, since what is there at the moment of a scrape is nearly always the scrape.
 */
import type { Registry, Sample } from '../../metrics/registry.ts';

const windowMs = 1_000;

/** Requests of one kind. */
class Count {
  now = 0;
  #most = 0;
  #mostBefore = 0;
  #windowEndsMs = 0;

  begin(nowMs: number): void {
    this.#turn(nowMs);
    this.now++;
    if (this.now > this.#most) this.#most = this.now;
  }

  mostLately(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#most, this.#mostBefore);
  }

  #turn(nowMs: number): void {
    if (nowMs < this.#windowEndsMs) return;
    // What was the most two windows ago is none of the last second's.
    this.#mostBefore = nowMs < this.#windowEndsMs + windowMs ? this.#most : this.now;
    this.#most = this.now;
    this.#windowEndsMs = nowMs + windowMs;
  }
}

export class InflightCount {
  readonly readOnly = new Count();
  readonly mutating = new Count();

  constructor(registry: Registry) {
    registry.gaugesOf(
      'apiserver_current_inflight_requests',
      'Maximal number of requests in flight per request kind in last second.',
      ['request_kind'],
      (): readonly Sample[] => {
        const nowMs = performance.now();
        return [
          [['readOnly'], this.readOnly.mostLately(nowMs)],
          [['mutating'], this.mutating.mostLately(nowMs)],
        ];
      },
    );
  }

  /** The kind of a request by its method: where it is to be taken from when it ends. */
  begin(method: string, nowMs: number): Count {
    const count = method === 'GET' || method === 'HEAD' ? this.readOnly : this.mutating;
    count.begin(nowMs);
    return count;
  }
}

export type InflightKind = ReturnType<InflightCount['begin']>;
