/**
 * What the verbs of the generic engine share: the store, the definitions, the plugins, time and chance.
 * The verbs are functions over it, a file each; none knows a kind by name.
 */
import type { GroupResource } from '../apimachinery/gvk.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { StrategyContext } from '../apimachinery/resource-definition.ts';
import type { Clock } from '../lib/clock.ts';
import type { Tenant, UserInfo } from '../request/context.ts';
import type { ObjectKey, Revision, Store, StoredRecord, TenantId } from '../storage/store.ts';
import type { WatchHub } from '../storage/watch-hub.ts';
import type { AdmissionPlugin, DynamicAdmission, RequestTerms } from './admission.ts';
import type { ServedResource } from './definition-table.ts';
import type { Definitions } from './definitions.ts';
import type { Plane, RemoteConverter } from './stored-objects.ts';
import type { Turns } from './turns.ts';

export interface Engine {
  /** Shows the shared defaults (store-with-defaults.ts) as if they were stored. */
  readonly store: Store;
  readonly hub: WatchHub;
  readonly definitions: Definitions;
  /** In running order. */
  readonly plugins: readonly AdmissionPlugin[];
  /** What objects of the API bring; absent where they bring nothing. */
  readonly dynamic?: DynamicAdmission;
  /** Of custom resources whose definitions name a webhook for it; none in an engine that has no such. */
  readonly converter?: RemoteConverter;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly newUid: () => string;
  /** The record that takes the place of a deleted object, where it is a shared default; undefined for all others. */
  readonly renewed: (key: ObjectKey) => Buffer | undefined;
  /** Before which revision watches of a resource would miss something, though the store has it; absent for never. */
  readonly watchableFrom?: (tenant: string, resource: GroupResource) => Revision;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** One object or collection of one control plane, in one version. */
export interface Target {
  readonly served: ServedResource;
  readonly tenant: Tenant;
  /** "" when cluster-scoped, or for all namespaces. */
  readonly namespace: string;
  /** "" for a collection. */
  readonly name: string;
}

export interface WriteOptions {
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Who the fields that this write changes will belong to. Empty is `unknown`. */
  readonly fieldManager: string;
  /** Absent for what the server itself writes: nobody brought rules for that. */
  readonly terms?: RequestTerms;
  /** Tells the client something that does not stop the write. Twice the same is shown once. */
  warn(message: string): void;
}

/** For writes that nobody waits for who would read a warning. */
export const noWarnings = (): void => {};

/** A write as it is to be answered. */
export interface WriteResult {
  /** In the version of the request. */
  readonly object: KubeObject;
  /** The stored bytes; undefined for a dry run. */
  readonly stored: StoredRecord | undefined;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deleted';
}

export function keyOf(target: Target): ObjectKey {
  const { group, resource } = target.served.definition.storage;
  return {
    tenant: target.tenant.id as TenantId,
    group,
    resource,
    namespace: target.namespace,
    name: target.name,
  };
}

/** Whose objects a target is about, for conversion. */
export const planeOf = (engine: Engine, { tenant }: Pick<Target, 'tenant'>): Plane => ({
  tenant,
  converter: engine.converter,
});

export function strategyContext(engine: Engine, options: WriteOptions): StrategyContext {
  return {
    nowMs: engine.clock.now(),
    user: options.user,
    dryRun: options.dryRun,
    newUid: engine.newUid,
    revision: engine.store.applied,
  };
}

/** Sets the resourceVersion a client sees. */
export function withRevision(object: KubeObject, revision: Revision): KubeObject {
  object.metadata.resourceVersion = String(revision);
  return object;
}
