/**
 * WATCH on the wire: the state so far where the client asks for it, then every change, without a gap or a
 * repeat. Slow clients are fed from the hub's bounded queue and then from the log; nothing here buffers.
 */
import { setImmediate } from 'node:timers/promises';
import type { GroupResource } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import { expired, internalError, type Status, StatusError } from '../../apimachinery/status.ts';
import type { Engine, Target } from '../../registry/engine.ts';
import { list as openList } from '../../registry/list.ts';
import { parseResourceVersion, tooOld, waitForRevision } from '../../registry/resource-version.ts';
import type { Selection } from '../../registry/selection.ts';
import { eventType, watchTarget } from '../../registry/watch.ts';
import { StorageError } from '../../storage/errors.ts';
import type { Revision } from '../../storage/store.ts';
import type { SharedChange, WatchHandle, WatchSink } from '../../storage/watch-target.ts';
import type { Exchange } from '../exchange.ts';
import type { RequestRecord, WatchEventSeries } from '../metrics/request-record.ts';
import { type WatchQuery, watchQuery } from './list-options.ts';
import { type Rendering, renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';
import { WatchFrames } from './watch-frames.ts';
import type { TimedStream, WatchStreams } from './watch-streams.ts';

interface WatchOptions {
  readonly selection: Selection;
  /** Changes behind this revision; 0 is where the client did not care. */
  readonly after: Revision;
  /** Objects that exist come first, as ADDED. */
  readonly hasInitialEvents: boolean;
  /** A bookmark tells the client when they are complete. */
  readonly marksInitialEnd: boolean;
  readonly allowsBookmarks: boolean;
  readonly timeoutMs: number;
}

export async function watch(request: VerbRequest): Promise<void> {
  const { engine, info, target } = request;
  const rendering = renderingOf(request, target.served, 'watch');
  const options = watchOptions(engine, watchQuery(target, info.query));
  await new WatchStream(request, options, rendering).run();
}

/** A limit and a continue token are read, and mean nothing here, as upstream. */
function watchOptions(engine: Engine, query: WatchQuery): WatchOptions {
  const { selection, resourceVersion, sendInitialEvents, allowsBookmarks, timeoutSeconds } = query;
  const isFromStart = resourceVersion === '' || resourceVersion === '0';
  return {
    selection,
    after: parseResourceVersion(engine.store, resourceVersion),
    hasInitialEvents: sendInitialEvents ?? isFromStart,
    marksInitialEnd: sendInitialEvents === true && allowsBookmarks,
    allowsBookmarks,
    // A negative time is over at once.
    timeoutMs:
      timeoutSeconds === 0 ? limits.watchTimeoutMsMin * (1 + engine.random()) : timeoutSeconds * 1000,
  };
}

class WatchStream implements WatchSink, TimedStream {
  readonly deadlineMs: number;
  bookmarkDueMs = Number.POSITIVE_INFINITY;
  readonly tenant: string;
  readonly resource: GroupResource;
  readonly #engine: Engine;
  readonly #streams: WatchStreams;
  readonly #exchange: Exchange;
  readonly #target: Target;
  readonly #record: RequestRecord;
  #events: WatchEventSeries | undefined;
  readonly #options: WatchOptions;
  readonly #mediaType: string;
  readonly #frames: WatchFrames;
  #handle: WatchHandle | undefined;
  #isFull = false;
  #isFinished = false;
  /** Nobody is there to be answered. */
  #isGone = false;
  #hasFinalBookmark = false;

  constructor(request: VerbRequest, options: WatchOptions, rendering: Rendering) {
    const { engine, streams, exchange, target, record } = request;
    this.#record = record;
    this.#engine = engine;
    this.#streams = streams;
    this.#exchange = exchange;
    this.#target = target;
    this.#options = options;
    this.#mediaType = rendering.negotiated.mediaType;
    this.#frames = new WatchFrames(rendering, engine.clock);
    this.tenant = target.tenant.id;
    this.resource = target.served.definition.storage;
    this.deadlineMs = engine.clock.now() + options.timeoutMs;
    if (options.allowsBookmarks) this.#scheduleBookmark();
  }

  /**
   * Sends the state so far, then stays open. Resolves once the hub feeds the stream; throws what is to be answered
   * instead of a stream. It is among the open ones from the first moment, because what ends those (their client,
   * their project, the server) may come while it waits.
   */
  async run(): Promise<void> {
    this.#exchange.whenOver(() => {
      this.#isGone = true;
      this.#close();
    });
    if (this.#isGone) return;
    this.#streams.add(this);
    try {
      await this.#open();
    } catch (error) {
      if (this.#exchange.isStarted && error instanceof StorageError) this.end(error);
      else if (this.#exchange.isStarted && error instanceof StatusError) this.#endWith(error.status);
      else {
        this.#close();
        throw error;
      }
    }
  }

  async #open(): Promise<void> {
    const { store, hub } = this.#engine;
    const { after, hasInitialEvents, marksInitialEnd, selection } = this.#options;
    if (after > 0) await waitForRevision(store, after);
    else await store.head();
    if (this.#isGone) return;
    this.#exchange.start(200, this.#mediaType);
    if (this.#isFinished) {
      this.#exchange.end();
      return;
    }
    this.#record.stream();
    if (this.#options.timeoutMs < 0) {
      this.finish();
      return;
    }
    let from = after;
    if (hasInitialEvents) {
      from = await this.#sendState();
      if (this.#isFinished) return;
      if (marksInitialEnd) {
        this.#write(this.#frames.bookmark(from, true));
        this.#record.listed();
      }
    } else if (after === 0) from = store.applied;
    else if (after < this.#oldest()) {
      this.#write(this.#frames.error(tooOld(after, store).status));
      this.finish();
      return;
    }
    this.#handle = hub.watch(watchTarget(this.#target, selection), from, this);
  }

  deliver(shared: SharedChange): boolean {
    const type = eventType(shared.change, this.#options.selection);
    if (type === undefined) return true;
    const frame = this.#frames.event(shared, type);
    if (frame instanceof Promise) {
      void this.#deliverLater(frame);
      return false;
    }
    if (this.#write(frame)) return true;
    this.#isFull = true;
    void this.#exchange.drained().then(() => this.#drained());
    return false;
  }

  /** The next change waits until this one has been converted; if it cannot be, the client is told and lists anew. */
  async #deliverLater(frame: Promise<Buffer>): Promise<void> {
    this.#isFull = true;
    try {
      const written = await frame;
      if (this.#isFinished) return;
      if (!this.#write(written)) await this.#exchange.drained();
      this.#drained();
    } catch (error) {
      this.#endWith(statusOf(error));
    }
  }

  end(error: StorageError): void {
    this.#endWith(endStatus(error));
  }

  #endWith(status: Status): void {
    if (this.#isFinished) return;
    this.#write(this.#frames.error(status));
    this.finish();
  }

  bookmark(): void {
    if (this.#handle === undefined || this.#isFull) return;
    this.#scheduleBookmark();
    this.#write(this.#frames.bookmark(this.#handle.position, false));
  }

  finish(): void {
    if (this.#isFinished) return;
    this.#close();
    if (this.#exchange.isStarted) this.#exchange.end();
  }

  expire(): void {
    if (this.#exchange.isStarted) this.#endWith(expired('what is shown has changed').status);
    else this.finish();
  }

  /** What lies before it no watch can tell. */
  #oldest(): Revision {
    const { store, watchableFrom } = this.#engine;
    const { tenant } = this.#target;
    return Math.max(store.compacted, tenant.startRevision, watchableFrom?.(tenant.id, this.resource) ?? 0);
  }

  async #sendState(): Promise<number> {
    const listing = await openList(this.#engine, this.#target, {
      selection: this.#options.selection,
      resourceVersion: '',
      resourceVersionMatch: '',
      continueToken: '',
      asksInitialEvents: false,
      limit: 0,
    });
    for (let step = listing.next(); step !== undefined; step = listing.next()) {
      let isRoom = true;
      for (const entry of step) {
        const frame = this.#frames.state('ADDED', entry);
        isRoom = this.#write(frame instanceof Promise ? await frame : frame) && isRoom;
      }
      if (!isRoom) await this.#exchange.drained();
      if (this.#isFinished) break;
      await setImmediate();
    }
    return listing.revision;
  }

  #write(frame: Buffer): boolean {
    this.#events ??= this.#record.watchEvents();
    this.#events.total.value++;
    this.#events.sizes.observe(frame.length);
    return this.#exchange.write(frame);
  }

  #drained(): void {
    this.#isFull = false;
    if (!this.#isFinished) this.#handle?.resume();
  }

  /** Every interval, and once shortly before the end, so that the client can resume where it was. */
  #scheduleBookmark(): void {
    const regular = this.#engine.clock.now() + limits.watchBookmarkIntervalMs;
    const final = this.deadlineMs - limits.watchFinalBookmarkMs;
    if (regular < final) this.bookmarkDueMs = regular;
    else {
      this.bookmarkDueMs = this.#hasFinalBookmark ? Number.POSITIVE_INFINITY : final;
      this.#hasFinalBookmark = true;
    }
  }

  #close(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#handle?.close();
    this.#streams.remove(this);
    this.#record.endStream();
  }
}

function statusOf(error: unknown): Status {
  return error instanceof StatusError ? error.status : internalError(String(error), error).status;
}

function endStatus(error: StorageError): Status {
  if (error.code === 'compacted') {
    return expired(`too old resource version: ${error.requested} (${error.current})`).status;
  }
  return internalError(error.message, error).status;
}
