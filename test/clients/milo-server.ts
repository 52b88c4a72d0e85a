/**
 * A real `milo up` process for tests that use real clients: on a temporary data directory and a free port, found
 * again at the same place after a restart or a kill. Nothing of the server runs in the test's own process.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../bench/server/free-port.ts';

/** Of the same build as this file. */
const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;

export class MiloServer {
  /** Everything the test puts on disk; removed by `dispose`. */
  readonly directory: string;
  readonly #dataDirectory: string;
  readonly #port: number;
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(port: number) {
    this.directory = mkdtempSync(join(tmpdir(), 'milo-clients-'));
    this.#dataDirectory = join(this.directory, 'data');
    this.#port = port;
  }

  /** A server that serves. */
  static async start(): Promise<MiloServer> {
    const server = new MiloServer(await freePort());
    try {
      await server.up();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** Of the administrator, on the platform. */
  get kubeconfig(): string {
    return join(this.#dataDirectory, 'kubeconfig');
  }

  /** What the server has printed, for the report of a failed test. */
  get output(): string {
    return this.#output;
  }

  /** Starts the process again on the same data and port, and waits until it serves. */
  async up(): Promise<void> {
    const child = spawn(
      process.execPath,
      [main, 'up', '--data-dir', this.#dataDirectory, '--port', String(this.#port)],
      { cwd: this.directory, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => fail('is not ready in time'), startTimeoutMs);
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`milo up ${why}; it printed:\n${this.#output}`));
      };
      let printed = '';
      const read = (chunk: Buffer): void => {
        printed += chunk;
        this.#output += chunk;
        if (/\bready\b/.test(printed)) {
          clearTimeout(timer);
          resolve();
        }
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
    });
  }

  /** Ends the process with the signal and waits for its end; answers the exit code (null after a kill). */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(stopTimeoutMs) });
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** Prints the kubeconfig of a project's control plane. */
  async projectKubeconfig(project: string): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...[main, 'kubeconfig', '--project', project],
      ...['--data-dir', this.#dataDirectory],
    ]);
    return stdout;
  }

  async dispose(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
