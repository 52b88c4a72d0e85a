/**
 * What a busy tenant does to the others. Victims read and write at a steady open-loop rate; a neighbour in a project of its
 * own does the same work, in turns at its own rate and at many times that. Each pair of turns gives the ratio of the
 * victims' latencies. Not a test of a flood: what the server refuses ends the run.
 */
import { Prng } from '../../src/lib/prng.ts';
import { configMap, configMapBody } from '../load/config-map.ts';
import { Connections } from '../load/connections.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { prepareRequest } from '../load/lean-connection.ts';
import { openLoop } from '../load/open-loop.ts';
import { Histogram } from '../measure/histogram.ts';
import { percentileCurve } from '../measure/percentile-curve.ts';
import { addPooledMillis, addPooledRatio, addRatioOfRounds, pooled } from '../measure/round-quantiles.ts';
import { Undisturbed } from '../measure/undisturbed.ts';
import { count, seconds } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';

const objectsPerProject = 64;
const requestsInParallel = 32;
const connections = 4;
/** Half of the requests read, half write. */
const kinds = ['get', 'put'] as const;
type Kind = (typeof kinds)[number];
type Latencies = Readonly<Record<Kind, Histogram>>;
const turns = ['quiet', 'loud'] as const;
type Turn = (typeof turns)[number];

interface Sizes {
  readonly victims: number;
  readonly rate: number;
  readonly neighbourRate: number;
  readonly factor: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

export const noisyNeighbour = scenario({
  name: 'noisy-neighbour',
  summary: "the others' latency beside a tenant at its rate and at many times that",
  parameters: {
    victims: count(10, 'projects whose latency is taken'),
    rate: count(50, 'requests a second of each of them'),
    neighbourRate: count(50, 'requests a second of the neighbour, when it is quiet'),
    factor: count(10, 'times as many when it is loud', 2),
    rounds: count(20, 'turns of each kind'),
    seconds: seconds(4, 'measured in each turn'),
    warmupSeconds: seconds(0.5, 'before that'),
    tries: count(3, 'times a turn is measured at most, if other processes disturb it'),
  },
  better: { 'p99Ratio*': 'lower', 'p50Ratio*': 'lower' },
  async run(values, context): Promise<Figures> {
    const { progress, servers, seed } = context;
    const server = await servers.start('neighbours');
    const undisturbed = new Undisturbed(values.tries);
    const stage = await Stage.open(server, values, context);
    progress.show('warming up');
    await stage.turn('loud');
    const measured: Record<Turn, Latencies[]> = { quiet: [], loud: [] };
    for (let round = 0; round < values.rounds; round++) {
      progress.show('round', round + 1, values.rounds);
      for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) {
        measured[turn].push(await undisturbed.measure([server.pid], () => stage.turn(turn)));
      }
    }
    addPlots(measured, context);
    return {
      ...figuresOf(measured, seed),
      disturbedTurns: { value: undisturbed.share, unit: 'share' },
    };
  },
});

/** A server with its projects, and clients that the victims share and the neighbour does not. */
class Stage {
  readonly #server: ServerUnderTest;
  readonly #sizes: Sizes;
  readonly #prng: Prng;
  readonly #victims: Connections;
  readonly #neighbour: Connections;
  #writes = 0;

  private constructor(
    server: ServerUnderTest,
    sizes: Sizes,
    prng: Prng,
    victims: Connections,
    neighbour: Connections,
  ) {
    this.#server = server;
    this.#sizes = sizes;
    this.#prng = prng;
    this.#victims = victims;
    this.#neighbour = neighbour;
  }

