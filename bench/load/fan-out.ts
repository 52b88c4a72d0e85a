/**
 * Many watches on one collection, and writes to it: counts the events that arrive. A few writes are under way at a time;
 * the next leaves when as many events as watchers have come. At the end every watcher must have had every event.
 */
import { UsageError } from '../run/usage-error.ts';
import { measureWindow, type Throughput } from './closed-loop.ts';
import { Connections } from './connections.ts';
import type { PreparedRequest } from './lean-connection.ts';
import type { Target } from './target.ts';

export interface FanOutOptions {
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly serverPid: number | undefined;
  readonly eventsInFlight: number;
  next(): { readonly request: PreparedRequest; readonly body: Buffer };
}

const newline = 0x0a;
const lastEventsTimeoutMs = 20_000;
/** Servers let one tenant stand in line with so many requests and refuse what comes beyond. */
const openedAtATime = 500;

export class FanOut {
  readonly #watching: Connections;
  readonly #writing: Connections;
  readonly #perWatcher: Uint32Array;
  #delivered = 0;
  #sent = 0;
  #onDelivery: () => void = () => {};

  private constructor(watching: Connections, writing: Connections, watchers: number) {
    this.#watching = watching;
    this.#writing = writing;
    this.#perWatcher = new Uint32Array(watchers);
  }

  /** Resolves when every watch has been accepted. */
  static async open(
    target: Target,
    watch: PreparedRequest,
    watchers: number,
    connections: number,
  ): Promise<FanOut> {
    const watching = await Connections.open(target, connections);
    try {
      return await FanOut.#openOn(watching, target, watch, watchers);
    } catch (error) {
      watching.close();
      throw error;
    }
  }

  static async #openOn(
    watching: Connections,
    target: Target,
    watch: PreparedRequest,
    watchers: number,
  ): Promise<FanOut> {
    const connections = watching.all.length;
    const perConnection = Math.min(...watching.all.map(({ streamsMax }) => streamsMax));
    if (watchers > perConnection * connections) {
      throw new UsageError(
        `The server takes ${perConnection} watches on a connection: ${watchers} need more.`,
      );
    }
    const fanOut = new FanOut(watching, await Connections.open(target, 1), watchers);
    let asked = 0;
    let open = 0;
    const allOpen = new Promise<void>((resolve) => {
      const openNext = (): void => {
        const watcher = asked++;
        watching.all[watcher % connections]!.send(watch, undefined, {
          begin: () => {
            if (++open === watchers) resolve();
            else if (asked < watchers) openNext();
          },
          data: (chunk, start, end) => fanOut.#count(watcher, chunk, start, end),
          end: () => {
            throw new Error('the server ended a watch');
          },
        });
      };
      while (asked < Math.min(watchers, openedAtATime)) openNext();
    });
    try {
      await Promise.race([watching.fault, allOpen]);
    } catch (error) {
      fanOut.close();
      throw error;
    }
    return fanOut;
  }

  /** Events delivered, in all. Runs may follow each other on the same watches. */
  async run({ warmupSeconds, seconds, serverPid, eventsInFlight, next }: FanOutOptions): Promise<Throughput> {
    const watchers = this.#perWatcher.length;
    const writer = this.#writing.all[0]!;
    let isOver = false;
    let allDelivered = (): void => {};
    const complete = new Promise<void>((resolve) => {
      allDelivered = resolve;
    });
    this.#onDelivery = () => {
      while (!isOver && this.#delivered > (this.#sent - eventsInFlight) * watchers) {
        this.#sent++;
        const { request, body } = next();
        writer.send(request, body, { end: () => {} });
      }
      if (isOver && this.#delivered === this.#sent * watchers) allDelivered();
    };
    this.#onDelivery();
    const fault = Promise.race([this.#watching.fault, this.#writing.fault]);
    const measured = await Promise.race([
      fault,
      measureWindow(warmupSeconds, seconds, serverPid, () => this.#delivered),
    ]);
    isOver = true;
    this.#onDelivery();
    await Promise.race([fault, complete, this.#lateEvents()]);
    this.#onDelivery = () => {};
    this.#checkAll();
    return measured;
  }

  /** One event: milliseconds from sending its write to the last watcher having it. */
  async deliver({ request, body }: ReturnType<FanOutOptions['next']>): Promise<number> {
    const watchers = this.#perWatcher.length;
    const sentMs = performance.now();
    this.#sent++;
    const complete = new Promise<void>((resolve) => {
      this.#onDelivery = () => {
        if (this.#delivered === this.#sent * watchers) resolve();
      };
    });
    this.#writing.all[0]!.send(request, body, { end: () => {} });
    await Promise.race([this.#watching.fault, this.#writing.fault, complete, this.#lateEvents()]);
    this.#onDelivery = () => {};
    return performance.now() - sentMs;
  }

  close(): void {
    this.#watching.close();
    this.#writing.close();
  }

  /** Of lines, and not by EventLines: no bookmarks were asked for, and the client's own time is in what is measured. */
  #count(watcher: number, chunk: Buffer, start: number, end: number): void {
    let found = 0;
    for (let at = chunk.indexOf(newline, start); at >= 0 && at < end; at = chunk.indexOf(newline, at + 1))
      found++;
    if (found === 0) return;
    this.#perWatcher[watcher]! += found;
    this.#delivered += found;
    this.#onDelivery();
  }

  async #lateEvents(): Promise<never> {
    await new Promise((resolve) => setTimeout(resolve, lastEventsTimeoutMs).unref());
    throw new Error(`${this.#delivered} of ${this.#sent * this.#perWatcher.length} events arrived`);
  }

  #checkAll(): void {
    const wrong = this.#perWatcher.findIndex((events) => events !== this.#sent);
    if (wrong < 0) return;
    throw new Error(`watcher ${wrong} had ${this.#perWatcher[wrong]} events of ${this.#sent}`);
  }
}
