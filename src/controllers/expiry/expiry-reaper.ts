/**
 * Removes objects whose time is over (Events after an hour), of all control planes, off one index ordered by
 * time: one timer in all, and a round costs what has expired.
 */
import { limits } from '../../apimachinery/limits.ts';
import type { Clock } from '../../lib/clock.ts';
import { expiryIndex } from '../../storage/index-names.ts';
import { expiryValue } from '../../storage/keys.ts';
import { indexesOf } from '../../storage/record.ts';
import type { Store } from '../../storage/store.ts';

function isExpired(record: Buffer, upTo: string): boolean {
  return indexesOf(record).some(({ name, value }) => name === expiryIndex && value <= upTo);
}

export class ExpiryReaper {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | undefined;
  #isClosed = false;

  constructor(store: Store, clock: Clock, onError: (error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#timer = setInterval(() => {
      this.#round ??= this.#reap()
        .catch(onError)
        .finally(() => {
          this.#round = undefined;
        });
    }, limits.expiryIntervalMs).unref();
  }

  /** Removes everything that has expired by now. */
  async #reap(): Promise<void> {
    const upTo = expiryValue(this.#clock.now());
    while (!this.#isClosed) {
      const expired = this.#store.indexRange({
        name: expiryIndex,
        upTo,
        maxEntries: limits.removalStepEntries,
      });
      await Promise.all(
        expired.map(async ({ key }) => {
          const stored = this.#store.get(key);
          // Written since it was found: it has a new time.
          if (stored === undefined || !isExpired(stored.record, upTo)) return;
          await this.#store.commit([{ kind: 'delete', key, expect: stored.revision }]);
        }),
      );
      if (expired.length < limits.removalStepEntries) return;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#round;
  }
}
