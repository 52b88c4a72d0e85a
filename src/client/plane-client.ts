/**
 * What controllers do to objects, whatever carries it there (in process now, HTTP when controllers run apart).
 * Every call is safe to repeat.
 */
import type { PropagationPolicy } from '../apimachinery/deletion-policy.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';

/** An object of any control plane; a storage ObjectKey is one. */
export interface ObjectRef {
  readonly tenant: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface ContentScope {
  readonly tenant: string;
  readonly group: string;
  readonly resource: string;
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** Removes even what the kind's own lifecycle holds; finalizers in metadata still do. */
  readonly ignoresLifecycle?: boolean;
  /** Names of what every control plane shows, to be marked even where it was never written. Else only stored objects are. */
  readonly defaults?: ReadonlySet<string>;
  /** Ends the work early, between two batches. */
  readonly signal?: AbortSignal;
}

export interface Removal {
  /**
   * Every object that was there is gone or counted as held. False when other writers were faster, or the signal
   * ended the work: look again.
   */
  readonly isComplete: boolean;
  readonly removed: number;
  /** Objects that finalizers hold, now marked as deleted. */
  readonly held: number;
  /** Their finalizers, without repeats, and how many objects each holds. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** The namespaces they are in. */
  readonly namespaces: ReadonlySet<string>;
  /** `namespace/name` of some of them, for people. */
  readonly examples: readonly string[];
}

export interface DeletionDemands {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: PropagationPolicy;
}

export interface PlaneClient {
  /** The object in its storage version; undefined when there is none. */
  get(ref: ObjectRef): KubeObject | undefined;
  /** Changes the object, again on the newest state when it raced; does nothing when it or its control plane is gone. */
  update(ref: ObjectRef, subresource: string, change: (object: KubeObject) => void): Promise<void>;
  /**
   * Deletes as a client would: finalizers hold. Does nothing when it is gone or on its way. Rejects with a 409 when
   * the object is not the one that the demands are about.
   */
  delete(ref: ObjectRef, demands?: DeletionDemands): Promise<void>;
  /** Deletes all objects of one resource, at once where nothing holds them. */
  removeContents(scope: ContentScope): Promise<Removal>;
}
