/** The storage errors: a closed set. http/status-response.ts gives each its Status, cli/ its sentence. */
export type StorageErrorCode =
  /** The revision asked for lies below the compaction. */
  | 'compacted'
  /** The revision asked for has not happened yet. */
  | 'future-revision'
  | 'key-too-long'
  | 'key-invalid'
  | 'value-too-large'
  /** The disk or the map is full; the store stays sound and readable. */
  | 'full'
  /** Too many writes wait for the disk. */
  | 'overloaded'
  /** The store stopped after an input/output fault; a restart recovers it. */
  | 'failed'
  | 'closed'
  /** Another process has the data directory. */
  | 'in-use'
  | 'corrupt'
  | 'unreadable';

export class StorageError extends Error {
  readonly code: StorageErrorCode;
  /** Revisions involved, where the code has them. */
  readonly requested: number | undefined;
  readonly current: number | undefined;
  constructor(
    code: StorageErrorCode,
    message: string,
    details: { requested?: number; current?: number; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'StorageError';
    this.code = code;
    this.requested = details.requested;
    this.current = details.current;
  }
}
