/**
 * What a store has done since it was opened: kept by the store, read by whoever tells of it. Counting is additions to
 * series that are there; nobody is called but the one listener, and nothing is labelled here.
 */
import { exponential } from '../metrics/buckets.ts';
import { Histogram } from '../metrics/series.ts';

/** A quarter of a millisecond to eight seconds. */
const seconds = exponential(0.000_25, 2, 16);

/** What of a write (store.ts) says what was done to what. */
export interface CommittedWrite {
  readonly kind: 'put' | 'delete' | 'guard';
  readonly key: { readonly tenant: string; readonly group: string; readonly resource: string };
  readonly expect: number;
}

/**
 * Told of each batch that was answered: its writes' first, which is what the batch is about, how long it took, and
 * whether it failed (a lost compare-and-set is an answer, no failure).
 */
export type CommitListener = (first: CommittedWrite, seconds: number, hasFailed: boolean) => void;

export class StoreActivity {
  /** From when a batch came to when it was answered. */
  readonly commitSeconds = new Histogram(seconds);
  /** Of one durable transaction, its flush included. */
  readonly transactionSeconds = new Histogram(seconds);
  /** Batches that shared a transaction. */
  readonly groupBatches = new Histogram(exponential(1, 2, 12));
  /** Changes of objects that were written. */
  changes = 0;
  /** Bytes of their records. */
  recordBytes = 0;
  /** Writes that wait for their turn. */
  queuedWrites = 0;
  onCommit: CommitListener | undefined;
}
