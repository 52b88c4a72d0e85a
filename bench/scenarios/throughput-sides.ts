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
import { mergePatchType, type PreparedRequest, prepareRequest } from '../load/lean-connection.ts';
import type { Target } from '../load/target.ts';
import type { Tenancy } from '../load/tenancy.ts';
import type { AnswerBytes, Peer } from '../peers/bare-peer.ts';
import type { RawLmdb } from '../peers/raw-lmdb-peer.ts';
import type { Cleanup } from '../run/cleanup.ts';
import { UsageError } from '../run/usage-error.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';

export const operations = ['get', 'list', 'put', 'putOverHttp', 'patch', 'apply', 'mixed', 'fanout'] as const;
export type Operation = (typeof operations)[number];
const readingOperations: ReadonlySet<Operation> = new Set(['get', 'list', 'fanout']);

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
  /** The server under test. */
  readonly milo: Peer;
  readonly tenancy: Tenancy;
  readonly bare: Peer;
  readonly lmdb: RawLmdb;
  /** What Milo answers to a GET. */
  readonly object: Buffer;
  readonly sizes: Sizes;
  readonly cleanup: Cleanup;
}
/** Throws UsageError: each request in flight writes objects of its own. */
export function checkSizes(chosen: readonly Operation[], { connections, lanes }: Sizes): void {
  const writing = chosen.find((operation) => !readingOperations.has(operation));
  if (writing === undefined || connections * lanes <= written.objects) return;
  throw new UsageError(
    `--connections ${connections} times --lanes ${lanes} is more than the ${written.objects} objects that ${writing} writes.`,
  );
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
    const paths = numbered(listed.objects, (name) => pathIn(rig.tenancy, listed, name));
    return readSides(rig, rig.sizes.lanes, paths, '/object');
  },
  list: (rig) => readSides(rig, listsInFlight, [pathIn(rig.tenancy, listed)], '/list'),
  put: (rig) => writeSides(rig, 'PUT'),
  putOverHttp: async (rig) => ({
    peer: 'bare',
    ours: await writers(rig, 'PUT'),
    theirs: await durableWriters(rig),
  }),
  patch: (rig) => writeSides(rig, 'PATCH'),
  apply: (rig) => writeSides(rig, 'APPLY'),
  mixed: mixedSides,
  fanout: fanOutSides,
};

/** A replacement, a merge patch of one field, or a server-side apply of the whole object. */
type WriteKind = 'PUT' | 'PATCH' | 'APPLY';
type WriteRequest = readonly [method: 'PUT' | 'PATCH', path: string, patchType?: string];
const requestOf: Readonly<Record<WriteKind, (path: string) => WriteRequest>> = {
  PUT: (path) => ['PUT', path],
  PATCH: (path) => ['PATCH', path, mergePatchType],
  // Forced: what the objects were created with belongs to whoever created them.
  APPLY: (path) => ['PATCH', `${path}?fieldManager=bench-apply&force=true`],
};
const project = 'bench';
/** Each in a namespace of its own, called after its purpose. */
interface Collection {
  readonly purpose: string;
  readonly objects: number;
}
const listed: Collection = { purpose: 'listed', objects: 100 };
const written: Collection = { purpose: 'written', objects: 1024 };
const watched: Collection = { purpose: 'watched', objects: 64 };
/** On each connection. */
const listsInFlight = 2;
/** Of `mixed`: a LIST, and a PUT at each fifth place. */
const mixLength = 20;
const listPlace = 3;
const putEvery = 5;
const patchOfCounter = JSON.stringify({ data: { counter: '0'.repeat(10) } });
const requestsInParallel = 32;

const nameOf = (index: number): string => `object-${index}`;
const numbered = (total: number, of: (name: string) => string): string[] =>
  Array.from({ length: total }, (_, index) => of(nameOf(index)));

/** Of the whole collection when `name` is absent. */
function pathIn(tenancy: Tenancy, { purpose }: Collection, name?: string): string {
  return tenancy.configMapPath(project, tenancy.furtherNamespaceOf(project, purpose), name);
}

