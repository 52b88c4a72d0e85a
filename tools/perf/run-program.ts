/** A load generator as a process of a run: it ends with the run, so that none goes on loading a server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Cleanup } from '../../bench/run/cleanup.ts';
import { UsageError } from '../../bench/run/usage-error.ts';
import { endProcess } from '../../bench/server/child-process.ts';

/** Answers its exit code; 1 of one that a signal ended. Throws UsageError where there is no such program. */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cleanup: Cleanup,
): Promise<number> {
  const child = spawn(program, [...args], { env: { ...process.env, ...env }, stdio: 'inherit' });
  cleanup.add(() => endProcess(child));
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } catch (error) {
    throw new UsageError(`${program} cannot be run: ${(error as Error).message}.`);
  }
}
