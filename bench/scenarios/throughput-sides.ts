/**
 * The two sides of each operation of the throughput scenario: the same work put on Milo and on the peer, as a function
 * that measures one turn. Connections are opened here once and used in every turn.
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
import type { AnswerBytes, Peer } from '../peers/bare-peer.ts';
import type { RawLmdb } from '../peers/raw-lmdb-peer.ts';
import type { Cleanup } from '../run/cleanup.ts';

export const operations = ['get', 'list', 'put', 'apply', 'fanout'] as const;
export type Operation = (typeof operations)[number];

export interface Sizes {
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly connections: number;
  /** On each connection. */
  readonly lanes: number;
  readonly watchers: number;
  readonly watchConnections: number;
  readonly events: number;
}
export interface Rig {
  readonly milo: Peer;
  readonly bare: Peer;
  readonly lmdb: RawLmdb;
  /** What Milo answers to a GET. */
  readonly object: Buffer;
  readonly sizes: Sizes;
  readonly cleanup: Cleanup;
}
/** Measures one turn. */
export type Measure = () => Promise<Throughput>;
export interface Sides {
  readonly peer: 'bare' | 'lmdb';
  readonly ours: Measure;
  readonly theirs: Measure;
}

export const sidesOf: Readonly<Record<Operation, (rig: Rig) => Promise<Sides>>> = {
  get: (rig) => {
    const paths = numbered(listed.objects, (name) => configMapPath(project, listed.namespace, name));
    return readSides(rig, rig.sizes.lanes, paths, '/object');
  },
  list: (rig) => readSides(rig, listsInFlight, [configMapPath(project, listed.namespace)], '/list'),
  put: (rig) => writeSides(rig, 'PUT'),
  apply: (rig) => writeSides(rig, 'APPLY'),
  fanout: fanOutSides,
};

/** A replacement, or a server-side apply of the same object. */
type WriteKind = 'PUT' | 'APPLY';
const requestOf: Readonly<Record<WriteKind, (path: string) => ['PUT' | 'PATCH', string]>> = {
  PUT: (path) => ['PUT', path],
  // Forced: what the objects were created with belongs to whoever created them.
  APPLY: (path) => ['PATCH', `${path}?fieldManager=bench-apply&force=true`],
};
const project = 'bench';
const listed = { namespace: 'listed', objects: 100 };
const written = { namespace: 'written', objects: 1024 };
const watched = { namespace: 'watched', objects: 64 };
/** On each connection. */
const listsInFlight = 2;
const requestsInParallel = 32;

const nameOf = (index: number): string => `object-${index}`;
const numbered = (total: number, of: (name: string) => string): string[] =>
  Array.from({ length: total }, (_, index) => of(nameOf(index)));

/** Creates every object of the run; answers what the server says to a GET and a LIST. */
export async function populate(target: Target): Promise<AnswerBytes> {
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
  const event = Buffer.from(`{"type":"MODIFIED","object":${object.toString().trimEnd()}}\n`);
  return { object, list, event };
}

async function readSides(
  { milo, bare, sizes, cleanup }: Rig,
  lanes: number,
  paths: readonly string[],
  barePath: string,
): Promise<Sides> {
  const ours = await readers(milo, sizes, lanes, paths, cleanup);
  return { peer: 'bare', ours, theirs: await readers(bare, sizes, lanes, [barePath], cleanup) };
}

async function writeSides({ milo, lmdb, object, sizes, cleanup }: Rig, kind: WriteKind): Promise<Sides> {
  const { connections, lanes, warmupSeconds, seconds } = sizes;
  const keys = numbered(written.objects, (name) => `${project}/${written.namespace}/${name}`);
  const run = { keys, value: object, writers: connections * lanes, warmupSeconds, seconds };
  return { peer: 'lmdb', ours: await writers(milo, sizes, cleanup, kind), theirs: () => lmdb.run(run) };
}

async function fanOutSides({ milo, bare, sizes, cleanup }: Rig): Promise<Sides> {
  const client = await HttpClient.connect(milo.target, 1);
  const collection = configMapPath(project, watched.namespace);
  const { resourceVersion } = (await client.get(collection)).metadata;
  await client.close();
  const ours = await watchers(
    milo,
    `${collection}?watch=true&resourceVersion=${resourceVersion}`,
    sizes,
    cleanup,
  );
  return { peer: 'bare', ours, theirs: await watchers(bare, '/objects?watch=true', sizes, cleanup) };
}

/** GETs of the paths in turn. */
async function readers(
  { target, pid }: Peer,
  sizes: Sizes,
  lanes: number,
  paths: readonly string[],
  cleanup: Cleanup,
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

/** Writes, every lane to objects of its own, every body different from what is stored. */
async function writers(
  { target, pid }: Peer,
  sizes: Sizes,
  cleanup: Cleanup,
  kind: WriteKind,
): Promise<Measure> {
  const connections = await Connections.open(target, sizes.connections);
  cleanup.add(() => connections.close());
  const writes = updates(target, written, kind);
  const lanes = sizes.connections * sizes.lanes;
  const turns = new Array<number>(lanes).fill(0);
  const options = loopOptions(sizes, connections, pid, sizes.lanes, (lane) => {
    const ofLane = Math.floor((written.objects - 1 - lane) / lanes) + 1;
    return writes(lane + lanes * (turns[lane]!++ % ofLane));
  });
  return () => closedLoop(options);
}

function loopOptions(
  { warmupSeconds, seconds }: Sizes,
  connections: Connections,
  serverPid: number,
  lanesPerConnection: number,
  next: ClosedLoopOptions['next'],
): ClosedLoopOptions {
  return { connections, lanesPerConnection, warmupSeconds, seconds, serverPid, next };
}

/** A write of an object by its number, with a new counter each time. */
function updates(
  target: Target,
  { namespace, objects }: typeof written,
  kind: WriteKind = 'PUT',
): (index: number) => { request: PreparedRequest; body: Buffer } {
  const prepared = Array.from({ length: objects }, (_, index) => {
    const body = configMapBody(namespace, nameOf(index));
    const request = prepareRequest(
      target,
      ...requestOf[kind](configMapPath(project, namespace, nameOf(index))),
    );
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

/** Watches on one path, and PUTs that each of them is told of. */
async function watchers(
  { target, pid: serverPid }: Peer,
  path: string,
  sizes: Sizes,
  cleanup: Cleanup,
): Promise<Measure> {
  const watch = prepareRequest(target, 'GET', path);
  const fanOut = await FanOut.open(target, watch, sizes.watchers, sizes.watchConnections);
  cleanup.add(() => fanOut.close());
  const puts = updates(target, watched);
  let turn = 0;
  const next = () => puts(turn++ % watched.objects);
  const { warmupSeconds, seconds, events: eventsInFlight } = sizes;
  return () => fanOut.run({ warmupSeconds, seconds, serverPid, eventsInFlight, next });
}
