/**
 * Where rules that must look beyond the object come in (hierarchy and quota now; webhooks and policies later).
 * The engine calls every plugin inside its compare-and-set loop; the guards and charges they return join the same
 * batch, so what was checked still holds when the write commits.
 */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import type { Tenant, UserInfo } from '../request/context.ts';
import type { Guard, ObjectKey, Revision } from '../storage/store.ts';

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
  /** Throws a StatusError to refuse. */
  admit(request: AdmissionRequest): readonly Guard[] | Promise<readonly Guard[]>;
  /**
   * Asked once the object has been found valid, and may not change it any more. Throws a StatusError to refuse.
   * Must be computed on what the store has in this very tick.
   */
  charge?(request: AdmissionRequest): readonly Charge[];
}