  static async open(server: ServerUnderTest, sizes: Sizes, context: RunContext): Promise<Stage> {
    const { target, tenancy } = server;
    const client = await HttpClient.connect(target);
    await tenancy.prepare(client);
    for (let index = 0; index <= sizes.victims; index++) {
      const tenant = tenantOf(index);
      await tenancy.create(client, tenant);
      const namespace = tenancy.namespaceOf(tenant);
      await inParallel(objectsPerProject, requestsInParallel, (object) =>
        client.create(tenancy.configMapPath(tenant, namespace), configMap(namespace, objectOf(object))),
      );
      context.progress.show('projects filled', index + 1, sizes.victims + 1);
    }
    await client.close();
    const victims = await Connections.open(target, connections);
    const neighbour = await Connections.open(target, connections);
    context.cleanup.add(() => {
      victims.close();
      neighbour.close();
    });
    return new Stage(server, sizes, new Prng(context.seed), victims, neighbour);
  }

  /** The victims' latencies while the neighbour works. */
  async turn(turn: Turn): Promise<Latencies> {
    const { victims, rate, neighbourRate, factor, warmupSeconds, seconds: measured } = this.#sizes;
    const latencies: Latencies = { get: new Histogram(), put: new Histogram() };
    const work = openLoop({
      perSecond: victims * rate,
      warmupSeconds,
      seconds: measured,
      send: async (index, { dueMs, isCounted }) => {
        const kind = await this.#send(this.#victims, 1 + (index % victims), index);
        if (isCounted) latencies[kind].record((performance.now() - dueMs) * 1000);
      },
    });
    const noise = openLoop({
      perSecond: neighbourRate * (turn === 'loud' ? factor : 1),
      warmupSeconds,
      seconds: measured,
      send: async (index) => void (await this.#send(this.#neighbour, 0, index)),
    });
    const fault = Promise.race([this.#victims.fault, this.#neighbour.fault]);
    await Promise.race([fault, Promise.all([work, noise])]);
    return latencies;
  }

  /** Objects are written in turn, so that two writes under way do not meet in one. */
  async #send(over: Connections, project: number, index: number): Promise<Kind> {
    const { target, tenancy } = this.#server;
    const kind: Kind = this.#prng.chance(0.5) ? 'put' : 'get';
    const tenant = tenantOf(project);
    const namespace = tenancy.namespaceOf(tenant);
    const object = kind === 'put' ? this.#writes++ : this.#prng.below(objectsPerProject);
    const name = objectOf(object % objectsPerProject);
    const path = tenancy.configMapPath(tenant, namespace, name);
    const request = prepareRequest(target, kind === 'put' ? 'PUT' : 'GET', path);
    const body = kind === 'put' ? configMapBody(namespace, name, object) : undefined;
    await new Promise<void>((end) => over.all[index % connections]!.send(request, body, { end }));
    return kind;
  }
}

/** 0 is the neighbour. */
function tenantOf(index: number): string {
  return index === 0 ? 'neighbour' : `victim-${index}`;
}

function objectOf(index: number): string {
  return `object-${index}`;
}

const quantiles = [['p99', 0.99] as const, ['p50', 0.5] as const];

function figuresOf(measured: Readonly<Record<Turn, readonly Latencies[]>>, seed: number): Figures {
  const figures: Figures = {};
  for (const kind of kinds) {
    const rounds = (turn: Turn): Histogram[] => measured[turn].map((latencies) => latencies[kind]);
    for (const [name, q] of quantiles) {
      addRatioOfRounds(figures, `${name}Ratio.${kind}`, rounds('loud'), rounds('quiet'), q, seed);
      addPooledRatio(figures, `${name}RatioOfAll.${kind}`, rounds('loud'), rounds('quiet'), q, seed);
      for (const turn of turns) addPooledMillis(figures, `${name}.${kind}.${turn}`, rounds(turn), q, seed);
    }
  }
  return figures;
}

function addPlots(measured: Readonly<Record<Turn, readonly Latencies[]>>, { addPlot }: RunContext): void {
  const x = { name: 'percentile', unit: '', scale: 'percentile' } as const;
  const y = { name: "victims' latency", unit: 'ms' };
  for (const kind of kinds) {
    const series = turns.map((turn) => {
      const all = pooled(measured[turn].map((latencies) => latencies[kind]));
      return { name: `neighbour ${turn}`, points: percentileCurve(all) };
    });
    addPlot({ title: `${kind} beside a neighbour`, x, y, series });
  }
}
