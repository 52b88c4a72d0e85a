/**
 * What must be true of a store whose writer was killed. Follows what the writer told, across any number of its
 * lives, and compares what reopening finds. Runs no workload and kills nothing.
 */
import { must } from '../../../lib/assert.ts';
import type { Prng } from '../../../lib/prng.ts';
import type { Change, Revision, Store } from '../../store.ts';
import { WatchHub } from '../../watch-hub.ts';
import { mismatch, sameChange, sameEntry } from '../compare.ts';
import { eventually } from '../eventually.ts';
import { readLog } from '../history.ts';
import { StoreModel } from '../model.ts';
import { RecordingSink } from '../recording-sink.ts';
import { contentOf, put, red, remove, sample } from '../sample.ts';
import type { Message, ToldChange } from './protocol.ts';
import type { BatchContent } from './workload.ts';
import { keyAt, placeOf } from './workload.ts';

export class CrashChecker {
  readonly #prng: Prng;
  readonly #model: StoreModel;
  /** Everything that is known to have happened since the last check, by revision. */
  #known = new Map<Revision, ToldChange>();
  acknowledgedWrites = 0;
  /** Writes that were durable although nobody had been told: their process died too early. */
  unacknowledgedWrites = 0;
  batches = 0;

  constructor(start: Revision, prng: Prng) {
    this.#model = new StoreModel(start);
    this.#prng = prng;
  }

  /** Compares a reopened store with all its writer told in its last life. */
  async check(store: Store, messages: readonly Message[]): Promise<void> {
    const start = this.#model.applied;
    this.#known = new Map();
    const told = messages.flatMap((message) => (message.kind === 'seen' ? message.changes : []));
    let lastSeen = start;
    for (const change of told) {
      if (change[0] <= lastSeen) mismatch('a revision heard', change, `one behind ${lastSeen}`);
      lastSeen = change[0];
      this.#known.set(lastSeen, change);
    }
    if (store.applied < lastSeen) mismatch('the newest revision', store.applied, `at least ${lastSeen}`);
    this.#checkOpening(messages, start);

    const log = readLog(store, Math.max(start, store.compacted), { maxEntries: 200 });
    this.#checkLog(log, Math.max(start, store.compacted), lastSeen);
    this.#checkAcknowledged(messages);
    this.#checkBatches();
    this.#checkState(store);
    await this.#checkWatch(store, lastSeen, log);
    const differences = store.check(5);
    if (differences.length > 0) mismatch('check', differences, []);
  }

