/**
 * A run that ends before its end undoes what it did first: when a signal tells it to, when its terminal goes away, and
 * when an error comes up where nobody waits for it, as in the handler of an event.
 */
import type { Cleanup } from './cleanup.ts';

/** What a shell would say of a process that the signal ended. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const errorExitCode = 1;

/** A second signal of the same kind, or a second error, ends the process at once. */
export function endEarly(cleanup: Cleanup): void {
  const end = (code: number): void => void cleanup.run().finally(() => process.exit(code));
  for (const [signal, code] of Object.entries(exitCodes)) process.once(signal, () => end(code));
  process.once('uncaughtException', (error) => {
    console.error(error);
    end(errorExitCode);
  });
}
