/** What the server owns in metadata, whatever a client sends. Source: registry/rest BeforeCreate, BeforeUpdate. */
import { deepEqual } from '../apimachinery/equality.ts';
import {
  type KubeObject,
  type ObjectMeta,
  type OwnerReference,
  timestamp,
} from '../apimachinery/object-meta.ts';
import type { ResourceDefinition, ResourceStrategy } from '../apimachinery/resource-definition.ts';
import { badRequest, bareError } from '../apimachinery/status.ts';
import { findSubresource } from './definition-table.ts';
import type { Target, WriteOptions } from './engine.ts';

export function stampNew(object: KubeObject, strategy: ResourceStrategy, uid: string, nowMs: number): void {
  const { metadata } = object;
  wipeSystemFields(metadata);
  delete metadata.resourceVersion;
  metadata.uid = uid;
  metadata.creationTimestamp = timestamp(nowMs);
  // Kinds that count no generations keep what the client says.
  if (strategy.hasGeneration) metadata.generation = 1;
  else if (metadata.generation === 0) delete metadata.generation;
}

/** Takes away what no client may say of a new object. */
export function wipeSystemFields(metadata: ObjectMeta): void {
  delete metadata.selfLink;
  delete metadata.uid;
  delete metadata.creationTimestamp;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
}

/** The namespace is the path's: taken from there, or the same, or none where the kind has none. Throws 400. */
export function matchNamespace(target: Target, metadata: ObjectMeta): void {
  if (target.served.definition.scope === 'Cluster') delete metadata.namespace;
  else if (metadata.namespace === undefined || metadata.namespace === '')
    metadata.namespace = target.namespace;
  else if (metadata.namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/**
 * Gives an update the identity and history of what it replaces. What upstream does not restore stays as the client
 * sent it, and is refused by validation as immutable.
 */
export function carryOver(object: KubeObject, old: KubeObject): void {
  const { metadata } = object;
  delete metadata.selfLink;
  if (metadata.uid === undefined || metadata.uid === '') restore(metadata, old.metadata, 'uid');
  restore(metadata, old.metadata, 'creationTimestamp');
  restore(metadata, old.metadata, 'generation');
  if (old.metadata.deletionTimestamp !== undefined) restore(metadata, old.metadata, 'deletionTimestamp');
  if (metadata.deletionGracePeriodSeconds === undefined) {
    restore(metadata, old.metadata, 'deletionGracePeriodSeconds');
  }
}

/** A new generation when anything changed but metadata and, where it has an endpoint of its own, status. */
export function trackGeneration(object: KubeObject, old: KubeObject, definition: ResourceDefinition): void {
  if (definition.strategy.hasGeneration !== true) return;
  const { metadata: _m, ...spec } = object;
  const { metadata: _om, ...oldSpec } = old;
  if (findSubresource(definition, 'status') !== undefined) {
    delete spec.status;
    delete oldSpec.status;
  }
  if (!deepEqual(spec, oldSpec)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

/** Leaves each owner reference once, and warns. `isPatch`: upstream looks at those later, and says so. */
export function tellRepeatedOwners(object: KubeObject, { warn }: WriteOptions, isPatch: boolean): void {
  const uids = dropRepeatedOwners(object);
  if (uids.length === 0) return;
  const when = isPatch ? ' after mutating admission happens' : '';
  const fate =
    'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests';
  warn(
    `.metadata.ownerReferences contains duplicate entries${when}; ${fate}; duplicate UID(s) observed: ${uids.join(', ')}`,
  );
}

/** The uids of those that were there again. */
function dropRepeatedOwners({ metadata }: KubeObject): readonly string[] {
  const owners = metadata.ownerReferences ?? [];
  const kept: OwnerReference[] = [];
  const repeated: string[] = [];
  for (const owner of owners) {
    const isThere = kept.some((other) => other.uid === owner.uid && deepEqual(other, owner));
    if (isThere) repeated.push(owner.uid);
    else kept.push(owner);
  }
  if (repeated.length > 0) metadata.ownerReferences = kept;
  return repeated;
}

/** A resourceVersion as the number it must be; 0 when there is none. Throws the 500 that upstream answers. */
export function revisionIn({ resourceVersion }: ObjectMeta): bigint {
  if (resourceVersion === undefined || resourceVersion === '') return 0n;
  const problem = !/^\d+$/.test(resourceVersion)
    ? 'invalid syntax'
    : BigInt(resourceVersion) >= 1n << 64n
      ? 'value out of range'
      : undefined;
  if (problem === undefined) return BigInt(resourceVersion);
  throw bareError(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: ${problem}`);
}

export function markDeleted(
  object: KubeObject,
  { deletesGracefully = true }: ResourceStrategy,
  nowMs: number,
): void {
  const { metadata } = object;
  metadata.deletionTimestamp = timestamp(nowMs);
  if (deletesGracefully) metadata.deletionGracePeriodSeconds = 0;
  const { generation = 0 } = metadata;
  if (deletesGracefully && generation > 0) metadata.generation = generation + 1;
}

function restore<K extends keyof ObjectMeta>(target: ObjectMeta, source: ObjectMeta, name: K): void {
  const value = source[name];
  if (value === undefined) delete target[name];
  else target[name] = value;
}
