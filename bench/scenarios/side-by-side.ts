/**
 * Two builds, or one build on two Nodes or with two sets of flags: two servers that run at the same time and are loaded in
 * turns, for fractions of a second, so that both meet the same minutes of the machine. What comes of a change is the
 * ratio of the turns beside each other. The servers keep caches and pages from each other: for the record are the other
 * scenarios.
 */
import { existsSync } from 'node:fs';
import type { Throughput } from '../load/closed-loop.ts';
import { configMapLoad, createConfigMaps } from '../load/config-map-load.ts';
import { HttpClient } from '../load/http-client.ts';
import { judgedWrites } from '../load/judged-writes.ts';
import type { MeasureTurn } from '../load/measured-turns.ts';
import { intervalOfMedian, pairedRatios } from '../measure/statistics.ts';
import type { Cleanup } from '../run/cleanup.ts';
import { addMedian } from '../run/median-figure.ts';
import { count, directory, seconds, someOf, text } from '../run/parameters.ts';
import { type Figures, scenario } from '../run/scenario.ts';
import { UsageError } from '../run/usage-error.ts';
import { programIn } from '../server/milo-process.ts';
import type { ServerUnderTest, StartOptions } from '../server/server-under-test.ts';

const works = ['patch', 'apply', 'get', 'list', 'put'] as const;
type Work = (typeof works)[number];

/** After a turn of the other side, until the caches of the processor are this one's. */
const turnWarmupSeconds = 0.1;
const turnTries = 10;

export const sideBySide = scenario({
  name: 'side-by-side',
  serves: 'own',
  summary: 'two builds, Nodes or sets of flags loaded in turns: what a change comes to',
  parameters: {
    before: directory('.', 'a checkout that has been built'),
    after: directory('.', 'another, which is divided by it'),
    beforeNode: text('FILE', 'the Node that runs it; the one of the bench when not given'),
    afterNode: text('FILE', 'the same of the other'),
    beforeFlags: text('FLAGS', 'more of `milo up`, as in "--workers 2"'),
    afterFlags: text('FLAGS', 'the same of the other'),
    work: someOf(
      works,
      'put on both: patch and apply of custom objects of 2 KiB that rules judge; get, list and put of config maps',
    ),
    pairs: count(30, 'turns of each side'),
    seconds: seconds(0.4, 'measured in each turn'),
    warmupSeconds: seconds(4, 'of each side, before the first turn of each work'),
  },
  better: {
    'ratio.*': 'higher',
    'cpuRatio.*': 'lower',
    'ratioLow.*': 'neither',
    'ratioHigh.*': 'neither',
    'cpuRatioLow.*': 'neither',
    'cpuRatioHigh.*': 'neither',
    'before.*': 'neither',
    'after.*': 'neither',
  },
  async run(values, { servers, progress, cleanup, seed }): Promise<Figures> {
    const { before, after, work: chosen, pairs, warmupSeconds } = values;
    const sides = [
      startOptions('before', before, values.beforeNode, values.beforeFlags),
      startOptions('after', after, values.afterNode, values.afterFlags),
    ] as const;
    const first = await prepare(await servers.start('before', sides[0]));
    const second = await prepare(await servers.start('after', sides[1]));
    const figures: Figures = {};
    for (const work of chosen) {
      const measures = [
        await measureOf(work, first, cleanup),
        await measureOf(work, second, cleanup),
      ] as const;
      for (const measure of measures) await measure({ warmupSeconds, seconds: values.seconds });
      const turns: readonly [Throughput[], Throughput[]] = [[], []];
      for (let pair = 0; pair < pairs; pair++) {
        progress.show(`side by side: ${work}`, pair, pairs);
        for (const side of pair % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
          turns[side].push(await oneTurn(measures[side], values.seconds));
        }
      }
      addFigures(figures, work, turns, seed);
    }
    for (const { client } of [first, second]) await client.close();
    for (const { server } of [first, second]) await server.stop();
    return figures;
  },
});

/** Throws UsageError, before anything is started. */
function startOptions(side: string, checkout: string, node: string, flags: string): StartOptions {
  const program = programIn(checkout);
  if (!existsSync(program)) {
    throw new UsageError(`--${side} ${checkout} is no checkout that has been built: there is no ${program}.`);
  }
  if (node !== '' && !existsSync(node)) throw new UsageError(`--${side}-node ${node} is no file.`);
  return {
    program,
    flags: flags.split(' ').filter((flag) => flag !== ''),
    ...(node === '' ? {} : { node }),
  };
}

/** One in which nothing was completed says nothing, and is taken again. Throws UsageError where none comes of that. */
async function oneTurn(measure: MeasureTurn, measuredSeconds: number): Promise<Throughput> {
  for (let tries = 0; tries < turnTries; tries++) {
    const turn = await measure({ warmupSeconds: turnWarmupSeconds, seconds: measuredSeconds });
    if (turn.perSecond > 0) return turn;
  }
  throw new UsageError(
    `--seconds ${measuredSeconds} is too short here: nothing was completed in ${turnTries} turns.`,
  );
}

interface Side {
  readonly server: ServerUnderTest;
  readonly client: HttpClient;
}

async function prepare(server: ServerUnderTest): Promise<Side> {
  const client = await HttpClient.connect(server.target);
  await server.tenancy.prepare(client);
  await createConfigMaps(server, client);
  return { server, client };
}

function measureOf(work: Work, { server, client }: Side, cleanup: Cleanup): Promise<MeasureTurn> {
  if (work === 'patch' || work === 'apply') return judgedWrites(server, client, work, cleanup);
  return configMapLoad(server, work, cleanup);
}

function addFigures(
  figures: Figures,
  work: Work,
  [before, after]: readonly [Throughput[], Throughput[]],
  seed: number,
): void {
  const rates = (turns: Throughput[]): number[] => turns.map(({ perSecond }) => perSecond);
  const micros = (turns: Throughput[]): number[] =>
    turns.flatMap(({ serverMicrosPerOperation }) => serverMicrosPerOperation ?? []);
  addRatio(figures, 'ratio', work, pairedRatios(rates(after), rates(before)), seed);
  addMedian(figures, `before.${work}`, '1/s', rates(before), seed);
  addMedian(figures, `after.${work}`, '1/s', rates(after), seed);
  const [microsBefore, microsAfter] = [micros(before), micros(after)];
  // Where the system does not tell, or one turn was too short to.
  if (microsBefore.length !== before.length || microsAfter.length !== after.length) return;
  addRatio(figures, 'cpuRatio', work, pairedRatios(microsAfter, microsBefore), seed);
  addMedian(figures, `before.cpu.${work}`, 'µs', microsBefore, seed);
  addMedian(figures, `after.cpu.${work}`, 'µs', microsAfter, seed);
}

/** The median of the pairs' ratios with its 95 % interval, which is not evenly around it. */
function addRatio(
  figures: Figures,
  name: 'ratio' | 'cpuRatio',
  work: Work,
  ratios: readonly number[],
  seed: number,
): void {
  addMedian(figures, `${name}.${work}`, 'ratio', ratios, seed);
  const { low, high } = intervalOfMedian(ratios, seed);
  figures[`${name}Low.${work}`] = { value: low, unit: 'ratio' };
  figures[`${name}High.${work}`] = { value: high, unit: 'ratio' };
}
