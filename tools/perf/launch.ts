/**
 * What both launchers do around a run: a directory for credentials, a server, the end of both whatever happens, and
 * wrong usage told in one sentence.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cleanup } from '../../bench/run/cleanup.ts';
import { endEarly } from '../../bench/run/end-early.ts';
import { UsageError } from '../../bench/run/usage-error.ts';
import { type ServerUnderTest, serversOf } from '../../bench/server/server-under-test.ts';
import type { LaunchOptions } from './launch-options.ts';

export interface Launch {
  readonly server: ServerUnderTest;
  /** Only the owner can read it; it goes at the end. */
  readonly directory: string;
  readonly cleanup: Cleanup;
}

const usageExitCode = 2;

/** Answers what `run` answers, an exit code. */
export async function launch(
  options: LaunchOptions,
  run: (launch: Launch) => Promise<number>,
): Promise<number> {
  const cleanup = new Cleanup();
  endEarly(cleanup);
  const directory = mkdtempSync(join(tmpdir(), 'milo-perf-'));
  cleanup.add(() => rmSync(directory, { recursive: true, force: true }));
  return await cleanup.after(async () => {
    const server = await serversOf(options.server, directory, cleanup).start('server');
    mkdirSync(options.report, { recursive: true });
    return await run({ server, directory, cleanup });
  });
}

/** The exit code of a program whose `main` threw nothing unforeseen. */
export async function exitCodeOf(main: () => Promise<number>): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return usageExitCode;
  }
}

/** Names and files of one run, that of no other. */
export const runName = (): string => Date.now().toString(36);
