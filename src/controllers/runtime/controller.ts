/**
 * The controller runtime: one watch per resource for all control planes, and a work queue keyed by object.
 * Controllers are level-based: they take the key alone and look at what is there now. What they begin with is
 * found by index, so a restart costs what there is to do, not what exists.
 */
import { limits } from '../../apimachinery/limits.ts';
import type { StorageError } from '../../storage/errors.ts';
import type { Change, ObjectKey, Store } from '../../storage/store.ts';
import type { WatchHub } from '../../storage/watch-hub.ts';
import type { SharedChange, WatchHandle, WatchSink } from '../../storage/watch-target.ts';
import { WorkQueue } from './work-queue.ts';

/** The objects to look at because of a change; often just the changed one. Pure and quick: runs on every change. */
export type KeysOf = (change: Change) => readonly ObjectKey[];

export interface WatchedResource {
  readonly group: string;
  readonly resource: string;
  readonly keysOf: KeysOf;
}

export interface Controller {
  readonly name: string;
  readonly workers: number;
  /** Of them, for one control plane; absent where work waits for nothing that a control plane's owner runs. */
  readonly workersPerPlane?: number;
  readonly watches: readonly WatchedResource[];
  /**
   * Asked about every change of every resource, for what an object waits for whatever its kind. A burst of such
   * changes is looked at once, when it has settled a little.
   */
  readonly follows?: KeysOf;
  /** Objects that may need work at the start, from an index. */
  initial(): Iterable<ObjectKey>;
  /**
   * Further ones that take longer to find. Runs beside the work, once, at the start; awaits now and then, and ends
   * when the signal is aborted.
   */
  recover?(signal: AbortSignal): AsyncIterable<ObjectKey>;
  /**
   * Brings one object towards what it should be. Returns a pause in ms to look again; undefined when settled, or
   * when a change will tell. Long work ends early once the signal is aborted.
   */
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<number | undefined>;
}

export interface ControllerErrors {
  onError(controller: string, key: string, error: unknown): void;
}

export interface ControllerQueue {
  readonly name: string;
  /** Keys that wait or are worked on. */
  readonly depth: number;
  readonly adds: number;
  readonly retries: number;
}

export class ControllerRuntime {
  readonly #running: readonly RunningController[];

  constructor(store: Store, hub: WatchHub, controllers: readonly Controller[], errors: ControllerErrors) {
    this.#running = controllers.map((controller) => new RunningController(store, hub, controller, errors));
  }

  /** Objects of all controllers that are worked on or will be. */
  get pending(): number {
    return this.#running.reduce((sum, running) => sum + running.queue.size, 0);
  }

  /** What is waiting in each controller, and what it did since the start. */
  queues(): readonly ControllerQueue[] {
    return this.#running.map(({ name, queue }) => ({
      name,
      depth: queue.depth,
      adds: queue.adds,
      retries: queue.failures,
    }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((running) => running.close()));
  }
}

class RunningController {
  readonly queue: WorkQueue;
  readonly name: string;
  readonly #store: Store;
  readonly #hub: WatchHub;
  readonly #controller: Controller;
  readonly #errors: ControllerErrors;
  readonly #handles = new Map<WatchedResource, WatchHandle>();
  readonly #unfollow: (() => void) | undefined;
  readonly #closing = new AbortController();
  readonly #recovery: Promise<void>;

  constructor(store: Store, hub: WatchHub, controller: Controller, errors: ControllerErrors) {
    this.#store = store;
    this.#hub = hub;
    this.#controller = controller;
    this.name = controller.name;
    this.#errors = errors;
    this.queue = new WorkQueue({
      workers: controller.workers,
      ...(controller.workersPerPlane === undefined
        ? {}
        : { groups: { groupOf: tenantIn, workersMax: controller.workersPerPlane } }),
      work: (text, signal) => controller.reconcile(keyOf(text), signal),
      onError: (text, error) => errors.onError(controller.name, text.replaceAll('\0', '/'), error),
    });
    for (const watched of controller.watches) this.#watch(watched);
    const { follows } = controller;
    if (follows !== undefined) {
      this.#unfollow = store.subscribe((changes) => {
        for (const change of changes) {
          for (const key of this.#asked(follows, change)) {
            this.queue.addLater(textOf(key), limits.cleanupSettleMs);
          }
        }
      });
    }
    this.#begin();
    this.#recovery = this.#recover();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#unfollow?.();
    for (const handle of this.#handles.values()) handle.close();
    await Promise.all([this.#recovery, this.queue.close()]);
  }

  async #recover(): Promise<void> {
    const { recover, name } = this.#controller;
    if (recover === undefined) return;
    const { signal } = this.#closing;
    try {
      for await (const key of recover(signal)) this.queue.add(textOf(key));
    } catch (error) {
      if (!signal.aborted) this.#errors.onError(name, 'recovery', error);
    }
  }

  /** Behind the watches and in the same tick, so that no change falls between the two. */
  #begin(): void {
    for (const key of this.#controller.initial()) this.queue.add(textOf(key));
  }

  #watch(watched: WatchedResource): void {
    const { group, resource, keysOf } = watched;
    const sink: WatchSink = {
      deliver: ({ change }: SharedChange) => {
        for (const key of this.#asked(keysOf, change)) this.queue.add(textOf(key));
        return true;
      },
      end: (error) => this.#ended(watched, error),
    };
    this.#handles.set(watched, this.#hub.watch({ group, resource }, this.#store.applied, sink));
  }

  /** What the watch missed is found again from the beginning. */
  #ended(watched: WatchedResource, error: StorageError): void {
    if (this.#closing.signal.aborted || error.code === 'closed') return;
    this.#errors.onError(this.#controller.name, `${watched.resource}.${watched.group}`, error);
    this.#watch(watched);
    this.#begin();
  }

  /** One change that cannot be read must neither end the watch nor stop the store. */
  #asked(keysOf: KeysOf, change: Change): readonly ObjectKey[] {
    try {
      return keysOf(change);
    } catch (error) {
      const { resource, group, name } = change.key;
      this.#errors.onError(this.#controller.name, `${resource}.${group}/${name}`, error);
      return [];
    }
  }
}

function textOf({ tenant, group, resource, namespace, name }: ObjectKey): string {
  return [tenant, group, resource, namespace, name].join('\0');
}

const tenantIn = (text: string): string => text.slice(0, text.indexOf('\0'));

function keyOf(text: string): ObjectKey {
  const [tenant = '', group = '', resource = '', namespace = '', name = ''] = text.split('\0');
  return { tenant: tenant as ObjectKey['tenant'], group, resource, namespace, name };
}
