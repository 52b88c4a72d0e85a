/**
 * What followers of a store and the process that writes it say to each other. Followers read the data file themselves, so
 * only writes, and that there is something new to read, pass between them. Messages are values that structured clone
 * keeps; whoever carries them delivers each once and in order, or says that the other side is lost.
 */
import { StorageError, type StorageErrorCode } from '../../errors.ts';
import type { CommitOutcome, Revision, Write } from '../../store.ts';

export type Work =
  | { readonly kind: 'commit'; readonly batch: readonly Write[] }
  | { readonly kind: 'compact'; readonly below: Revision }
  | { readonly kind: 'snapshot'; readonly file: string }
  | { readonly kind: 'repair' };

export interface ToWriter {
  readonly requests: readonly { readonly id: number; readonly work: Work }[];
  /** Everything up to here has been followed: the answer to the last `head`. */
  readonly followed: Revision;
}

/** A StorageError as it passes; without a code it was another error, a bug on the other side. */
export interface Refusal {
  readonly code: StorageErrorCode | undefined;
  readonly message: string;
  readonly requested: number | undefined;
  readonly current: number | undefined;
}
export type Answer =
  /** The outcome is that of a commit. */
  | { readonly id: number; readonly outcome: CommitOutcome | undefined }
  | { readonly id: number; readonly refusal: Refusal };

export interface ToFollower {
  readonly answers: readonly Answer[];
  /** At least this is durable and can be read. */
  readonly head: Revision;
  /** The writer's `Store.fault`. */
  readonly fault: string | undefined;
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof StorageError) {
    const { code, message, requested, current } = error;
    return { code, message, requested, current };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: undefined, message, requested: undefined, current: undefined };
}

export function errorOf({ code, message, requested, current }: Refusal): Error {
  if (code === undefined) return new Error(`the process that writes the store failed: ${message}`);
  return new StorageError(code, message, {
    ...(requested === undefined ? {} : { requested }),
    ...(current === undefined ? {} : { current }),
  });
}
