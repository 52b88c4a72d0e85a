/** What Milo is meant to reach, and which figure of which scenario shows it. */
import { clientLimitOf, disturbanceOf } from '../run/doubts.ts';
import { flagOf } from '../run/parameters.ts';
import type { Result } from '../run/result.ts';

export interface Target {
  readonly what: string;
  readonly scenario: string;
  readonly figure: string;
  readonly isAtLeast: boolean;
  readonly bound: number;
  /** The size that it is about: results of another say nothing of it. */
  readonly params?: Readonly<Record<string, unknown>>;
}

interface Judgement {
  readonly figure: string;
  readonly bound: number;
  readonly what: string;
}

const atMost = (scenario: string, params: Target['params'], judgements: readonly Judgement[]): Target[] =>
  judgements.map((judgement) => ({
    ...judgement,
    scenario,
    isAtLeast: false,
    ...(params === undefined ? {} : { params }),
  }));
const atLeast = (...given: Parameters<typeof atMost>): Target[] =>
  atMost(...given).map((target) => ({ ...target, isAtLeast: true }));

const mib = 1024 * 1024;
const mostToFewest = 'at the most projects ÷ at the fewest';

export const targets: readonly Target[] = [
  ...[10_000, 100_000].flatMap((projects) =>
    atMost('idle-projects', { projects }, [
      {
        figure: 'heapBytesPerProject',
        bound: 1024,
        what: `heap per idle project, at ${projects.toLocaleString('en-US')}`,
      },
    ]),
  ),
  ...atMost('idle-projects', { projects: 100_000 }, [
    {
      figure: 'rssAnonymousBytesPerProject',
      bound: (200 * mib) / 100_000,
      what: 'RSS per idle project, page cache apart (200 MiB at 100,000)',
    },
  ]),
  ...atMost('latency-by-projects', undefined, [
    { figure: 'p99Ratio.get', bound: 1.1, what: `p99 of GET ${mostToFewest}` },
    { figure: 'p99Ratio.list', bound: 1.1, what: `p99 of LIST 100 ${mostToFewest}` },
    { figure: 'p99Ratio.put', bound: 1.1, what: `p99 of PUT ${mostToFewest}` },
    { figure: 'p99Ratio.create', bound: 1.1, what: `p99 of create ${mostToFewest}` },
  ]),
  ...atLeast('throughput', undefined, [
    { figure: 'ratio.get', bound: 0.5, what: 'GET 1 KiB ÷ bare node:http2 server with the same bytes' },
    { figure: 'ratio.list', bound: 0.6, what: 'LIST of 100 ÷ the same' },
    { figure: 'ratio.put', bound: 0.5, what: 'durable PUT ÷ raw lmdb compare-and-set of the same bytes' },
  ]),
  ...atLeast('watch-fanout', { watchers: 10_000 }, [
    {
      figure: 'ratio.fanout',
      bound: 0.6,
      what: 'fan-out of one event to 10,000 watches ÷ bare server writing the same bytes',
    },
  ]),
  ...atMost('watch-fanout', { watches: 20_000 }, [
    { figure: 'rssKibPerWatch', bound: 20, what: 'memory of each of 20,000 watches over multiplexed HTTP/2' },
  ]),
  ...atMost('create-projects', { rate: 100 }, [
    { figure: 'p50.firstWrite', bound: 20, what: 'create project to first write in it, p50 (at 100/s)' },
    { figure: 'p99.firstWrite', bound: 100, what: 'create project to first write in it, p99 (at 100/s)' },
  ]),
  ...atMost('deletion', { objects: 1000 }, [
    { figure: 'purge.10', bound: 1000, what: 'purge of a project of 1,000 objects, beside 10 projects' },
    {
      figure: 'purge.10000',
      bound: 1000,
      what: 'purge of a project of 1,000 objects, beside 10,000 projects',
    },
  ]),
  ...atMost('deletion', { projects: [10, 10_000], objects: 1000 }, [
    { figure: 'purgeRatio', bound: 1.2, what: 'purge beside 10,000 projects ÷ beside 10' },
  ]),
  ...atMost('deletion', { twice: 10_000 }, [
    {
      figure: 'rssSecondToFirst',
      bound: 1.05,
      what: 'memory after creating and deleting 10,000 projects twice ÷ after once',
    },
    {
      figure: 'storeLeft.rows',
      bound: 0,
      what: 'rows left by 10,000 created and deleted projects, compacted',
    },
    {
      figure: 'storeLeft.rowBytes',
      bound: 0,
      what: 'bytes left by 10,000 created and deleted projects, compacted',
    },
  ]),
  ...atMost('restart', { objects: 1_000_000 }, [
    { figure: 'readyMs', bound: 1000, what: 'process start to ready (1,000,000 objects)' },
  ]),
  ...atMost('noisy-neighbour', { factor: 10 }, [
    {
      figure: 'p99Ratio.get',
      bound: 1.2,
      what: "others' p99 of GET beside a neighbour at 10 times its rate",
    },
    { figure: 'p99Ratio.put', bound: 1.2, what: "others' p99 of PUT beside the same" },
  ]),
];

/** What measures it. */
export function commandOf({ scenario, params = {} }: Target): string {
  const flags = Object.entries(params).map(([name, value]) => `${flagOf(name)} ${String(value)}`);
  return ['npm run bench --', scenario, ...flags].join(' ');
}

/** `near`: which side of the bound it is on, its noise does not tell. */
export type Standing = 'met' | 'near' | 'missed';

export interface MeasuredTarget {
  readonly target: Target;
  readonly value: number;
  readonly unit: string;
  readonly noise: number | undefined;
  readonly standing: Standing;
  /** Why the figure may say little, whatever its noise. */
  readonly doubts: readonly string[];
}

/** The targets that the result has figures for, in the size that they are about. */
export function measuredTargets(result: Result): MeasuredTarget[] {
  const { scenario, params, figures } = result;
  return targets.flatMap((target) => {
    const isAbout =
      target.scenario === scenario &&
      Object.entries(target.params ?? {}).every(
        ([name, value]) => JSON.stringify(params[name]) === JSON.stringify(value),
      );
    const figure = isAbout ? figures[target.figure] : undefined;
    if (figure === undefined) return [];
    const { value, unit } = figure;
    const noise = figures[`noise.${target.figure}`]?.value;
    const doubts = [disturbanceOf(result), clientLimitOf(result, target.figure)].filter(
      (doubt) => doubt !== undefined,
    );
    return [{ target, value, unit, noise, standing: standingOf(target, value, noise ?? 0), doubts }];
  });
}

function standingOf({ isAtLeast, bound }: Target, value: number, noise: number): Standing {
  const reach = Math.abs(value) * noise;
  if (noise > 0 && value - reach <= bound && bound <= value + reach) return 'near';
  return (isAtLeast ? value >= bound : value <= bound) ? 'met' : 'missed';
}
