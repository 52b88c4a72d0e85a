/**
 * Keeps other work on the machine out of the figures: a turn during which other processes (or the hypervisor) took
 * more than a little processor time is measured again, a bounded number of times. What was slow is never thrown
 * away for being slow: only the others' processor time decides. Linux only; elsewhere every turn counts.
 */
import { readFileSync } from 'node:fs';
import { cpuMicrosOfTree, tickMicros } from './process-usage.ts';

/** Share of one core. */
const foreignCoresMax = 0.1;

export class Undisturbed {
  readonly #triesMax: number;
  #turns = 0;
  #disturbed = 0;

  constructor(triesMax: number) {
    this.#triesMax = triesMax;
  }

  /** Of the turns that count, how many were disturbed each time they were tried. */
  get share(): number {
    return this.#turns === 0 ? 0 : this.#disturbed / this.#turns;
  }

  /** `pids`: the processes that belong to the measurement, with their children, besides this one. */
  async measure<T>(pids: readonly (number | undefined)[], turn: () => Promise<T>): Promise<T> {
    this.#turns++;
    for (let tries = 1; ; tries++) {
      const before = foreignMicros(pids);
      const startMs = performance.now();
      const value = await turn();
      const elapsedMicros = (performance.now() - startMs) * 1000;
      const isDisturbed = (foreignMicros(pids) - before) / elapsedMicros > foreignCoresMax;
      if (isDisturbed && tries < this.#triesMax) continue;
      if (isDisturbed) this.#disturbed++;
      return value;
    }
  }
}

/** Processor time so far, in microseconds, that was neither this process's nor one of the given; 0 where unknown. */
function foreignMicros(pids: readonly (number | undefined)[]): number {
  if (process.platform !== 'linux') return 0;
  const own = process.cpuUsage();
  const ours = pids.reduce<number>(
    (sum, pid) => sum + (pid === undefined ? 0 : (cpuMicrosOfTree(pid) ?? 0)),
    own.user + own.system,
  );
  return busyMicros(readFileSync('/proc/stat', 'utf8')) - ours;
}

/** Of all cores: user, nice, system, irq, softirq, steal of proc(5); not idle and iowait. */
export function busyMicros(stat: string): number {
  const [, ...fields] = stat.slice(0, stat.indexOf('\n')).trim().split(/\s+/).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) * tickMicros;
}
