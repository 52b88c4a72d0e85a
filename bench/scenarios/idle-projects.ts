/**
 * What a project costs a server when nobody uses it. Creates N projects, lists every listable resource in each once,
 * lets the server come to rest and collects its garbage; then divides what has grown by N. "N = 0" is the same
 * process after a warm-up with a few projects, so that loaded code and first buffers are not counted as theirs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../src/lib/assert.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { listables } from '../load/tenancy.ts';
import { type ResidentBytes, residentBytesOf } from '../measure/process-usage.ts';
import { count } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import type { ProbeSample } from '../server/probe-messages.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';
import { type StoredData, storedData } from '../server/stored-data.ts';

const requestsInParallel = 32;
/** Longer than the server's own timers of a second, so that closed connections are gone. */
const restMs = 1500;

interface State {
  readonly memory: ProbeSample | undefined;
  readonly resident: ResidentBytes | undefined;
  readonly stored: StoredData | undefined;
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
    const { servers, progress } = context;
    const server = await servers.start('idle', { hasProbe: true });
    await populate(server, 'warm', warmup, context);
    // The first one only loads what sampling itself needs.
    await server.milo?.sample();
    progress.show('sample of N = 0');
    const before = await rest(server);
    await populate(server, 'idle', projects, context);
    progress.show(`sample of N = ${projects}`);
    const after = await rest(server);
    await server.stop();

    const figures = figuresOf(before, after, projects);
    if (servers.isGiven) return figures;
    progress.show('sample after a restart');
    const restarted = await heapAfterStart('idle', context);
    // Its first start loads what makes certificates; the second one starts as the other did.
    await heapAfterStart('empty', context);
    const growth = restarted - (await heapAfterStart('empty', context));
    return {
      heapBytesPerProjectAfterRestart: { value: growth / (projects + warmup), unit: 'B' },
      ...figures,
    };
  },
});

async function heapAfterStart(name: string, { servers }: RunContext): Promise<number> {
  const server = await servers.start(name, { hasProbe: true });
  const milo = must(server.milo, 'a server with a probe');
  await milo.sample();
  const { heapBytes } = await milo.sample();
  await server.stop();
  return heapBytes;
}

/** Creates the projects and lists everything in each; every connection is closed at the end. */
async function populate(
  { target, tenancy }: ServerUnderTest,
  prefix: string,
  total: number,
  { progress }: RunContext,
): Promise<void> {
  const client = await HttpClient.connect(target);
  if (prefix === 'warm') await tenancy.prepare(client);
  const name = (index: number): string => `${prefix}-${index}`;
  await inParallel(
    total,
    requestsInParallel,
    (index) => tenancy.create(client, name(index)),
    (done) => progress.show(`${prefix} projects: created`, done, total),
  );
  const resources = await listables(client, tenancy.controlPlane(name(0)));
  await inParallel(
    total,
    requestsInParallel,
    async (index) => {
      for (const path of tenancy.listPaths(name(index), resources)) await client.expect(200, 'GET', path);
    },
    (done) => progress.show(`${prefix} projects: listed`, done, total),
  );
  await client.close();
}

async function rest({ milo, pid }: ServerUnderTest): Promise<State> {
  await sleep(restMs);
  const memory = await milo?.sample();
  const resident = pid === undefined ? undefined : residentBytesOf(pid);
  const stored = milo === undefined ? undefined : await storedData(milo.dataDirectory);
  return { memory, resident, stored };
}

function figuresOf(before: State, after: State, projects: number): Figures {
  const handlesOf = (memory: ProbeSample | undefined): number | undefined =>
    memory && memory.timers + memory.sockets + memory.otherHandles;
  const figures: Figures = {};
  const add = (name: string, unit: string, of: (state: State) => number | undefined): void => {
    const [zero, end] = [of(before), of(after)];
    if (zero === undefined || end === undefined) return;
    figures[`${name}PerProject`] = { value: (end - zero) / projects, unit };
    figures[`${name}AtZero`] = { value: zero, unit };
    figures[`${name}AtEnd`] = { value: end, unit };
  };
  add('heapBytes', 'B', ({ memory }) => memory?.heapBytes);
  add(
    'rssBytes',
    'B',
    ({ memory, resident }) => memory?.rssBytes ?? (resident && resident.anonymous + resident.file),
  );
  add('externalBytes', 'B', ({ memory }) => memory?.externalBytes);
  add('handles', '1', ({ memory }) => handlesOf(memory));
  add('storedObjects', '1', ({ stored }) => stored?.objects);
  add('storedBytes', 'B', ({ stored }) => stored?.bytes);
  // Parts of the above, and what explains them.
  add('rssAnonymousBytes', 'B', ({ resident }) => resident?.anonymous);
  add('rssFileBytes', 'B', ({ resident }) => resident?.file);
  add('timers', '1', ({ memory }) => memory?.timers);
  add('sockets', '1', ({ memory }) => memory?.sockets);
  add('emitters', '1', ({ memory }) => memory?.emitters);
  add('storedBytesWithLog', 'B', ({ stored }) => stored?.bytesWithLog);
  const rank = (name: string): number => (name.includes('PerProject') ? 0 : 1);
  return Object.fromEntries(Object.entries(figures).sort(([a], [b]) => rank(a) - rank(b)));
}
