/** What Milo is meant to reach, and which figure of which scenario shows it. */
import type { Result } from '../run/result.ts';

export interface Target {
  readonly what: string;
  readonly scenario: string;
  readonly figure: string;
  readonly isAtLeast: boolean;
  readonly bound: number;
}

const atLeast = (scenario: string, figure: string, bound: number, what: string): Target => ({
  what,
  scenario,
  figure,
  isAtLeast: true,
  bound,
});
const atMost = (scenario: string, figure: string, bound: number, what: string): Target => ({
  ...atLeast(scenario, figure, bound, what),
  isAtLeast: false,
});

const mib = 1024 * 1024;

export const targets: readonly Target[] = [
  atMost('idle-projects', 'heapBytesPerProject', 1024, 'heap per idle project'),
  atMost(
    'idle-projects',
    'rssAnonymousBytesPerProject',
    (200 * mib) / 100_000,
    'RSS per idle project, page cache apart (200 MiB at 100,000)',
  ),
  atMost('latency-by-projects', 'p99Ratio.get', 1.1, 'p99 of GET at the most projects ÷ at the fewest'),
  atMost('latency-by-projects', 'p99Ratio.list', 1.1, 'p99 of LIST 100 at the most projects ÷ at the fewest'),
  atMost('latency-by-projects', 'p99Ratio.put', 1.1, 'p99 of PUT at the most projects ÷ at the fewest'),
  atMost('latency-by-projects', 'p99Ratio.create', 1.1, 'p99 of create at the most projects ÷ at the fewest'),
  atLeast('throughput', 'ratio.get', 0.5, 'GET 1 KiB ÷ bare node:http2 server with the same bytes'),
  atLeast('throughput', 'ratio.list', 0.6, 'LIST of 100 ÷ the same'),
  atLeast('throughput', 'ratio.put', 0.5, 'durable PUT ÷ raw lmdb compare-and-set of the same bytes'),
  atLeast('watch-fanout', 'ratio.fanout', 0.6, 'fan-out of one event ÷ bare server writing the same bytes'),
  atMost('watch-fanout', 'rssKibPerWatch', 20, 'memory of a watch over multiplexed HTTP/2'),
  atMost('create-projects', 'p50.firstWrite', 20, 'create project to first write in it, p50 (at 100/s)'),
  atMost('create-projects', 'p99.firstWrite', 100, 'create project to first write in it, p99 (at 100/s)'),
  atMost('deletion', 'purge.10', 1000, 'purge of a project of 1,000 objects, beside 10 projects'),
  atMost('deletion', 'purge.10000', 1000, 'purge of a project of 1,000 objects, beside 10,000 projects'),
  atMost('deletion', 'purgeRatio', 1.2, 'purge beside the most projects ÷ beside the fewest'),
  atMost('deletion', 'rssSecondToFirst', 1.05, 'memory after creating and deleting twice ÷ after once'),
  atMost('deletion', 'storeLeft.rows', 0, 'rows left by created and deleted projects, compacted'),
  atMost('deletion', 'storeLeft.rowBytes', 0, 'bytes left by created and deleted projects, compacted'),
  atMost('restart', 'readyMs', 1000, 'process start to ready (1,000,000 objects)'),
  atMost(
    'noisy-neighbour',
    'p99Ratio.get',
    1.2,
    "others' p99 of GET beside a neighbour at 10 times its rate",
  ),
  atMost('noisy-neighbour', 'p99Ratio.put', 1.2, "others' p99 of PUT beside the same"),
];

/** `near`: which side of the bound it is on, its noise does not tell. */
export type Standing = 'met' | 'near' | 'missed';

export interface MeasuredTarget {
  readonly target: Target;
  readonly value: number;
  readonly unit: string;
  readonly noise: number | undefined;
  readonly standing: Standing;
}

/** The targets that the result has figures for. */
export function measuredTargets({ scenario, figures }: Result): MeasuredTarget[] {
  return targets.flatMap((target) => {
    const figure = target.scenario === scenario ? figures[target.figure] : undefined;
    if (figure === undefined) return [];
    const { value, unit } = figure;
    const noise = figures[`noise.${target.figure}`]?.value;
    return [{ target, value, unit, noise, standing: standingOf(target, value, noise ?? 0) }];
  });
}

function standingOf({ isAtLeast, bound }: Target, value: number, noise: number): Standing {
  const reach = Math.abs(value) * noise;
  if (noise > 0 && value - reach <= bound && bound <= value + reach) return 'near';
  return (isAtLeast ? value >= bound : value <= bound) ? 'met' : 'missed';
}
