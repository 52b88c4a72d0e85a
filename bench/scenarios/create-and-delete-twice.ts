/**
 * N projects are created and deleted, and once more: what the second time adds to memory, and what all of it leaves in
 * the store after compaction, against the same store before the first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createConfigMap } from '../load/config-map.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { residentBytesOf } from '../measure/process-usage.ts';
import type { Figures, RunContext } from '../run/scenario.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';
import { compactStopped, type StoreScan, scanStore } from '../server/store-scan.ts';
import { deletedMark } from './purge-server.ts';

const requestsInParallel = 32;
/** Longer than the server's own timers of a second. */
const restMs = 1500;

export async function createAndDeleteTwice(
  projects: number,
  objects: number,
  context: RunContext,
): Promise<Figures> {
  const zero = context.servers.isGiven ? undefined : await storeAtZero(context);
  const server = await context.servers.start('twice', { hasProbe: true });
  const client = await HttpClient.connect(server.target);
  await server.tenancy.prepare(client);
  await client.close();
  const resident: number[] = [];
  for (const time of ['first', 'second']) {
    await createAndDelete(server, time, projects, objects, context);
    await sleep(restMs);
    // Without the probe, garbage counts too.
    await server.milo?.sample();
    const bytes = server.pid === undefined ? undefined : residentBytesOf(server.pid)?.anonymous;
    if (bytes !== undefined) resident.push(bytes);
  }
  await server.stop();

  const figures: Figures = {};
  const [first, second] = resident;
  if (first !== undefined && second !== undefined) {
    figures.rssSecondToFirst = { value: second / first, unit: 'ratio' };
    figures['rssAnonymousBytes.first'] = { value: first, unit: 'B' };
    figures['rssAnonymousBytes.second'] = { value: second, unit: 'B' };
  }
  if (zero === undefined || server.milo === undefined) return figures;
  const end = await scanCompacted(server.milo.dataDirectory);
  for (const [name, unit] of storeFigures) {
    figures[`storeLeft.${name}`] = { value: end[name] - zero[name], unit };
    figures[`storeAtZero.${name}`] = { value: zero[name], unit };
  }
  return figures;
}

const storeFigures = [
  ['rows', '1'],
  ['rowBytes', 'B'],
  ['pageBytes', 'B'],
  ['snapshotBytes', 'B'],
  ['bookkeepingBytes', 'B'],
] as const;

/** Of a server that has never had a project. */
async function storeAtZero({ servers, progress }: RunContext): Promise<StoreScan | undefined> {
  progress.show('store of no project');
  const server = await servers.start('twice');
  const client = await HttpClient.connect(server.target);
  await server.tenancy.prepare(client);
  await client.close();
  await server.stop();
  return server.milo === undefined ? undefined : await scanCompacted(server.milo.dataDirectory);
}

async function createAndDelete(
  { target, tenancy }: ServerUnderTest,
  time: string,
  projects: number,
  objects: number,
  { progress }: RunContext,
): Promise<void> {
  const client = await HttpClient.connect(target);
  const nameOf = (index: number): string => `${deletedMark}-${time}-${index}`;
  await inParallel(
    projects,
    requestsInParallel,
    async (index) => {
      await tenancy.create(client, nameOf(index));
      for (let object = 0; object < objects; object++) {
        await createConfigMap(client, tenancy, nameOf(index), `${deletedMark}-${object}`);
      }
    },
    (done) => progress.show(`${time} time: created`, done, projects),
  );
  await inParallel(
    projects,
    requestsInParallel,
    (index) => tenancy.delete(client, nameOf(index)),
    (done) => progress.show(`${time} time: deleted`, done, projects),
  );
  await client.close();
}

/** Throws when anything of what was deleted is in the store. */
async function scanCompacted(dataDirectory: string): Promise<StoreScan> {
  await compactStopped(dataDirectory);
  const scan = await scanStore(dataDirectory, [deletedMark]);
  if (scan.found === 0) return scan;
  throw new Error(`${scan.found} rows are left of deleted projects, among them ${scan.names.join('; ')}`);
}
