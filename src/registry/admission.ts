/**
 * Where rules that must look beyond the object come in (hierarchy now; webhooks, policies and quota later).
 * The engine calls every plugin inside its compare-and-set loop; the guards they return join the same batch,
 * so what was checked still holds when the write commits.
 */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import type { Tenant, UserInfo } from '../request/context.ts';
import type { Guard } from '../storage/store.ts';

export interface AdmissionRequest {
  readonly operation: 'create' | 'update' | 'delete';
  readonly definition: ResourceDefinition;
  readonly subresource: string;
  readonly tenant: Tenant;
  readonly user: UserInfo;
  /** In the storage version. A plugin may change it on create and update; the deleted object on delete. */
  readonly object: KubeObject;
  readonly old: KubeObject | undefined;
}

export interface AdmissionPlugin {
  readonly name: string;
  /** Throws a StatusError to refuse. */
  admit(request: AdmissionRequest): readonly Guard[] | Promise<readonly Guard[]>;
}
