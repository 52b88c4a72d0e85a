/**
 * What Go has and JSON may leave out: a struct, text or number that is no pointer is always there, if only empty, and
 * a required list that is nil is written as null. Objects have two forms here. As `written` they have all of it: so
 * they are stored and answered. As `compared` they have it without the nulls: two objects that differ in nothing else
 * are the same to upstream, and nobody owns the difference. Kinds without a protobuf form are custom resources to
 * upstream, which have what they were given.
 */
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { hasProtobufForm } from './protobuf-form.ts';
import type { Field, ObjectSchema, Schema } from './schema.ts';

/** The object with all that Go writes of it; the object itself where nothing is missing. */
export function asWritten<T extends object>(object: T, schema: ObjectSchema): T {
  return filled(written, object, schema);
}

/** The object as it is compared with another one; the object itself where it is in that form. */
export function asCompared<T extends object>(object: T, schema: ObjectSchema): T {
  return filled(compared, object, schema);
}

function filled<T extends object>(fillers: Fillers, object: T, schema: ObjectSchema): T {
  if (!hasProtobufForm(schema)) return object;
  return (fillers.of(schema)?.(object as unknown as JsonObject) as T | undefined) ?? object;
}

/** Gives back what it is given where nothing is to be done. */
type Filler = (value: JsonValue) => JsonValue;

/** Compiled from a schema once, when first used; what has nothing to fill costs nothing. */
class Fillers {
  readonly #writesNulls: boolean;
  readonly #compiled = new WeakMap<Schema, Filler | 'nothing to fill'>();

  constructor(writesNulls: boolean) {
    this.#writesNulls = writesNulls;
  }

  of(schema: Schema): Filler | undefined {
    const known = this.#compiled.get(schema);
    if (known !== undefined) return known === 'nothing to fill' ? undefined : known;
    // A schema that contains itself finds this while it is being compiled.
    this.#compiled.set(schema, (value) => this.of(schema)?.(value) ?? value);
    const filler = this.#compile(schema);
    this.#compiled.set(schema, filler ?? 'nothing to fill');
    return filler;
  }

  #compile(schema: Schema): Filler | undefined {
    switch (schema.type) {
      case 'object':
        return this.#struct(schema);
      case 'list': {
        const inner = this.of(schema.item);
        return inner && ((value) => (Array.isArray(value) ? filledList(value, inner) : value));
      }
      case 'map': {
        const inner = this.of(schema.value);
        return inner && ((value) => (isObject(value) ? filledFields(value, entriesOf(value, inner)) : value));
      }
      case 'either': {
        const ofObject = this.of(schema.object.schema);
        const ofOther = this.of(schema.other.schema);
        if (ofObject === undefined && ofOther === undefined) return undefined;
        return (value) => (isObject(value) ? ofObject : ofOther)?.(value) ?? value;
      }
      default:
        return undefined;
    }
  }

  #struct({ fields }: ObjectSchema): Filler | undefined {
    const fillers: (readonly [string, Filler])[] = [];
    const zeroes: (readonly [string, JsonValue])[] = [];
    const nullable: string[] = [];
    for (const [name, field] of Object.entries(fields)) {
      if (name === 'apiVersion' || name === 'kind') {
        // Of the object itself; a reference has them as ordinary texts.
        if (field.number === 0) continue;
      }
      const inner = this.of(field.schema);
      if (inner !== undefined) fillers.push([name, inner]);
      if (!field.required && field.byValue !== true) continue;
      const zero = zeroOf(field);
      if (zero === null) nullable.push(name);
      else zeroes.push([name, zero]);
    }
    if (fillers.length === 0 && zeroes.length === 0 && nullable.length === 0) return undefined;
    const fillNulls = this.#writesNulls ? withNulls : withoutNulls;
    return (value) => {
      if (!isObject(value)) return value;
      let filled = value;
      for (const [name, zero] of zeroes) {
        if ((filled[name] ?? null) !== null) continue;
        if (filled === value) filled = { ...value };
        filled[name] = typeof zero === 'object' ? {} : zero;
      }
      return filledFields(fillNulls(filled, nullable, filled !== value), fillers, filled !== value);
    };
  }
}

/** An empty list is as good as none: nothing tells them apart once they have been stored as protobuf. */
function withNulls(value: JsonObject, nullable: readonly string[], isOwn: boolean): JsonObject {
  let filled = value;
  for (const name of nullable) {
    const given = filled[name];
    if (given === null || (given !== undefined && !isEmpty(given))) continue;
    if (filled === value && !isOwn) filled = { ...value };
    filled[name] = null;
  }
  return filled;
}

function withoutNulls(value: JsonObject, nullable: readonly string[], isOwn: boolean): JsonObject {
  let bare = value;
  for (const name of nullable) {
    if (bare[name] !== null) continue;
    if (bare === value && !isOwn) bare = { ...value };
    delete bare[name];
  }
  return bare;
}

/** Null where Go has a nil, or a time that is none. */
function zeroOf({ schema, pointer }: Field): JsonValue {
  if (pointer === true) return null;
  switch (schema.type) {
    case 'object':
      return {};
    case 'map':
    case 'list':
    case 'any':
    case 'either':
      return null;
    case 'string':
      if (schema.format === 'quantity') return '0';
      return schema.format === undefined ? '' : null;
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
  }
}

const entriesOf = (value: JsonObject, inner: Filler): (readonly [string, Filler])[] =>
  Object.keys(value).map((name) => [name, inner]);

function filledFields(
  value: JsonObject,
  fillers: readonly (readonly [string, Filler])[],
  isOwn = false,
): JsonObject {
  let filled = value;
  for (const [name, filler] of fillers) {
    const given = filled[name];
    if (given === undefined || given === null) continue;
    const inner = filler(given);
    if (inner === given) continue;
    if (filled === value && !isOwn) filled = { ...value };
    setField(filled, name, inner);
  }
  return filled;
}

function filledList(value: JsonValue[], inner: Filler): JsonValue[] {
  let filled: JsonValue[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const given = value[i]!;
    const item = given === null ? given : inner(given);
    if (item !== given) filled ??= value.slice();
    if (filled !== undefined) filled[i] = item;
  }
  return filled ?? value;
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEmpty(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}

const written = new Fillers(true);
const compared = new Fillers(false);