  #checkOpening(messages: readonly Message[], start: Revision): void {
    for (const message of messages) {
      if (message.kind === 'open' && message.applied !== start)
        mismatch('applied on opening', message.applied, start);
    }
  }

  /** The log repeats what was heard, and adds what its writer did not live to hear. */
  #checkLog(log: readonly Change[], after: Revision, lastSeen: Revision): void {
    const heard = [...this.#known.keys()].filter((revision) => revision > after);
    const repeated = log.filter(({ revision }) => revision <= lastSeen);
    if (repeated.length !== heard.length) mismatch('changes in the log again', repeated.length, heard.length);
    for (const { revision, key, record } of log) {
      const found: ToldChange = [revision, placeOf(key), record === undefined ? null : contentOf(record)];
      const known = this.#known.get(revision);
      if (known === undefined) {
        if (revision <= lastSeen) mismatch('a change in the log', found, 'none: it was not heard');
        this.#known.set(revision, found);
      } else if (!sameTold(known, found)) mismatch(`revision ${revision}`, found, known);
    }
    for (const change of [...this.#known.values()]) {
      const [revision, place, content] = change;
      const key = keyAt(place);
      const previous = this.#model.get(key)?.revision ?? 0;
      if (content === null && previous === 0) mismatch('a delete', change, 'of something that is there');
      this.#model.apply(
        revision,
        content === null ? remove(key, previous) : put(key, this.#recordOf(log, change), previous),
      );
    }
  }

  /** The record as the log has it, indexes and all; for what is compacted the content alone must do. */
  #recordOf(log: readonly Change[], [revision, , content]: ToldChange): Buffer {
    return log.find((change) => change.revision === revision)?.record ?? sample(must(content, 'a content'));
  }

  #checkAcknowledged(messages: readonly Message[]): void {
    const acknowledged = messages.flatMap((message) =>
      message.kind === 'acknowledged' ? message.changes : [],
    );
    for (const change of acknowledged) {
      const known = this.#known.get(change[0]);
      if (known === undefined || !sameTold(known, change)) mismatch('an acknowledged write', known, change);
    }
    this.acknowledgedWrites += acknowledged.length;
    this.unacknowledgedWrites += this.#known.size - acknowledged.length;
  }

  /** Every batch of which anything is there is there whole, at consecutive revisions, in its order. */
  #checkBatches(): void {
    const explained = new Set<Revision>();
    for (const [revision, place, content] of this.#known.values()) {
      if (!place.startsWith('batch/') || content === null) continue;
      const batch = JSON.parse(content) as BatchContent;
      if (batch.position === 0) this.batches++;
      for (const [index, write] of batch.writes.entries()) {
        const part = this.#known.get(revision - batch.position + index);
        const isPart =
          part !== undefined &&
          write === `${part[2] === null ? 'delete' : 'put'} ${part[1]}` &&
          (part[2] === null || (JSON.parse(part[2]) as BatchContent).token === batch.token);
        if (!isPart) mismatch(`write ${index} of batch ${batch.token}`, part, write);
        explained.add(part[0]);
      }
    }
    for (const change of this.#known.values()) {
      if (change[1].startsWith('batch/') && !explained.has(change[0]))
        mismatch('a write of no batch', change, 'none');
    }
  }

  /** Objects now and at any readable revision are what the changes make of them. */
  #checkState(store: Store): void {
    if (store.applied !== this.#model.applied) mismatch('applied', store.applied, this.#model.applied);
    this.#model.compact(store.compacted);
    const revisions = [store.compacted, store.applied];
    for (let count = 0; count < 6; count++)
      revisions.push(this.#prng.between(store.compacted, store.applied));
    for (const at of revisions) {
      const listing = { tenant: red, group: '', resource: 'configmaps', at };
      const { entries } = store.range({ ...listing, maxEntries: 10_000, maxBytes: 100_000_000 });
      const due = this.#model.entries(listing);
      const isSame = (entry: (typeof due)[0], index: number) => {
        const other = due[index];
        return (
          other !== undefined &&
          placeOf(entry.key) === placeOf(other.key) &&
          entry.revision === other.revision &&
          contentOf(entry.record) === contentOf(other.record)
        );
      };
      if (entries.length !== due.length || !entries.every(isSame)) mismatch(`objects at ${at}`, entries, due);
      for (const entry of entries.slice(0, 20)) {
        if (!sameEntry({ key: entry.key, ...must(store.get(entry.key, at), 'an object listed') }, entry)) {
          mismatch(`get at ${at}`, store.get(entry.key, at), entry);
        }
      }
    }
  }

  /** A watcher that comes back where it stood hears exactly what it missed. */
  async #checkWatch(store: Store, lastSeen: Revision, log: readonly Change[]): Promise<void> {
    const hub = new WatchHub(store);
    const oldest = Math.max(store.compacted, log[0] === undefined ? lastSeen : log[0].revision - 1);
    for (const after of [Math.max(lastSeen, oldest), this.#prng.between(oldest, store.applied)]) {
      const due = log.filter(({ revision }) => revision > after);
      const sink = new RecordingSink();
      const handle = hub.watch({ tenant: red, group: '', resource: 'configmaps' }, after, sink);
      await eventually(() => handle.position >= store.applied, 'the watch comes up to the store');
      handle.close();
      const isSame =
        due.length === sink.changes.length &&
        due.every((change, index) => sameChange(change, sink.changes[index]));
      if (!isSame || sink.errors.length > 0)
        mismatch(`watched after ${after}`, [sink.changes, sink.errors], due);
    }
  }
}

function sameTold(left: ToldChange, right: ToldChange): boolean {
  return left[0] === right[0] && left[1] === right[1] && left[2] === right[2];
}
