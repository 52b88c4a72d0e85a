/**
 * Random operations on a store and on the plain model, their answers compared one by one. Writes go out in waves of
 * concurrent batches, so what the store did is read from its outcomes: they must be what some order of the batches
 * gives, one at a time. Knows no backend; draws everything from one seed.
 */
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { must } from '../../lib/assert.ts';
import { Prng } from '../../lib/prng.ts';
import type { Change, CommitOutcome, ObjectKey, Revision, Store, Write } from '../store.ts';
import { mismatch, sameChange } from './compare.ts';
import { settle } from './eventually.ts';
import { owners, ReadComparison, randomKey } from './metamorphic-reads.ts';
import { WatchComparison } from './metamorphic-watches.ts';
import { StoreModel } from './model.ts';
import { guard, put, remove, sample } from './sample.ts';
import { announcedSeed, countFromEnvironment } from './seed.ts';
import type { OpenStore, StoreSubject } from './subject.ts';

/** Revisions kept readable, about: enough for old cursors, few enough to meet the compaction often. */
const window = 600;

interface Batch {
  readonly writes: readonly Write[];
  readonly outcome: CommitOutcome;
}

export class MetamorphicRun {
  readonly #opened: OpenStore;
  readonly #prng: Prng;
  readonly #model: StoreModel;
  readonly #reads: ReadComparison;
  readonly #watches: WatchComparison;
  #store: Store;
  #unsubscribe: () => void;
  /** What the listener heard since the last comparison, and up to which revision that was. */
  #heard: Change[] = [];
  #heardUpTo: Revision;
  #contents = 0;
  /** Commits and upkeep done, by kind. */
  readonly #done: Record<string, number> = {};

  constructor(opened: OpenStore, seed: number) {
    this.#opened = opened;
    this.#store = opened.store;
    this.#prng = new Prng(seed);
    this.#model = new StoreModel(opened.store.applied);
    this.#heardUpTo = this.#model.applied;
    this.#reads = new ReadComparison(this.#store, this.#model, this.#prng);
    this.#watches = new WatchComparison(this.#store, this.#model, this.#prng);
    this.#unsubscribe = this.#listen();
  }

