/**
 * What Go has and JSON may leave out: a struct that is no pointer is always there, if only empty. Two objects that
 * differ in nothing else are the same to upstream, and nobody owns the difference.
 */
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { Field, ObjectSchema, Schema } from './schema.ts';

/** The object with every such struct in it; the object itself where none is missing. */
export function withStructs(object: JsonObject, schema: ObjectSchema): JsonObject {
  return (fillerOf(schema)?.(object) as JsonObject | undefined) ?? object;
}

/** Gives back what it is given where nothing is missing. */
type Filler = (value: JsonValue) => JsonValue;

const compiled = new WeakMap<Schema, Filler | 'nothing to fill'>();
function fillerOf(schema: Schema): Filler | undefined {
  const known = compiled.get(schema);
  if (known !== undefined) return known === 'nothing to fill' ? undefined : known;
  // A schema that contains itself finds this while it is being compiled.
  compiled.set(schema, (value) => fillerOf(schema)?.(value) ?? value);
  const filler = compile(schema);
  compiled.set(schema, filler ?? 'nothing to fill');
  return filler;
}

function compile(schema: Schema): Filler | undefined {
  switch (schema.type) {
    case 'object':
      return structFiller(schema);
    case 'list': {
      const inner = fillerOf(schema.item);
      return inner && ((value) => (Array.isArray(value) ? filledList(value, inner) : value));
    }
    case 'map': {
      const inner = fillerOf(schema.value);
      return (
        inner && ((value) => (isObject(value) ? filledFields(value, Object.keys(value), () => inner) : value))
      );
    }
    default:
      return undefined;
  }
}

const isStruct = ({ schema, byValue, required }: Field): boolean =>
  schema.type === 'object' && (byValue === true || required);

function structFiller({ fields }: ObjectSchema): Filler | undefined {
  const missing: string[] = [];
  const fillers = new Map<string, Filler>();
  for (const [name, field] of Object.entries(fields)) {
    const inner = fillerOf(field.schema);
    if (inner !== undefined) fillers.set(name, inner);
    if (isStruct(field)) missing.push(name);
  }
  if (missing.length === 0 && fillers.size === 0) return undefined;
  const names = [...fillers.keys()];
  return (value) => {
    if (!isObject(value)) return value;
    let filled = value;
    for (const name of missing) {
      if ((filled[name] ?? null) !== null) continue;
      if (filled === value) filled = { ...value };
      setField(filled, name, {});
    }
    return filledFields(filled, names, (name) => fillers.get(name)!);
  };
}

function filledFields(
  value: JsonObject,
  names: readonly string[],
  fillerFor: (name: string) => Filler,
): JsonObject {
  let filled = value;
  for (const name of names) {
    const given = value[name];
    if (given === undefined || given === null) continue;
    const inner = fillerFor(name)(given);
    if (inner === given) continue;
    if (filled === value) filled = { ...value };
    setField(filled, name, inner);
  }
  return filled;
}

function filledList(value: JsonValue[], inner: Filler): JsonValue[] {
  const filled = value.map((item) => (item === null ? item : inner(item)));
  return filled.some((item, i) => item !== value[i]) ? filled : value;
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
