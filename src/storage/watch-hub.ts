/**
 * The watch hub: one subscription to the store for all watches of all tenants. A watch first reads the log from where
 * it left off, in bounded steps, and then goes live; both happen on one thread and a step ends where the store
 * stands, so nothing is missed and nothing comes twice. A live watch costs a place in an index and no timer, a
 * change costs what is interested in it. Knows no encoding and no request.
 */
import { limits } from '../apimachinery/limits.ts';
import { StorageError } from './errors.ts';
import type { Change, Revision, Store } from './store.ts';
import { WatchIndex } from './watch-index.ts';
import type { Encoding, SharedChange, WatchHandle, WatchSink, WatchTarget } from './watch-target.ts';

/**
 * `catching-up` reads the log; `live` is told changes as they come; `paused` was live and its sink takes no more, so
 * changes queue; `lagging` takes no more either, and its place in the log is all that is kept of it.
 */
type WatchPhase = 'catching-up' | 'live' | 'paused' | 'lagging' | 'ended';

/** What a step costs beside the changes it reads, in changes. */
const stepCost = 8;

class Shared implements SharedChange {
  readonly change: Change;
  #encodings: Map<string, Encoding> | undefined;

  constructor(change: Change) {
    this.change = change;
  }

  encoded(form: string, encode: (change: Change) => Encoding): Encoding {
    let encoding = this.#encodings?.get(form);
    if (encoding === undefined) {
      encoding = encode(this.change);
      this.#encodings ??= new Map();
      this.#encodings.set(form, encoding);
    }
    return encoding;
  }
}

class Watch implements WatchHandle {
  readonly target: WatchTarget;
  readonly #hub: WatchHub;
  readonly #sink: WatchSink;
  phase: WatchPhase = 'catching-up';
  /** Everything of the target up to here was delivered; behind it lies what is queued or unread. */
  delivered: Revision;
  #queue: SharedChange[] = [];
  #isDelivering = false;
  #wasResumed = false;

  constructor(hub: WatchHub, target: WatchTarget, after: Revision, sink: WatchSink) {
    this.#hub = hub;
    this.target = target;
    this.delivered = after;
    this.#sink = sink;
  }

  get queued(): number {
    return this.#queue.length;
  }

  get position(): Revision {
    const isWaiting = this.phase === 'live' || (this.phase === 'paused' && this.#queue.length === 0);
    return isWaiting && !this.#isDelivering ? Math.max(this.delivered, this.#hub.dispatched) : this.delivered;
  }

  /** A change of the target, from the dispatch. */
  offer(shared: SharedChange): void {
    // Opened in the midst of a dispatch, behind what is still being dispatched.
    if (shared.change.revision <= this.delivered) return;
    if (this.phase === 'live') {
      if (!this.deliver(shared) && this.phase === 'live') this.phase = 'paused';
      return;
    }
    this.#queue.push(shared);
    if (this.#queue.length <= limits.watchQueueEvents) return;
    this.#queue = [];
    this.phase = 'lagging';
    this.#hub.overflows++;
    this.#hub.leave(this);
  }

  /** Hands one change to the sink; false when it takes no more. */
  deliver(shared: SharedChange): boolean {
    this.#isDelivering = true;
    this.#wasResumed = false;
    try {
      const mayGoOn = this.#sink.deliver(shared);
      this.delivered = shared.change.revision;
      return mayGoOn || this.#wasResumed;
    } catch (error) {
      this.#hub.drop(this);
      // A sink's bug ends its own watch, reaches nobody else's, and is not lost.
      queueMicrotask(() => {
        throw error;
      });
      return false;
    } finally {
      this.#isDelivering = false;
    }
  }

  resume(): void {
    // Called by the sink out of its own `deliver`: answers for what that is about to return.
    if (this.#isDelivering) this.#wasResumed = true;
    else if (this.phase === 'lagging') this.#hub.catchUp(this);
    else if (this.phase === 'paused') this.#drain();
  }

  #drain(): void {
    for (let shared = this.#queue.shift(); shared !== undefined; shared = this.#queue.shift()) {
      if (!this.deliver(shared)) return;
    }
    this.phase = 'live';
  }

  finish(error?: StorageError): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.#queue = [];
    if (error !== undefined) this.#sink.end(error);
  }

  close(): void {
    this.#hub.drop(this);
  }
}

export class WatchHub {
  readonly #store: Store;
  readonly #live = new WatchIndex<Watch>();
  readonly #all = new Set<Watch>();
  readonly #unsubscribe: () => void;
  #catchingUp: Watch[] = [];
  #isStepPlanned = false;
  #isClosed = false;
  /** Every change up to here has been offered to every live watch. */
  dispatched: Revision;
  /** Times that a watch was too slow for its queue and went back to the log. */
  overflows = 0;
  /** Watches that were ended because what they had still to read is gone. */
  expiries = 0;

