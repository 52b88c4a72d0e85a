/**
 * The port of a server with workers: accepts connections, reads nothing of them, and hands each to somebody who does. A
 * connection that comes while nobody is there waits a little, and so do no more of them than a limit.
 */
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { limits } from '../../apimachinery/limits.ts';
import type { Logger } from '../../lib/logger.ts';

export class SharedPort {
  readonly #server: Server;
  readonly #waiting: Socket[] = [];
  #take: (socket: Socket) => boolean = () => false;
  /** Connections that nobody could take. */
  refused = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      // Nothing is read or written here, so nothing is to be told of a client that goes.
      socket.on('error', () => {});
      this.#offer(socket);
    });
  }

  /** Rejects with node's error (EADDRINUSE, EACCES) when it cannot be bound. */
  static open(host: string, port: number, logger: Logger): Promise<SharedPort> {
    // Where bytes have been read they could not be handed over: the socket is paused from the start.
    const server = createServer({
      pauseOnConnect: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: limits.keepAliveProbeMs,
    });
    const shared = new SharedPort(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        server.on('error', (error) => logger.error({ error: error.message }, 'the listening socket failed'));
        resolve(shared);
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `take` answers false while nobody can. */
  begin(take: (socket: Socket) => boolean): void {
    this.#take = take;
    this.offerWaiting();
  }

  /** Somebody has come who takes connections. */
  offerWaiting(): void {
    for (const socket of this.#waiting.splice(0)) this.#offer(socket);
  }

  #offer(socket: Socket): void {
    if (socket.destroyed || this.#take(socket)) return;
    if (this.#waiting.length < limits.waitingConnections) {
      this.#waiting.push(socket);
      return;
    }
    this.refused++;
    socket.destroy();
  }

  /** Accepts no more. Those that were handed over are not its business. */
  close(): void {
    this.#take = () => false;
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
  }
}
