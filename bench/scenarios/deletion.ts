/**
 * What it takes to be rid of a project, and whether that is all. Projects of M objects are purged beside few and beside
 * many other projects, the servers taking turns; then every row of their stopped stores is read for what is left of
 * them. On one more server N projects are created and deleted twice: what that leaves in memory and in the store.
 */
import { median, pairedRatios } from '../measure/statistics.ts';
import { addMedian } from '../run/median-figure.ts';
import { count, risingCounts } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import { compactStopped, scanStore } from '../server/store-scan.ts';
import { createAndDeleteTwice } from './create-and-delete-twice.ts';
import { PurgeServer } from './purge-server.ts';

export const deletion = scenario({
  name: 'deletion',
  summary: 'purge of a project beside few and many others; what is left in store and memory',
  parameters: {
    projects: risingCounts([10, 10_000], 'numbers of projects that stay'),
    objects: count(1000, 'in each project that is purged, half of them secrets'),
    rounds: count(7, 'projects purged on each server'),
    twice: count(1000, 'projects created and deleted, twice'),
    twiceObjects: count(3, 'in each of those'),
  },
  better: {
    purgeRatio: 'lower',
    'cpuRatio.*': 'lower',
    rssSecondToFirst: 'lower',
    'rowsRead.*': 'neither',
    'storeAtZero.*': 'neither',
  },
  async run(values, context): Promise<Figures> {
    const { projects: steps, rounds } = values;
    const purge = async (servers: readonly PurgeServer[]): Promise<void> => {
      for (let round = 0; round <= rounds; round++) {
        context.progress.show('purges', round, rounds);
        const order = round % 2 === 0 ? servers : [...servers].reverse();
        for (const server of order) await server.purge(values.objects, round > 0);
      }
    };
    const servers: PurgeServer[] = [];
    for (const projects of steps) {
      const server = await PurgeServer.start(projects, context);
      servers.push(server);
      if (!context.servers.isGiven) continue;
      // There is only one, which is to hold the projects of one step at a time.
      await purge([server]);
      await server.stop();
    }
    if (!context.servers.isGiven) await purge(servers);

    const figures = purgeFigures(servers, context.seed);
    for (const server of servers) {
      if (server.dataDirectory === undefined) continue;
      await server.stop();
      Object.assign(figures, await proofOf(server, context));
    }
    return { ...figures, ...(await createAndDeleteTwice(values.twice, values.twiceObjects, context)) };
  },
});

function purgeFigures(servers: readonly PurgeServer[], seed: number): Figures {
  const [first, last] = [servers[0]!, servers.at(-1)!];
  const figures: Figures = {};
  addMedian(figures, 'purgeRatio', 'ratio', pairedRatios(last.purgeMillis, first.purgeMillis), seed);
  // Counted in hundredths of a second: a purge may take none.
  if (first.cpuMicros.length > 0 && median(first.cpuMicros) > 0) {
    const value = median(last.cpuMicros) / median(first.cpuMicros);
    figures['cpuRatio.purge'] = { value, unit: 'ratio' };
  }
  for (const { projects, purgeMillis, acceptMillis, cpuMicros } of servers) {
    if (cpuMicros.length > 0) figures[`cpu.purge.${projects}`] = { value: median(cpuMicros), unit: 'µs' };
    addMedian(figures, `purge.${projects}`, 'ms', purgeMillis, seed);
    figures[`purgeAccepted.${projects}`] = { value: median(acceptMillis), unit: 'ms' };
  }
  return figures;
}

/** Reads the stopped store. Throws when anything of the purged projects is in it: no figure stands for that. */
async function proofOf(server: PurgeServer, { progress }: RunContext): Promise<Figures> {
  const { projects, dataDirectory, texts } = server;
  progress.show(`reading the store of ${projects} projects`);
  await compactStopped(dataDirectory!);
  const { rows, found, names } = await scanStore(dataDirectory!, texts);
  if (found > 0) {
    throw new Error(`${found} rows are left of projects that were purged, among them ${names.join('; ')}`);
  }
  return {
    [`rowsLeft.${projects}`]: { value: found, unit: '1' },
    [`rowsRead.${projects}`]: { value: rows, unit: '1' },
  };
}