  constructor(store: Store) {
    this.#store = store;
    this.dispatched = store.applied;
    this.#unsubscribe = store.subscribe((changes) => this.#dispatch(changes));
  }

  /** Watches, all that are not closed. */
  get size(): number {
    return this.#all.size;
  }

  /** Watches by how they are fed, and the changes in their queues. Walks them all. */
  census(): { readonly phases: ReadonlyMap<string, number>; readonly queued: number } {
    const phases = new Map<string, number>([
      ['catching-up', 0],
      ['live', 0],
      ['paused', 0],
      ['lagging', 0],
    ]);
    let queued = 0;
    for (const watch of this.#all) {
      phases.set(watch.phase, (phases.get(watch.phase) ?? 0) + 1);
      queued += watch.queued;
    }
    return { phases, queued };
  }

  /**
   * Delivers every change of the target behind `after`, in order, until closed. `after` must be at most the
   * store's applied revision. Nothing is delivered before this returns.
   */
  watch(target: WatchTarget, after: Revision, sink: WatchSink): WatchHandle {
    if (this.#isClosed) throw new StorageError('closed', 'the watch hub is closed');
    const watch = new Watch(this, target, after, sink);
    this.#all.add(watch);
    if (after === this.#store.applied) this.#goLive(watch);
    else this.catchUp(watch);
    return watch;
  }

  #dispatch(changes: readonly Change[]): void {
    for (const change of changes) {
      let shared: Shared | undefined;
      this.#live.forEach(change.key, (watch) => {
        shared ??= new Shared(change);
        watch.offer(shared);
      });
      this.dispatched = change.revision;
    }
  }

  #goLive(watch: Watch): void {
    watch.phase = 'live';
    this.#live.add(watch.target, watch);
  }

  /** The watch keeps its place in the log and is told nothing until it resumes. */
  leave(watch: Watch): void {
    this.#live.delete(watch.target, watch);
  }

  /** Puts the watch in line for reading the log. All take turns; a turn of the event loop reads a bounded piece. */
  catchUp(watch: Watch): void {
    watch.phase = 'catching-up';
    this.#catchingUp.push(watch);
    this.#planStep();
  }

  #planStep(): void {
    if (this.#isStepPlanned) return;
    this.#isStepPlanned = true;
    setImmediate(() => {
      this.#isStepPlanned = false;
      // After a restart thousands resume at once, nearly all with nothing to read: they share a turn.
      for (let budget = limits.watchLogStepEntries; budget > 0; ) {
        const watch = this.#catchingUp.shift();
        if (watch === undefined) return;
        if (watch.phase === 'catching-up') budget -= stepCost + this.#step(watch);
      }
      if (this.#catchingUp.length > 0) this.#planStep();
    });
  }

  /**
   * Reads on in the log; then goes live, waits its turn again, or stops where the sink took no more. Returns the
   * changes read.
   */
  #step(watch: Watch): number {
    const { target } = watch;
    const { tenant, group, resource } = target;
    let read = 0;
    try {
      const { changes, position } = this.#store.changes({
        after: watch.delivered,
        maxEntries: limits.watchLogStepEntries,
        ...(tenant === undefined ? {} : { scope: { tenant, group, resource } }),
      });
      read = changes.length;
      for (const change of changes) {
        if (!isOf(target, change)) continue;
        const mayGoOn = watch.deliver(new Shared(change));
        if (watch.phase !== 'catching-up') return read;
        if (!mayGoOn) {
          watch.phase = 'lagging';
          return read;
        }
      }
      watch.delivered = position;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (error.code === 'compacted') this.expiries++;
      this.#all.delete(watch);
      watch.finish(error);
      return read;
    }
    if (watch.delivered === this.#store.applied) this.#goLive(watch);
    else this.catchUp(watch);
    return read;
  }

  /** Forgets a watch without telling its sink. */
  drop(watch: Watch): void {
    if (!this.#all.delete(watch)) return;
    this.#live.delete(watch.target, watch);
    watch.finish();
  }

  /** Ends every watch with `closed`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#catchingUp = [];
    const watches = [...this.#all];
    this.#all.clear();
    for (const watch of watches) {
      this.#live.delete(watch.target, watch);
      watch.finish(new StorageError('closed', 'the server is shutting down'));
    }
  }
}

function isOf({ group, resource, namespace, name }: WatchTarget, { key }: Change): boolean {
  return (
    key.resource === resource &&
    key.group === group &&
    (namespace === undefined || key.namespace === namespace) &&
    (name === undefined || key.name === name)
  );
}
