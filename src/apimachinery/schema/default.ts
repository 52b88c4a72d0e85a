/**
 * Fills in the defaults that a schema declares, at every depth that is present. A default that depends on another
 * field is the kind's strategy's.
 */
import { cloneJson } from '../clone-json.ts';
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { ObjectSchema, Schema } from './schema.ts';

/** Changes the object in place. Doing it twice changes nothing more. */
export function applyDefaults(schema: ObjectSchema, value: object): void {
  defaulterOf(schema)?.(value as JsonObject);
}

type Defaulter = (value: JsonValue) => void;

const compiled = new WeakMap<Schema, Defaulter | 'no defaults'>();
function defaulterOf(schema: Schema): Defaulter | undefined {
  const known = compiled.get(schema);
  if (known !== undefined) return known === 'no defaults' ? undefined : known;
  // A schema that contains itself finds this while it is being compiled.
  compiled.set(schema, (value) => defaulterOf(schema)?.(value));
  const defaulter = compile(schema);
  compiled.set(schema, defaulter ?? 'no defaults');
  return defaulter;
}

function compile(schema: Schema): Defaulter | undefined {
  switch (schema.type) {
    case 'object':
      return objectDefaulter(schema);
    case 'map':
      return eachDefaulter(schema.value, (value) => Object.values(value as JsonObject));
    case 'list':
      return eachDefaulter(schema.item, (value) => value as JsonValue[]);
    default:
      return undefined;
  }
}

function eachDefaulter(
  schema: Schema,
  parts: (value: JsonValue) => readonly (JsonValue | undefined)[],
): Defaulter | undefined {
  const inner = defaulterOf(schema);
  if (inner === undefined) return undefined;
  return (value) => {
    for (const part of parts(value)) if (part !== undefined && part !== null) inner(part);
  };
}

function objectDefaulter(schema: ObjectSchema): Defaulter | undefined {
  const steps: { name: string; missing: JsonValue | undefined; inner: Defaulter | undefined }[] = [];
  for (const [name, { schema: fieldSchema }] of Object.entries(schema.fields)) {
    const inner = defaulterOf(fieldSchema);
    const missing = fieldSchema.default;
    if (missing !== undefined || inner !== undefined) steps.push({ name, missing, inner });
  }
  if (steps.length === 0) return undefined;
  return (value) => {
    const object = value as JsonObject;
    for (const { name, missing, inner } of steps) {
      if (object[name] === undefined && missing !== undefined) setField(object, name, cloneJson(missing));
      const field = object[name];
      if (inner !== undefined && field !== undefined && field !== null) inner(field);
    }
  };
}
