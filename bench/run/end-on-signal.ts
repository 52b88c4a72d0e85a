/** A run that is told to end undoes what it did first: by a signal, or by its terminal going away. */
import type { Cleanup } from './cleanup.ts';

/** What a shell would say of a process that the signal ended. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A second signal of the same kind ends the process at once. */
export function endOnSignal(cleanup: Cleanup): void {
  for (const [signal, code] of Object.entries(exitCodes)) {
    process.once(signal, () => void cleanup.run().finally(() => process.exit(code)));
  }
}
