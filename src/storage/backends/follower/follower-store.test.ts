/** What followers must do beyond the laws of every store: keep up with each other, and say so when they cannot. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { limits } from '../../../apimachinery/limits.ts';
import { eventually, settle } from '../../conformance/eventually.ts';
import { committed, contentOf, keyOf, put, refused, sample } from '../../conformance/sample.ts';
import { StorageError } from '../../errors.ts';
import type { Revision } from '../../store.ts';
import { FollowerStore } from './follower-store.ts';
import { WriterProcess } from './follower-subject.ts';
import type { ToFollower, ToWriter } from './protocol.ts';

async function opened(
  context: TestContext,
): Promise<{ writer: WriterProcess; dataDir: string; store: FollowerStore }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'milo-follower-'));
  const writer = new WriterProcess();
  const store = await writer.open(dataDir, () => {});
  context.after(async () => {
    writer.child.kill('SIGKILL');
    await store.close();
    await rm(dataDir, { recursive: true });
  });
  return { writer, dataDir, store };
}

/** A second one of the same file, which hears of nothing unless it looks. */
function deaf(
  context: TestContext,
  dataDir: string,
): { store: FollowerStore; faults: StorageError[]; sent: ToWriter[] } {
  const faults: StorageError[] = [];
  const sent: ToWriter[] = [];
  const store = new FollowerStore({
    file: join(dataDir, 'store.mdb'),
    send: (message) => sent.push(message),
    onUnfollowable: (error) => faults.push(error),
  });
  context.after(() => {
    store.lose();
    return store.close();
  });
  return { store, faults, sent };
}

const failed = (error: unknown): boolean => error instanceof StorageError && error.code === 'failed';

test('what one writes the other reads once it asks, however soon', async (context) => {
  const { dataDir, store } = await opened(context);
  const other = deaf(context, dataDir).store;
  for (let round = 0; round < 200; round++) {
    const key = keyOf(`n${round}`);
    const [revision] = await committed(store, put(key, sample(`${round}`)));
    assert.ok((await other.head()) >= revision!);
    assert.equal(contentOf(other.get(key)!.record), `${round}`);
  }
});

test('it is told of each change once and in order, in pieces that are no larger than the limit', async (context) => {
  const { dataDir, store } = await opened(context);
  const { store: other } = deaf(context, dataDir);
  const heard: Revision[] = [];
  const sizes: number[] = [];
  other.subscribe((changes) => {
    sizes.push(changes.length);
    heard.push(...changes.map(({ revision }) => revision));
    // Who asks while being told is told nothing twice.
    other.follow();
  });
  const wanted: Revision[] = [];
  for (let batch = 0; batch < 5; batch++) {
    const writes = Array.from({ length: 500 }, (_, part) => put(keyOf(`n${batch}-${part}`), sample('x')));
    wanted.push(...(await committed(store, ...writes)));
  }
  other.follow();
  other.follow();
  assert.deepEqual(heard, wanted);
  assert.deepEqual(sizes, [limits.followStepEntries, limits.followStepEntries, 500]);
});

test('a refused write has been followed to what refused it', async (context) => {
  const { dataDir, store } = await opened(context);
  const answers: ToFollower[] = [];
  const { store: other, sent } = deaf(context, dataDir);
  const [revision] = await committed(store, put(keyOf('a'), sample('first')));
  assert.equal(other.get(keyOf('a')), undefined, 'it has not looked');
  const refusal = refused(other, put(keyOf('a'), sample('second')));
  await eventually(() => sent.some(({ requests }) => requests.length > 0), 'the write is sent');
  const id = sent.flatMap(({ requests }) => requests)[0]!.id;
  answers.push({
    answers: [{ id, outcome: { ok: false, index: 0, actual: revision! } }],
    head: revision!,
    fault: undefined,
  });
  other.receive(answers[0]!);
  assert.equal((await refusal).actual, revision);
  assert.equal(contentOf(other.get(keyOf('a'))!.record), 'first');
});

test('one that hears of nothing is told of what others write', async (context) => {
  const { store } = await opened(context);
  let heard = 0;
  store.subscribe((changes) => {
    heard += changes.length;
  });
  await committed(store, put(keyOf('a'), sample('a')));
  await settle();
  assert.equal(heard, 1);
});

test('a writer that dies leaves writes unanswered, which says so, and reads as they were', async (context) => {
  const { writer, store } = await opened(context);
  await committed(store, put(keyOf('a'), sample('a')));
  const exited = once(writer.child, 'exit');
  writer.child.kill('SIGSTOP');
  const lost = assert.rejects(store.commit([put(keyOf('b'), sample('b'))]), failed);
  await settle();
  writer.child.kill('SIGKILL');
  await exited;
  await lost;
  await assert.rejects(store.commit([put(keyOf('c'), sample('c'))]), failed);
  assert.match(store.fault ?? '', /the process that writes the store is gone/);
  assert.equal(contentOf(store.get(keyOf('a'))!.record), 'a');
});

test('what the writer says of its fault is its own', async (context) => {
  const { dataDir } = await opened(context);
  const { store } = deaf(context, dataDir);
  assert.equal(store.fault, undefined);
  store.receive({ answers: [], head: 0, fault: 'the store stopped writing' });
  assert.equal(store.fault, 'the store stopped writing');
});

test('one that stood still for longer than the log reaches back says so, once, and answers nothing more', async (context) => {
  const { dataDir, store } = await opened(context);
  const { store: late, faults } = deaf(context, dataDir);
  const [first] = await committed(store, put(keyOf('a'), sample('1')));
  await committed(store, put(keyOf('a'), sample('2'), first));
  await store.compact(store.applied);
  const compacted = (error: unknown): boolean => error instanceof StorageError && error.code === 'compacted';
  assert.throws(() => late.get(keyOf('a')), compacted, 'a read that came before');
  await assert.rejects(late.head(), compacted);
  await assert.rejects(late.head(), compacted);
  assert.equal(faults.length, 1);
  assert.match(late.fault ?? '', /stood still at revision 0/);
});

test('errors of the writer come as they are', async (context) => {
  const { store } = await opened(context);
  const tooLarge = sample('x', { bytes: limits.recordBytes + 1 });
  await assert.rejects(store.commit([put(keyOf('a'), tooLarge)]), (error) => {
    assert.ok(error instanceof StorageError);
    assert.equal(error.code, 'value-too-large');
    assert.match(error.message, /the object takes \d+ bytes; at most/);
    return true;
  });
  await assert.rejects(store.compact(store.applied + 5), (error) => {
    assert.ok(error instanceof StorageError);
    assert.deepEqual([error.code, error.requested, error.current], ['future-revision', 5, 0]);
    return true;
  });
});
