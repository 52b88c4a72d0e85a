/**
 * Counts of durations in log-linear buckets: every power of two is cut into 128, so that a quantile is at most
 * 0.8 % off, in a few KiB whatever the number of samples. Whole microseconds; what is beyond the last bucket
 * (over an hour) counts as its upper end.
 */
const subBits = 7;
const subBuckets = 1 << subBits;
const octaves = 32 - subBits;
const valueMax = 2 ** 32 - 1;

export class Histogram {
  readonly #counts = new Uint32Array((octaves + 1) * subBuckets);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  record(micros: number): void {
    this.#counts[bucketOf(micros)]!++;
    this.#count++;
  }

  /** The smallest recorded value (to within its bucket) that a share `q` of all does not exceed. NaN when empty. */
  quantile(q: number): number {
    if (this.#count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) return middleOf(bucket);
    }
    return middleOf(this.#counts.length - 1);
  }

  /** Adds what another one has counted. */
  merge(other: Histogram): void {
    for (let bucket = 0; bucket < this.#counts.length; bucket++)
      this.#counts[bucket]! += other.#counts[bucket]!;
    this.#count += other.#count;
  }
}

/** Below 128 a bucket a microsecond; above, 128 buckets to each power of two. */
function bucketOf(micros: number): number {
  const value = Math.min(Math.max(Math.round(micros), 0), valueMax);
  if (value < subBuckets) return value;
  const shift = 31 - Math.clz32(value) - subBits;
  return (shift + 1) * subBuckets + ((value >>> shift) - subBuckets);
}

function middleOf(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  const shift = Math.floor(bucket / subBuckets) - 1;
  const low = ((bucket % subBuckets) + subBuckets) * 2 ** shift;
  return low + (2 ** shift - 1) / 2;
}
