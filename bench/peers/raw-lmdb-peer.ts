/** Raw LMDB as a process of a run. */
import { fileURLToPath } from 'node:url';
import type { Throughput } from '../load/closed-loop.ts';
import type { Cleanup } from '../run/cleanup.ts';
import { Child } from '../server/child-process.ts';

export interface RawLmdbRun {
  readonly keys: readonly string[];
  /** A config map's bytes; its counter changes with every write. */
  readonly value: Buffer;
  /** Writes in flight. */
  readonly writers: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
}
export type RawLmdbReply = Throughput;

const program = fileURLToPath(new URL('../raw-lmdb.js', import.meta.url));
const replyTimeoutMs = 600_000;

export class RawLmdb {
  readonly #child: Child;

  constructor(file: string, cleanup: Cleanup) {
    const child = new Child(program, { args: [file] });
    this.#child = child;
    cleanup.add(() => child.stop());
  }

  get pid(): number {
    return this.#child.pid;
  }

  async run(run: RawLmdbRun): Promise<Throughput> {
    const reply = this.#child.message<RawLmdbReply>();
    this.#child.process.send(run);
    return await this.#child.until('raw lmdb', replyTimeoutMs, reply);
  }
}
