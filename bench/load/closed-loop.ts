/**
 * Throughput: a fixed number of requests is in flight at all times, and what completes within the measured time is
 * counted. Says nothing of latency, for which open-loop.ts is.
 */
import { cpuMicrosOfTree } from '../measure/process-usage.ts';
import type { Connections } from './connections.ts';
import type { PreparedRequest } from './lean-connection.ts';

/** How long one measurement takes. */
export interface Turn {
  readonly warmupSeconds: number;
  readonly seconds: number;
}

export interface ClosedLoopOptions extends Turn {
  readonly connections: Connections;
  /** In flight on each connection. */
  readonly lanesPerConnection: number;
  /** Process whose processor time is taken, if it is on this machine. */
  readonly serverPid: number | undefined;
  /** What a lane (0 …) sends next. */
  next(lane: number): { readonly request: PreparedRequest; readonly body?: Buffer };
}

export interface Throughput {
  readonly perSecond: number;
  /**
   * Processor time of the server, all threads and workers, for one operation. Undefined where the system does not tell, or
   * too coarsely.
   */
  readonly serverMicrosPerOperation: number | undefined;
  /** Share of one core that the client used: near 1, the client is what was measured. */
  readonly clientCores: number;
}

export async function closedLoop(options: ClosedLoopOptions): Promise<Throughput> {
  const { connections, lanesPerConnection, next } = options;
  let completed = 0;
  let inFlight = 0;
  let isOver = false;
  let allAnswered = (): void => {};
  const drained = new Promise<void>((resolve) => {
    allAnswered = resolve;
  });
  connections.all.forEach((connection, index) => {
    for (let slot = 0; slot < lanesPerConnection; slot++) {
      const lane = index * lanesPerConnection + slot;
      const sink = {
        end: (): void => {
          completed++;
          if (!isOver) send();
          else if (--inFlight === 0) allAnswered();
        },
      };
      const send = (): void => {
        const { request, body } = next(lane);
        connection.send(request, body, sink);
      };
      inFlight++;
      send();
    }
  });
  const measured = await Promise.race([
    connections.fault,
    measureWindow(options.warmupSeconds, options.seconds, options.serverPid, () => completed),
  ]);
  isOver = true;
  await Promise.race([connections.fault, drained]);
  return measured;
}

/** Reads the counter and the clocks at both ends of the measured time. */
export async function measureWindow(
  warmupSeconds: number,
  seconds: number,
  serverPid: number | undefined,
  completed: () => number,
): Promise<Throughput> {
  await sleepSeconds(warmupSeconds);
  const start = {
    at: performance.now(),
    done: completed(),
    server: serverPid === undefined ? undefined : cpuMicrosOfTree(serverPid),
    client: process.cpuUsage(),
  };
  await sleepSeconds(seconds);
  const elapsedMs = performance.now() - start.at;
  const operations = completed() - start.done;
  const server = serverPid === undefined ? undefined : cpuMicrosOfTree(serverPid);
  const client = process.cpuUsage(start.client);
  const micros = server === undefined || start.server === undefined ? 0 : server - start.server;
  return {
    perSecond: (operations / elapsedMs) * 1000,
    serverMicrosPerOperation: micros > 0 && operations > 0 ? micros / operations : undefined,
    clientCores: (client.user + client.system) / 1000 / elapsedMs,
  };
}

function sleepSeconds(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
