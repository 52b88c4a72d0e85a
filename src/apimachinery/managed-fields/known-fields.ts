/**
 * What managedFields say of who owns what, remembered by its text. Objects of one kind that one program writes mostly
 * have the very same fields, and those are often half of an object: here they are read once, as JSON and as a set, and
 * shared by all objects that have them. So nothing may change them in place.
 */
import { BoundedCache } from '../../lib/bounded-cache.ts';
import type { FieldSet } from '../apply/field-set.ts';
import { parseFieldsV1 } from '../apply/fields-v1.ts';
import { parseOwnJson, stringifyJson } from '../codec/json.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';

interface KnownFields {
  readonly json: JsonValue;
  /** Of `json`, once somebody asked for it. */
  set: FieldSet | undefined;
  /** Characters. */
  readonly weight: number;
}

const byBytes = new BoundedCache<KnownFields>({
  entriesMax: limits.knownFieldSets,
  weightMax: limits.knownFieldSetCharacters,
  weightOf: ({ weight }) => weight,
});
/** Those whose sets were asked for: most objects are read to be shown, and every entry here is work for the collector. */
const byJson = new WeakMap<object, KnownFields>();
/** The JSON that a set was read from, so that a set nobody changed is not written out anew. */
const spellings = new WeakMap<FieldSet, JsonValue>();

/** `bytes`: of the JSON in UTF-8, one character each. */
function knownOf(bytes: string, json: () => JsonValue): KnownFields {
  const earlier = byBytes.get(bytes);
  if (earlier !== undefined) return earlier;
  const known = { json: json(), set: undefined, weight: bytes.length };
  byBytes.set(bytes, known);
  return known;
}

/** The set that fieldsV1 stand for. They come from the store: nothing here checks them again. */
export function knownSetOf(fieldsV1: JsonValue): FieldSet {
  const isObject = typeof fieldsV1 === 'object' && fieldsV1 !== null;
  let known = isObject ? byJson.get(fieldsV1) : undefined;
  if (known === undefined) {
    const json = Buffer.from(stringifyJson(fieldsV1 as JsonObject), 'utf8');
    known = knownOf(json.toString('latin1'), () => fieldsV1);
    if (isObject && known.json === fieldsV1) byJson.set(fieldsV1, known);
  }
  if (known.set === undefined) {
    known.set = parseFieldsV1(known.json);
    spellings.set(known.set, known.json);
  }
  return known.set;
}

/** The fieldsV1 that `knownSetOf` read the set from; undefined for a set that came about otherwise. */
export const spellingOf = (set: FieldSet): JsonValue | undefined => spellings.get(set);

const entriesLead = '"managedFields":[';
const fieldsLead = '"fieldsV1":{';
/** Stands where fieldsV1 were taken out. No stored JSON has it: it is written as 0. */
const placeholder = '-0';

/**
 * Parses the JSON of a stored object, in UTF-8. Throws JsonSyntaxError. What it has in fieldsV1 is shared with other
 * objects; all else is its own.
 */
export function parseStoredObject(json: Buffer): JsonObject {
  // One character for each byte: what is found in it is found in the bytes, and faster.
  const bytes = json.toString('latin1');
  // Inside a text the quotes would be escaped: what is found here are the names of members.
  const start = bytes.indexOf(entriesLead);
  if (start === -1) return parseOwnJson(json.toString('utf8')) as JsonObject;
  const found: JsonValue[] = [];
  let lean = '';
  let taken = 0;
  for (let at = bytes.indexOf(fieldsLead, start); at !== -1; at = bytes.indexOf(fieldsLead, taken)) {
    const from = at + fieldsLead.length - 1;
    const to = endOfObject(json, from);
    // Its key is a text of its own: one that was cut out of `bytes` would keep them all.
    const key = json.toString('latin1', from, to);
    found.push(knownOf(key, () => parseOwnJson(json.toString('utf8', from, to))).json);
    lean += json.toString('utf8', taken, from) + placeholder;
    taken = to;
  }
  const object = parseOwnJson(lean + json.toString('utf8', taken)) as JsonObject;
  return putBack(object, found) ? object : (parseOwnJson(json.toString('utf8')) as JsonObject);
}

/** The offset behind the brace that closes the one at `from`. */
function endOfObject(json: Buffer, from: number): number {
  let depth = 0;
  for (let i = from; i < json.length; i++) {
    const byte = json[i];
    if (byte === quote) {
      for (i++; i < json.length && json[i] !== quote; i++) if (json[i] === backslash) i++;
    } else if (byte === openingBrace) depth++;
    else if (byte === closingBrace && --depth === 0) return i + 1;
  }
  return json.length;
}
const quote = 0x22;
const backslash = 0x5c;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** False where not all of `found` was in the entries of managedFields: something else had members of such names. */
function putBack({ metadata }: JsonObject, found: readonly JsonValue[]): boolean {
  const { managedFields } = metadata as JsonObject;
  if (!Array.isArray(managedFields)) return found.length === 0;
  let next = 0;
  for (const entry of managedFields as { fieldsV1?: JsonValue }[]) {
    if (Object.is(entry.fieldsV1, -0)) entry.fieldsV1 = found[next++]!;
  }
  return next === found.length;
}
