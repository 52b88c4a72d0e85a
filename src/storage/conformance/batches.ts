/** Several writes in one batch: all or none, guards included, at every revision one can read. */
import assert from 'node:assert/strict';
import { limits } from '../../apimachinery/limits.ts';
import { Prng } from '../../lib/prng.ts';
import type { Write } from '../store.ts';
import { committed, contentOf, guard, keyOf, put, refused, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const [a, b, c, d] = [keyOf('a'), keyOf('b'), keyOf('c'), keyOf('d')];

export const batches: Behaviour = (scenario) => {
  scenario('a batch takes consecutive revisions in the order of its writes', async ({ store }) => {
    const [created] = await committed(store, put(b, sample('b')));
    const revisions = await committed(store, put(c, sample('c')), remove(b, created!), put(a, sample('a')));
    const first = created! + 1;
    assert.deepEqual(revisions, [first, first + 1, first + 2]);
    const logged = store.changes({ after: created!, maxEntries: 10 }).changes;
    assert.deepEqual(
      logged.map(({ revision, key, record }) => [revision, key.name, record !== undefined]),
      [
        [first, 'c', true],
        [first + 1, 'b', false],
        [first + 2, 'a', true],
      ],
    );
  });

  scenario('a batch can be read at each of its revisions', async ({ store }) => {
    const [created] = await committed(store, put(b, sample('b')));
    const [one, two] = await committed(store, put(a, sample('a')), remove(b, created!));
    assert.equal(store.get(a, created), undefined);
    assert.deepEqual(store.get(a, one), { revision: one, record: sample('a') });
    assert.deepEqual(store.get(b, one), { revision: created, record: sample('b') });
    assert.equal(store.get(b, two), undefined);
  });

  scenario('one failed expectation, wherever it stands, keeps everything out', async ({ store }) => {
    const [held, other] = await committed(store, put(a, sample('a')), put(b, sample('b')));
    const sound: Write[] = [put(c, sample('c')), put(a, sample('a2'), held), remove(b, other!)];
    const failing: { write: Write; actual: number }[] = [
      { write: put(d, sample('d'), held), actual: 0 },
      { write: remove(d, held!), actual: 0 },
      { write: guard(d, held!), actual: 0 },
    ];
    const before = store.applied;
    for (const { write, actual } of failing) {
      for (let index = 0; index <= sound.length; index++) {
        const batch = [...sound.slice(0, index), write, ...sound.slice(index)];
        assert.deepEqual(await refused(store, ...batch), { index, actual });
      }
    }
    assert.equal(store.applied, before);
    assert.equal(store.get(c), undefined);
    assert.deepEqual(store.get(a), { revision: held, record: sample('a') });
    assert.deepEqual(store.get(b), { revision: other, record: sample('b') });
    assert.deepEqual(store.changes({ after: before, maxEntries: 10 }).changes, []);
    assert.deepEqual(store.check(10), []);
  });

  scenario('the first failing write is the one named', async ({ store }) => {
    const [held] = await committed(store, put(a, sample('a')));
    assert.deepEqual(await refused(store, put(b, sample('b')), put(a, sample('x')), remove(c, held!)), {
      index: 1,
      actual: held,
    });
  });

  scenario('a guard holds a revision or an absence, and changes nothing', async ({ store }) => {
    const [held] = await committed(store, put(a, sample('a')));
    const outcome = await committed(store, guard(a, held!), put(b, sample('b')), guard(c, 0));
    assert.deepEqual(outcome, [held, held! + 1, 0]);
    assert.deepEqual(store.get(a), { revision: held, record: sample('a') });
    assert.equal(store.applied, held! + 1);
    assert.deepEqual(await refused(store, guard(a, held!), put(c, sample('c')), guard(b, 0)), {
      index: 2,
      actual: held! + 1,
    });
    assert.equal(store.get(c), undefined);
  });

  scenario('a guard of a resource holds while nothing else of it changes', async ({ store }) => {
    const ofResource = (since: number): Write => ({ ...guard(keyOf('any'), since), isOfResource: true });
    const nothing = store.applied;
    assert.deepEqual(await committed(store, ofResource(nothing)), [nothing]);
    assert.deepEqual(store.check(10), []);
    // What the batch itself changes is not held against it.
    const [first] = await committed(store, put(a, sample('a')), ofResource(nothing));
    assert.deepEqual(await refused(store, put(b, sample('b')), ofResource(nothing)), {
      index: 1,
      actual: first,
    });
    const elsewhere = { ...keyOf('a'), resource: 'others' };
    await committed(store, put(elsewhere, sample('other')));
    const [, second] = await committed(store, ofResource(first!), put(b, sample('b')));
    const [removed] = await committed(store, remove(a, first!));
    assert.deepEqual(await refused(store, ofResource(second!)), { index: 0, actual: removed });
    await committed(store, ofResource(removed!));
    assert.deepEqual(store.check(10), []);
  });

  scenario('of racing creates that allow for no others one goes through', async ({ store }) => {
    for (let round = 0; round < 10; round++) {
      const since = store.applied;
      const names = ['one', 'two', 'three'].map((name) => keyOf(`${name}-${round}`));
      const outcomes = await Promise.all(
        names.map((key) =>
          store.commit([put(key, sample('x')), { kind: 'guard', key, expect: since, isOfResource: true }]),
        ),
      );
      assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
    }
  });

  scenario('a batch of guards alone takes no revision', async ({ store }) => {
    const [held] = await committed(store, put(a, sample('a')));
    assert.deepEqual(await committed(store, guard(a, held!), guard(b, 0)), [held, 0]);
    assert.deepEqual(await refused(store, guard(a, held!), guard(b, held!)), { index: 1, actual: 0 });
    assert.equal(store.applied, held);
  });

  scenario('a guarded create never slips in behind the delete of what it guards', async ({ store }) => {
    for (let round = 0; round < 30; round++) {
      const parent = keyOf(`parent-${round}`);
      const child = keyOf(`child-${round}`);
      const [standing] = await committed(store, put(parent, sample('parent')));
      const commits = [
        () => store.commit([guard(parent, standing!), put(child, sample('child'))]),
        () => store.commit([remove(parent, standing!)]),
      ];
      if (round % 2 === 1) commits.reverse();
      const outcomes = await Promise.all(commits.map((commit) => commit()));
      const [created, removed] =
        round % 2 === 1 ? [outcomes[1]!, outcomes[0]!] : [outcomes[0]!, outcomes[1]!];
      assert.ok(removed.ok, 'nothing stood against the delete');
      if (created.ok) assert.ok(created.revisions[1]! < removed.revisions[0]!);
      else assert.equal(store.get(child), undefined);
    }
  });

  scenario('money moved by racing batches is neither made nor lost, at any revision', async ({ store }) => {
    const prng = new Prng(41);
    const accounts = Array.from({ length: 6 }, (_, index) => keyOf(`account-${index}`));
    const opening = await committed(store, ...accounts.map((account) => put(account, sample('100'))));
    const settled = new Set([opening.at(-1)!]);
    const move = async (): Promise<void> => {
      for (let round = 0; round < 15; round++) {
        const [from, to] = prng.shuffle(accounts) as [(typeof accounts)[0], (typeof accounts)[0]];
        const [source, target] = [store.get(from)!, store.get(to)!];
        const amount = prng.below(20);
        const outcome = await store.commit([
          put(from, sample(String(Number(contentOf(source.record)) - amount)), source.revision),
          put(to, sample(String(Number(contentOf(target.record)) + amount)), target.revision),
        ]);
        if (outcome.ok) settled.add(outcome.revisions.at(-1)!);
      }
    };
    await Promise.all(Array.from({ length: 6 }, move));
    assert.ok(settled.size > 15, 'most moves are made');
    for (const at of settled) {
      const balances = accounts.map((account) => Number(contentOf(store.get(account, at)!.record)));
      assert.equal(
        balances.reduce((sum, balance) => sum + balance),
        600,
        `at ${at}`,
      );
    }
  });

  scenario('the largest batch is as atomic as the smallest', async ({ store }) => {
    const many = Array.from({ length: limits.commitBatchWrites - 1 }, (_, index) => keyOf(`n-${index}`));
    const creates = many.map((key) => put(key, sample(key.name)));
    assert.deepEqual(await refused(store, ...creates, guard(a, 1)), { index: creates.length, actual: 0 });
    assert.equal(store.stats().currentEntries, 0);
    const revisions = await committed(store, ...creates, guard(a, 0));
    const first = revisions[0]!;
    assert.deepEqual(
      revisions.slice(0, -1),
      many.map((_, index) => first + index),
    );
    assert.equal(store.stats().currentEntries, many.length);
  });
};
