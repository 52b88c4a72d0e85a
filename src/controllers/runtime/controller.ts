/**
 * The controller runtime: one watch per resource for all control planes, and a work queue keyed by object.
 * Controllers are level-based: they take the key alone and look at what is there now. What they begin with is
 * found by index, so a restart costs what there is to do, not what exists.
 */
import type { Change, ObjectKey, Store } from '../../storage/store.ts';
import type { WatchHub } from '../../storage/watch-hub.ts';
import type { SharedChange, WatchHandle, WatchSink } from '../../storage/watch-target.ts';
import { WorkQueue } from './work-queue.ts';

export interface WatchedResource {
  readonly group: string;
  readonly resource: string;
  /** The objects to look at because of a change; often just the changed one. */
  keysOf(change: Change): readonly ObjectKey[];
}

export interface Controller {
  readonly name: string;
  readonly workers: number;
  readonly watches: readonly WatchedResource[];
  /** Objects that may need work at the start, from an index. */
  initial(store: Store): Iterable<ObjectKey>;
  /** Brings one object towards what it should be. Returns a pause in ms to look again; undefined when settled. */
  reconcile(key: ObjectKey): Promise<number | undefined>;
}

export interface ControllerErrors {
  onError(controller: string, key: string, error: unknown): void;
}

export class ControllerRuntime {
  readonly #handles: WatchHandle[] = [];
  readonly #queues: WorkQueue[] = [];

  constructor(store: Store, hub: WatchHub, controllers: readonly Controller[], errors: ControllerErrors) {
    const from = store.applied;
    for (const controller of controllers) {
      const queue = new WorkQueue({
        workers: controller.workers,
        work: (text) => controller.reconcile(keyOf(text)),
        onError: (text, error) => errors.onError(controller.name, text.replaceAll('\0', '/'), error),
      });
      this.#queues.push(queue);
      const follow = (): void => {
        for (const key of controller.initial(store)) queue.add(textOf(key));
      };
      for (const { group, resource, keysOf } of controller.watches) {
        const sink = new QueueSink(queue, keysOf, (error) => {
          errors.onError(controller.name, `${resource}.${group}`, error);
          follow();
        });
        this.#handles.push(hub.watch({ group, resource }, from, sink));
      }
      follow();
    }
  }

  async close(): Promise<void> {
    for (const handle of this.#handles) handle.close();
    await Promise.all(this.#queues.map((queue) => queue.close()));
  }
}

class QueueSink implements WatchSink {
  readonly #queue: WorkQueue;
  readonly #keysOf: WatchedResource['keysOf'];
  readonly #onEnd: (error: unknown) => void;

  constructor(queue: WorkQueue, keysOf: WatchedResource['keysOf'], onEnd: (error: unknown) => void) {
    this.#queue = queue;
    this.#keysOf = keysOf;
    this.#onEnd = onEnd;
  }

  deliver({ change }: SharedChange): boolean {
    for (const key of this.#keysOf(change)) this.#queue.add(textOf(key));
    return true;
  }

  end(error: Error): void {
    this.#onEnd(error);
  }
}

function textOf({ tenant, group, resource, namespace, name }: ObjectKey): string {
  return [tenant, group, resource, namespace, name].join('\0');
}

function keyOf(text: string): ObjectKey {
  const [tenant = '', group = '', resource = '', namespace = '', name = ''] = text.split('\0');
  return { tenant: tenant as ObjectKey['tenant'], group, resource, namespace, name };
}
