/** What the kernel says of a process: processor time and memory. Linux only; undefined elsewhere. */
import { readFileSync } from 'node:fs';

/** Of /proc/PID/stat, fixed at 100 a second on every architecture Linux runs Node on. */
const tickMicros = 10_000;

/** User and system time of all threads so far, in microseconds. */
export function cpuMicrosOf(pid: number): number | undefined {
  const stat = readProc(pid, 'stat');
  // The command's name, in brackets, may hold spaces; fields 14 and 15 of proc(5) are 11 and 12 behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  return (Number(fields[11]) + Number(fields[12])) * tickMicros;
}

export interface ResidentBytes {
  /** Private memory: heap, buffers, stacks. */
  readonly anonymous: number;
  /** Mapped files: the data file's pages that the kernel could drop at any time, and the program itself. */
  readonly file: number;
}

export function residentBytesOf(pid: number): ResidentBytes | undefined {
  const status = readProc(pid, 'status');
  const kilobytes = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status ?? '');
    return found === null ? undefined : Number(found[1]);
  };
  const anonymous = kilobytes('RssAnon');
  const file = kilobytes('RssFile');
  if (anonymous === undefined || file === undefined) return undefined;
  return { anonymous: anonymous * 1024, file: file * 1024 };
}

function readProc(pid: number, name: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return readFileSync(`/proc/${pid}/${name}`, 'utf8');
}
