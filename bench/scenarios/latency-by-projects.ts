/**
 * Does a server with many projects answer as fast as one with few? For every step a server of its own holds that many
 * projects; the servers take turns under the same open-loop load, and the ratio of each round counts. One more server with as many projects as the first shows what the ratio reads between equals.
 *
 * Every project holds one config map of 1 KiB; a sample of them, the same number at every step, holds 100 more, which
 * are what LIST reads. Requests go to projects chosen at random; PUTs go to all of them in a random order, again and
 * again, so that two under way at once do not meet in one object.
 */

import { Prng } from '../../src/lib/prng.ts';
import { configMap, configMapBody, createConfigMap } from '../load/config-map.ts';
import { Connections } from '../load/connections.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { type PreparedRequest, prepareRequest } from '../load/lean-connection.ts';
import { openLoop } from '../load/open-loop.ts';

import type { Tenancy } from '../load/tenancy.ts';
import type { Histogram } from '../measure/histogram.ts';
import { percentileCurve } from '../measure/percentile-curve.ts';
import { addPooledMillis, addPooledRatio, addRatioOfRounds, pooled } from '../measure/round-quantiles.ts';

import { Undisturbed } from '../measure/undisturbed.ts';
import { count, risingCounts, seconds } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';

const operations = ['get', 'list', 'put', 'create'] as const;
type Operation = (typeof operations)[number];

const objectName = 'settings';
/** Of the namespace that holds what LIST reads. */
const listedPurpose = 'listed';
const listedObjects = 100;
const requestsInParallel = 32;
const connections = 4;

interface Sizes {
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly listedProjects: number;
  readonly getRate: number;
  readonly listRate: number;
  readonly putRate: number;
  readonly createRate: number;
}

export const latencyByProjects = scenario({
  name: 'latency-by-projects',
  summary: 'latency of GET, LIST of 100, PUT and create-project-to-first-write, by number of projects',
  parameters: {
    steps: risingCounts([100, 1000, 10_000], 'numbers of projects'),
    rounds: count(12, 'turns of each server, each operation'),
    seconds: seconds(4, 'measured in each turn'),
    warmupSeconds: seconds(0.2, 'before that'),
    tries: count(3, 'times a turn is measured at most, if other processes disturb it'),
    prepareSeconds: seconds(3, 'of each operation, not measured, before the first turn'),
    listedProjects: count(50, 'projects that hold 100 objects to list'),
    getRate: count(500, 'GETs a second'),
    listRate: count(200, 'LISTs a second'),
    putRate: count(200, 'PUTs a second'),
    createRate: count(50, 'projects created a second'),
  },
  better: { 'p99RatioOfEquals.*': 'neither', 'p50RatioOfEquals.*': 'neither', '*': 'lower' },
  async run(values, context): Promise<Figures> {
    const { steps, rounds } = values;
    const control = { name: 'control', projects: steps[0]! };
    const plans = [...steps.map((projects) => ({ name: String(projects), projects })), control];
    const undisturbed = new Undisturbed(values.tries);
    const takeTurns = async (servers: readonly StepServer[]): Promise<void> => {
      for (const server of servers) {
        context.progress.show(`warming up ${server.name}`);
        for (const operation of operations) await server.turn(operation, values.prepareSeconds, values);
      }
      for (let round = 0; round < rounds; round++) {
        context.progress.show('round', round + 1, rounds);
        for (const operation of operations) {
          const order = round % 2 === 0 ? servers : [...servers].reverse();
          for (const server of order) await server.measure(operation, values, undisturbed);
        }
      }
    };
    const servers: StepServer[] = [];
    for (const { name, projects } of plans) {
      const server = await StepServer.start(name, projects, values, context);
      servers.push(server);
      if (!context.servers.isGiven) continue;
      // There is only one, which is to hold the projects of one step at a time.
      await takeTurns([server]);
      await server.stop();
    }
    if (!context.servers.isGiven) await takeTurns(servers);
    addPlots(servers, context);
    return {
      ...figuresOf(servers.slice(0, -1), servers.at(-1)!, context.seed),
      disturbedTurns: { value: undisturbed.share, unit: 'share' },
    };
  },
});

