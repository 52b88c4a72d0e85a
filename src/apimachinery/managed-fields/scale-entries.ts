/**
 * Managed fields between an object and its Scale: who set the replicas of the one set those of the other, under
 * another path and version. Source: apimachinery/pkg/util/managedfields/scalehandler.go.
 */

import type { Path } from '../apply/field-path.ts';
import { FieldSet } from '../apply/field-set.ts';
import type { ManagedSet } from '../apply/managed-set.ts';
import type { JsonValue } from '../object-meta.ts';
import { encodeManagedFields, storedManagedFields, type Tracked } from './entries.ts';

/** Where each version of the parent has its replicas; null in one that has no scale. A leaf. */
export type ReplicasPaths = Readonly<Record<string, Path | null>>;

const scaleVersion = 'autoscaling/v1';
const scalePath: Path = ['f:spec', 'f:replicas'];

/** Of the parent's entries those of who set its replicas, as entries of the Scale. */
export function toScaleEntries(
  parentEntries: readonly JsonValue[] | undefined,
  paths: ReplicasPaths,
): JsonValue[] | undefined {
  const { managers, times } = storedManagedFields(parentEntries);
  const scale = new Map<string, ManagedSet>();
  for (const [identifier, { set, apiVersion, applied }] of managers) {
    const path = pathOf(paths, apiVersion);
    if (path === undefined || path === null || !set.has(path)) continue;
    scale.set(identifier, { set: FieldSet.of(scalePath), apiVersion: scaleVersion, applied });
  }
  return encodeManagedFields({ managers: scale, times });
}

/** The parent's entries after a write of the Scale that left it with `scaleEntries`. */
export function toParentEntries(
  parentEntries: readonly JsonValue[] | undefined,
  scaleEntries: readonly JsonValue[] | undefined,
  parentVersion: string,
  paths: ReplicasPaths,
): JsonValue[] | undefined {
  const parent = storedManagedFields(parentEntries);
  const scale = storedManagedFields(scaleEntries);
  const managers = new Map<string, ManagedSet>();
  const times = new Map<string, string>();
  for (const [identifier, managed] of parent.managers) {
    const kept = keptOfParent(managed, pathOf(paths, managed.apiVersion), scale.managers.has(identifier));
    if (kept === undefined) continue;
    managers.set(identifier, kept);
    copyTime(times, parent, identifier);
  }
  for (const [identifier, { set, applied }] of scale.managers) {
    if (!set.has(scalePath) || owns(parent.managers.get(identifier), paths)) continue;
    const path = pathOf(paths, parentVersion)!;
    managers.set(identifier, { set: FieldSet.of(path), apiVersion: parentVersion, applied });
    copyTime(times, parent, identifier);
  }
  return encodeManagedFields({ managers, times });
}

/** An entry without its replicas where the Scale has taken them over; undefined where nothing is left. */
function keptOfParent(
  managed: ManagedSet,
  path: Path | null | undefined,
  isInScale: boolean,
): ManagedSet | undefined {
  // Nobody knows what a version that is gone means.
  if (path === undefined) return undefined;
  if (path === null || isInScale || !managed.set.has(path)) return managed;
  const set = managed.set.difference(FieldSet.of(path));
  return set.isEmpty ? undefined : { set, apiVersion: managed.apiVersion, applied: managed.applied };
}

function owns(managed: ManagedSet | undefined, paths: ReplicasPaths): boolean {
  if (managed === undefined) return false;
  const path = pathOf(paths, managed.apiVersion);
  return path !== undefined && path !== null && managed.set.has(path);
}

const pathOf = (paths: ReplicasPaths, apiVersion: string): Path | null | undefined =>
  Object.hasOwn(paths, apiVersion) ? paths[apiVersion] : undefined;

function copyTime(times: Map<string, string>, from: Tracked, identifier: string): void {
  const time = from.times.get(identifier);
  if (time !== undefined) times.set(identifier, time);
}
