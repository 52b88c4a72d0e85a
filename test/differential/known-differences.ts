/**
 * Where Milo answers otherwise than the peer, on purpose, and why. An entry that matches nothing any more is a
 * failure: it would hide the next difference at its place.
 */
export interface KnownDifference {
  /** The case and request, as `Found.request` says them. */
  readonly request: RegExp;
  /** The place in the answer, as `Difference.at` says it. */
  readonly at: RegExp;
  readonly reason: string;
}

export const knownDifferences: readonly KnownDifference[] = [];
