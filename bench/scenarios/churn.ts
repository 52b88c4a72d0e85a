/**
 * Secrets and config maps come, are worked with, and go, in many projects at once: three phases at rates of their own, in
 * cycles on one server. What each cycle leaves in memory and on disk is in the figures of the phase `deleted`.
 */
import { Prng } from '../../src/lib/prng.ts';
import { configMap } from '../load/config-map.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { openLoop } from '../load/open-loop.ts';
import { secret } from '../load/secret.ts';
import type { Tenancy } from '../load/tenancy.ts';
import { StepLatencies } from '../measure/step-latencies.ts';
import { count, seconds } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';
import { storedData } from '../server/stored-data.ts';

const connections = 4;
const requestsInParallel = 32;
const kinds = { configmaps: configMap, secrets: secret } as const;
type Kind = keyof typeof kinds;

interface ChurnedObject {
  readonly project: string;
  readonly kind: Kind;
  readonly name: string;
}

export const churn = scenario({
  name: 'churn',
  summary: 'secrets and config maps created, worked with and deleted in many projects',
  parameters: {
    projects: count(100, 'projects'),
    objects: count(20, 'secrets, and as many config maps, in each'),
    cycles: count(3, 'of all three phases, on one server'),
    createRate: count(300, 'objects created a second'),
    steadyRate: count(300, 'requests a second in between: half GET, the rest PUT and LIST'),
    steadySeconds: seconds(10, 'of that'),
    deleteRate: count(300, 'objects deleted a second'),
    warmupSeconds: seconds(1, 'of each phase, not counted'),
  },
  async run(values, context): Promise<Figures> {
    const { servers, cleanup, progress, seed } = context;
    const server = await servers.start('server');
    const client = await HttpClient.connect(server.target, connections);
    cleanup.add(() => client.close());
    await server.tenancy.prepare(client);
    const projects = Array.from({ length: values.projects }, (_, index) => `churn-${index}`);
    await inParallel(
      projects.length,
      requestsInParallel,
      (index) => server.tenancy.create(client, projects[index]!),
      (done) => progress.show('projects created', done, projects.length),
    );
    const cycle = new Cycle(client, server.tenancy, projects, values, context);
    const figures: Figures = {};
    await addUsage(figures, 'before', server);
    for (let at = 1; at <= values.cycles; at++) {
      cycle.begin();
      for (const phase of ['create', 'steady', 'delete'] as const) {
        await cycle[phase]((sent, total) =>
          progress.show(`cycle ${at} of ${values.cycles}: ${phase}`, sent, total),
        );
        await addUsage(figures, `${phase}.${at}`, server);
      }
    }
    if (cycle.latencies.failures !== undefined) progress.note(cycle.latencies.failures);
    context.addPlot(cycle.latencies.plot('Latency by phase and request'));
    await server.stop();
    return { ...cycle.latencies.figures(seed), ...figures };
  },
});

interface Rates {
  readonly objects: number;
  readonly createRate: number;
  readonly steadyRate: number;
  readonly steadySeconds: number;
  readonly deleteRate: number;
  readonly warmupSeconds: number;
}

type OnProgress = (sent: number, total: number) => void;

class Cycle {
  readonly latencies = new StepLatencies();
  readonly #client: HttpClient;
  readonly #tenancy: Tenancy;
  readonly #objects: readonly ChurnedObject[];
  readonly #rates: Rates;
  readonly #prng: Prng;
  #order: readonly ChurnedObject[] = [];
  #counter = 0;

  constructor(
    client: HttpClient,
    tenancy: Tenancy,
    projects: readonly string[],
    rates: Rates,
    { seed }: RunContext,
  ) {
    this.#client = client;
    this.#tenancy = tenancy;
    this.#rates = rates;
    this.#prng = new Prng(seed);
    this.#objects = projects.flatMap((project) =>
      (Object.keys(kinds) as Kind[]).flatMap((kind) =>
        Array.from({ length: rates.objects }, (_, at) => ({ project, kind, name: `object-${at}` })),
      ),
    );
  }

  begin(): void {
    this.latencies.beginRound();
    this.#order = this.#prng.shuffle([...this.#objects]);
  }

  create(onProgress: OnProgress): Promise<void> {
    return this.#each(this.#rates.createRate, 'create', onProgress, async (object) => {
      await this.#client.create(this.#collectionOf(object), this.#bodyOf(object));
    });
  }

  delete(onProgress: OnProgress): Promise<void> {
    return this.#each(this.#rates.deleteRate, 'delete', onProgress, async (object) => {
      await this.#client.expect(200, 'DELETE', this.#pathOf(object));
    });
  }

  async steady(onProgress: OnProgress): Promise<void> {
    const { steadyRate, steadySeconds, warmupSeconds } = this.#rates;
    await this.#loop(steadyRate, warmupSeconds, steadySeconds, onProgress, async () => {
      const object = this.#prng.pick(this.#objects);
      const chance = this.#prng.below(10);
      if (chance < 5) {
        await this.#client.expect(200, 'GET', this.#pathOf(object));
        return 'get';
      }
      if (chance < 8) {
        await this.#client.expect(200, 'PUT', this.#pathOf(object), this.#bodyOf(object));
        return 'put';
      }
      await this.#client.expect(200, 'GET', this.#collectionOf(object));
      return 'list';
    });
  }

  /** One request for every object; the warm-up is the first of them. */
  #each(
    rate: number,
    step: string,
    onProgress: OnProgress,
    request: (object: ChurnedObject) => Promise<void>,
  ): Promise<void> {
    const total = this.#order.length / rate;
    const warmup = Math.min(this.#rates.warmupSeconds, total / 2);
    return this.#loop(rate, warmup, total - warmup, onProgress, async (index) => {
      const object = this.#order[index];
      // Seconds are rounded up to whole requests, which may be one more than there are objects.
      if (object === undefined) return undefined;
      await request(object);
      return step;
    });
  }

  async #loop(
    perSecond: number,
    warmupSeconds: number,
    measuredSeconds: number,
    onProgress: OnProgress,
    /** Answers what it was, or undefined when nothing was left to do. */
    request: (index: number) => Promise<string | undefined>,
  ): Promise<void> {
    await openLoop({
      perSecond,
      warmupSeconds,
      seconds: measuredSeconds,
      onProgress,
      send: (index, { dueMs, isCounted }) =>
        this.latencies.attempt(async () => {
          const step = await request(index);
          if (isCounted && step !== undefined) this.latencies.record(step, performance.now() - dueMs);
        }),
    });
  }

  #collectionOf({ project, kind }: ChurnedObject): string {
    return this.#tenancy.corePath(project, kind, this.#tenancy.namespaceOf(project));
  }

  #pathOf(object: ChurnedObject): string {
    return `${this.#collectionOf(object)}/${object.name}`;
  }

  #bodyOf({ project, kind, name }: ChurnedObject): object {
    return kinds[kind](this.#tenancy.namespaceOf(project), name, ++this.#counter);
  }
}

/** What the server holds behind a phase. */
async function addUsage(figures: Figures, phase: string, server: ServerUnderTest): Promise<void> {
  const { rssAnonymousBytes, diskBytes } = await server.usage();
  const stored = server.milo === undefined ? undefined : await storedData(server.milo.dataDirectory);
  const values = {
    rssAnonymousBytes,
    diskBytes,
    storedBytes: stored?.bytes,
    storedBytesWithLog: stored?.bytesWithLog,
  };
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) figures[`${name}.${phase}`] = { value, unit: 'B' };
  }
}
