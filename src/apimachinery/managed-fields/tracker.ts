/**
 * Who owns which field after a write. An update takes what it changed; an apply owns what it says, and is refused
 * where that is somebody else's. Works on objects as they are before the kind's strategy and admission see them:
 * what those change is nobody's. Stores nothing, and knows no request.
 * Source: apimachinery/pkg/util/managedfields/internal, the whole stack of managers.
 */
import { ApplyConflicts } from '../apply/apply-conflicts.ts';
import type { FieldFilter } from '../apply/field-filter.ts';
import type { FieldSet } from '../apply/field-set.ts';
import type { ManagedSet, Managers, Versions } from '../apply/managed-set.ts';
import { TypedError } from '../apply/typed-error.ts';
import { apply, update } from '../apply/updater.ts';
import { deepEqual } from '../equality.ts';
import { limits } from '../limits.ts';
import { type JsonObject, type JsonValue, type KubeObject, timestamp } from '../object-meta.ts';
import { capUpdateManagers } from './cap-update-managers.ts';
import { conflictStatus } from './conflict-status.ts';
import {
  decodeManagedFields,
  encodeManagedFields,
  ManagedFieldsError,
  managerIdentifier,
  nobody,
  storedManagedFields,
  type Tracked,
} from './entries.ts';
import { lastAppliedManager, refreshLastApplied } from './last-applied.ts';
import { allowedConflicts } from './last-applied-conflicts.ts';
import { neverOwned } from './never-owned.ts';

/** Where a write goes, as far as ownership is concerned. */
export interface TrackedEndpoint {
  /** Of the request. */
  readonly apiVersion: string;
  /** "" is the object's own endpoint. */
  readonly subresource: string;
  readonly versions: Versions;
  /** Adds what an object of this version has without saying so. */
  complete(object: JsonObject): JsonObject;
  /** Leaves out what this endpoint does not write. */
  readonly written: FieldFilter;
}
export interface TrackedWriter {
  /** "" is `unknown`. */
  readonly manager: string;
  readonly nowMs: number;
}

/**
 * The managedFields of `wanted` once it has replaced `live`. `wanted.metadata.managedFields` is what the client sent:
 * it may edit the entries of an object, or with an empty one end the tracking; through a subresource it may not.
 * `live` has no uid where the object is new.
 */
export function trackUpdate(
  endpoint: TrackedEndpoint,
  live: KubeObject,
  wanted: KubeObject,
  writer: TrackedWriter,
): JsonValue[] | undefined {
  const tracked = startOf(endpoint, live, wanted);
  // Whoever ended the tracking of an object wants none until somebody applies it.
  if (tracked.managers.size === 0 && live.metadata.uid !== undefined) return undefined;
  try {
    return encodeManagedFields(updated(endpoint, untracked(live), untracked(wanted), tracked, writer));
  } catch (error) {
    // Lists whose items cannot be told apart: no reason to refuse a write, nor to forget who owned what.
    if (error instanceof TypedError) return live.metadata.managedFields;
    throw error;
  }
}

function startOf({ subresource }: TrackedEndpoint, live: KubeObject, wanted: KubeObject): Tracked {
  const stored = live.metadata.managedFields;
  const given = wanted.metadata.managedFields;
  if (subresource !== '' || given === undefined || deepEqual(given, stored)) {
    return storedManagedFields(stored);
  }
  if (isReset(given)) return nobody;
  try {
    const decoded = decodeManagedFields(given);
    if (decoded.managers.size > 0) return decoded;
  } catch (error) {
    // Clients that do not understand managedFields must not lose them.
    if (!(error instanceof ManagedFieldsError)) throw error;
  }
  return storedManagedFields(stored);
}

function isReset(entries: readonly JsonValue[]): boolean {
  return entries.length === 0 || (entries.length === 1 && deepEqual(entries[0], {}));
}

/** What is compared must not hold what comes of the comparison. */
function untracked(object: KubeObject): JsonObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as JsonObject };
}

const currentOperation = 'current-operation';

