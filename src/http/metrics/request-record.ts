/**
 * What one request becomes in the metrics: made when it comes, filled by the steps that find out, and ended once, when
 * its answer is complete or its client has gone. Streams end later than the pipeline; the record goes on with them.
 */
import type { Counter, Gauge, Histogram } from '../../metrics/series.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import type { RequestInfo, Tenant } from '../../request/context.ts';
import type { Exchange } from '../exchange.ts';
import type { InflightKind } from './inflight-count.ts';

/** Where records go. */
export interface RecordKeeper {
  begun(exchange: Exchange, nowMs: number): InflightKind;
  ended(record: RequestRecord, seconds: number): void;
  /** The gauge of open streams like this one. */
  longRunning(record: RequestRecord): Gauge;
  watchEventsOf(record: RequestRecord): WatchEventSeries;
  watchListed(record: RequestRecord, seconds: number): void;
}

/** What is counted of the events of watches. */
export interface WatchEventSeries {
  readonly total: Counter;
  readonly sizes: Histogram;
}

export class RequestRecord {
  readonly exchange: Exchange;
  /** By `performance.now()`, which is dear enough to be asked once. */
  readonly startedMs: number;
  info: RequestInfo | undefined;
  /** Once it is known to be there. */
  tenant: Tenant | undefined;
  /** What the path turned out to name; undefined for what is no resource, is not served, or was refused before. */
  served: ServedResource | undefined;
  /** One that the definition has, or "". */
  subresource = '';
  /** Passed on to another server. */
  isPassedOn = false;
  /** Time spent waiting for webhooks. */
  webhookSeconds = 0;
  readonly #keeper: RecordKeeper;
  #inflight: InflightKind | undefined;
  #longRunning: Gauge | undefined;
  #isStream = false;
  #isEnded = false;

  constructor(keeper: RecordKeeper, exchange: Exchange) {
    this.#keeper = keeper;
    this.exchange = exchange;
    this.startedMs = performance.now();
    this.#inflight = keeper.begun(exchange, this.startedMs);
  }

  /** It lasts as long as its client wants. */
  lasts(): void {
    this.#leaveInflight();
    this.#longRunning = this.#keeper.longRunning(this);
    this.#longRunning.value++;
  }

  /** The answer has begun, and goes on when the pipeline is through: whoever writes it calls `endStream`. */
  stream(): void {
    this.lasts();
    this.#isStream = true;
  }

  /** The pipeline has done its part. */
  settle(): void {
    if (!this.#isStream) this.#end();
  }

  endStream(): void {
    if (this.#isStream) this.#end();
  }

  /** To be kept by who writes events. */
  watchEvents(): WatchEventSeries {
    return this.#keeper.watchEventsOf(this);
  }

  /** A watch has sent what there was when it was asked for, and said so. */
  listed(): void {
    this.#keeper.watchListed(this, (performance.now() - this.startedMs) / 1_000);
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#leaveInflight();
    if (this.#longRunning !== undefined) this.#longRunning.value--;
    this.#keeper.ended(this, (performance.now() - this.startedMs) / 1_000);
  }

  #leaveInflight(): void {
    if (this.#inflight === undefined) return;
    this.#inflight.now--;
    this.#inflight = undefined;
  }
}
