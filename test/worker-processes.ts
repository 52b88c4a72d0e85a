/** Finds the processes that a server has started, as the system knows them. Linux alone has them in files. */
import { readdirSync, readFileSync } from 'node:fs';

export const canFindWorkers = process.platform === 'linux';

/** Process ids of the workers of the server with this id. */
export function workersOf(server: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const command = read(`/proc/${pid}/cmdline`);
      // Behind the name, which may hold anything: the state, and who started it.
      const [, parent] = /^.*\) \S (\d+)/s.exec(read(`/proc/${pid}/stat`)) ?? [];
      return Number(parent) === server && command.includes('worker-process');
    })
    .map(Number);
}

/** A process that has ended and whose end nobody has taken note of does not count. */
export function isRunning(pid: number): boolean {
  const [, state] = /^.*\) (\S)/s.exec(read(`/proc/${pid}/stat`)) ?? [];
  return state !== undefined && state !== 'Z';
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
