/** How a measure changes with time: the straight line through it by least squares, and how sure its slope is. */
import { assert } from '../../src/lib/assert.ts';
import type { Interval } from './statistics.ts';

export interface Slope extends Interval {
  /** Change of y for one of x. `low` and `high` are the ends of its 95 % interval. */
  readonly perX: number;
}

type Point = readonly [x: number, y: number];

/** Student's t at 97.5 % for 1 … 30 degrees of freedom; beyond, the normal distribution's is near enough. */
const student = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const normal = 1.96;

/** Of at least three points at different places. Points are taken to err independently: see `blocksOf`. */
export function slopeOf(points: readonly Point[]): Slope {
  assert(points.length >= 3, 'a line with an error needs three points');
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const spreadX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  assert(spreadX > 0, 'points at different places');
  const perX = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spreadX;
  const residual = points.reduce((sum, [x, y]) => sum + (y - meanY - perX * (x - meanX)) ** 2, 0);
  const freedom = points.length - 2;
  const error = (student[freedom - 1] ?? normal) * Math.sqrt(residual / freedom / spreadX);
  return { perX, low: perX - error, high: perX + error };
}

/**
 * The points in `count` stretches of equal width, each as what `summary` makes of it. One sample of memory is much like
 * the next; taken singly they would make a slope seem surer than it is.
 */
export function blocksOf(
  points: readonly Point[],
  count: number,
  summary: (values: readonly number[]) => number = mean,
): Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const width = (last[0] - first[0]) / count;
  const blocks: Point[][] = Array.from({ length: count }, () => []);
  for (const point of points) {
    blocks[Math.min(count - 1, Math.floor((point[0] - first[0]) / width))]?.push(point);
  }
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => [mean(block.map(([x]) => x)), summary(block.map(([, y]) => y))] as const);
}

/** For what rises and is cut back again and again, as a heap between collections. */
export const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
