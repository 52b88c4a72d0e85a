/**
 * Where rules that must look beyond the object come in. Two sorts, which the engine asks at different moments:
 *
 * - Plugins are the server's own (hierarchy, lifecycles, quota). They look into the store and give back guards and
 *   charges that join the same batch, so what was checked still holds when the write commits. They wait for nobody.
 * - Dynamic admission is what objects of the API bring: policies and webhooks. A webhook may take half a minute, so it
 *   is asked outside the writers' turns (turns.ts), and what it has seen is what is written: where the object moved on
 *   meanwhile, it is asked again about the newest.
 *
 * The order of a create or update: plugins, mutating dynamic admission, the kind's strategy, plugins again (for what
 * was changed), validation, validating dynamic admission, plugins once more where that waited for others, charges,
 * commit. A delete: plugins, mutating, validating. Without dynamic admission plugins are asked once.
 * Source: handlers/{create,update,patch,delete}.go and registry/store.go of apiserver.
 */
import type { JsonObject, KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition, SubresourceDefinition } from '../apimachinery/resource-definition.ts';
import type { Tenant, UserInfo } from '../request/context.ts';
import type { Guard, ObjectKey, Revision } from '../storage/store.ts';
import type { ServedResource } from './definition-table.ts';
import type { Plane } from './stored-objects.ts';

export interface AdmissionRequest {
  readonly operation: 'create' | 'update' | 'delete';
  /** Nothing of the object is stored yet: a create, or the first write of a shared default. */
  readonly isFirst: boolean;
  readonly definition: ResourceDefinition;
  readonly subresource: string;
  readonly tenant: Tenant;
  readonly user: UserInfo;
  /** In the storage version. A plugin may change it on create and update; the deleted object on delete. */
  readonly object: KubeObject;
  readonly old: KubeObject | undefined;
}

/** Another object that the write changes in the same batch: an account of what it takes. */
export interface Charge {
  readonly key: ObjectKey;
  /** In its storage version, as it is to be. */
  readonly object: KubeObject;
  /** The revision it was computed on. When it moved, the write is tried again. */
  readonly expect: Revision;
}

export interface AdmissionPlugin {
  readonly name: string;
  /** Throws a StatusError to refuse. Asked several times about one write, and must come to the same. */
  admit(request: AdmissionRequest): readonly Guard[] | Promise<readonly Guard[]>;
  /**
   * Asked once the object has been found valid, and may not change it any more. Throws a StatusError to refuse.
   * Must be computed on what the store has in this very tick.
   */
  charge?(request: AdmissionRequest): readonly Charge[];
}

export interface DynamicAdmission {
  /**
   * What may have a say in a write, as it is configured now and for all attempts of this write; undefined where nothing
   * has. Asked for every write: synchronous, and where nothing is configured no more than a look-up.
   */
  about(write: DynamicWrite): DynamicRules | undefined;
}

/** What is known of a write before anything of it is read. */
export interface DynamicWrite {
  readonly served: ServedResource;
  readonly tenant: Tenant;
  /** For conversion to the versions that rules ask for. */
  readonly plane: Plane;
  /** Undefined for the object's own endpoint. */
  readonly subresource: SubresourceDefinition | undefined;
  /** What it may turn out to be: a PUT may create. */
  readonly operations: readonly AdmissionOperation[];
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly terms: RequestTerms;
  warn(message: string): void;
}

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE';

/** Of the client's request behind a write. */
export interface RequestTerms {
  /** CreateOptions and their likes as the client gave them, without kind and version. */
  readonly options: JsonObject;
  /** When the client is told that time is over, by `performance.now()`. */
  readonly untilMs: number;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Told how long the request waited for servers that are not this one's. */
  waited?(seconds: number): void;
}

/** One attempt of a write, in the version and form that its endpoint speaks of. */
export interface DynamicAttempt {
  readonly operation: AdmissionOperation;
  /** "" for an object that is still to be named, and for each of a collection that is deleted. */
  readonly name: string;
  /** "" for what has none; a Namespace's own name for a Namespace. */
  readonly namespace: string;
  /** Undefined on delete. */
  readonly object: KubeObject | undefined;
  /** Undefined on create. */
  readonly old: KubeObject | undefined;
}

export interface DynamicRules {
  /** Others are waited for, so nobody should have to wait for the writer meanwhile. */
  readonly isRemote: boolean;
  /**
   * Gives back the object it was given where nobody changes it; a changed one is another, typed, pruned and defaulted.
   * Throws a StatusError to refuse.
   */
  mutate(attempt: DynamicAttempt): Promise<KubeObject | undefined>;
  /** Throws a StatusError to refuse. */
  validate(attempt: DynamicAttempt): Promise<void>;
}
