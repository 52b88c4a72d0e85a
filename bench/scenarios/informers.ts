/**
 * What controllers cost that watch many projects: N projects × M informers, each of which lists and then watches as
 * client-go does (a LIST from the cache in pages, a WATCH from there with bookmarks). Then config maps change in projects
 * chosen at random, open-loop; the latency of an event is from the moment its write was due to its arrival at the
 * project's informer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import { configMap, configMapBody } from '../load/config-map.ts';
import { Connections } from '../load/connections.ts';
import { EventLines } from '../load/event-lines.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { prepareRequest } from '../load/lean-connection.ts';
import { openLoop } from '../load/open-loop.ts';
import { type Listable, listables } from '../load/tenancy.ts';
import { Histogram } from '../measure/histogram.ts';
import { percentileCurve } from '../measure/percentile-curve.ts';
import { addMedian } from '../run/median-figure.ts';
import { count, seconds } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import { UsageError } from '../run/usage-error.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';
import { settledMemory } from '../server/settled-memory.ts';

const objectName = 'settings';
const requestsInParallel = 32;
const lastEventsTimeoutMs = 20_000;
const kib = 1024;
/** Page of client-go's LISTs. */
const listQuery = '?limit=500&resourceVersion=0';

interface Sizes {
  readonly projects: number;
  readonly informers: number;
  readonly connections: number;
  readonly rate: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

export const informers = scenario({
  name: 'informers',
  summary: 'memory and event latency of N projects × M informers, which list and watch as client-go does',
  parameters: {
    projects: count(500, 'projects'),
    informers: count(4, 'informers of each, the first of config maps, each of a resource of its own'),
    connections: count(20, 'connections that the watches share'),
    rate: count(200, 'changes a second, all projects together'),
    rounds: count(5, 'turns'),
    seconds: seconds(3, 'measured in each turn'),
    warmupSeconds: seconds(0.5, 'before that'),
  },
  costs: {
    by: 'projects',
    charts: [
      {
        title: 'memory of an informer',
        y: { name: 'for each informer', unit: 'KiB' },
        figures: { resident: 'rssKibPerInformer', heap: 'heapKibPerInformer' },
      },
    ],
  },
  async run(sizes, context): Promise<Figures> {
    const { servers, seed, addPlot } = context;
    const server = await servers.start('informers', { hasProbe: true });
    const fleet = await Fleet.populate(server, sizes, context);
    await fleet.warm();
    await settledMemory(server);
    const before = await settledMemory(server);
    const startedMs = performance.now();
    await fleet.start();
    const startMs = performance.now() - startedMs;
    const held = await settledMemory(server);
    const rounds: Histogram[] = [];
    for (let round = 0; round < sizes.rounds; round++) {
      context.progress.show('round of changes', round + 1, sizes.rounds);
      rounds.push(await fleet.change());
    }
    fleet.stop();
    const after = await settledMemory(server);

    const total = sizes.projects * sizes.informers;
    const figures: Figures = {};
    for (const kind of ['rss', 'heap'] as const) {
      const [zero, open, closed] = [before[kind], held[kind], after[kind]];
      if (zero === undefined || open === undefined || closed === undefined) continue;
      figures[`${kind}KibPerInformer`] = { value: (open - zero) / kib / total, unit: 'KiB' };
      figures[`${kind}KibPerInformerAfterStop`] = { value: (closed - zero) / kib / total, unit: 'KiB' };
    }
    for (const [name, q] of [['p50', 0.5] as const, ['p99', 0.99] as const]) {
      const millis = rounds.map((round) => round.quantile(q) / 1000);
      addMedian(figures, `event.${name}`, 'ms', millis, seed);
    }
    figures.informersStartedPerSecond = { value: (total / startMs) * 1000, unit: '1/s' };
    const all = new Histogram();
    for (const round of rounds) all.merge(round);
    addPlot({
      title: `an event to one of ${total} informers`,
      x: { name: 'percentile', unit: '', scale: 'percentile' },
      y: { name: 'from the write being due', unit: 'ms' },
      series: [{ name: 'event', points: percentileCurve(all) }],
    });
    return figures;
  },
});

/** The projects, their informers, and who changes what they see. */
class Fleet {
  readonly #server: ServerUnderTest;
  readonly #sizes: Sizes;
  readonly #resources: readonly Listable[];
  readonly #client: HttpClient;
  readonly #watching: Connections;
  readonly #writing: Connections;
  readonly #prng: Prng;
  readonly #progress: RunContext['progress'];
  /** Of each project: events that are to come, with what is told of them, in order. */
  readonly #awaited: (() => void)[][];
  #writes = 0;
  #started = 0;

  private constructor(
    server: ServerUnderTest,
    sizes: Sizes,
    resources: readonly Listable[],
    clients: { client: HttpClient; watching: Connections; writing: Connections },
    { seed, progress }: RunContext,
  ) {
    this.#server = server;
    this.#sizes = sizes;
    this.#resources = resources;
    this.#client = clients.client;
    this.#watching = clients.watching;
    this.#writing = clients.writing;
    this.#prng = new Prng(seed);
    this.#progress = progress;
    this.#awaited = Array.from({ length: sizes.projects }, () => []);
  }

