/**
 * The watching part of the metamorphic suite: watches opened anywhere in the past, paused, resumed and closed at
 * random, each compared with the model's changes of its target. A watch may end only for having fallen behind the
 * compaction. Writes nothing.
 */
import type { Prng } from '../../lib/prng.ts';
import type { Change, Revision, Store } from '../store.ts';
import { WatchHub } from '../watch-hub.ts';
import type { WatchHandle, WatchTarget } from '../watch-target.ts';
import { mismatch, sameChange } from './compare.ts';
import { eventually } from './eventually.ts';
import { isOf } from './history.ts';
import { randomKey } from './metamorphic-reads.ts';
import type { StoreModel } from './model.ts';
import { RecordingSink } from './recording-sink.ts';

const watchesMax = 16;

interface OpenWatch {
  readonly target: WatchTarget;
  readonly after: Revision;
  readonly sink: RecordingSink;
  readonly handle: WatchHandle;
  /** Changes it must be told that have not been compared yet. */
  readonly due: Change[];
  /** Stood at the newest revision, with room, when the compaction under way began: that must not end it. */
  isSafe: boolean;
}

export class WatchComparison {
  readonly #model: StoreModel;
  readonly #prng: Prng;
  #hub: WatchHub;
  #store: Store;
  #watches: OpenWatch[] = [];
  /** What was done with watches, and how many changes they were told, by kind. */
  readonly done: Record<string, number> = {};
  delivered = 0;

  constructor(store: Store, model: StoreModel, prng: Prng) {
    this.#store = store;
    this.#hub = new WatchHub(store);
    this.#model = model;
    this.#prng = prng;
  }

  /** One act: opens a watch, resumes one or closes one. */
  any(): void {
    const watch = this.#prng.pick([undefined, ...this.#watches]);
    if (watch === undefined) {
      if (this.#watches.length < watchesMax) this.#open();
    } else if (this.#prng.chance(0.1)) {
      this.#close(watch);
    } else {
      this.#count('resume');
      watch.sink.room = this.#room();
      watch.handle.resume();
    }
  }

  #count(kind: string): void {
    this.done[kind] = (this.done[kind] ?? 0) + 1;
  }

  /** Mostly unlimited; otherwise from a few changes up to more than a queue of the hub holds. */
  #room(): number {
    return this.#prng.pick([Infinity, Infinity, 1, 5, 50, 400]);
  }

  #open(): void {
    const prng = this.#prng;
    const { tenant, group, resource, namespace, name } = randomKey(prng);
    const target: WatchTarget = {
      group,
      resource,
      ...(prng.chance(0.6) ? { tenant } : {}),
      ...(prng.chance(0.4) ? { namespace } : {}),
      ...(prng.chance(0.3) ? { name } : {}),
    };
    const { compacted, applied } = this.#model;
    const oldest = prng.pick([applied, Math.max(compacted, applied - 3), compacted]);
    const after = prng.between(oldest, applied);
    const sink = new RecordingSink(this.#room());
    const handle = this.#hub.watch(target, after, sink);
    const due = this.#model.changes({ after }).filter((change) => isOf(target, change));
    this.#watches.push({ target, after, sink, handle, due, isSafe: false });
    this.#count('watch');
  }

  #close(watch: OpenWatch): void {
    watch.handle.close();
    this.#watches = this.#watches.filter((other) => other !== watch);
  }

  /** Takes note of what the model has just applied, and compares what the watches were told. */
  applied(changes: readonly Change[]): void {
    for (const { target, due } of this.#watches)
      due.push(...changes.filter((change) => isOf(target, change)));
    this.compare();
  }

  /** What came so far is the beginning of what is due; what ended had to. */
  compare(): void {
    for (const watch of this.#watches) {
      const { target, after, sink, handle, due } = watch;
      const title = `watch ${JSON.stringify(target)} after ${after}`;
      for (const change of sink.changes.splice(0)) {
        const expected = due.shift();
        if (!sameChange(change, expected)) mismatch(title, change, expected);
        this.delivered++;
      }
      const next = due[0]?.revision ?? Infinity;
      if (handle.position >= next) mismatch(`position of ${title}`, handle.position, `less than ${next}`);
      const [error] = sink.errors;
      if (error === undefined) continue;
      const mayEnd = error.code === 'compacted' && !watch.isSafe && handle.position < this.#store.compacted;
      if (!mayEnd) mismatch(title, error, `${due.length} changes from ${next}`);
      this.#count('ended');
      this.#close(watch);
    }
  }

  beforeCompaction(): void {
    for (const watch of this.#watches) {
      watch.isSafe = watch.sink.room > 0 && watch.handle.position === this.#model.applied;
    }
  }

  afterCompaction(): void {
    this.compare();
    for (const watch of this.#watches) watch.isSafe = false;
  }

  /** Lets every watch come up to the store, compares the whole, and closes them. */
  async finish(): Promise<void> {
    for (const { sink, handle } of this.#watches) {
      sink.room = Infinity;
      handle.resume();
    }
    const isDone = ({ handle, sink }: OpenWatch) =>
      handle.position === this.#store.applied || sink.errors.length > 0;
    await eventually(() => this.#watches.every(isDone), 'every watch comes up to the store');
    this.compare();
    for (const { target, due } of this.#watches) {
      if (due.length > 0) mismatch(`watch ${JSON.stringify(target)} at the end`, [], due);
    }
    this.#hub.close();
    for (const { sink } of this.#watches) {
      if (sink.errors[0]?.code !== 'closed') mismatch('the end of a watch', sink.errors, 'closed');
    }
    this.#watches = [];
  }

  /** Goes on with another opening of the store. */
  goOn(store: Store): void {
    this.#store = store;
    this.#hub = new WatchHub(store);
  }
}
