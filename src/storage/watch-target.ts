/** What a watch asks of the hub (watch-hub.ts), and what it must offer in return. */
import type { StorageError } from './errors.ts';
import type { Change, Revision, TenantId } from './store.ts';

export interface WatchTarget {
  /** All tenants when absent (controllers). */
  readonly tenant?: TenantId;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** One change as all its watchers share it: what one of them encodes, the others reuse. */
export interface SharedChange {
  readonly change: Change;
  /**
   * The encoding under `form`, made once by `encode`, be it at once or later. Forms are named by the caller
   * (`json/ADDED`).
   */
  encoded(form: string, encode: (change: Change) => Encoding): Encoding;
}

export type Encoding = Buffer | Promise<Buffer>;

export interface WatchSink {
  /** Takes the change now. False: it was taken, but no more until `resume`; what comes meanwhile is kept (bounded) or re-read from the log. */
  deliver(change: SharedChange): boolean;
  /** The watch cannot go on: its position was compacted, or the store closed. Nothing is delivered after it. */
  end(error: StorageError): void;
}

export interface WatchHandle {
  /** Deliveries may go on. */
  resume(): void;
  /** Every change of the target up to and including this revision has been delivered. */
  readonly position: Revision;
  close(): void;
}
