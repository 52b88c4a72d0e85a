/**
 * What a project costs a server when nobody uses it. Creates N projects, lists every listable resource in each once,
 * lets the server come to rest and collects its garbage; then divides what has grown by N. "N = 0" is the same
 * process after a warm-up with a few projects, so that loaded code and first buffers are not counted as theirs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { controlPlane, createOrganization, createProject, listablePaths } from '../load/tenancy.ts';
import { type ResidentBytes, residentBytesOf } from '../measure/process-usage.ts';
import { count } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import { dataDirectoryIn, MiloProcess } from '../server/milo-process.ts';
import type { ProbeSample } from '../server/probe-messages.ts';
import { type StoredData, storedData } from '../server/stored-data.ts';

const requestsInParallel = 32;
/** Longer than the server's own timers of a second, so that closed connections are gone. */
const restMs = 1500;

interface State {
  readonly memory: ProbeSample;
  readonly resident: ResidentBytes | undefined;
  readonly stored: StoredData;
}

export const idleProjects = scenario({
  name: 'idle-projects',
  summary: 'memory, handles and storage that an idle project costs',
  parameters: {
    projects: count(1000, 'projects to create'),
    warmup: count(200, 'projects to create before N = 0 is taken'),
  },
  costs: {
    by: 'projects',
    charts: [
      {
        title: 'memory of a project',
        y: { name: 'for each project', unit: 'B' },
        figures: {
          heap: 'heapBytesPerProject',
          'resident, page cache apart': 'rssAnonymousBytesPerProject',
          'heap after a restart': 'heapBytesPerProjectAfterRestart',
        },
      },
      {
        title: 'storage of a project',
        y: { name: 'for each project', unit: 'B' },
        figures: { stored: 'storedBytesPerProject', 'with the log': 'storedBytesWithLogPerProject' },
      },
      {
        title: 'memory of the server',
        y: { name: 'at the end', unit: 'B' },
        figures: { heap: 'heapBytesAtEnd', 'resident, page cache apart': 'rssAnonymousBytesAtEnd' },
      },
    ],
  },
  async run({ projects, warmup }, context): Promise<Figures> {
    const { cleanup, directory, progress } = context;
    const dataDirectory = dataDirectoryIn(directory, 'idle');
    const server = await MiloProcess.start({ dataDirectory, hasProbe: true }, cleanup);
    await populate(server, 'warm', warmup, context);
    // The first one only loads what sampling itself needs.
    await server.sample();
    progress.show('sample of N = 0');
    const before = await rest(server);
    await populate(server, 'idle', projects, context);
    progress.show(`sample of N = ${projects}`);
    const after = await rest(server);
    await server.stop();

    progress.show('sample after a restart');
    const restarted = await heapAfterStart(dataDirectory, context);
    const emptyDirectory = dataDirectoryIn(directory, 'empty');
    // Its first start loads what makes certificates; the second one starts as the other did.
    await heapAfterStart(emptyDirectory, context);
    const empty = await heapAfterStart(emptyDirectory, context);
    return figuresOf(before, after, projects, (restarted - empty) / (projects + warmup));
  },
});

async function heapAfterStart(dataDirectory: string, { cleanup }: RunContext): Promise<number> {
  const server = await MiloProcess.start({ dataDirectory, hasProbe: true }, cleanup);
  await server.sample();
  const { heapBytes } = await server.sample();
  await server.stop();
  return heapBytes;
}

/** Creates the projects and lists everything in each; every connection is closed at the end. */
async function populate(
  server: MiloProcess,
  prefix: string,
  total: number,
  { progress }: RunContext,
): Promise<void> {
  const client = await HttpClient.connect(server.target);
  if (prefix === 'warm') await createOrganization(client);
  const name = (index: number): string => `${prefix}-${index}`;
  await inParallel(
    total,
    requestsInParallel,
    (index) => createProject(client, name(index)),
    (done) => progress.show(`${prefix} projects: created`, done, total),
  );
  const paths = await listablePaths(client, name(0));
  await inParallel(
    total,
    requestsInParallel,
    async (index) => {
      for (const path of paths) await client.expect(200, 'GET', `${controlPlane(name(index))}${path}`);
    },
    (done) => progress.show(`${prefix} projects: listed`, done, total),
  );
  await client.close();
}

async function rest(server: MiloProcess): Promise<State> {
  await sleep(restMs);
  const memory = await server.sample();
  return { memory, resident: residentBytesOf(server.pid), stored: await storedData(server.dataDirectory) };
}

function figuresOf(before: State, after: State, projects: number, heapAfterRestart: number): Figures {
  const handlesOf = ({ timers, sockets, otherHandles }: ProbeSample): number =>
    timers + sockets + otherHandles;
  const figures: Figures = {};
  const add = (name: string, unit: string, of: (state: State) => number | undefined): void => {
    const [zero, end] = [of(before), of(after)];
    if (zero === undefined || end === undefined) return;
    figures[`${name}PerProject`] = { value: (end - zero) / projects, unit };
    figures[`${name}AtZero`] = { value: zero, unit };
    figures[`${name}AtEnd`] = { value: end, unit };
  };
  add('heapBytes', 'B', ({ memory }) => memory.heapBytes);
  add('rssBytes', 'B', ({ memory }) => memory.rssBytes);
  add('externalBytes', 'B', ({ memory }) => memory.externalBytes);
  add('handles', '1', ({ memory }) => handlesOf(memory));
  add('storedObjects', '1', ({ stored }) => stored.objects);
  add('storedBytes', 'B', ({ stored }) => stored.bytes);
  // Parts of the above, and what explains them.
  add('rssAnonymousBytes', 'B', ({ resident }) => resident?.anonymous);
  add('rssFileBytes', 'B', ({ resident }) => resident?.file);
  add('timers', '1', ({ memory }) => memory.timers);
  add('sockets', '1', ({ memory }) => memory.sockets);
  add('emitters', '1', ({ memory }) => memory.emitters);
  add('storedBytesWithLog', 'B', ({ stored }) => stored.bytesWithLog);
  figures.heapBytesPerProjectAfterRestart = { value: heapAfterRestart, unit: 'B' };
  const rank = (name: string): number => (name.includes('PerProject') ? 0 : 1);
  return Object.fromEntries(Object.entries(figures).sort(([a], [b]) => rank(a) - rank(b)));
}
