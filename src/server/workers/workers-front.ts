/** Clients are answered by worker processes: one port here, and so many of them behind it, over one store. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { MetricsScope } from '../../http/metrics/metrics-document.ts';
import { must } from '../../lib/assert.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Registry } from '../../metrics/registry.ts';
import { StoreWriter } from '../../storage/backends/follower/store-writer.ts';
import type { Store } from '../../storage/store.ts';
import type { Front, FrontWiring } from '../front.ts';
import { GatheredMetrics } from './gathered-metrics.ts';
import type { WorkerStart } from './messages.ts';
import { SharedPort } from './shared-port.ts';
import { WorkerSeat } from './worker-seat.ts';

/** What TLS wants. */
const ticketKeyBytes = 48;

export interface WorkersFrontOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly workers: number;
  readonly store: Store;
  /** A worker has ended: what it was reading is free again. */
  readonly onWorkerEnded: () => void;
  readonly metrics: Registry;
  readonly logger: Logger;
  readonly start: Omit<WorkerStart, 'serverAddress' | 'ticketKeys'>;
}

/** Rejects with node's error when the port cannot be bound. */
export async function workersFront(options: WorkersFrontOptions): Promise<Front> {
  const port = await SharedPort.open(options.host, options.port, options.logger);
  return new WorkersFront(options, port);
}

class WorkersFront implements Front {
  readonly role = 'upkeep';
  readonly #options: WorkersFrontOptions;
  readonly #port: SharedPort;
  readonly #writer: StoreWriter;
  #seats: readonly WorkerSeat[] = [];
  #metrics: GatheredMetrics | undefined;
  /** The one whose turn it is to take a connection. */
  #turn = 0;

  constructor(options: WorkersFrontOptions, port: SharedPort) {
    this.#options = options;
    this.#port = port;
    this.#writer = new StoreWriter(options.store);
    options.metrics.counterOf(
      'milo_connections_refused_total',
      'Connections that were refused because there were too many.',
      () => port.refused,
    );
  }

  get port(): number {
    return this.#port.port;
  }

  get workers(): number {
    return this.#seats.filter(({ isReady }) => isReady).length;
  }

  readonly metricsTogether = async (scope: MetricsScope): Promise<Buffer> =>
    await must(this.#metrics, 'figures of a server that has begun').text(scope, this.#seats);

  tellFault(): void {
    this.#writer.tell();
  }

  async begin({ wired, address }: FrontWiring): Promise<void> {
    const { workers, start, logger, onWorkerEnded } = this.#options;
    const ticketKeys = randomBytes(ticketKeyBytes);
    const metrics = new GatheredMetrics((scope) => wired.metricsOf(scope));
    this.#metrics = metrics;
    this.#seats = Array.from({ length: workers }, (_, index) => {
      const name = `worker-${index + 1}`;
      return new WorkerSeat({
        name,
        start: { ...start, ticketKeys, serverAddress: address },
        writer: this.#writer,
        logger,
        onReady: () => this.#port.offerWaiting(),
        onEnded: () => {
          metrics.forget(name);
          onWorkerEnded();
        },
        metricsTogether: this.metricsTogether,
      });
    });
    await Promise.all(this.#seats.map((seat) => seat.begin()));
    this.#port.begin((socket) => this.#hand(socket));
  }

  /** In turn: connections last long, so how many each has is what evens the work out. */
  #hand(socket: Socket): boolean {
    for (let tried = 0; tried < this.#seats.length; tried++) {
      const seat = this.#seats[this.#turn++ % this.#seats.length];
      if (seat?.take(socket) === true) return true;
    }
    return false;
  }

  async close(): Promise<void> {
    this.#port.close();
    await Promise.all(this.#seats.map((seat) => seat.end()));
    this.#writer.close();
  }
}