/** Creates every object of the run; answers what the server says to a GET and a LIST. */
export async function populate({ target, tenancy }: ServerUnderTest): Promise<AnswerBytes> {
  const client = await HttpClient.connect(target);
  await tenancy.prepare(client);
  await tenancy.create(client, project);
  for (const collection of [listed, written, watched]) {
    await tenancy.createNamespace(client, project, collection.purpose);
    const namespace = tenancy.furtherNamespaceOf(project, collection.purpose);
    await inParallel(collection.objects, requestsInParallel, (index) =>
      client.create(pathIn(tenancy, collection), configMap(namespace, nameOf(index))),
    );
  }
  const object = await client.expect(200, 'GET', pathIn(tenancy, listed, nameOf(0)));
  const list = await client.expect(200, 'GET', pathIn(tenancy, listed));
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

async function writeSides(rig: Rig, kind: WriteKind): Promise<Sides> {
  const { lmdb, object, sizes } = rig;
  const { connections, lanes, warmupSeconds, seconds } = sizes;
  const keys = numbered(written.objects, (name) => `${project}/${written.purpose}/${name}`);
  const run = { keys, value: object, writers: connections * lanes, warmupSeconds, seconds };
  return { peer: 'lmdb', ours: await writers(rig, kind), theirs: () => lmdb.run(run) };
}

async function fanOutSides({ milo, tenancy, bare, sizes, cleanup }: Rig): Promise<Sides> {
  const client = await HttpClient.connect(milo.target, 1);
  const collection = pathIn(tenancy, watched);
  const { resourceVersion } = (await client.get(collection)).metadata;
  await client.close();
  const path = `${collection}?watch=true&resourceVersion=${resourceVersion}`;
  // Its watchers are told of whatever is put.
  const puts = (target: Target) =>
    updates(target, tenancy, watched, (index) => ['PUT', pathIn(tenancy, watched, nameOf(index))]);
  const ours = await watchers(milo, path, puts(milo.target), sizes, cleanup);
  const theirs = await watchers(bare, '/objects?watch=true', puts(bare.target), sizes, cleanup);
  return { peer: 'bare', ours, theirs };
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
function writers({ milo, tenancy, sizes, cleanup }: Rig, kind: WriteKind): Promise<Measure> {
  const path = (index: number): WriteRequest => requestOf[kind](pathIn(tenancy, written, nameOf(index)));
  const body = kind === 'PATCH' ? () => Buffer.from(patchOfCounter) : undefined;
  return writersTo(milo, updates(milo.target, tenancy, written, path, body), sizes, cleanup);
}

/** The same bodies, which the bare server sets in LMDB. */
function durableWriters({ bare, tenancy, sizes, cleanup }: Rig): Promise<Measure> {
  return writersTo(bare, updates(bare.target, tenancy, written, durablePut), sizes, cleanup);
}

function durablePut(index: number): WriteRequest {
  return ['PUT', `/${nameOf(index)}?durable`];
}

/** Reads and writes as controllers make them, each side its own: the bare server's writes are durable as well. */
async function mixedSides({ milo, tenancy, bare, sizes, cleanup }: Rig): Promise<Sides> {
  const put = (index: number): WriteRequest => ['PUT', pathIn(tenancy, written, nameOf(index))];
  const ours = await mixedLoad(
    milo,
    numbered(listed.objects, (name) => pathIn(tenancy, listed, name)),
    pathIn(tenancy, listed),
    updates(milo.target, tenancy, written, put),
    { sizes, cleanup },
  );
  const writes = updates(bare.target, tenancy, written, durablePut);
  return {
    peer: 'bare',
    ours,
    theirs: await mixedLoad(bare, ['/object'], '/list', writes, { sizes, cleanup }),
  };
}

/** Of every 20 requests 15 GETs, 4 PUTs and a LIST of 100. */
async function mixedLoad(
  { target, pid }: Peer,
  objectPaths: readonly string[],
  listPath: string,
  writes: (index: number) => Update,
  { sizes, cleanup }: Pick<Rig, 'sizes' | 'cleanup'>,
): Promise<Measure> {
  const connections = await Connections.open(target, sizes.connections);
  cleanup.add(() => connections.close());
  const gets = objectPaths.map((path) => ({ request: prepareRequest(target, 'GET', path) }));
  const list = { request: prepareRequest(target, 'GET', listPath) };
  const put = inLanes(writes, sizes);
  let turn = 0;
  const options = loopOptions(sizes, connections, pid, sizes.lanes, (lane) => {
    const place = turn++ % mixLength;
    if (place === listPlace) return list;
    return place % putEvery === 0 ? put(lane) : gets[turn % gets.length]!;
  });
  return () => closedLoop(options);
}

async function writersTo(
  { target, pid }: Peer,
  writes: (index: number) => Update,
  sizes: Sizes,
  cleanup: Cleanup,
): Promise<Measure> {
  const connections = await Connections.open(target, sizes.connections);
  cleanup.add(() => connections.close());
  const options = loopOptions(sizes, connections, pid, sizes.lanes, inLanes(writes, sizes));
  return () => closedLoop(options);
}

/** Each lane writes objects of its own, in turn. */
function inLanes(writes: (index: number) => Update, sizes: Sizes): (lane: number) => Update {
  const lanes = sizes.connections * sizes.lanes;
  const turns = new Array<number>(lanes).fill(0);
  return (lane) => {
    const ofLane = Math.floor((written.objects - 1 - lane) / lanes) + 1;
    return writes(lane + lanes * (turns[lane]!++ % ofLane));
  };
}

function loopOptions(
  { warmupSeconds, seconds }: Sizes,
  connections: Connections,
  serverPid: number | undefined,
  lanesPerConnection: number,
  next: ClosedLoopOptions['next'],
): ClosedLoopOptions {
  return { connections, lanesPerConnection, warmupSeconds, seconds, serverPid, next };
}

interface Update {
  readonly request: PreparedRequest;
  readonly body: Buffer;
}

/** A write of an object by its number, with a new counter each time. */
function updates(
  target: Target,
  tenancy: Tenancy,
  collection: Collection,
  requestFor: (index: number) => WriteRequest,
  /** Holds a counter. The whole object when absent. */
  bodyOf?: (index: number) => Buffer,
): (index: number) => Update {
  const namespace = tenancy.furtherNamespaceOf(project, collection.purpose);
  const prepared = Array.from({ length: collection.objects }, (_, index) => {
    const body = bodyOf?.(index) ?? configMapBody(namespace, nameOf(index));
    const request = prepareRequest(target, ...requestFor(index));
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
  puts: (index: number) => Update,
  sizes: Sizes,
  cleanup: Cleanup,
): Promise<Measure> {
  const watch = prepareRequest(target, 'GET', path);
  const fanOut = await FanOut.open(target, watch, sizes.watchers, sizes.watchConnections);
  cleanup.add(() => fanOut.close());
  let turn = 0;
  const next = () => puts(turn++ % watched.objects);
  const { warmupSeconds, seconds, events: eventsInFlight } = sizes;
  return () => fanOut.run({ warmupSeconds, seconds, serverPid, eventsInFlight, next });
}
