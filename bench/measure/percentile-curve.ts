/** A distribution as a curve: the latency that each share of all requests stays under. */
import type { Histogram } from './histogram.ts';

const shares = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999];
/** A share is shown when at least so many requests lie beyond it. */
const beyondMin = 3;

/** Milliseconds by percentile, as far as the requests reach. */
export function percentileCurve(histogram: Histogram): (readonly [share: number, millis: number])[] {
  return shares
    .filter((share) => (1 - share) * histogram.count >= beyondMin)
    .map((share) => [share, histogram.quantile(share) / 1000] as const);
}
