/** One load measured in turns: connections are opened once, and carry a fixed number of requests. */
import type { Cleanup } from '../run/cleanup.ts';
import { type ClosedLoopOptions, closedLoop, type Throughput, type Turn } from './closed-loop.ts';
import { Connections } from './connections.ts';
import type { Target } from './target.ts';

const connections = 4;
const lanesPerConnection = 8;
/** In flight. */
export const lanes = connections * lanesPerConnection;

export type MeasureTurn = (turn: Turn) => Promise<Throughput>;

export async function measuredTurns(
  { target, pid: serverPid }: { readonly target: Target; readonly pid: number | undefined },
  next: ClosedLoopOptions['next'],
  cleanup: Cleanup,
): Promise<MeasureTurn> {
  const open = await Connections.open(target, connections);
  cleanup.add(() => open.close());
  return (turn) => closedLoop({ connections: open, lanesPerConnection, ...turn, serverPid, next });
}
