/**
 * What the kernel says of a process: processor time, memory, files, threads, bytes written. Linux only; undefined
 * elsewhere, of a process that has ended, and of one whose owner keeps it from being read.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Of /proc/stat and /proc/PID/stat, fixed at 100 a second on every architecture Linux runs Node on. */
export const tickMicros = 10_000;

/** User and system time of all threads so far, in microseconds. */
export function cpuMicrosOf(pid: number): number | undefined {
  const stat = readProc(pid, 'stat');
  // The command's name, in brackets, may hold spaces; fields 14 and 15 of proc(5) are 11 and 12 behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  return (Number(fields[11]) + Number(fields[12])) * tickMicros;
}

/** Processor time of a process with its children and theirs: a server's workers are processes of their own. */
export const cpuMicrosOfTree = (pid: number): number | undefined => sumOfTree(pid, cpuMicrosOf);

/** What `read` tells of a process and of all below it, added up; undefined where it tells nothing of the first. */
export function sumOfTree(pid: number, read: (pid: number) => number | undefined): number | undefined {
  const own = read(pid);
  if (own === undefined) return undefined;
  return childrenOf(pid).reduce((sum, child) => sum + (sumOfTree(child, read) ?? 0), own);
}

/** None where the kernel is built without telling. */
function childrenOf(pid: number): number[] {
  const threads = ofProcess(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const listed = threads.map((thread) => readProc(pid, `task/${thread}/children`) ?? '').join(' ');
  return listed.match(/\d+/g)?.map(Number) ?? [];
}

export interface ResidentBytes {
  /** Private memory: heap, buffers, stacks. */
  readonly anonymous: number;
  /** Mapped files: the data file's pages that the kernel could drop at any time, and the program itself. */
  readonly file: number;
}

export function residentBytesOf(pid: number): ResidentBytes | undefined {
  const status = readProc(pid, 'status');
  const anonymous = numberIn(status, /^RssAnon:\s+(\d+) kB$/m);
  const file = numberIn(status, /^RssFile:\s+(\d+) kB$/m);
  if (anonymous === undefined || file === undefined) return undefined;
  return { anonymous: anonymous * 1024, file: file * 1024 };
}

export function threadsOf(pid: number): number | undefined {
  return numberIn(readProc(pid, 'status'), /^Threads:\s+(\d+)$/m);
}

/** Files, sockets and all else that has a descriptor. */
export function openFilesOf(pid: number): number | undefined {
  return ofProcess(() => readdirSync(`/proc/${pid}/fd`).length);
}

/** Sent to the disk so far. */
export function writtenBytesOf(pid: number): number | undefined {
  return numberIn(readProc(pid, 'io'), /^write_bytes: (\d+)$/m);
}

function numberIn(text: string | undefined, pattern: RegExp): number | undefined {
  const found = pattern.exec(text ?? '');
  return found === null ? undefined : Number(found[1]);
}

function readProc(pid: number, name: string): string | undefined {
  return ofProcess(() => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
}

function ofProcess<T>(read: () => T): T | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}