function updated(
  endpoint: TrackedEndpoint,
  live: JsonObject,
  wanted: JsonObject,
  tracked: Tracked,
  { manager, nowMs }: TrackedWriter,
): Tracked {
  const { apiVersion, versions, written } = endpoint;
  // Under a name of its own, so that what this write changed can be told from what its manager owned before.
  const outcome = update({
    live: endpoint.complete(live),
    object: endpoint.complete(wanted),
    apiVersion,
    managers: tracked.managers,
    manager: currentOperation,
    versions,
    ignore: () => written,
  });
  const managers = new Map(outcome.managers);
  const times = new Map(tracked.times);
  const set = managers.get(currentOperation)?.set.difference(neverOwned);
  managers.delete(currentOperation);
  if (set !== undefined && !set.isEmpty) {
    const own = identifierOf(endpoint, manager, 'Update');
    const owned = managers.get(own)?.set.union(set) ?? set;
    const before = tracked.managers.get(own);
    managers.set(own, isAs(before, owned, apiVersion) ? before : { set: owned, apiVersion, applied: false });
    times.set(own, timestamp(nowMs));
  }
  return capUpdateManagers({ managers, times }, limits.updateManagers);
}

function identifierOf(
  { apiVersion, subresource }: TrackedEndpoint,
  manager: string,
  operation: 'Apply' | 'Update',
): string {
  return managerIdentifier({
    manager: manager === '' ? 'unknown' : manager,
    operation,
    apiVersion,
    subresource,
  });
}

/** The manager of what was there before anybody applied. */
const beforeFirstApply = 'before-first-apply';

export interface Application {
  /** As far as it can be judged without a schema: an object of the endpoint's kind, without managedFields. */
  readonly config: JsonObject;
  readonly writer: TrackedWriter;
  /** Takes fields from other managers instead of failing. */
  readonly force: boolean;
}

/**
 * The live object with `config` joined in, managedFields included. `live` has no uid where the object is new.
 * Throws 409 on conflicts; TypedError where a value cannot be merged.
 */
export function applyTracked(
  endpoint: TrackedEndpoint,
  live: KubeObject,
  application: Application,
): JsonObject {
  const { config, writer } = application;
  const { manager, nowMs } = writer;
  const base = untracked(live);
  let tracked = storedManagedFields(live.metadata.managedFields);
  if (tracked.managers.size === 0 && live.metadata.uid !== undefined) {
    const nothing = { apiVersion: live.apiVersion, kind: live.kind, metadata: {} };
    tracked = updated(endpoint, nothing, base, tracked, { manager: beforeFirstApply, nowMs });
  }
  const own = identifierOf(endpoint, manager, 'Apply');
  const outcome = merged(endpoint, base, tracked.managers, own, application);
  const managers = new Map(outcome.managers);
  const times = new Map(tracked.times);
  strip(managers, own, tracked.managers.get(own));
  if (outcome.object !== undefined) times.set(own, timestamp(nowMs));
  let object = outcome.object ?? base;
  if (manager === lastAppliedManager) object = refreshLastApplied(object, config);
  return withManagedFields(object, encodeManagedFields({ managers, times }));
}

function merged(
  endpoint: TrackedEndpoint,
  live: JsonObject,
  managers: Managers,
  own: string,
  { config, writer, force }: Application,
): ReturnType<typeof apply> {
  const { apiVersion, versions, written } = endpoint;
  const write = { live, config, apiVersion, managers, manager: own, versions, ignore: () => written };
  try {
    return apply({ ...write, force });
  } catch (error) {
    if (!(error instanceof ApplyConflicts)) throw error;
    if (writer.manager !== lastAppliedManager) throw conflictStatus(error.conflicts);
    // What client-side apply left behind is kubectl's own, whatever name its writes had.
    const allowed = allowedConflicts(live, apiVersion, versions);
    const conflicts = error.conflicts.filter(({ path }) => allowed?.has(path) !== true);
    if (conflicts.length > 0) throw conflictStatus(conflicts);
    return apply({ ...write, force: true });
  }
}

function strip(managers: Map<string, ManagedSet>, own: string, before: ManagedSet | undefined): void {
  const managed = managers.get(own);
  if (managed === undefined) return;
  const { apiVersion, applied } = managed;
  const set = managed.set.difference(neverOwned);
  if (set.isEmpty) managers.delete(own);
  else managers.set(own, isAs(before, set, apiVersion) ? before : { set, apiVersion, applied });
}

/** Whether a set came out as it was. It then keeps its JSON, which takes time to write, and to compare with itself. */
function isAs(before: ManagedSet | undefined, set: FieldSet, apiVersion: string): before is ManagedSet {
  return before !== undefined && before.apiVersion === apiVersion && before.set.equals(set);
}

function withManagedFields(object: JsonObject, managedFields: JsonValue[] | undefined): JsonObject {
  const { managedFields: _, ...metadata } = object.metadata as JsonObject;
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } };
}
