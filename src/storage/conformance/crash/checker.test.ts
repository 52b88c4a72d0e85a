/** The checker on trial: it passes what an honest store leaves, and finds each way of having lost or mixed something. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../lib/prng.ts';
import type { Write } from '../../store.ts';
import { ReferenceStore } from '../reference-store.ts';
import { committed, put, remove, sample } from '../sample.ts';
import { CrashChecker } from './checker.ts';
import type { Message, ToldChange } from './protocol.ts';
import { messagesOf } from './protocol.ts';
import type { BatchContent } from './workload.ts';
import { keyAt } from './workload.ts';

const single = (place: string, content: string | null, expect = 0): Write =>
  content === null ? remove(keyAt(place), expect) : put(keyAt(place), sample(content), expect);

/** The contents of a batch of puts, each telling of all. */
function batchContents(token: string, places: readonly string[]): string[] {
  const writes = places.map((place) => `put ${place}`);
  return places.map((_, position) => {
    const content: BatchContent = { token, position, writes, padding: '' };
    return JSON.stringify(content);
  });
}

interface Life {
  /** What its store holds, batch by batch. */
  readonly stored: readonly (readonly Write[])[];
  readonly seen: readonly ToldChange[];
  readonly acknowledged?: readonly ToldChange[];
  readonly openedAt?: number;
}

async function check({ stored, seen, acknowledged = seen, openedAt = 0 }: Life): Promise<CrashChecker> {
  const store = new ReferenceStore();
  const checker = new CrashChecker(0, new Prng(1));
  for (const batch of stored) await committed(store, ...batch);
  const messages: Message[] = [
    { kind: 'open', applied: openedAt, compacted: 0 },
    { kind: 'seen', changes: seen },
    { kind: 'acknowledged', changes: acknowledged },
  ];
  await checker.check(store, messages);
  return checker;
}

const places = ['batch/n1', 'batch/n2', 'batch/n3'];
const contents = batchContents('t', places);
const batch: Write[] = places.map((place, index) => single(place, contents[index]!));
const honest: Life = {
  stored: [
    [single('single/n1', 'one')],
    [single('single/n1', 'two', 1)],
    batch,
    [single('single/n1', null, 2)],
  ],
  seen: [
    [1, 'single/n1', 'one'],
    [2, 'single/n1', 'two'],
    [3, places[0]!, contents[0]!],
    [4, places[1]!, contents[1]!],
    [5, places[2]!, contents[2]!],
    [6, 'single/n1', null],
  ],
};

test('an honest store passes, whether its writer heard all of it or not', async () => {
  assert.equal((await check(honest)).acknowledgedWrites, 6);
  const unheard = await check({ ...honest, seen: honest.seen.slice(0, 2) });
  assert.equal(unheard.acknowledgedWrites, 2);
  assert.equal(unheard.unacknowledgedWrites, 4);
  assert.equal(unheard.batches, 1);
});

const faults: Record<string, Life> = {
  'an acknowledged write is gone': { ...honest, stored: honest.stored.slice(0, 3) },
  'an acknowledged write is gone that no listener heard': {
    ...honest,
    acknowledged: [...honest.seen, [7, 'single/n4', 'lost']],
  },
  'a change that was heard is gone': {
    stored: honest.stored.slice(0, 3),
    seen: honest.seen,
    acknowledged: honest.seen.slice(0, 5),
  },
  'a revision that was heard belongs to another change': {
    ...honest,
    seen: [[1, 'single/n1', 'another'], ...honest.seen.slice(1)],
    acknowledged: [],
  },
  'a revision was heard twice': { ...honest, seen: [honest.seen[0]!, ...honest.seen] },
  'only the first half of a batch is there': {
    stored: [batch.slice(0, 2)],
    seen: [],
  },
  'only the last half of a batch is there': {
    stored: [batch.slice(2)],
    seen: [],
  },
  'the middle of a batch is missing': {
    stored: [[batch[0]!], [batch[2]!]],
    seen: [],
  },
  'a part of a batch is a delete of no batch': {
    stored: [[batch[0]!, batch[1]!, batch[2]!], [single(places[0]!, null, 1)]],
    seen: [],
  },
  'the writer opened behind what was there': { ...honest, openedAt: -1 },
};

for (const [title, life] of Object.entries(faults)) {
  test(`found: ${title}`, () => assert.rejects(check(life), /the store has/));
}

test('a line that was cut off is none', () => {
  const line = JSON.stringify({ kind: 'open', applied: 1, compacted: 0 });
  assert.equal(messagesOf(`${line}\n${line}\n{"kind":"se`).length, 2);
  assert.equal(messagesOf('{"kind":"op').length, 0);
  assert.equal(messagesOf('').length, 0);
});
