/**
 * Loaded into a measured process with `node --expose-gc --import`, beside the program and unknown to it: answers
 * the harness what the heap holds after a garbage collection, and where processor time goes. It runs only when
 * asked; the memory it takes itself is in the sample at N = 0 as well as in the one at N.
 */
import { EventEmitter } from 'node:events';
import { Session } from 'node:inspector/promises';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import type {
  CpuProfile,
  HeapBytes,
  ProbeReply,
  ProbeRequest,
  ProbeSample,
} from './server/probe-messages.ts';

/** Collections go on until two in a row free less than this, at most so often. */
const settledBytes = 4096;
const collectionsMax = 12;
const betweenCollectionsMs = 50;
const profileIntervalMicros = 200;

/** Where the inspector finds the prototypes whose instances are counted. */
const prototypesName = '__benchPrototypes';

/** Hidden classes have a space of their own in some versions. */
const oldSpaces = new Set(['old_space', 'map_space', 'large_object_space']);

/** Kinds of active resources that are found as timers and sockets. */
const countedAsObjects = new Set(['Timeout', 'Immediate', 'TCPSocketWrap', 'TLSWrap']);

interface RemoteValue {
  readonly objectId: string;
  readonly value: unknown;
}
type Reply = Readonly<Record<'result' | 'objects', RemoteValue>> & { readonly profile: CpuProfile };

const session = new Session();
/** One of node's typings knows the replies, another does not. */
const post = (method: string, parameters: object): Promise<Reply> =>
  (session.post as unknown as (method: string, parameters: object) => Promise<Reply>).call(
    session,
    method,
    parameters,
  );

async function sample(): Promise<ProbeSample> {
  const timers = await countInstances('timer');
  const sockets = await countInstances('socket');
  const emitters = await countInstances('emitter');
  const otherHandles = process.getActiveResourcesInfo().filter((name) => !countedAsObjects.has(name)).length;
  // Last, so that nothing the counting needed is still there.
  await settle();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed,
    externalBytes: external,
    rssBytes: rss,
    timers,
    sockets,
    otherHandles,
    emitters,
  };
}

async function settle(): Promise<void> {
  const gc = globalThis.gc;
  if (gc === undefined) throw new Error('the probe needs node --expose-gc');
  let before = Number.POSITIVE_INFINITY;
  for (let round = 0; round < collectionsMax; round++) {
    gc();
    const { heapUsed } = process.memoryUsage();
    if (Math.abs(before - heapUsed) < settledBytes) return;
    before = heapUsed;
    await sleep(betweenCollectionsMs);
  }
}

/** Live objects with the prototype in their chain, by asking the engine itself: no program has to be patched. */
async function countInstances(name: 'timer' | 'socket' | 'emitter'): Promise<number> {
  const objectGroup = 'bench';
  const prototype = await post('Runtime.evaluate', { expression: `${prototypesName}.${name}`, objectGroup });
  const instances = await post('Runtime.queryObjects', {
    prototypeObjectId: prototype.result.objectId,
    objectGroup,
  });
  const length = await post('Runtime.callFunctionOn', {
    objectId: instances.objects.objectId,
    functionDeclaration: 'function () { return this.length; }',
    returnByValue: true,
  });
  await post('Runtime.releaseObjectGroup', { objectGroup });
  return length.result.value as number;
}

function timerPrototype(): object {
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  return Object.getPrototypeOf(timer) as object;
}

async function startProfile(): Promise<'started'> {
  await post('Profiler.enable', {});
  await post('Profiler.setSamplingInterval', { interval: profileIntervalMicros });
  await post('Profiler.start', {});
  return 'started';
}

async function stopProfile(): Promise<CpuProfile> {
  const { profile } = await post('Profiler.stop', {});
  await post('Profiler.disable', {});
  return profile;
}

const heap = async (): Promise<HeapBytes> => process.memoryUsage().heapUsed;

async function collect(): Promise<HeapBytes> {
  const gc = globalThis.gc;
  if (gc === undefined) throw new Error('the probe needs node --expose-gc');
  gc();
  return process.memoryUsage().heapUsed;
}

/** What has been young through two collections is old. */
async function oldGeneration(): Promise<HeapBytes> {
  const gc = globalThis.gc as undefined | ((options: { readonly type: 'minor' }) => void);
  if (gc === undefined) throw new Error('the probe needs node --expose-gc');
  for (let round = 0; round < 2; round++) gc({ type: 'minor' });
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => oldSpaces.has(space_name))
    .reduce((bytes, { space_used_size }) => bytes + space_used_size, 0);
}

const actions = {
  sample,
  heap,
  collect,
  'old-generation': oldGeneration,
  'start-profile': startProfile,
  'stop-profile': stopProfile,
} as const;

async function answer({ kind }: ProbeRequest): Promise<void> {
  const reply: ProbeReply = { value: await actions[kind]() };
  process.send?.(reply);
}

Object.defineProperty(globalThis, prototypesName, {
  value: { timer: timerPrototype(), socket: Socket.prototype, emitter: EventEmitter.prototype },
});
session.connect();
process.on('message', (request: ProbeRequest) => void answer(request));
// The program decides when the process ends.
process.channel?.unref();
