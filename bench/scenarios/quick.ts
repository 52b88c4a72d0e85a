/**
 * What CI measures of every change, within two minutes: a few ratios to peers in the same run, which say the same on a
 * slow machine as on a fast one, and what an idle project and a finished request hold. Each has a bound that is generous
 * to noise; what is past it is measured again, since a regression stays and a disturbance does not. For the record are the
 * scenarios themselves.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isPastBound } from '../run/bounds.ts';
import { count, seconds } from '../run/parameters.ts';
import { type Bound, type Figures, type RunContext, scenario } from '../run/scenario.ts';
import type { Servers } from '../server/server-under-test.ts';
import { idleProjects } from './idle-projects.ts';
import { promoted } from './promoted.ts';
import { throughput } from './throughput.ts';

/**
 * About half of what an undisturbed machine shows: with the tests beside them, both processes run slower, and not equally.
 * To be raised when what they bound gets better.
 */
const bounds: readonly Bound[] = [
  { figure: 'ratio.get', isAtLeast: true, bound: 0.25 },
  { figure: 'ratio.list', isAtLeast: true, bound: 0.2 },
  { figure: 'ratio.put', isAtLeast: true, bound: 0.025 },
  { figure: 'ratio.fanout', isAtLeast: true, bound: 0.2 },
  { figure: 'cpuRatio.get', isAtLeast: true, bound: 0.25 },
  { figure: 'cpuRatio.list', isAtLeast: true, bound: 0.14 },
  { figure: 'cpuRatio.put', isAtLeast: true, bound: 0.02 },
  { figure: 'cpuRatio.fanout', isAtLeast: true, bound: 0.25 },
  // At 10,000 projects a third of this; so few carry what the server grows by anyhow.
  { figure: 'heapBytesPerProject', isAtLeast: false, bound: 3072 },
  { figure: 'handlesPerProject', isAtLeast: false, bound: 0.1 },
  // A request that is held by something old is 3 KiB more.
  { figure: 'promotedBytes.get', isAtLeast: false, bound: 1800 },
  { figure: 'promotedBytes.list', isAtLeast: false, bound: 4000 },
  { figure: 'promotedBytes.put', isAtLeast: false, bound: 4200 },
  { figure: 'promotedBytes.patch', isAtLeast: false, bound: 4200 },
  { figure: 'promotedBytes.apply', isAtLeast: false, bound: 5500 },
];

const throughputSizes = {
  tries: 1,
  warmupSeconds: 0.2,
  connections: 8,
  lanes: 8,
  watchers: 1000,
  watchConnections: 10,
  events: 4,
  profile: '',
};
const warmupProjects = 200;
const promotedSizes = { requests: 1000, warmup: 2000, rounds: 3, lanes: 4 };

export const quick = scenario({
  name: 'quick',
  serves: 'own',
  summary: 'ratios to peers, the heap of a project and what requests leave, held against bounds: for CI',
  parameters: {
    rounds: count(5, 'turns of each side'),
    seconds: seconds(0.6, 'measured in each turn'),
    projects: count(600, 'idle projects'),
    attempts: count(3, 'times that what is past its bound is measured, at most'),
  },
  better: { 'ratio.*': 'higher', 'cpuRatio.*': 'higher' },
  bounds,
  async run({ rounds, seconds: measured, projects, attempts }, context): Promise<Figures> {
    const figures: Figures = {};
    const isPast = (names: (figure: string) => boolean): boolean =>
      bounds.some((bound) => names(bound.figure) && isPastBound(bound, figures));
    let operations = ['get', 'list', 'put', 'fanout'];
    for (let attempt = 1; attempt <= attempts && operations.length > 0; attempt++) {
      const values = { ...throughputSizes, operations, rounds, seconds: measured };
      Object.assign(figures, await throughput.run(values, apart(context, `rates-${attempt}`)));
      operations = operations.filter((operation) => isPast((figure) => figure.endsWith(`.${operation}`)));
    }
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const values = { projects, warmup: warmupProjects };
      const found = await idleProjects.run(values, apart(context, `idle-${attempt}`));
      for (const name of ['heapBytesPerProject', 'handlesPerProject']) figures[name] = found[name]!;
      if (!isPast((figure) => figure.endsWith('PerProject'))) break;
    }
    for (let attempt = 1; attempt <= attempts; attempt++) {
      Object.assign(figures, await promoted.run(promotedSizes, apart(context, `promoted-${attempt}`)));
      if (!isPast((figure) => figure.startsWith('promotedBytes.'))) break;
    }
    return figures;
  },
});

/** Servers and files of a run within the run. */
function apart(context: RunContext, name: string): RunContext {
  const directory = join(context.directory, name);
  mkdirSync(directory);
  const start: Servers['start'] = (server, options) => context.servers.start(join(name, server), options);
  return { ...context, directory, servers: { ...context.servers, start } };
}
