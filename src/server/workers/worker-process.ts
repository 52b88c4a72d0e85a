/**
 * The program of a worker: answers clients over a store that the primary process writes. It lives
 * by its channel to the primary and ends with it. It opens no port, takes no lock, has no timer of the store's upkeep and
 * writes nothing itself. Signals are the primary's to answer, which tells its workers when to end.
 */
import type { Socket } from 'node:net';
import { limits } from '../../apimachinery/limits.ts';
import { builtInDefinitions } from '../../apis/definitions.ts';
import { type Listener, serveAdopted } from '../../http/listener.ts';
import type { MetricsScope } from '../../http/metrics/metrics-document.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { processMetrics } from '../../metrics/process-metrics.ts';
import { Registry } from '../../metrics/registry.ts';
import { takeSnapshot } from '../../metrics/snapshot.ts';
import { FollowerStore } from '../../storage/backends/follower/follower-store.ts';
import { buildInfo } from '../build-info.ts';
import { listenerMetrics } from '../listener-metrics.ts';
import { type Wired, wire } from '../wire.ts';
import type { FromWorker, LogLevel, ToWorker, WorkerStart } from './messages.ts';

const exitCodes = { drained: 0, unable: 1, orphaned: 1, defect: 70 } as const;

/** Sends to the primary; `then` runs when it is sent, or cannot be. */
type Say = (message: FromWorker, then?: () => void) => void;

class Worker {
  readonly #say: Say;
  readonly #logger: Logger;
  readonly #store: FollowerStore;
  readonly #asked = new Map<number, (text: Buffer) => void>();
  #newestId = 0;
  #wired: Wired | undefined;
  #listener: Listener | undefined;

  constructor({ file }: WorkerStart, say: Say, logger: Logger) {
    this.#say = say;
    this.#logger = logger;
    this.#store = new FollowerStore({
      file,
      send: (message) => say({ kind: 'store', message }),
      onUnfollowable: ({ code, message }) => {
        const level = code === 'compacted' ? 'warn' : 'error';
        const fields = { error: message };
        const entry = {
          kind: 'log',
          level,
          fields,
          message: 'the worker cannot follow the store and ends',
        } as const;
        say(entry, () => process.exit(exitCodes.unable));
      },
    });
  }

  async open({
    tokens,
    certificates,
    ticketKeys,
    serverAddress,
    projectEgressCidrs,
  }: WorkerStart): Promise<void> {
    const metrics = new Registry(limits, (error) =>
      this.#logger.error({ err: error }, 'metrics could not be found out'),
    );
    metrics.tellOfItself();
    processMetrics(metrics);
    const wired = await wire({
      role: 'serving',
      metricsTogether: (scope) => this.#metricsTogether(scope),
      store: this.#store,
      catchUp: () => this.#store.follow(),
      metrics,
      tokens,
      serverAddress,
      build: buildInfo(),
      logger: this.#logger,
      clock: systemClock,
      definitions: builtInDefinitions,
      certificates,
      projectEgressCidrs,
    });
    this.#wired = wired;
    this.#listener = serveAdopted({
      tls: {
        ...certificates.serving,
        clientCa: certificates.authority,
        ticketKeys: Buffer.from(ticketKeys),
      },
      handle: wired.handle,
      logger: this.#logger,
    });
    listenerMetrics(metrics, this.#listener);
    this.#say({ kind: 'ready' });
  }

  #metricsTogether(scope: MetricsScope): Promise<Buffer> {
    return new Promise((resolve) => {
      const id = ++this.#newestId;
      this.#asked.set(id, resolve);
      this.#say({ kind: 'metrics', id, scope });
    });
  }

  receive(message: Exclude<ToWorker, { kind: 'start' }>, socket: Socket | undefined): void {
    switch (message.kind) {
      case 'store':
        this.#store.receive(message.message);
        return;
      case 'connection':
        this.#say({ kind: 'took', id: message.id });
        // A client that has gone on the way here leaves nothing.
        if (socket === undefined) return;
        if (this.#listener === undefined) socket.destroy();
        else this.#listener.adopt(socket);
        return;
      case 'scrape':
        void this.#tellFigures(message.id, message.scope);
        return;
      case 'metrics':
        this.#asked.get(message.id)?.(Buffer.from(message.text));
        this.#asked.delete(message.id);
        return;
      case 'ping':
        this.#say({ kind: 'alive' });
        return;
      case 'drain':
        void this.#drain();
        return;
    }
  }

  async #tellFigures(id: number, scope: MetricsScope): Promise<void> {
    const registry = this.#wired?.metricsOf(scope);
    this.#say({ kind: 'figures', id, families: registry === undefined ? [] : await takeSnapshot(registry) });
  }

  async #drain(): Promise<void> {
    await this.#listener?.close(async () => this.#wired?.drain());
    await this.#wired?.stop();
    await this.#store.close();
    process.exit(exitCodes.drained);
  }
}

/** What a worker logs is logged by the primary, in its form and in one order. */
function loggerOver(say: Say): Logger {
  const at =
    (level: LogLevel) =>
    (fields: object, message: string): void =>
      say({ kind: 'log', level, fields: passable(fields), message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Errors in a form that passes between processes; anything else that would not pass becomes text. */
function passable(fields: object): object {
  const shown = Object.entries(fields).map(([name, value]) => {
    if (value instanceof Error)
      return [name, { type: value.name, message: value.message, stack: value.stack }];
    const isPlain = value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value);
    return [name, isPlain ? value : String(value)];
  });
  return Object.fromEntries(shown);
}

function run(): void {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('a worker is started by its server');
  const say: Say = (message, then) => {
    // Where the channel is closed the process is about to end.
    send(message, undefined, {}, () => then?.());
  };
  const logger = loggerOver(say);
  process.on('disconnect', () => process.exit(exitCodes.orphaned));
  // It may have gone while this program was read.
  if (!process.connected) process.exit(exitCodes.orphaned);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  const fail = (error: unknown, message: string, code: number): void => {
    const fields = passable({ err: error });
    say({ kind: 'log', level: 'error', fields, message }, () => process.exit(code));
  };
  process.on('uncaughtException', (error) => fail(error, 'a worker met a defect and ends', exitCodes.defect));
  let worker: Worker | undefined;
  process.on('message', (received, handle) => {
    const message = received as ToWorker;
    if (message.kind !== 'start') {
      worker?.receive(message, handle as Socket | undefined);
      return;
    }
    try {
      worker = new Worker(message.start, say, logger);
    } catch (error) {
      fail(error, 'a worker cannot read the store', exitCodes.unable);
      return;
    }
    worker
      .open(message.start)
      .catch((error: unknown) => fail(error, 'a worker could not start', exitCodes.unable));
  });
}

run();
