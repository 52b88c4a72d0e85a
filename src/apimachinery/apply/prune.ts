/** What an applier no longer mentions goes, unless another manager owns it or it was not the applier's to begin with. */
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { FieldSet } from './field-set.ts';
import type { ManagedSet, Managers, Versions } from './managed-set.ts';
import { withNamedFields } from './named-fields.ts';
import { removeItems } from './remove-items.ts';
import { toFieldSet } from './to-field-set.ts';

interface Pruning {
  /** The live object with what is applied joined in. */
  readonly merged: JsonObject;
  readonly apiVersion: string;
  /** With what the applier applies now. */
  readonly managers: Managers;
  /** What the applier applied the last time, and what it applies now. */
  readonly last: ManagedSet | undefined;
  readonly set: FieldSet;
  readonly versions: Versions;
}
/** An object and the version it is in. */
interface Versioned {
  readonly object: JsonObject;
  readonly apiVersion: string;
}

export function prune({ merged, apiVersion, managers, last, set, versions }: Pruning): JsonObject {
  if (last === undefined || last.set.isEmpty) return merged;
  // Applied again, perhaps with more: all that was applied is owned, so nothing can go.
  if (last.apiVersion === apiVersion && last.set.difference(set).isEmpty) return merged;
  const schema = versions.schemaOf(last.apiVersion);
  if (schema === undefined) return merged;
  const to = (from: Versioned, version: string): JsonObject =>
    from.apiVersion === version ? from.object : versions.convert(from.object, from.apiVersion, version);

  const whole: Versioned = {
    object: to({ object: merged, apiVersion }, last.apiVersion),
    apiVersion: last.apiVersion,
  };
  const lastFields = withNamedFields(last.set, schema);
  const without: Versioned = {
    object: asObject(removeItems(whole.object, lastFields, schema)),
    apiVersion: last.apiVersion,
  };
  const owned = withOwnedFields(whole, without, managers, versions, to);

  // Only what was the applier's goes; what it hid from sight when it was taken out as a whole stays.
  const remaining = withNamedFields(toFieldSet(to(owned, last.apiVersion), schema), schema);
  const all = withNamedFields(toFieldSet(whole.object, schema), schema);
  const gone = all.difference(remaining).intersection(lastFields);
  const object = asObject(removeItems(whole.object, gone, schema));
  return to({ object, apiVersion: last.apiVersion }, apiVersion);
}

/** `without` with what any manager owns put back, version after version, that of `without` first. */
function withOwnedFields(
  whole: Versioned,
  without: Versioned,
  managers: Managers,
  versions: Versions,
  to: (from: Versioned, version: string) => JsonObject,
): Versioned {
  const owned = new Map([[whole.apiVersion, FieldSet.empty]]);
  for (const { set, apiVersion } of managers.values()) {
    owned.set(apiVersion, (owned.get(apiVersion) ?? FieldSet.empty).union(set));
  }
  let [all, rest] = [whole, without];
  for (const [apiVersion, set] of owned) {
    const schema = versions.schemaOf(apiVersion);
    if (schema === undefined || set.isEmpty) continue;
    all = { object: to(all, apiVersion), apiVersion };
    const restFields = withNamedFields(toFieldSet(to(rest, apiVersion), schema), schema);
    const kept = restFields.union(withNamedFields(set, schema));
    const gone = withNamedFields(toFieldSet(all.object, schema), schema).difference(kept);
    rest = { object: asObject(removeItems(all.object, gone, schema)), apiVersion };
  }
  return rest;
}

/** An object that lost everything is still an object. */
const asObject = (value: JsonValue): JsonObject => (value ?? {}) as JsonObject;