  /** Operations so far, by kind: every read, every batch, every act of upkeep is one. */
  get done(): Readonly<Record<string, number>> {
    return { ...this.#reads.done, ...this.#watches.done, ...this.#done };
  }

  /** Changes told to watches. */
  get delivered(): number {
    return this.#watches.delivered;
  }

  get operations(): number {
    return Object.values(this.done).reduce((sum, count) => sum + count, 0);
  }

  /** Runs at least that many operations; throws on the first answer that differs. */
  async run(operations: number): Promise<void> {
    const rare: readonly [chance: number, operation: () => Promise<void> | void][] = [
      [0.004, () => this.#compact()],
      [0.0004, () => this.#check()],
      [0.0002, () => this.#reopen()],
      [0.0001, () => this.#repair()],
    ];
    while (this.operations < operations) {
      if (this.#prng.chance(0.06)) await this.#wave();
      else if (this.#prng.chance(0.05)) this.#watches.any();
      else this.#reads.any();
      for (const [chance, operation] of rare) {
        if (this.#prng.chance(chance)) await operation();
      }
    }
    await this.#watches.finish();
    this.#check();
  }

  #count(kind: string, count = 1): void {
    this.#done[kind] = (this.#done[kind] ?? 0) + count;
  }

  #listen(): () => void {
    return this.#store.subscribe((changes) => this.#heard.push(...changes));
  }

  #write(key: ObjectKey): Write {
    const prng = this.#prng;
    const standing = this.#model.get(key)?.revision ?? 0;
    const expect = prng.chance(0.08) ? prng.pick([0, standing + 1, Math.max(0, standing - 1)]) : standing;
    if (prng.chance(0.15)) return guard(key, expect);
    if (standing !== 0 && expect !== 0 && prng.chance(0.35)) return remove(key, expect);
    const facts = {
      ...(prng.chance(0.6) ? { owner: prng.pick(owners) } : {}),
      ...(prng.chance(0.3) ? { expires: String(prng.below(10)) } : {}),
    };
    return put(key, sample(`${this.#contents++} ${'.'.repeat(prng.below(60))}`, facts), expect);
  }

  #batch(): Write[] {
    const keys = new Map<string, ObjectKey>();
    for (let size = this.#prng.chance(0.6) ? 1 : this.#prng.between(2, 6); size > 0; size--) {
      const key = randomKey(this.#prng);
      keys.set(JSON.stringify(key), key);
    }
    return [...keys.values()].map((key) => this.#write(key));
  }

  /** Concurrent batches; while they are under way what was readable, at or above `readableFrom`, stays what it was. */
  async #wave(readableFrom = this.#model.compacted): Promise<void> {
    const batches = Array.from({ length: this.#prng.between(1, 16) }, () => this.#batch());
    const commits = batches.map(async (writes) => ({ writes, outcome: await this.#store.commit(writes) }));
    for (let turn = this.#prng.below(4); turn > 0; turn--) {
      this.#reads.past(readableFrom);
      await nextTurn();
    }
    this.#linearize(await Promise.all(commits));
    this.#count('commit', batches.length);
    this.#compareHeard();
    const { applied } = this.#store;
    if (applied !== this.#model.applied) mismatch('applied', applied, this.#model.applied);
  }

  /** Applies what succeeded in the order of revisions; what changed nothing must fit in somewhere between. */
  #linearize(batches: readonly Batch[]): void {
    const applied = batches
      .filter(({ writes, outcome }) => outcome.ok && writes.some(({ kind }) => kind !== 'guard'))
      .sort((left, right) => firstRevision(left) - firstRevision(right));
    let unexplained = batches.filter((batch) => !applied.includes(batch));
    const explain = () => {
      unexplained = unexplained.filter((batch) => !this.#endsSo(batch));
    };
    explain();
    for (const batch of applied) {
      if (!this.#endsSo(batch))
        mismatch('a batch went through', batch, `something else at ${this.#model.applied}`);
      for (const [index, write] of batch.writes.entries()) {
        if (batch.outcome.ok) this.#model.apply(must(batch.outcome.revisions[index], 'a revision'), write);
      }
      explain();
    }
    if (unexplained.length > 0) mismatch('outcomes that no order of the batches gives', unexplained, applied);
  }

  /** Whether the batch, run now on the model, ends so. */
  #endsSo({ writes, outcome }: Batch): boolean {
    for (const [index, write] of writes.entries()) {
      const actual = this.#model.get(write.key)?.revision ?? 0;
      if (actual !== write.expect) return !outcome.ok && outcome.index === index && outcome.actual === actual;
    }
    if (!outcome.ok || outcome.revisions.length !== writes.length) return false;
    const own = outcome.revisions.filter((_, index) => writes[index]?.kind !== 'guard');
    return (
      own.every((revision, index) => revision === own[0]! + index && revision > this.#model.applied) &&
      writes.every((write, index) => write.kind !== 'guard' || outcome.revisions[index] === write.expect)
    );
  }

  #compareHeard(): void {
    const due = this.#model.changes({ after: this.#heardUpTo });
    if (
      due.length !== this.#heard.length ||
      !due.every((change, index) => sameChange(change, this.#heard[index]))
    ) {
      mismatch('changes heard', this.#heard, due);
    }
    this.#watches.applied(due);
    this.#heard = [];
    this.#heardUpTo = this.#model.applied;
  }

  async #compact(): Promise<void> {
    const { compacted, applied } = this.#model;
    const below = Math.max(compacted, applied - this.#prng.below(2 * window));
    this.#watches.beforeCompaction();
    const compacting = this.#store.compact(below);
    if (this.#prng.chance(0.5)) await this.#wave(below);
    await compacting;
    this.#model.compact(below);
    await settle();
    this.#watches.afterCompaction();
    if (this.#store.compacted !== below) mismatch('compacted', this.#store.compacted, below);
    this.#count('compact');
  }

  #check(): void {
    const differences = this.#store.check(5);
    if (differences.length > 0) mismatch('check', differences, []);
    this.#count('check');
  }

  async #repair(): Promise<void> {
    await this.#store.repair();
    this.#count('repair');
    this.#check();
  }

  async #reopen(): Promise<void> {
    if (this.#opened.reopen === undefined) return;
    this.#unsubscribe();
    await this.#watches.finish();
    this.#store = await this.#opened.reopen();
    this.#reads.store = this.#store;
    this.#watches.goOn(this.#store);
    this.#unsubscribe = this.#listen();
    const { applied, compacted } = this.#store;
    if (applied !== this.#model.applied) mismatch('applied after reopening', applied, this.#model.applied);
    if (compacted !== this.#model.compacted)
      mismatch('compacted after reopening', compacted, this.#model.compacted);
    this.#count('reopen');
  }
}

function firstRevision({ writes, outcome }: Batch): Revision {
  const index = writes.findIndex(({ kind }) => kind !== 'guard');
  return outcome.ok ? must(outcome.revisions[index], 'the revision of a write') : 0;
}

/** Registers the suite with node:test: so many operations, or MILO_METAMORPHIC_OPERATIONS. */
export function storeMetamorphic(subject: StoreSubject, total = 100_000): void {
  test(`${subject.name}: random operations give what a plain model gives`, async (context) => {
    const seed = announcedSeed(context);
    const operations = countFromEnvironment('MILO_METAMORPHIC_OPERATIONS', total);
    const opened = await subject.open();
    try {
      const run = new MetamorphicRun(opened, seed);
      try {
        await run.run(operations);
      } catch (error) {
        throw new Error(`seed ${seed}, after ${run.operations} operations`, { cause: error });
      }
      context.diagnostic(
        `${run.operations} operations: ${JSON.stringify(run.done)}, ${run.delivered} changes watched`,
      );
    } finally {
      await opened.close();
    }
  });
}
