/** A watcher for tests: keeps what it is given, and says "no more" exactly when it is told to. */
import type { StorageError } from '../errors.ts';
import type { Change } from '../store.ts';
import type { SharedChange, WatchSink } from '../watch-target.ts';

export class RecordingSink implements WatchSink {
  readonly changes: Change[] = [];
  readonly errors: StorageError[] = [];
  /** Deliveries that may still be taken before the sink says no more. */
  room: number;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.room = room;
  }

  deliver(shared: SharedChange): boolean {
    if (this.errors.length > 0) throw new Error('delivered to a watch that had ended');
    if (this.room < 1) throw new Error('delivered to a watch that had said no more');
    this.changes.push(shared.change);
    this.room--;
    return this.room > 0;
  }

  end(error: StorageError): void {
    if (this.errors.length > 0) throw new Error('a watch ended twice');
    this.errors.push(error);
  }

  get revisions(): number[] {
    return this.changes.map((change) => change.revision);
  }
}
