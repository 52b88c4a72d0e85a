/**
 * Writers of one object, one after the other once they have met: each then computes on the outcome of the one
 * before, so that however many race, none of them loses for ever. Nobody waits while writes do not meet, and an
 * object without waiting writers costs nothing.
 */
import { limits } from '../apimachinery/limits.ts';
import { tooManyRequests } from '../apimachinery/status.ts';
import { encodeKey } from '../storage/keys.ts';
import type { ObjectKey } from '../storage/store.ts';

export class Turns {
  readonly #lines = new Map<string, { last: Promise<void>; length: number }>();
  readonly #retries: number;

  /** `retries`: how often who has the turn may lose to writers that take none, as are those in other processes. */
  constructor(retries: number = limits.updateRetries) {
    this.#retries = retries;
  }

  /** Writers of the object have met and stand in line. */
  isWaitedFor(key: ObjectKey): boolean {
    return this.#lines.size > 0 && this.#lines.has(encodeKey(key).toString('latin1'));
  }

  /**
   * What `attempt` gives once it does not lose a race any more; undefined when it lost `retries` of
   * its turns to writers that take none. Throws 429 when too many wait already.
   */
  async untilWon<T>(key: ObjectKey, attempt: () => Promise<T | 'retry'>): Promise<T | undefined> {
    const id = encodeKey(key).toString('latin1');
    if (!this.#lines.has(id)) {
      const result = await attempt();
      if (result !== 'retry') return result;
    }
    return await this.#inTurn(id, async () => {
      for (let n = 0; n < this.#retries; n++) {
        const result = await attempt();
        if (result !== 'retry') return result;
      }
      return undefined;
    });
  }

  /**
   * The same for attempts that wait for others: no turn is taken, so nobody waits with them. Who is slow may lose to
   * those who are quick, but one of those that meet always wins. Undefined when it lost limits.remoteUpdateRetries times.
   */
  async untilWonWithoutTurn<T>(attempt: () => Promise<T | 'retry'>): Promise<T | undefined> {
    for (let n = 0; n < limits.remoteUpdateRetries; n++) {
      const result = await attempt();
      if (result !== 'retry') return result;
    }
    return undefined;
  }

  async #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(id) ?? { last: Promise.resolve(), length: 0 };
    if (line.length >= limits.waitingWriters)
      throw tooManyRequests('too many writes of this object are waiting');
    this.#lines.set(id, line);
    line.length += 1;
    const before = line.last;
    let pass = (): void => {};
    line.last = new Promise((resolve) => {
      pass = resolve;
    });
    try {
      await before;
      return await work();
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(id);
      pass();
    }
  }
}
