/**
 * A real `milo up` process on a data directory of its own and a free port. The program is the one users run;
 * only node's flags differ where memory is measured.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kubeconfigFile } from '../../src/server/kubeconfig.ts';
import { readKubeconfig } from '../load/kubeconfig.ts';
import type { Target } from '../load/target.ts';
import type { Cleanup } from '../run/cleanup.ts';
import { UsageError } from '../run/usage-error.ts';
import { Child } from './child-process.ts';
import { freePort } from './free-port.ts';
import type { CpuProfile, HeapBytes, ProbeReply, ProbeRequest, ProbeSample } from './probe-messages.ts';

/** What `milo` is in a checkout that has been built. */
export const programIn = (checkout: string): string => join(checkout, 'dist/src/cli/main.js');
const ownProgram = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const probe = new URL('../probe.js', import.meta.url).href;
/** Of milo, when its command line is wrong. */
const usageExitCode = 2;
const startTimeoutMs = 60_000;
const replyTimeoutMs = 120_000;

export interface MiloOptions {
  readonly dataDirectory: string;
  /** Loads the probe, for `sample` and `profile`. */
  readonly hasProbe?: boolean;
  /** More of the command's. */
  readonly flags?: readonly string[];
  /** Of another build; this one when absent. */
  readonly program?: string | undefined;
  /** Node to run it with; the bench's own when absent. */
  readonly node?: string | undefined;
}

export class MiloProcess {
  readonly target: Target;
  readonly dataDirectory: string;
  readonly #child: Child;
  #asked: Promise<unknown> = Promise.resolve();

  private constructor(child: Child, dataDirectory: string) {
    this.#child = child;
    this.dataDirectory = dataDirectory;
    this.target = readKubeconfig(kubeconfigFile(dataDirectory)).target;
  }

  /** A server that serves; it ends with the run. Throws UsageError where milo refuses the flags. */
  static async start(
    { dataDirectory, hasProbe, flags = [], program = ownProgram, node }: MiloOptions,
    cleanup: Cleanup,
  ): Promise<MiloProcess> {
    if (!existsSync(program)) throw new Error(`there is no ${program}: npm run build`);
    const child = new Child(program, {
      node,
      nodeFlags: hasProbe === true ? ['--expose-gc', '--import', probe] : [],
      args: ['up', '--data-dir', dataDirectory, '--port', String(await freePort()), ...flags],
    });
    cleanup.add(() => child.stop());
    try {
      await child.until('milo up', startTimeoutMs, printsReady(child));
    } catch (error) {
      // What milo says of its flags is a sentence already.
      if (child.process.exitCode === usageExitCode)
        throw new UsageError(child.output.trim().replace(/^milo: /, ''));
      throw error;
    }
    return new MiloProcess(child, dataDirectory);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Collects garbage in the server, then reads what it holds. */
  async sample(): Promise<ProbeSample> {
    return (await this.#ask('sample')) as ProbeSample;
  }

  /** Where the server's processor time goes while `work` runs. */
  async profile(work: () => Promise<unknown>): Promise<CpuProfile> {
    await this.#ask('start-profile');
    await work();
    return (await this.#ask('stop-profile')) as CpuProfile;
  }

  /** Collects garbage, all of it. */
  async collect(): Promise<void> {
    await this.#ask('collect');
  }

  /** What of the heap only a full collection frees, garbage and all. */
  async oldGenerationBytes(): Promise<number> {
    return (await this.#ask('old-generation')) as HeapBytes;
  }

  /** What the heap holds, garbage and all. */
  async heapBytes(): Promise<number> {
    return (await this.#ask('heap')) as HeapBytes;
  }

  /** One question at a time: replies say not which they are of. */
  #ask(kind: ProbeRequest['kind']): Promise<ProbeReply['value']> {
    const asked = this.#asked.then(() => this.#askNow(kind));
    this.#asked = asked.catch(() => {});
    return asked;
  }

  async #askNow(kind: ProbeRequest['kind']): Promise<ProbeReply['value']> {
    const reply = this.#child.message<ProbeReply>();
    this.#child.process.send({ kind } satisfies ProbeRequest);
    return (await this.#child.until('probe', replyTimeoutMs, reply)).value;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

async function printsReady({ process: child }: Child): Promise<void> {
  let printed = '';
  await new Promise<void>((resolve) => {
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      if (/\bready\b/.test(printed)) resolve();
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
  });
}
