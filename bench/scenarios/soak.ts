/**
 * Hours of everything at once, at a steady rate: reads, writes, objects and projects that come and go. What matters is
 * how memory and disk change with time, once the server has warmed up: the slope by least squares, with its confidence.
 */
import { Prng } from '../../src/lib/prng.ts';
import { configMap, createConfigMap } from '../load/config-map.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { type Appointment, openLoop } from '../load/open-loop.ts';
import type { Tenancy } from '../load/tenancy.ts';
import { blocksOf, least, slopeOf } from '../measure/slope.ts';
import { StepLatencies } from '../measure/step-latencies.ts';
import type { MeasureName, UsageSeries } from '../measure/usage.ts';
import { count, hours, seconds } from '../run/parameters.ts';
import { type Figures, scenario } from '../run/scenario.ts';

const connections = 4;
const requestsInParallel = 32;
const secondsInHour = 3600;
/** What the samples are brought down to before a line is drawn through them. */
const blocks = 30;
/** Latencies are told in so many stretches of the run, in which a drift shows as noise. */
const rounds = 6;
const objectName = 'settings';

/** Of a heap the floor counts, of all else the mean. */
const sloped: readonly (readonly [MeasureName, typeof least | undefined])[] = [
  ['rssAnonymousBytes', undefined],
  ['rssBytes', undefined],
  ['heapBytes', least],
  ['diskBytes', undefined],
  ['storageRssBytes', undefined],
];

export const soak = scenario({
  name: 'soak',
  summary: 'hours of everything at once: slopes of memory and disk',
  parameters: {
    hours: hours(8, 'measured'),
    warmupSeconds: seconds(900, 'of the same load before that: more than two compactions'),
    compactionSeconds: count(300, 'between compactions, of a server that the bench starts'),
    projects: count(500, 'projects that stay, with one object each'),
    rate: count(100, 'requests a second'),
  },
  async run(values, context): Promise<Figures> {
    const { servers, cleanup, progress, seed } = context;
    const server = await servers.start('server', {
      hasProbe: true,
      flags: ['--compaction-interval', `${values.compactionSeconds}s`],
    });
    const client = await HttpClient.connect(server.target, connections);
    cleanup.add(() => client.close());
    await server.tenancy.prepare(client);
    await inParallel(
      values.projects,
      requestsInParallel,
      async (index) => {
        await server.tenancy.create(client, projectName(index));
        await createConfigMap(client, server.tenancy, projectName(index), objectName);
      },
      (done) => progress.show('projects created', done, values.projects),
    );
    const load = new MixedLoad(client, server.tenancy, values.projects, new Prng(seed));
    const measured = values.hours * secondsInHour;
    const turn = async (what: string, warmupSeconds: number, seconds: number): Promise<void> => {
      const onProgress = (sent: number, total: number): void => progress.show(what, sent, total);
      await openLoop({ perSecond: values.rate, warmupSeconds, seconds, send: load.send, onProgress });
    };
    await turn('warming up', values.warmupSeconds, 0);
    const from = servers.usage.get('server')!.secondsNow;
    for (let round = 0; round < rounds; round++) {
      load.latencies.beginRound();
      await turn(`part ${round + 1} of ${rounds}`, 0, measured / rounds);
    }
    const series = servers.usage.get('server')!;
    if (load.latencies.failures !== undefined) progress.note(load.latencies.failures);
    await server.stop();
    return { ...slopes(series, from), ...load.latencies.figures(seed) };
  },
});

const projectName = (index: number): string => `stays-${index}`;

function slopes(series: UsageSeries, from: number): Figures {
  const figures: Figures = {};
  for (const [name, summary] of sloped) {
    const points = series.samples.flatMap(({ seconds, values }) =>
      seconds < from || values[name] === undefined ? [] : [[seconds / secondsInHour, values[name]] as const],
    );
    const places = blocksOf(points, blocks, summary);
    if (places.length < 3) continue;
    const { perX, low, high } = slopeOf(places);
    figures[`slope.${name}`] = { value: perX, unit: 'B/h' };
    figures[`slopeLow.${name}`] = { value: low, unit: 'B/h' };
    figures[`slopeHigh.${name}`] = { value: high, unit: 'B/h' };
  }
  return figures;
}

/** One request after the other, chosen at random; each kind keeps what it leaves behind within bounds. */
class MixedLoad {
  readonly latencies = new StepLatencies();
  readonly #client: HttpClient;
  readonly #tenancy: Tenancy;
  readonly #projects: number;
  readonly #prng: Prng;
  #counter = 0;

  constructor(client: HttpClient, tenancy: Tenancy, projects: number, prng: Prng) {
    this.#client = client;
    this.#tenancy = tenancy;
    this.#projects = projects;
    this.#prng = prng;
  }

  readonly send = (_index: number, { dueMs, isCounted }: Appointment): Promise<void> =>
    this.latencies.attempt(async () => {
      const step = await this.#request();
      if (isCounted) this.latencies.record(step, performance.now() - dueMs);
    });

  async #request(): Promise<string> {
    const [client, tenancy] = [this.#client, this.#tenancy];
    const chance = this.#prng.below(100);
    const project = projectName(this.#prng.below(this.#projects));
    const namespace = tenancy.namespaceOf(project);
    const path = tenancy.configMapPath(project, namespace, objectName);
    const serial = this.#counter++;
    if (chance < 50) {
      await client.expect(200, 'GET', path);
      return 'get';
    }
    if (chance < 65) {
      await client.expect(200, 'GET', tenancy.configMapPath(project, namespace));
      return 'list';
    }
    if (chance < 85) {
      await client.expect(200, 'PUT', path, configMap(namespace, objectName, serial));
      return 'put';
    }
    if (chance < 98) {
      await createConfigMap(client, tenancy, project, `comes-${serial}`);
      await client.expect(200, 'DELETE', tenancy.configMapPath(project, namespace, `comes-${serial}`));
      return 'createAndDelete';
    }
    await tenancy.create(client, `comes-${serial}`);
    await createConfigMap(client, tenancy, `comes-${serial}`, objectName);
    await tenancy.delete(client, `comes-${serial}`);
    return 'project';
  }
}