/** A server with its projects, its clients and what has been measured on it. */
class StepServer {
  readonly name: string;
  /** One for each round. */
  readonly measured: Readonly<Record<Operation, Histogram[]>> = { get: [], list: [], put: [], create: [] };
  readonly #server: ServerUnderTest;
  readonly #client: HttpClient;
  readonly #connections: Connections;
  readonly projects: number;
  readonly #listed: readonly PreparedRequest[];
  readonly #prng: Prng;
  /** Numbers of the projects, in the order of the PUTs. */
  readonly #putOrder: readonly number[];
  #puts = 0;
  #created = 0;

  private constructor(
    name: string,
    projects: number,
    listedProjects: number,
    parts: { server: ServerUnderTest; client: HttpClient; connections: Connections; prng: Prng },
  ) {
    this.name = name;
    this.projects = projects;
    this.#server = parts.server;
    this.#client = parts.client;
    this.#connections = parts.connections;
    this.#prng = parts.prng;
    this.#putOrder = this.#prng.shuffle(Array.from({ length: projects }, (_, index) => index));
    this.#listed = sampleOf(projects, listedProjects).map((index) =>
      prepareRequest(this.#server.target, 'GET', listPath(this.#server.tenancy, projectName(index))),
    );
  }

  static async start(
    name: string,
    projects: number,
    { listedProjects }: Sizes,
    { cleanup, servers, progress, seed }: RunContext,
  ): Promise<StepServer> {
    const server = await servers.start(name);
    const client = await HttpClient.connect(server.target);
    await populate(client, server.tenancy, projects, listedProjects, (done, total) =>
      progress.show(`projects for step ${name}: objects created`, done, total),
    );
    const lean = await Connections.open(server.target, connections);
    cleanup.add(async () => {
      lean.close();
      await client.close();
    });
    return new StepServer(name, projects, listedProjects, {
      server,
      client,
      connections: lean,
      prng: new Prng(seed),
    });
  }

