/**
 * What Milo takes off the machine's own speed. GET, LIST of 100 and the fan-out of one event to many watchers are
 * measured beside a bare node:http2 server that sends the same bytes from memory; durable PUT beside raw LMDB that
 * sets the same bytes with the same flush. The two take turns, round by round; the ratio of each round counts.
 */
import { type ClosedLoopOptions, closedLoop, type Throughput } from '../load/closed-loop.ts';
import { configMap, configMapBody, counterOffset, writeCounter } from '../load/config-map.ts';
import { Connections } from '../load/connections.ts';
import { FanOut } from '../load/fan-out.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { type PreparedRequest, prepareRequest } from '../load/lean-connection.ts';
import type { Target } from '../load/target.ts';
import { configMapPath, controlPlane, createOrganization, createProject } from '../load/tenancy.ts';
import { median, noiseOfMedian, pairedRatios } from '../measure/statistics.ts';
import { type AnswerBytes, type Peer, startBareServer } from '../peers/bare-peer.ts';
import { RawLmdb } from '../peers/raw-lmdb-peer.ts';
import { count, seconds } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import { dataDirectoryIn, MiloProcess } from '../server/milo-process.ts';

const project = 'bench';
const listed = { namespace: 'listed', objects: 100 };
const written = { namespace: 'written', objects: 1024 };
const watched = { namespace: 'watched', objects: 64 };
const listsInFlight = 2;
const requestsInParallel = 32;

interface Sizes {
  readonly rounds: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly connections: number;
  /** On each connection. */
  readonly lanes: number;
  readonly watchers: number;
  readonly watchConnections: number;
  readonly events: number;
}
type Measure = () => Promise<Throughput>;

export const throughput = scenario({
  name: 'throughput',
  summary: 'GET, LIST, durable PUT and fan-out, beside a bare server and raw LMDB',
  parameters: {
    rounds: count(7, 'turns of each side'),
    seconds: seconds(2, 'measured in each turn'),
    warmupSeconds: seconds(0.5, 'before that, in each turn'),
    connections: count(8, 'connections of the client'),
    lanes: count(8, 'requests in flight on each connection (LIST: 2)'),
    watchers: count(1000, 'watches that one event goes to'),
    watchConnections: count(10, 'connections they share'),
    events: count(4, 'events under way at a time'),
  },
  async run(values, context): Promise<Figures> {
    const { cleanup, directory, progress, seed } = context;
    const milo = await MiloProcess.start({ dataDirectory: dataDirectoryIn(directory, 'milo') }, cleanup);
    progress.show('creating objects');
    const answers = await populate(milo.target);
    const bare = await startBareServer(answers, cleanup);
    const lmdb = new RawLmdb(dataDirectoryIn(directory, 'raw.mdb'), cleanup);

    const figures: Figures = {};
    const compare = async (name: string, peer: string, ours: Measure, theirs: Measure): Promise<void> => {
      const rounds = await takeTurns(name, values.rounds, ours, theirs, context);
      Object.assign(figures, figuresOf(name, peer, rounds.ours, rounds.theirs, seed));
    };
    const reads = async (name: 'get' | 'list', lanes: number, paths: readonly string[]): Promise<void> => {
      const ours = await readers(milo, values, lanes, paths, cleanup);
      const theirs = await readers(bare, values, lanes, [name === 'list' ? '/list' : '/object'], cleanup);
      await compare(name, 'bare', ours, theirs);
    };
    const objects = Array.from({ length: listed.objects }, (_, index) => nameOf(index));
    await reads(
      'get',
      values.lanes,
      objects.map((name) => configMapPath(project, listed.namespace, name)),
    );
    await reads('list', listsInFlight, [configMapPath(project, listed.namespace)]);
    await compare('put', 'lmdb', await writers(milo, values, cleanup), () =>
      lmdb.run({
        keys: Array.from(
          { length: written.objects },
          (_, index) => `${project}/${written.namespace}/${nameOf(index)}`,
        ),
        value: answers.object,
        writers: values.connections * values.lanes,
        warmupSeconds: values.warmupSeconds,
        seconds: values.seconds,
      }),
    );
    await compareFanOut(milo, bare, values, compare, cleanup);
    return ratiosFirst(figures);
  },
});

const nameOf = (index: number): string => `object-${index}`;

