/**
 * What Milo takes off the machine's own speed. GET, LIST of 100 and the fan-out of one event to many watchers are
 * measured beside a bare node:http2 server that sends the same bytes from memory; durable PUT and server-side apply
 * beside raw LMDB that sets the same bytes with the same flush. The two take turns, round by round; the ratio of each round counts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Throughput } from '../load/closed-loop.ts';
import { median, pairedRatios } from '../measure/statistics.ts';
import { Undisturbed } from '../measure/undisturbed.ts';
import { startBareServer } from '../peers/bare-peer.ts';
import { RawLmdb } from '../peers/raw-lmdb-peer.ts';
import { addMedian } from '../run/median-figure.ts';
import { count, directory as directoryOf, seconds, someOf } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import { UsageError } from '../run/usage-error.ts';
import type { CpuProfile } from '../server/probe-messages.ts';
import { checkSizes, type Measure, operations, populate, type Sides, sidesOf } from './throughput-sides.ts';

export const throughput = scenario({
  name: 'throughput',
  summary: 'GET, LIST, durable PUT and apply, and fan-out, beside a bare server and raw LMDB',
  parameters: {
    operations: someOf(operations, 'what to measure'),
    rounds: count(7, 'turns of each side'),
    tries: count(3, 'times a turn is measured at most, if other processes disturb it'),
    seconds: seconds(2, 'measured in each turn'),
    warmupSeconds: seconds(0.5, 'before that, in each turn'),
    connections: count(8, 'connections of the client'),
    lanes: count(8, 'requests in flight on each connection (LIST: 2)'),
    watchers: count(1000, 'watches that one event goes to'),
    watchConnections: count(10, 'connections they share'),
    events: count(4, 'events under way at a time'),
    profile: directoryOf('', 'where to write a CPU profile of Milo in each operation'),
  },
  better: { 'ratio.*': 'higher', 'cpuRatio.*': 'higher' },
  async run(values, context): Promise<Figures> {
    const { cleanup, directory, progress, seed, servers } = context;
    checkSizes(values.operations, values);
    const hasProbe = values.profile !== '';
    const server = await servers.start('milo', { hasProbe });
    const { milo } = server;
    const side = servers.isGiven ? 'given' : 'milo';
    if (hasProbe && milo === undefined)
      throw new UsageError('--profile needs a server that the bench starts.');
    progress.show('creating objects');
    const answers = await populate(server);
    const bare = await startBareServer(answers, join(directory, 'bare.mdb'), cleanup);
    const lmdb = new RawLmdb(join(directory, 'raw.mdb'), cleanup);
    const rig = {
      milo: server,
      tenancy: server.tenancy,
      bare,
      lmdb,
      object: answers.object,
      sizes: values,
      cleanup,
    };

    const figures: Figures = {};
    const undisturbed = new Undisturbed(values.tries);
    const turn = (measure: Measure) => undisturbed.measure([server.pid, bare.pid, lmdb.pid], measure);
    for (const operation of values.operations) {
      const sides = await sidesOf[operation](rig);
      const rounds = await takeTurns(operation, values.rounds, sides, turn, context);
      Object.assign(figures, figuresOf(operation, [side, sides.peer], rounds, seed));
      if (milo !== undefined && hasProbe)
        writeProfile(values.profile, operation, await milo.profile(sides.ours));
    }
    return ratiosFirst({ ...figures, disturbedTurns: { value: undisturbed.share, unit: 'share' } });
  },
});

function writeProfile(directory: string, name: string, profile: CpuProfile): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name}.cpuprofile`), JSON.stringify(profile));
}

interface Rounds {
  readonly ours: Throughput[];
  readonly theirs: Throughput[];
}

/** A B, B A, A B, …: whatever else the machine does falls on both. */
async function takeTurns(
  name: string,
  rounds: number,
  { ours, theirs }: Pick<Sides, 'ours' | 'theirs'>,
  turn: (measure: Measure) => Promise<Throughput>,
  { progress }: RunContext,
): Promise<Rounds> {
  const measured: Rounds = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    progress.show(`${name}: round`, round + 1, rounds);
    const sides = [
      { measure: ours, into: measured.ours },
      { measure: theirs, into: measured.theirs },
    ];
    if (round % 2 === 1) sides.reverse();
    for (const { measure, into } of sides) into.push(await turn(measure));
  }
  return measured;
}

function figuresOf(
  name: string,
  [side, peer]: readonly [string, string],
  { ours, theirs }: Rounds,
  seed: number,
): Figures {
  const rate = (side: readonly Throughput[]): number[] => side.map(({ perSecond }) => perSecond);
  const ratios = pairedRatios(rate(ours), rate(theirs));
  const figures: Figures = {};
  addMedian(figures, `ratio.${name}`, 'ratio', ratios, seed);
  addMedian(figures, `${name}.${side}`, '1/s', rate(ours), seed);
  addMedian(figures, `${name}.${peer}`, '1/s', rate(theirs), seed);
  for (const [whose, measured] of [[side, ours] as const, [peer, theirs] as const]) {
    const micros = microsOf(measured);
    if (micros.length > 0) addMedian(figures, `cpu.${name}.${whose}`, 'µs', micros, seed);
    if (whose === 'lmdb') continue;
    figures[`clientCores.${name}.${whose}`] = {
      value: median(measured.map(({ clientCores }) => clientCores)),
      unit: 'cores',
    };
  }
  const [milo, other] = [microsOf(ours), microsOf(theirs)];
  if (milo.length > 0 && milo.length === other.length) {
    addMedian(figures, `cpuRatio.${name}`, 'ratio', pairedRatios(other, milo), seed);
  }
  return figures;
}

function microsOf(measured: readonly Throughput[]): number[] {
  return measured.flatMap(({ serverMicrosPerOperation }) => serverMicrosPerOperation ?? []);
}

function ratiosFirst(figures: Figures): Figures {
  const rank = (name: string): number =>
    ['ratio.', 'noise.ratio.', 'cpuRatio.'].findIndex((prefix) => name.startsWith(prefix)) >>> 0;
  return Object.fromEntries(Object.entries(figures).sort(([a], [b]) => rank(a) - rank(b)));
}
