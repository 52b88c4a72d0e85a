/** Processes of a run: started, watched for an early end, and ended with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const stopTimeoutMs = 10_000;
const outputLengthMax = 16_384;

export interface ChildOptions {
  /** That which runs this when absent. */
  readonly node?: string | undefined;
  /** For node itself. */
  readonly nodeFlags?: readonly string[];
  readonly args: readonly string[];
}

/** A node program with an IPC channel. `isReady` reads what it printed, or the first message it sent. */
export class Child {
  readonly process: ChildProcess;
  /** The end of what it printed. */
  output = '';

  constructor(program: string, { node = process.execPath, nodeFlags = [], args }: ChildOptions) {
    this.process = spawn(node, [...nodeFlags, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-outputLengthMax);
      });
    }
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Rejects, quoting the output, when the process ends or the time is over first. */
  async until<T>(what: string, timeoutMs: number, arrival: Promise<T>): Promise<T> {
    const guard = new AbortController();
    const fail = (why: string): Error => new Error(`${what}: ${why}; the process printed:\n${this.output}`);
    const ended = once(this.process, 'exit', { signal: guard.signal }).then(([code, signal]) => {
      throw fail(`the process ended with ${code ?? signal}`);
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(fail(`nothing in ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([arrival, ended, late]);
    } finally {
      clearTimeout(timer);
      ended.catch(() => {});
      guard.abort();
    }
  }

  /** The next message. */
  message<T>(): Promise<T> {
    return once(this.process, 'message').then(([message]) => message as T);
  }

  stop(): Promise<void> {
    return endProcess(this.process);
  }
}

/** SIGTERM, and SIGKILL for a process that does not end. Nothing to one that has ended, or never began. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
