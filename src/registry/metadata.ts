/** What the server owns in metadata, whatever a client sends. Source: registry/rest BeforeCreate, BeforeUpdate. */
import { deepEqual } from '../apimachinery/equality.ts';
import { type KubeObject, type ObjectMeta, timestamp } from '../apimachinery/object-meta.ts';
import type { ResourceStrategy } from '../apimachinery/resource-definition.ts';
import { badRequest } from '../apimachinery/status.ts';
import type { Target } from './engine.ts';

export function stampNew(object: KubeObject, strategy: ResourceStrategy, uid: string, nowMs: number): void {
  const { metadata } = object;
  dropUntracked(metadata);
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  metadata.uid = uid;
  metadata.creationTimestamp = timestamp(nowMs);
  if (strategy.hasGeneration) metadata.generation = 1;
  else delete metadata.generation;
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

/** Gives an update the identity and history of what it replaces; they are not the client's to change. */
export function carryOver(object: KubeObject, old: KubeObject): void {
  const { metadata } = object;
  dropUntracked(metadata);
  for (const name of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ] as const) {
    restore(metadata, old.metadata, name);
  }
}

/** A new generation when anything but metadata and status changed. */
export function trackGeneration(object: KubeObject, old: KubeObject, strategy: ResourceStrategy): void {
  if (!strategy.hasGeneration) return;
  const { metadata: _m, status: _s, ...spec } = object;
  const { metadata: _om, status: _os, ...oldSpec } = old;
  if (!deepEqual(spec, oldSpec)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

export function markDeleted(object: KubeObject, nowMs: number): void {
  const { metadata } = object;
  metadata.deletionTimestamp = timestamp(nowMs);
  metadata.deletionGracePeriodSeconds = 0;
  if (metadata.generation !== undefined && metadata.generation > 0) metadata.generation += 1;
}

/** selfLink is gone from the API, and fields are not tracked by manager before server-side apply exists. */
function dropUntracked(metadata: ObjectMeta): void {
  delete metadata.selfLink;
  delete metadata.managedFields;
}

function restore<K extends keyof ObjectMeta>(target: ObjectMeta, source: ObjectMeta, name: K): void {
  const value = source[name];
  if (value === undefined) delete target[name];
  else target[name] = value;
}
