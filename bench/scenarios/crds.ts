/**
 * What custom resources cost: projects that all define the same kinds, projects that each define one of their own, the
 * time from a definition to the first object of it, and writes of objects that rules judge. The times are taken of a
 * second server on the same data: what the first one is asked about its heap slows it down.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../src/lib/assert.ts';
import type { Throughput } from '../load/closed-loop.ts';
import { customDefinition, customPath, defineAndUse, definitionsPath } from '../load/custom-kinds.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { judgedWrites } from '../load/judged-writes.ts';
import type { Tenancy } from '../load/tenancy.ts';
import { Histogram } from '../measure/histogram.ts';
import { addMedian } from '../run/median-figure.ts';
import { count, seconds } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';

const requestsInParallel = 32;
/** Longer than the server's own timers of a second. */
const restMs = 1500;
const microsInMs = 1000;

export const crds = scenario({
  name: 'crds',
  serves: 'control-planes',
  summary: 'heap of custom kinds, shared and distinct; definition to first object; writes that rules judge',
  parameters: {
    projects: count(10_000, 'projects that define the same kinds'),
    kinds: count(3, 'kinds that each of them defines, with one object of each'),
    distinct: count(2_000, 'projects that define a kind of their own'),
    warmup: count(50, 'projects with kinds before anything is counted'),
    definitions: count(500, 'definitions timed until their first object'),
    rounds: count(5, 'of the writes'),
    seconds: seconds(2, 'measured in each round'),
    warmupSeconds: seconds(1, 'before that'),
  },
  async run(values, context): Promise<Figures> {
    const { servers, seed } = context;
    const figures = servers.isGiven ? {} : await heapFigures(values, context);

    const server = await servers.start('crds');
    const { tenancy } = server;
    const client = await HttpClient.connect(server.target);
    await tenancy.prepare(client);
    const { p50, p99 } = await timesToFirstObject(client, tenancy, values.definitions, context);
    figures['definitionToObject.p50'] = { value: p50, unit: 'ms' };
    figures['definitionToObject.p99'] = { value: p99, unit: 'ms' };
    for (const name of ['patch', 'apply'] as const) {
      const measure = await judgedWrites(server, client, name, context.cleanup);
      const turns: Throughput[] = [];
      for (let round = 0; round < values.rounds; round++) {
        context.progress.show(`crds: ${name}`, round, values.rounds);
        turns.push(await measure({ warmupSeconds: values.warmupSeconds, seconds: values.seconds }));
      }
      const rates = turns.map(({ perSecond }) => perSecond);
      addMedian(figures, `writes.${name}`, '1/s', rates, seed);
      const micros = turns.flatMap(({ serverMicrosPerOperation }) => serverMicrosPerOperation ?? []);
      if (micros.length > 0) addMedian(figures, `cpu.${name}`, 'µs', micros, seed);
    }
    await client.close();
    await server.stop();
    return figures;
  },
});

interface HeapSizes {
  readonly projects: number;
  readonly kinds: number;
  readonly distinct: number;
  readonly warmup: number;
}

/** What kinds add to the heap, on a server of its own. */
async function heapFigures(sizes: HeapSizes, context: RunContext): Promise<Figures> {
  const server = await context.servers.start('crds', { hasProbe: true });
  const milo = must(server.milo, 'a server with a probe');
  const client = await HttpClient.connect(server.target);
  await server.tenancy.prepare(client);
  const shared = Array.from({ length: sizes.kinds }, (_, at) => `shared${at}s`);
  const projects = new Projects(client, server.tenancy, context);
  await projects.create('warm', sizes.warmup);
  await projects.define('warm', sizes.warmup, shared, 'shared');
  await milo.sample();
  const heapOf = async (): Promise<number> => {
    await sleep(restMs);
    return (await milo.sample()).heapBytes;
  };

  await projects.create('same', sizes.projects);
  const idle = await heapOf();
  await projects.define('same', sizes.projects, shared, 'shared');
  const defined = await heapOf();
  const figures: Figures = {
    heapBytesPerProject: { value: (defined - idle) / sizes.projects, unit: 'B' },
    heapBytesIdle: { value: idle, unit: 'B' },
    heapBytesDefined: { value: defined, unit: 'B' },
  };
  const half = Math.ceil(sizes.distinct / 2);
  for (const part of ['first', 'second']) {
    await projects.create(`own-${part}`, half);
    const before = await heapOf();
    await projects.define(`own-${part}`, half, ['widgets'], undefined);
    const after = await heapOf();
    figures[`distinctHeapBytes.${part}Half`] = { value: after - before, unit: 'B' };
  }
  await client.close();
  await server.stop();
  return figures;
}

/** Projects in groups, by the prefix of their names. */
class Projects {
  readonly #client: HttpClient;
  readonly #tenancy: Tenancy;
  readonly #context: RunContext;

  constructor(client: HttpClient, tenancy: Tenancy, context: RunContext) {
    this.#client = client;
    this.#tenancy = tenancy;
    this.#context = context;
  }

  create(prefix: string, total: number): Promise<void> {
    return this.#each(`${prefix} projects: created`, total, (index) =>
      this.#tenancy.create(this.#client, `${prefix}-${index}`),
    );
  }

  /** Defines kinds in each project, and makes and reads one object of each. No variant: a schema of its own in each. */
  define(
    prefix: string,
    total: number,
    plurals: readonly string[],
    variant: string | undefined,
  ): Promise<void> {
    return this.#each(`${prefix} projects: kinds defined`, total, async (index) => {
      const project = `${prefix}-${index}`;
      for (const plural of plurals) {
        const definition = customDefinition(plural, variant ?? project);
        const root = this.#tenancy.controlPlane(project);
        await defineAndUse(this.#client, root, plural, definition);
        await this.#client.get(customPath(root, plural, 'first'));
      }
    });
  }

  #each(what: string, total: number, task: (index: number) => Promise<unknown>): Promise<void> {
    return inParallel(total, requestsInParallel, task, (done) =>
      this.#context.progress.show(what, done, total),
    );
  }
}

/**
 * Milliseconds from sending a definition, with a schema that the server has never seen, to the answer that its first
 * object is stored; one after the other, each in the same project.
 */
async function timesToFirstObject(
  client: HttpClient,
  tenancy: Tenancy,
  total: number,
  { progress }: RunContext,
): Promise<{ p50: number; p99: number }> {
  const project = 'definitions';
  await tenancy.create(client, project);
  const root = tenancy.controlPlane(project);
  const definition = `${definitionsPath(root)}/timeds.bench.example.com`;
  const times = new Histogram();
  for (let index = 0; index < total; index++) {
    const plural = 'timeds';
    const start = performance.now();
    await defineAndUse(client, root, plural, customDefinition(plural, `timed-${index}`));
    times.record((performance.now() - start) * microsInMs);
    await client.expect(200, 'DELETE', definition);
    await gone(client, definition);
    progress.show('definitions: first objects stored', index + 1, total);
  }
  return { p50: times.quantile(0.5) / microsInMs, p99: times.quantile(0.99) / microsInMs };
}

async function gone(client: HttpClient, path: string): Promise<void> {
  while ((await client.request('GET', path)).status !== 404) await sleep(2);
}
