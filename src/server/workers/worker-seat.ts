/**
 * A place among the workers of a server: holds one process at a time, and has another one started when that ends before it
 * was told to. One that does not last is started again after a pause, twice as long each time, up to a limit. One that has
 * stopped answering is killed: who is connected to it would wait for good.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { limits } from '../../apimachinery/limits.ts';
import type { MetricsScope } from '../../http/metrics/metrics-document.ts';
import type { Logger } from '../../lib/logger.ts';
import type { TakenFamily } from '../../metrics/snapshot.ts';
import type { StoreWriter, WriterPeer } from '../../storage/backends/follower/store-writer.ts';
import type { FigureSource } from './gathered-metrics.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';

/** Flags of node that hold for workers as well; a debugger's port or a probe are of the process that was given them. */
const inheritedFlag = /^--(?:max-|enable-source-maps$)/;
const program = fileURLToPath(new URL('./worker-process.js', import.meta.url));

export interface SeatOptions {
  readonly name: string;
  readonly start: WorkerStart;
  readonly writer: StoreWriter;
  readonly logger: Logger;
  /** Its process takes connections from now on. */
  readonly onReady: () => void;
  /** Its process is gone, whyever. */
  readonly onEnded: () => void;
  readonly metricsTogether: (scope: MetricsScope) => Promise<Buffer>;
}

interface Running {
  readonly child: ChildProcess;
  readonly peer: WriterPeer;
  readonly startedMs: number;
  isReady: boolean;
  /** Pings since it last said anything. Counted, not timed: where the whole machine stands still, nobody hangs. */
  unanswered: number;
  /** Connections on their way to it: this process keeps its own end of each until the worker has taken it. */
  readonly handed: Map<number, Socket>;
}

export class WorkerSeat implements FigureSource {
  readonly name: string;
  readonly #options: SeatOptions;
  #running: Running | undefined;
  #restart: NodeJS.Timeout | undefined;
  #pauseMs: number = limits.workerRestartMsMin;
  #isEnding = false;
  #newestId = 0;
  readonly #asked = new Map<number, (families: readonly TakenFamily[] | undefined) => void>();
  #whenEnded: (() => void)[] = [];
  #firstReady: { resolve(): void; reject(error: Error): void } | undefined;

