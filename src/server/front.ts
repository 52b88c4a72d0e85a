/** Who answers clients: this process, or workers of it (workers/). The server is put together in the same way for both. */
import { serviceUnavailable } from '../apimachinery/status.ts';
import type { Exchange } from '../http/exchange.ts';
import { type Listener, listen } from '../http/listener.ts';
import type { MetricsScope } from '../http/metrics/metrics-document.ts';
import { sendError } from '../http/status-response.ts';
import type { Logger } from '../lib/logger.ts';
import type { Registry } from '../metrics/registry.ts';
import type { Certificates } from './certificates.ts';
import { listenerMetrics } from './listener-metrics.ts';
import { UserError } from './user-error.ts';
import type { ProcessRole, Wired } from './wire.ts';

export interface FrontWiring {
  readonly wired: Wired;
  /** `host:port` at which clients reach the server. */
  readonly address: string;
}

export interface Front {
  readonly port: number;
  /** What is left for this process to do. */
  readonly role: ProcessRole;
  /** Processes beside this one that answer clients now. */
  readonly workers: number;
  /** Undefined where this process is the only one. */
  readonly metricsTogether: ((scope: MetricsScope) => Promise<Buffer>) | undefined;
  /** The store may have met a fault. */
  tellFault(): void;
  /** Resolves when clients are answered. */
  begin(wiring: FrontWiring): Promise<void>;
  /** Takes no more clients, ends watches, and resolves when what was in flight is answered. */
  close(): Promise<void>;
}

export interface OwnFrontOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly certificates: Pick<Certificates, 'serving' | 'authority'>;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** This process answers. Rejects with node's error when the port cannot be bound. */
export async function ownFront(options: OwnFrontOptions): Promise<Front> {
  const { host, port, certificates, metrics, logger } = options;
  let handle = async (exchange: Exchange): Promise<void> => {
    sendError(exchange, serviceUnavailable('the server is starting'));
  };
  let drain = (): void => {};
  const listener: Listener = await listen({
    host,
    port,
    tls: { ...certificates.serving, clientCa: certificates.authority },
    handle: (exchange) => handle(exchange),
    logger,
  });
  listenerMetrics(metrics, listener);
  return {
    port: listener.port,
    role: 'everything',
    workers: 0,
    metricsTogether: undefined,
    // Whoever asks for health asks the store itself.
    tellFault() {},
    async begin({ wired }) {
      drain = () => wired.drain();
      handle = (exchange) => wired.handle(exchange);
    },
    close: () => listener.close(async () => drain()),
  };
}

/** The operator's sentence for a port that cannot be opened; any other error as it is. */
export function portProblem(error: unknown, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const where = `port ${port} on ${host}`;
  if (code === 'EADDRINUSE') return new UserError(`${where} is in use; name a free one with --port`, error);
  if (code === 'EACCES')
    return new UserError(`${where} may not be opened by this user; name one above 1023`, error);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new UserError(`${host} is not an address of this machine; name one with --bind-address`, error);
  }
  return error;
}
