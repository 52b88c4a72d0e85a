/** The conversions between versions that upstream's updater tests run under. */
import type { JsonObject, JsonValue } from '../../src/apimachinery/object-meta.ts';

export type Convert = (object: JsonObject, from: string, to: string) => JsonObject;

const isMap = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Below the first field every key is its first letter as often as the version says; there are no leaves. */
const repeating: Convert = (object, _from, to) => {
  const times = Number(to.slice(1));
  const repeated = (value: JsonValue | undefined): JsonValue => {
    if (!isMap(value) || Object.keys(value).length === 0) return null;
    // Of keys that become the same the last one counts.
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((key) => [key[0]!.repeat(times), repeated(value[key])]));
  };
  const [first] = Object.keys(object).sort();
  return first === undefined ? {} : { [first]: repeated(object[first]) };
};

/** Fields that end in the name of their version are named after the other one. */
const renaming: Convert = (object, from, to) => {
  const renamed = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(renamed);
    if (!isMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, v]) => [
        key.endsWith(from) ? key.slice(0, -from.length) + to : key,
        renamed(v!),
      ]),
    );
  };
  return renamed(object) as JsonObject;
};

/** v1 cannot do without a field that v2 requires under another name. */
const reliantFields: Convert = (object, from, to) => {
  const [old, current] =
    to === 'v1'
      ? ['required_field_bar', 'field_foo_rely_on_bar']
      : ['field_foo_rely_on_bar', 'required_field_bar'];
  if (from === to) return object;
  if (to === 'v1' && object[old] === undefined) throw new Error('required_field_bar is required for v1');
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key === old ? current : key, value]),
  );
};

const same: Convert = (object) => object;
export const converters: Readonly<Record<string, Convert>> = {
  dummy: same,
  specificVersions: same,
  repeating,
  renaming,
  reliantFields,
};