  constructor(options: SeatOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get isReady(): boolean {
    return this.#running?.isReady === true;
  }

  /** Resolves when its first process serves; rejects when that ends before, and none follows then. */
  begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#firstReady = { resolve, reject };
      this.#spawn();
    });
  }

  #spawn(): void {
    const { name, start, writer, logger } = this.#options;
    // What a worker has to say it says over the channel. Standard error is for what node says of an end.
    const child = fork(program, [], {
      serialization: 'advanced',
      execArgv: process.execArgv.filter((flag) => inheritedFlag.test(flag)),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const running: Running = {
      child,
      peer: writer.serve((message) => this.#say(running, { kind: 'store', message })),
      startedMs: performance.now(),
      isReady: false,
      unanswered: 0,
      handed: new Map(),
    };
    this.#running = running;
    child.on('message', (message) => this.#receive(running, message as FromWorker));
    child.on('error', (error) => {
      logger.error({ worker: name, error: error.message }, 'a worker process failed');
      // One that could not even be made does not exit.
      if (child.pid === undefined) this.#ended(running, error.message);
    });
    child.once('exit', (code, signal) => this.#ended(running, signal ?? `code ${code}`));
    const late = setTimeout(() => {
      if (!running.isReady) child.kill('SIGKILL');
    }, limits.workerStartMs);
    late.unref();
    const pinging = setInterval(() => this.#ping(running), limits.workerPingMs);
    pinging.unref();
    child.once('exit', () => {
      clearTimeout(late);
      clearInterval(pinging);
    });
    this.#say(running, { kind: 'start', start });
  }

  #ping(running: Running): void {
    if (!running.isReady) return;
    if (running.unanswered >= limits.workerPings) {
      this.#options.logger.warn({ worker: this.name }, 'a worker has stopped answering and is killed');
      running.child.kill('SIGKILL');
      return;
    }
    running.unanswered++;
    this.#say(running, { kind: 'ping' });
  }

  #say({ child }: Running, message: ToWorker): void {
    // One that is gone hears nothing: its end is told by `exit`.
    child.send(message, () => {});
  }

  #receive(running: Running, message: FromWorker): void {
    const { name, logger, onReady, metricsTogether } = this.#options;
    running.unanswered = 0;
    switch (message.kind) {
      case 'alive':
        return;
      case 'ready':
        running.isReady = true;
        this.#firstReady?.resolve();
        this.#firstReady = undefined;
        onReady();
        return;
      case 'store':
        running.peer.receive(message.message);
        return;
      case 'took':
        this.#letGo(running, message.id);
        return;
      case 'log':
        logger[message.level]({ worker: name, ...message.fields }, message.message);
        return;
      case 'figures':
        this.#asked.get(message.id)?.(message.families);
        return;
      case 'metrics': {
        const { id, scope } = message;
        metricsTogether(scope).then(
          (text) => this.#say(running, { kind: 'metrics', id, text }),
          (error: unknown) => {
            logger.error({ err: error }, 'metrics could not be gathered');
            this.#say(running, { kind: 'metrics', id, text: Buffer.alloc(0) });
          },
        );
        return;
      }
    }
  }

  #ended(running: Running, how: string): void {
    const { name, logger, onEnded } = this.#options;
    running.peer.close();
    for (const socket of running.handed.values()) socket.destroy();
    this.#running = undefined;
    for (const resolve of this.#asked.values()) resolve(undefined);
    onEnded();
    if (this.#firstReady !== undefined) {
      this.#firstReady.reject(new Error(`${name} ended with ${how} before it served`));
      this.#firstReady = undefined;
      this.#isEnding = true;
    }
    if (!this.#isEnding) {
      const pauseMs = this.#nextPause(performance.now() - running.startedMs);
      logger.warn(
        { worker: name, ended: how, restartsAfterMs: pauseMs },
        'a worker ended and is started again',
      );
      this.#restart = setTimeout(() => this.#spawn(), pauseMs);
    }
    const waiting = this.#whenEnded;
    this.#whenEnded = [];
    for (const resolve of waiting) resolve();
  }

  #nextPause(livedMs: number): number {
    if (livedMs >= limits.workerSteadyMs) this.#pauseMs = limits.workerRestartMsMin;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, limits.workerRestartMsMax);
    return pauseMs;
  }

  /** Hands a client's connection over; false where nobody is there to take it. */
  take(socket: Socket): boolean {
    const running = this.#running;
    if (running?.isReady !== true || this.#isEnding) return false;
    const id = ++this.#newestId;
    running.handed.set(id, socket);
    const message = { kind: 'connection', id } satisfies ToWorker;
    running.child.send(message, socket, { keepOpen: true }, (error) => {
      if (error !== null) this.#letGo(running, id);
    });
    return true;
  }

  /** What is closed here stays open where it was taken. */
  #letGo({ handed }: Running, id: number): void {
    handed.get(id)?.destroy();
    handed.delete(id);
  }

  figures(scope: MetricsScope): Promise<readonly TakenFamily[] | undefined> {
    const running = this.#running;
    if (running?.isReady !== true) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const id = ++this.#newestId;
      const answered = (families: readonly TakenFamily[] | undefined): void => {
        clearTimeout(timer);
        this.#asked.delete(id);
        resolve(families);
      };
      const timer = setTimeout(() => answered(undefined), limits.workerScrapeMs);
      this.#asked.set(id, answered);
      this.#say(running, { kind: 'scrape', id, scope });
    });
  }

  /** Has its process answer what is in flight and end; one that does not is killed. No other follows. */
  async end(): Promise<void> {
    this.#isEnding = true;
    clearTimeout(this.#restart);
    const running = this.#running;
    if (running === undefined) return;
    const { name, logger } = this.#options;
    const ended = new Promise<void>((resolve) => this.#whenEnded.push(resolve));
    this.#say(running, { kind: 'drain' });
    const timer = setTimeout(() => {
      logger.warn({ worker: name }, 'a worker did not end in time and was killed');
      running.child.kill('SIGKILL');
    }, limits.workerEndMs);
    await ended;
    clearTimeout(timer);
  }
}