/** Creates every object of the run; answers what the server says to a GET and a LIST. */
async function populate(target: Target): Promise<AnswerBytes> {
  const client = await HttpClient.connect(target);
  await createOrganization(client);
  await createProject(client, project);
  for (const { namespace, objects } of [listed, written, watched]) {
    await client.create(`${controlPlane(project)}/api/v1/namespaces`, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    await inParallel(objects, requestsInParallel, (index) =>
      client.create(configMapPath(project, namespace), configMap(namespace, nameOf(index))),
    );
  }
  const object = await client.expect(200, 'GET', configMapPath(project, listed.namespace, nameOf(0)));
  const list = await client.expect(200, 'GET', configMapPath(project, listed.namespace));
  await client.close();
  const event = Buffer.from(`{"type":"MODIFIED","object":${object.toString()}}\n`);
  return { object, list, event };
}

/** GETs of the paths in turn. */
async function readers(
  { target, pid }: Peer,
  sizes: Sizes,
  lanes: number,
  paths: readonly string[],
  cleanup: RunContext['cleanup'],
): Promise<Measure> {
  const connections = await Connections.open(target, sizes.connections);
  cleanup.add(() => connections.close());
  const requests = paths.map((path) => prepareRequest(target, 'GET', path));
  let turn = 0;
  const options = loopOptions(sizes, connections, pid, lanes, () => ({
    request: requests[turn++ % requests.length]!,
  }));
  return () => closedLoop(options);
}

/** PUTs, every lane to objects of its own, every body different from what is stored. */
async function writers(
  { target, pid }: Peer,
  sizes: Sizes,
  cleanup: RunContext['cleanup'],
): Promise<Measure> {
  const connections = await Connections.open(target, sizes.connections);
  cleanup.add(() => connections.close());
  const puts = updates(target, written);
  const lanes = sizes.connections * sizes.lanes;
  const turns = new Array<number>(lanes).fill(0);
  const options = loopOptions(sizes, connections, pid, sizes.lanes, (lane) => {
    const ofLane = Math.floor((written.objects - 1 - lane) / lanes) + 1;
    return puts(lane + lanes * (turns[lane]!++ % ofLane));
  });
  return () => closedLoop(options);
}

function loopOptions(
  { warmupSeconds, seconds: measured }: Sizes,
  connections: Connections,
  serverPid: number,
  lanesPerConnection: number,
  next: ClosedLoopOptions['next'],
): ClosedLoopOptions {
  return { connections, lanesPerConnection, warmupSeconds, seconds: measured, serverPid, next };
}

/** PUT of an object by its number, with a new counter each time. */
function updates(
  target: Target,
  { namespace, objects }: typeof written,
): (index: number) => { request: PreparedRequest; body: Buffer } {
  const prepared = Array.from({ length: objects }, (_, index) => {
    const body = configMapBody(namespace, nameOf(index));
    const request = prepareRequest(target, 'PUT', configMapPath(project, namespace, nameOf(index)));
    return { request, body, offset: counterOffset(body) };
  });
  let counter = 0;
  return (index) => {
    const { request, body: template, offset } = prepared[index]!;
    const body = Buffer.from(template);
    writeCounter(body, offset, ++counter);
    return { request, body };
  };
}

async function compareFanOut(
  milo: MiloProcess,
  bare: Peer,
  sizes: Sizes,
  compare: (name: string, peer: string, ours: Measure, theirs: Measure) => Promise<void>,
  cleanup: RunContext['cleanup'],
): Promise<void> {
  const client = await HttpClient.connect(milo.target, 1);
  const collection = configMapPath(project, watched.namespace);
  const { resourceVersion } = (await client.get(collection)).metadata;
  await client.close();
  const side = async (peer: Peer, path: string): Promise<Measure> => {
    const { target, pid: serverPid } = peer;
    const watch = prepareRequest(target, 'GET', path);
    const fanOut = await FanOut.open(target, watch, sizes.watchers, sizes.watchConnections);
    cleanup.add(() => fanOut.close());
    const puts = updates(target, watched);
    let turn = 0;
    const next = () => puts(turn++ % watched.objects);
    const { warmupSeconds, seconds: measured, events: eventsInFlight } = sizes;
    return () => fanOut.run({ warmupSeconds, seconds: measured, serverPid, eventsInFlight, next });
  };
  await compare(
    'fanout',
    'bare',
    await side(milo, `${collection}?watch=true&resourceVersion=${resourceVersion}`),
    await side(bare, '/objects?watch=true'),
  );
}

interface Rounds {
  readonly ours: Throughput[];
  readonly theirs: Throughput[];
}

/** A B, B A, A B, …: whatever else the machine does falls on both. */
async function takeTurns(
  name: string,
  rounds: number,
  ours: Measure,
  theirs: Measure,
  { progress }: RunContext,
): Promise<Rounds> {
  const measured: Rounds = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    progress.show(`${name}: round`, round + 1, rounds);
    const sides = [
      { measure: ours, into: measured.ours },
      { measure: theirs, into: measured.theirs },
    ];
    if (round % 2 === 1) sides.reverse();
    for (const { measure, into } of sides) into.push(await measure());
  }
  return measured;
}

function figuresOf(
  name: string,
  peer: string,
  ours: readonly Throughput[],
  theirs: readonly Throughput[],
  seed: number,
): Figures {
  const rate = (side: readonly Throughput[]): number[] => side.map(({ perSecond }) => perSecond);
  const ratios = pairedRatios(rate(ours), rate(theirs));
  const figures: Figures = {
    [`ratio.${name}`]: { value: median(ratios), unit: 'ratio' },
    [`noise.${name}`]: { value: noiseOfMedian(ratios, seed), unit: 'ratio' },
    [`${name}.milo`]: { value: median(rate(ours)), unit: '1/s' },
    [`${name}.${peer}`]: { value: median(rate(theirs)), unit: '1/s' },
  };
  for (const [side, measured] of [['milo', ours] as const, [peer, theirs] as const]) {
    const micros = measured.flatMap(({ serverMicrosPerOperation }) => serverMicrosPerOperation ?? []);
    if (micros.length > 0) figures[`cpu.${name}.${side}`] = { value: median(micros), unit: 'µs' };
    if (side === 'lmdb') continue;
    figures[`clientCores.${name}.${side}`] = {
      value: median(measured.map(({ clientCores }) => clientCores)),
      unit: 'cores',
    };
  }
  const [milo, other] = [figures[`cpu.${name}.milo`], figures[`cpu.${name}.${peer}`]];
  if (milo !== undefined && other !== undefined) {
    figures[`cpuRatio.${name}`] = { value: other.value / milo.value, unit: 'ratio' };
  }
  return figures;
}

function ratiosFirst(figures: Figures): Figures {
  const rank = (name: string): number =>
    ['ratio.', 'noise.', 'cpuRatio.'].findIndex((prefix) => name.startsWith(prefix)) >>> 0;
  return Object.fromEntries(Object.entries(figures).sort(([a], [b]) => rank(a) - rank(b)));
}
