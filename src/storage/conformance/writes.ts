/** Single writes: create, compare-and-set, delete, and what races between them may end in. */
import assert from 'node:assert/strict';
import { StorageError } from '../errors.ts';
import type { CommitOutcome, Revision, Store } from '../store.ts';
import { committed, contentOf, keyOf, put, refused, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const key = keyOf('one');

export const writes: Behaviour = (scenario) => {
  scenario('a new store is empty, sound and readable', ({ store }) => {
    assert.equal(store.get(key), undefined);
    assert.ok(Number.isSafeInteger(store.applied) && store.applied >= 0);
    assert.ok(store.compacted <= store.applied);
    assert.deepEqual(store.check(10), []);
    assert.equal(store.fault, undefined);
  });

  scenario('what is created is read back byte for byte', async ({ store }) => {
    const record = sample('first');
    const [revision] = await committed(store, put(key, record));
    assert.deepEqual(store.get(key), { revision, record });
    assert.equal(store.applied, revision);
    assert.equal(await store.head(), revision);
  });

  scenario('a second create is refused and names the revision that stands', async ({ store }) => {
    const [revision] = await committed(store, put(key, sample('first')));
    assert.deepEqual(await refused(store, put(key, sample('second'))), { index: 0, actual: revision });
    assert.deepEqual(store.get(key)?.record, sample('first'));
    assert.equal(store.applied, revision, 'a refused write takes no revision');
  });

  scenario('an update needs the current revision', async ({ store }) => {
    const [first] = await committed(store, put(key, sample('first')));
    const [second] = await committed(store, put(key, sample('second'), first));
    assert.ok(second! > first!);
    assert.deepEqual(await refused(store, put(key, sample('third'), first)), { index: 0, actual: second });
    assert.deepEqual(await refused(store, put(key, sample('third'), second! + 1)), {
      index: 0,
      actual: second,
    });
    assert.deepEqual(store.get(key), { revision: second, record: sample('second') });
  });

  scenario('an update or delete of what does not exist is refused with 0', async ({ store }) => {
    await committed(store, put(keyOf('other'), sample('other')));
    assert.deepEqual(await refused(store, put(key, sample('x'), store.applied)), { index: 0, actual: 0 });
    assert.deepEqual(await refused(store, remove(key, store.applied)), { index: 0, actual: 0 });
  });

  scenario('a delete needs the current revision and takes one of its own', async ({ store }) => {
    const [first] = await committed(store, put(key, sample('first')));
    const [second] = await committed(store, put(key, sample('second'), first));
    assert.deepEqual(await refused(store, remove(key, first!)), { index: 0, actual: second });
    const [gone] = await committed(store, remove(key, second!));
    assert.ok(gone! > second!);
    assert.equal(store.get(key), undefined);
    assert.deepEqual(await refused(store, remove(key, second!)), { index: 0, actual: 0 });
    assert.deepEqual(store.get(key, second), { revision: second, record: sample('second') });
  });

  scenario('of many creators of one name exactly one wins', async ({ store }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store.commit([put(key, sample(`creator ${index}`))])),
    );
    const winners = outcomes.flatMap((outcome, index) => (outcome.ok ? [index] : []));
    assert.equal(winners.length, 1);
    const stored = store.get(key)!;
    assert.deepEqual(stored.record, sample(`creator ${winners[0]}`));
    for (const outcome of outcomes) {
      if (!outcome.ok) assert.deepEqual(outcome, { ok: false, index: 0, actual: stored.revision });
    }
  });

  scenario('no update is lost between racing writers that retry', async ({ store }) => {
    const writers = 8;
    const rounds = 10;
    await committed(store, put(key, sample('0')));
    const countUp = async (): Promise<void> => {
      for (let round = 0; round < rounds; ) {
        const { revision, record } = store.get(key)!;
        const next = Number(contentOf(record)) + 1;
        const outcome = await store.commit([put(key, sample(String(next)), revision)]);
        if (outcome.ok) round++;
      }
    };
    await Promise.all(Array.from({ length: writers }, countUp));
    assert.equal(contentOf(store.get(key)!.record), String(writers * rounds));
  });

  scenario(
    'an update and a delete of one revision: one wins, the other learns what stands',
    async ({ store }) => {
      for (let round = 0; round < 20; round++) {
        const [revision] = await committed(store, put(key, sample('stands'), store.get(key)?.revision ?? 0));
        const update = put(key, sample('updated'), revision);
        const both = round % 2 === 0 ? [update, remove(key, revision!)] : [remove(key, revision!), update];
        const [first, second] = (await Promise.all(both.map((write) => store.commit([write])))) as [
          CommitOutcome,
          CommitOutcome,
        ];
        assert.notEqual(first.ok, second.ok);
        const lost = first.ok ? second : first;
        assert.deepEqual(lost, { ok: false, index: 0, actual: store.get(key)?.revision ?? 0 });
      }
    },
  );

  scenario('each change has a revision of its own, and the log has each once', async ({ store }) => {
    const before = store.applied;
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        store.commit([put(keyOf(`n${index % 150}`), sample(`${index}`))]),
      ),
    );
    const taken = outcomes.flatMap((outcome) => (outcome.ok ? outcome.revisions : []));
    assert.equal(taken.length, 150);
    assert.equal(new Set(taken).size, 150);
    assert.deepEqual(
      loggedAfter(store, before),
      taken.toSorted((a, b) => a - b),
    );
    assert.equal(store.applied, Math.max(...taken));
  });

  scenario('a batch of nothing but a refused write leaves no trace', async ({ store }) => {
    const [revision] = await committed(store, put(key, sample('stands')));
    const statsBefore = store.stats();
    await refused(store, remove(key, revision! + 7));
    const { logEntries, currentEntries, indexEntries, counterEntries } = store.stats();
    assert.equal(logEntries, statsBefore.logEntries);
    assert.equal(currentEntries, statsBefore.currentEntries);
    assert.equal(indexEntries, statsBefore.indexEntries);
    assert.equal(counterEntries, statsBefore.counterEntries);
    assert.deepEqual(store.check(10), []);
  });

  scenario('what was acknowledged is there after reopening', async ({ store, reopen }, context) => {
    if (reopen === undefined) return context.skip('this backend does not reopen');
    const [first] = await committed(store, put(key, sample('first')));
    const [second] = await committed(store, put(key, sample('second'), first));
    const [other] = await committed(store, put(keyOf('gone'), sample('gone')));
    const [removed] = await committed(store, remove(keyOf('gone'), other!));
    const again = await reopen();
    assert.equal(again.applied, removed);
    assert.deepEqual(again.get(key), { revision: second, record: sample('second') });
    assert.deepEqual(again.get(key, first), { revision: first, record: sample('first') });
    assert.equal(again.get(keyOf('gone')), undefined);
    const [next] = await committed(again, put(keyOf('gone'), sample('back')));
    assert.ok(next! > removed!, 'a revision is never used twice');
    assert.deepEqual(again.check(10), []);
  });

  scenario('a closed store refuses writes', async ({ store, reopen }, context) => {
    if (reopen === undefined) return context.skip('this backend does not reopen');
    await reopen();
    await assert.rejects(
      async () => store.commit([put(key, sample('late'))]),
      (error) => error instanceof StorageError && error.code === 'closed',
    );
  });
};

function loggedAfter(store: Store, after: Revision): Revision[] {
  return store.changes({ after, maxEntries: 1000 }).changes.map((change) => change.revision);
}
