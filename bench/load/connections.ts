/** Lean connections that are used together. A fault of any one ends whatever waits on them with its error. */
import { LeanConnection } from './lean-connection.ts';
import type { Target } from './target.ts';

export class Connections {
  readonly all: readonly LeanConnection[];
  /** Never resolves; rejects with the first fault. To be raced with what the connections are used for. */
  readonly fault: Promise<never>;

  private constructor(all: readonly LeanConnection[], fault: Promise<never>) {
    this.all = all;
    this.fault = fault;
  }

  static async open(target: Target, count: number): Promise<Connections> {
    let reject: (error: Error) => void;
    const fault = new Promise<never>((_, rejectFault) => {
      reject = rejectFault;
    });
    fault.catch(() => {});
    const opening = Array.from({ length: count }, () =>
      LeanConnection.connect(target, (error) => reject(error)),
    );
    try {
      return new Connections(await Promise.race([fault, Promise.all(opening)]), fault);
    } catch (error) {
      // Also those that are open, or will be.
      for (const connection of opening)
        void connection.then(
          (open) => open.close(),
          () => {},
        );
      throw error;
    }
  }

  close(): void {
    for (const connection of this.all) connection.close();
  }
}