  /** Projects with one config map each. */
  static async populate(server: ServerUnderTest, sizes: Sizes, context: RunContext): Promise<Fleet> {
    const { target, tenancy } = server;
    const client = await HttpClient.connect(target);
    context.cleanup.add(() => client.close());
    await tenancy.prepare(client);
    await inParallel(
      sizes.projects,
      requestsInParallel,
      async (index) => {
        const tenant = tenantOf(index);
        await tenancy.create(client, tenant);
        const namespace = tenancy.namespaceOf(tenant);
        await client.create(tenancy.configMapPath(tenant, namespace), configMap(namespace, objectName));
      },
      (done) => context.progress.show('projects created', done, sizes.projects),
    );
    const found = await listables(client, tenancy.controlPlane(tenantOf(0)));
    const namespaced = found.filter(({ namespaced }) => namespaced);
    const isConfigMaps = ({ prefix, name }: Listable): boolean =>
      prefix === '/api/v1' && name === 'configmaps';
    const first = must(namespaced.find(isConfigMaps), 'config maps are served');
    const resources = [first, ...namespaced.filter((resource) => resource !== first)].slice(
      0,
      sizes.informers,
    );
    if (resources.length < sizes.informers) {
      throw new UsageError(
        `--informers ${sizes.informers}: the server has ${resources.length} resources to list.`,
      );
    }
    const watching = await Connections.open(target, sizes.connections);
    context.cleanup.add(() => watching.close());
    const writing = await Connections.open(target, 2);
    context.cleanup.add(() => writing.close());
    return new Fleet(server, sizes, resources, { client, watching, writing }, context);
  }

  /** Loads what informers need, with those of one project, which end. */
  async warm(): Promise<void> {
    const connections = await Connections.open(this.#server.target, 1);
    try {
      for (const resource of this.#resources)
        await Promise.race([connections.fault, this.#inform(0, resource, connections, () => {})]);
    } finally {
      connections.close();
    }
  }

  /** Resolves when every informer has listed and its watch is accepted. */
  async start(): Promise<void> {
    const { projects } = this.#sizes;
    const each = this.#resources.length;
    const started = inParallel(
      projects * each,
      requestsInParallel,
      (index) => {
        const project = Math.floor(index / each);
        // Others may write to what the other informers watch: controllers of the server's own.
        const onEvent = index % each === 0 ? () => this.#arrived(project) : () => {};
        return this.#inform(project, this.#resources[index % each]!, this.#watching, onEvent);
      },
      (done) => this.#progress.show('informers started', done, projects * each),
    );
    await Promise.race([this.#watching.fault, started]);
  }

  async #inform(
    project: number,
    resource: Listable,
    connections: Connections,
    onEvent: () => void,
  ): Promise<void> {
    const { target, tenancy } = this.#server;
    const [path] = tenancy.listPaths(tenantOf(project), [resource]);
    const { resourceVersion } = (await this.#client.get(`${path}${listQuery}`)).metadata;
    const query = `?allowWatchBookmarks=true&resourceVersion=${resourceVersion}&timeoutSeconds=3600&watch=true`;
    const lines = new EventLines(onEvent);
    const connection = connections.all[this.#started++ % connections.all.length]!;
    await new Promise<void>((begin) =>
      connection.send(prepareRequest(target, 'GET', `${path}${query}`), undefined, {
        begin,
        data: (chunk, start, end) => lines.push(chunk, start, end),
        end: () => {
          throw new Error('the server ended a watch');
        },
      }),
    );
  }

  /** One turn; resolves when every event has come. */
  async change(): Promise<Histogram> {
    const { rate, warmupSeconds, seconds: measured } = this.#sizes;
    const fault = Promise.race([this.#watching.fault, this.#writing.fault]);
    const loop = openLoop({
      perSecond: rate,
      warmupSeconds,
      seconds: measured,
      send: () => this.#write(this.#prng.below(this.#sizes.projects)),
    });
    const late = sleep((warmupSeconds + measured) * 1000 + lastEventsTimeoutMs, undefined, { ref: false });
    return await Promise.race([
      fault,
      loop,
      late.then(() => Promise.reject(new Error('events did not come'))),
    ]);
  }

  /** Resolves when the project's informer has the event. */
  async #write(project: number): Promise<void> {
    const { target, tenancy } = this.#server;
    const tenant = tenantOf(project);
    const namespace = tenancy.namespaceOf(tenant);
    const path = tenancy.configMapPath(tenant, namespace, objectName);
    const body = configMapBody(namespace, objectName, ++this.#writes);
    const connection = this.#writing.all[this.#writes % this.#writing.all.length]!;
    const came = new Promise<void>((resolve) => this.#awaited[project]!.push(resolve));
    connection.send(prepareRequest(target, 'PUT', path), body, { end: () => {} });
    await came;
  }

  #arrived(project: number): void {
    const tell = this.#awaited[project]!.shift();
    if (tell === undefined) throw new Error('an event that nothing was written for');
    tell();
  }

  stop(): void {
    this.#watching.close();
    this.#writing.close();
  }
}

function tenantOf(index: number): string {
  return `informed-${index}`;
}