  async measure(operation: Operation, sizes: Sizes, undisturbed: Undisturbed): Promise<void> {
    const turn = () => this.turn(operation, sizes.seconds, sizes);
    this.measured[operation].push(await undisturbed.measure([this.#server.pid], turn));
  }

  /** Puts the load of one operation on the server for a time. */
  async turn(operation: Operation, measuredSeconds: number, sizes: Sizes): Promise<Histogram> {
    const firstCreated = this.#created;
    const loop = openLoop({
      perSecond: sizes[`${operation}Rate`],
      warmupSeconds: sizes.warmupSeconds,
      seconds: measuredSeconds,
      send: (index) => this.#send(operation, index),
    });
    const histogram = await Promise.race([this.#connections.fault, loop]);
    // The server is to hold the projects of its step and no more; removing them is nobody's latency.
    await inParallel(this.#created - firstCreated, requestsInParallel, (index) =>
      this.#server.tenancy.delete(this.#client, newProjectName(firstCreated + index)),
    );
    return histogram;
  }

  async #send(operation: Operation, index: number): Promise<void> {
    if (operation === 'create') return await this.#createAndWrite();
    const { request, body } = this.#next(operation);
    const connection = this.#connections.all[index % connections]!;
    await new Promise<void>((end) => connection.send(request, body, { end }));
  }

  /** Ends the server, or takes its projects from one that goes on. */
  async stop(): Promise<void> {
    await this.#server.stop();
  }

  #next(operation: 'get' | 'list' | 'put'): { request: PreparedRequest; body: Buffer | undefined } {
    if (operation === 'list') return { request: this.#prng.pick(this.#listed), body: undefined };
    const { target, tenancy } = this.#server;
    if (operation === 'get') {
      const path = objectPath(tenancy, projectName(this.#prng.below(this.projects)));
      return { request: prepareRequest(target, 'GET', path), body: undefined };
    }
    const project = projectName(this.#putOrder[this.#puts++ % this.projects]!);
    const body = configMapBody(tenancy.namespaceOf(project), objectName, this.#puts);
    return { request: prepareRequest(target, 'PUT', objectPath(tenancy, project)), body };
  }

  async #createAndWrite(): Promise<void> {
    const name = newProjectName(this.#created++);
    await this.#server.tenancy.create(this.#client, name);
    await createConfigMap(this.#client, this.#server.tenancy, name, objectName);
  }
}

const projectName = (index: number): string => `project-${index}`;
const objectPath = (tenancy: Tenancy, project: string): string =>
  tenancy.configMapPath(project, tenancy.namespaceOf(project), objectName);
const listPath = (tenancy: Tenancy, project: string): string =>
  tenancy.configMapPath(project, tenancy.furtherNamespaceOf(project, listedPurpose));
const newProjectName = (index: number): string => `new-${index}`;

/** Numbers of the projects that hold a list, spread evenly. */
function sampleOf(projects: number, wanted: number): number[] {
  const sampled = Math.min(projects, wanted);
  return Array.from({ length: sampled }, (_, at) => Math.floor((at * projects) / sampled));
}

async function populate(
  client: HttpClient,
  tenancy: Tenancy,
  projects: number,
  listedProjects: number,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  await tenancy.prepare(client);
  const sample = sampleOf(projects, listedProjects);
  const total = projects + sample.length;
  let done = 0;
  await inParallel(projects, requestsInParallel, async (index) => {
    await tenancy.create(client, projectName(index));
    await createConfigMap(client, tenancy, projectName(index), objectName);
    onProgress(++done, total);
  });
  for (const index of sample) {
    const project = projectName(index);
    await tenancy.createNamespace(client, project, listedPurpose);
    const namespace = tenancy.furtherNamespaceOf(project, listedPurpose);
    await inParallel(listedObjects, requestsInParallel, (object) =>
      client.create(listPath(tenancy, project), configMap(namespace, `object-${object}`)),
    );
    onProgress(++done, total);
  }
}

function figuresOf(steps: readonly StepServer[], control: StepServer, seed: number): Figures {
  const [first, last] = [steps[0]!, steps.at(-1)!];
  const figures: Figures = {};
  for (const operation of operations) {
    const rounds = (server: StepServer): readonly Histogram[] => server.measured[operation];
    for (const [name, q] of quantiles) {
      addRatioOfRounds(figures, `${name}Ratio.${operation}`, rounds(last), rounds(first), q, seed);
      addRatioOfRounds(figures, `${name}RatioOfEquals.${operation}`, rounds(control), rounds(first), q, seed);
      addPooledRatio(figures, `${name}RatioOfAll.${operation}`, rounds(last), rounds(first), q, seed);
      for (const server of [...steps, control]) {
        addPooledMillis(figures, `${name}.${operation}.${server.name}`, rounds(server), q, seed);
      }
    }
  }
  const rank = (name: string): number => (name.includes('Ratio') ? 0 : 1);
  return Object.fromEntries(Object.entries(figures).sort(([a], [b]) => rank(a) - rank(b)));
}

/** The control is beside its equal among the percentiles; by number of projects it would be a second value at one place. */
function addPlots(servers: readonly StepServer[], { addPlot }: RunContext): void {
  const y = { name: 'latency', unit: 'ms' };
  for (const operation of operations) {
    const named = (server: StepServer): string =>
      server.name === 'control' ? `${server.projects} (control)` : `${server.projects} projects`;
    const series = servers.map((server) => ({
      name: named(server),
      points: percentileCurve(pooled(server.measured[operation])),
    }));
    const x = { name: 'percentile', unit: '', scale: 'percentile' } as const;
    addPlot({ title: `${operation}: latency by percentile`, x, y, series });
  }
  const x = { name: 'projects', unit: '1', scale: 'log' } as const;
  for (const [name, q] of quantiles) {
    const series = operations.map((operation) => ({
      name: operation,
      points: servers
        .slice(0, -1)
        .map((server) => [server.projects, pooled(server.measured[operation]).quantile(q) / 1000] as const),
    }));
    addPlot({ title: `${name} by number of projects`, x, y, series });
  }
}

const quantiles = [['p99', 0.99] as const, ['p50', 0.5] as const];
