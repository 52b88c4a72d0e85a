/**
 * How soon a server serves again that holds many objects: from the start of the process to `/readyz` saying ok and to the
 * first object read, beside the same program on an empty store. The two take turns. The objects are written by the
 * store's own code while no server runs; the file lies in the page cache, as it does when a process is replaced.
 */
import { configMap } from '../load/config-map.ts';
import { HttpClient } from '../load/http-client.ts';
import { residentBytesOf } from '../measure/process-usage.ts';
import { pairedRatios } from '../measure/statistics.ts';
import { addMedian } from '../run/median-figure.ts';
import { count } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import { copyName, fillStore, type Original } from '../server/fill-store.ts';
import { type StoredData, storedData } from '../server/stored-data.ts';

const originalName = 'original-of-copies';

interface Started {
  readonly readyMs: number;
  readonly firstGetMs: number;
  readonly residentBytes: number | undefined;
}

export const restart = scenario({
  name: 'restart',
  summary: 'time from process start to ready and to the first read, with many objects and with none',
  serves: 'own',
  parameters: {
    objects: count(100_000, 'config maps of 1 KiB to hold'),
    projects: count(100, 'projects that they lie in'),
    rounds: count(5, 'restarts of each server'),
  },
  better: { 'ratio.*': 'lower', storedObjects: 'neither' },
  costs: {
    by: 'objects',
    charts: [
      {
        title: 'time to serve again',
        y: { name: 'from process start', unit: 'ms' },
        figures: {
          ready: 'readyMs',
          'first object read': 'firstGetMs',
          'ready, empty store': 'readyMs.empty',
        },
      },
    ],
  },
  async run({ objects, projects, rounds }, context): Promise<Figures> {
    const { progress, seed } = context;
    const { paths, stored } = await fill(objects, projects, context);
    const [full, empty]: [Started[], Started[]] = [[], []];
    // The first start of the empty one makes certificates.
    await start('empty', undefined, context);
    for (let round = 0; round < rounds; round++) {
      progress.show('restart', round + 1, rounds);
      const turns = [
        async () => full.push(await start('full', paths[round % paths.length], context)),
        async () => empty.push(await start('empty', undefined, context)),
      ];
      if (round % 2 === 1) turns.reverse();
      for (const turn of turns) await turn();
    }
    const figures: Figures = {};
    const ready = (side: readonly Started[]): number[] => side.map(({ readyMs }) => readyMs);
    addMedian(figures, 'readyMs', 'ms', ready(full), seed);
    const reads = full.map(({ firstGetMs }) => firstGetMs);
    addMedian(figures, 'firstGetMs', 'ms', reads, seed);
    addMedian(figures, 'readyMs.empty', 'ms', ready(empty), seed);
    addMedian(figures, 'ratio.ready', 'ratio', pairedRatios(ready(full), ready(empty)), seed);
    for (const [name, side] of [['', full] as const, ['.empty', empty] as const]) {
      const resident = side.flatMap(({ residentBytes }) => residentBytes ?? []);
      if (resident.length > 0) addMedian(figures, `rssAnonymousBytes${name}`, 'B', resident, seed);
    }
    figures.storedObjects = { value: stored.objects, unit: '1' };
    figures.storedBytes = { value: stored.bytesWithLog, unit: 'B' };
    return figures;
  },
});

/** Answers paths of some of the objects, all over the store. */
async function fill(
  objects: number,
  projects: number,
  { servers, progress }: RunContext,
): Promise<{ paths: string[]; stored: StoredData }> {
  const server = await servers.start('full');
  const { tenancy, target } = server;
  const client = await HttpClient.connect(target);
  await tenancy.prepare(client);
  const originals: Original[] = [];
  for (let index = 0; index < projects; index++) {
    const tenant = `project-${index}`;
    await tenancy.create(client, tenant);
    const namespace = tenancy.namespaceOf(tenant);
    await client.create(tenancy.configMapPath(tenant, namespace), configMap(namespace, originalName));
    const { name, uid } = (await client.get(tenancy.objectPath(tenant))).metadata;
    originals.push({ project: name!, uid: uid!, namespace, name: originalName });
    progress.show('projects created', index + 1, projects);
  }
  await client.close();
  await server.stop();
  const dataDirectory = server.milo!.dataDirectory;
  const copiesOf = (index: number): number =>
    Math.floor(((index + 1) * objects) / projects) - Math.floor((index * objects) / projects);
  await fillStore(dataDirectory, originals, copiesOf, (done) =>
    progress.show('objects written', done, objects),
  );
  const paths = originals.flatMap((_, index) => {
    if (copiesOf(index) === 0) return [];
    const name = copyName(Math.floor((index * objects) / projects));
    const tenant = `project-${index}`;
    return [tenancy.configMapPath(tenant, tenancy.namespaceOf(tenant), name)];
  });
  return { paths, stored: await storedData(dataDirectory) };
}

/** Starts a server, waits until it serves, reads one object, and stops it. */
async function start(name: string, path: string | undefined, { servers }: RunContext): Promise<Started> {
  const begun = performance.now();
  const server = await servers.start(name);
  const client = await HttpClient.connect(server.target, 1);
  await client.expect(200, 'GET', '/readyz');
  const readyMs = performance.now() - begun;
  if (path !== undefined) await client.get(path);
  const firstGetMs = performance.now() - begun;
  const residentBytes = server.pid === undefined ? undefined : residentBytesOf(server.pid)?.anonymous;
  await client.close();
  await server.stop();
  return { readyMs, firstGetMs, residentBytes };
}
