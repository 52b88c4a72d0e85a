/**
 * Who owns which field after a write: `update` for writes of whole objects, `apply` for server-side apply. Pure:
 * neither knows where objects come from, what managedFields look like, or which of them a request may touch.
 */
import { deepEqual } from '../equality.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { ApplyConflicts, type Conflict } from './apply-conflicts.ts';
import type { ApplySchema } from './apply-schema.ts';
import { type Comparison, compareTyped } from './compare-typed.ts';
import type { FieldFilter } from './field-filter.ts';
import { FieldSet } from './field-set.ts';
import type { ManagedSet, Managers, Versions } from './managed-set.ts';
import { mergeTyped } from './merge-typed.ts';
import { prune } from './prune.ts';
import { reconcileFieldSetWithSchema } from './reconcile-schema.ts';
import { toFieldSet } from './to-field-set.ts';

interface Write {
  /** The stored object, `{}` where there is none; in `apiVersion`, as everything is that is handed in. */
  readonly live: JsonObject;
  readonly apiVersion: string;
  readonly managers: Managers;
  /** Who writes. */
  readonly manager: string;
  readonly versions: Versions;
  /** What is not owned through this endpoint, by version. */
  readonly ignore?: ((apiVersion: string) => FieldFilter | undefined) | undefined;
}
export interface UpdateWrite extends Write {
  /** The object as it will be stored. */
  readonly object: JsonObject;
}
export interface ApplyWrite extends Write {
  /** What is applied. */
  readonly config: JsonObject;
  /** Takes fields from their managers instead of failing. */
  readonly force: boolean;
  /** Gives the object back also where nothing changed. */
  readonly returnInputOnNoop?: boolean | undefined;
}

/** The writer owns what it changed; all others lose that, and what is gone. */
export function update(write: UpdateWrite): { object: JsonObject; managers: Managers } {
  const { object, apiVersion, manager } = write;
  const reconciled = reconcile(write.managers, write.versions);
  const { managers, comparison } = transfer(write, object, reconciled, true);
  const earlier = managers.get(manager)?.set ?? FieldSet.empty;
  const owned = earlier.difference(comparison.removed).union(comparison.modified).union(comparison.added);
  setManager(managers, manager, { set: filtered(write, apiVersion, owned), apiVersion, applied: false });
  return { object, managers };
}

/**
 * Joins `config` into the live object, with the applier as owner of just what it applies: what it applied before
 * and no longer does goes, unless someone else owns it. Without `object` nothing changed. Throws ApplyConflicts
 * where others own what would change, TypedError where a value does not fit its schema.
 */
export function apply(write: ApplyWrite): { object: JsonObject | undefined; managers: Managers } {
  const { live, config, apiVersion, manager, versions } = write;
  const schema = schemaOf(versions, apiVersion);
  const managers = reconcile(write.managers, versions);
  const merged = mergeTyped(live, config, schema) as JsonObject;
  const last = managers.get(manager);
  const set = filtered(write, apiVersion, toFieldSet(config, schema));
  managers.set(manager, { set, apiVersion, applied: true });
  const object = prune({ merged, apiVersion, managers, last, set, versions });
  const after = transfer(write, object, managers, write.force);
  if (after.managers.get(manager)?.set.isEmpty === true) after.managers.delete(manager);
  const isNoop = write.returnInputOnNoop !== true && deepEqual(live, object);
  return { object: isNoop ? undefined : object, managers: after.managers };
}

function schemaOf(versions: Versions, apiVersion: string): ApplySchema {
  const schema = versions.schemaOf(apiVersion);
  if (schema === undefined) throw new Error(`no apply schema for ${apiVersion}, in which is written`);
  return schema;
}

/** Those whose version is still there, owning what they own under today's schema. */
function reconcile(managers: Managers, versions: Versions): Map<string, ManagedSet> {
  const kept = new Map<string, ManagedSet>();
  for (const [name, managed] of managers) {
    const schema = versions.schemaOf(managed.apiVersion);
    if (schema === undefined) continue;
    const set = reconcileFieldSetWithSchema(managed.set, schema);
    kept.set(name, set === managed.set ? managed : { ...managed, set });
  }
  return kept;
}

const filtered = ({ ignore }: Write, apiVersion: string, set: FieldSet): FieldSet =>
  ignore?.(apiVersion)?.(set) ?? set;

/** Takes from all but the writer what the write changes or removes. Throws ApplyConflicts unless forced. */
function transfer(
  write: Write,
  object: JsonObject,
  managers: Map<string, ManagedSet>,
  force: boolean,
): { managers: Map<string, ManagedSet>; comparison: Comparison } {
  const comparisons = new Map<string, Comparison>();
  const comparisonIn = (apiVersion: string): Comparison => {
    let comparison = comparisons.get(apiVersion);
    if (comparison === undefined) {
      comparison = compareIn(write, object, apiVersion);
      comparisons.set(apiVersion, comparison);
    }
    return comparison;
  };
  const conflicts: Conflict[] = [];
  const left = new Map<string, ManagedSet>();
  for (const [name, managed] of managers) {
    if (name === write.manager) {
      left.set(name, managed);
      continue;
    }
    const { added, modified, removed } = comparisonIn(managed.apiVersion);
    const changed = managed.set.intersection(modified.union(added));
    if (!force) changed.forEachPath((path) => conflicts.push({ manager: name, path: [...path] }));
    setManager(left, name, managed, managed.set.difference(changed).difference(removed));
  }
  if (conflicts.length > 0) throw new ApplyConflicts(conflicts);
  return { managers: left, comparison: comparisonIn(write.apiVersion) };
}

function compareIn(write: Write, object: JsonObject, apiVersion: string): Comparison {
  const { versions } = write;
  const convert = (value: JsonObject): JsonValue =>
    apiVersion === write.apiVersion ? value : versions.convert(value, write.apiVersion, apiVersion);
  const comparison = compareTyped(convert(write.live), convert(object), schemaOf(versions, apiVersion));
  const filter = write.ignore?.(apiVersion);
  if (filter === undefined) return comparison;
  return {
    added: filter(comparison.added),
    removed: filter(comparison.removed),
    modified: filter(comparison.modified),
  };
}

/** Nobody is listed who owns nothing. */
function setManager(
  managers: Map<string, ManagedSet>,
  name: string,
  managed: ManagedSet,
  set = managed.set,
): void {
  if (set.isEmpty) managers.delete(name);
  else managers.set(name, set === managed.set ? managed : { ...managed, set });
}
