/** An entry whose row lies in memory that it shares with the other entries of its page. */
import { decodeNames } from './keys.ts';
import type { ObjectKey, RangeQuery, Revision, StoredEntry } from './store.ts';

export class SlabEntry implements StoredEntry {
  readonly revision: Revision;
  readonly slab: Buffer;
  /** Where the record lies in the slab. */
  readonly start: number;
  readonly end: number;
  readonly #scope: RangeQuery;
  readonly #namesAt: number;
  readonly #keyEnd: number;

  /** `namesAt` and `keyEnd`: where the part of the key lies that differs within the scope. */
  constructor(
    scope: RangeQuery,
    revision: Revision,
    slab: Buffer,
    namesAt: number,
    keyEnd: number,
    start: number,
    end: number,
  ) {
    this.revision = revision;
    this.slab = slab;
    this.start = start;
    this.end = end;
    this.#scope = scope;
    this.#namesAt = namesAt;
    this.#keyEnd = keyEnd;
  }

  get record(): Buffer {
    return this.slab.subarray(this.start, this.end);
  }

  get key(): ObjectKey {
    const { tenant, group, resource } = this.#scope;
    return { tenant, group, resource, ...decodeNames(this.slab.subarray(this.#namesAt, this.#keyEnd), 0) };
  }
}
