/**
 * Value validation from the schema: presence, enums, patterns, lengths, bounds, unique list keys. Errors are worded as
 * upstream words those of a custom resource's schema. Metadata is not judged here (metadata-validation.ts), nor
 * types (schema/decode.ts has refused wrong ones), nor what one field means for another (a kind's strategy).
 *
 * Presence, and unique keys, are enforced only in kinds without a protobuf form. In the others `required` says what Go
 * writes out, and upstream takes them with such a field missing, or with an item twice in a list that apply calls a
 * set; what they do insist on is in their strategies.
 *
 * Validators are compiled once, when first used; a part of a schema that restricts nothing costs nothing.
 */

import { stringifyJson } from '../codec/json.ts';
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
  tooLong,
  tooMany,
} from '../field-error.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { objectMetaSchema } from './meta.ts';
import { hasProtobufForm } from './protobuf-form.ts';
import type { IntegerSchema, ListSchema, ObjectSchema, Schema, StringSchema } from './schema.ts';

/** Errors of a decoded object. Paths start below `path`, which is the root when empty. */
export function validateValue(schema: ObjectSchema, value: object, path = ''): FieldError[] {
  const errors: FieldError[] = [];
  const validators = hasProtobufForm(schema) ? lenient : strict;
  validators.of(schema)?.(value as JsonObject, path, errors);
  return errors;
}

type Validator = (value: JsonValue, path: string, errors: FieldError[]) => void;

class Validators {
  private readonly compiled = new WeakMap<Schema, Validator | 'nothing to check'>();
  private readonly enforcesPresence: boolean;

  constructor(enforcesPresence: boolean) {
    this.enforcesPresence = enforcesPresence;
  }

  /** Undefined where there is nothing to check. */
  of(schema: Schema): Validator | undefined {
    const known = this.compiled.get(schema);
    if (known !== undefined) return known === 'nothing to check' ? undefined : known;
    // A schema that contains itself finds this while it is being compiled.
    this.compiled.set(schema, (value, path, errors) => this.of(schema)?.(value, path, errors));
    const validator = this.compile(schema);
    this.compiled.set(schema, validator ?? 'nothing to check');
    return validator;
  }

  private compile(schema: Schema): Validator | undefined {
    switch (schema.type) {
      case 'object':
        return (schema as Schema) === objectMetaSchema ? undefined : this.object(schema);
      case 'map':
        return this.map(schema.value);
      case 'list':
        return this.list(schema);
      case 'string':
        return stringValidator(schema);
      case 'integer':
        return integerValidator(schema);
      default:
        return undefined;
    }
  }

  private object(schema: ObjectSchema): Validator | undefined {
    const present: string[] = [];
    const checked: (readonly [string, Validator])[] = [];
    for (const [name, field] of Object.entries(schema.fields)) {
      if (this.enforcesPresence && field.required) present.push(name);
      const validator = this.of(field.schema);
      if (validator !== undefined) checked.push([name, validator]);
    }
    if (present.length === 0 && checked.length === 0) return undefined;
    return (value, path, errors) => {
      const object = value as JsonObject;
      for (const name of present) {
        if (object[name] === undefined) errors.push(requiredValue(join(path, name)));
      }
      for (const [name, validator] of checked) {
        const field = object[name];
        if (field !== undefined && field !== null) validator(field, join(path, name), errors);
      }
    };
  }

  private map(valueSchema: Schema): Validator | undefined {
    const validator = this.of(valueSchema);
    if (validator === undefined) return undefined;
    return (value, path, errors) => {
      for (const key of Object.keys(value as JsonObject)) {
        validator((value as JsonObject)[key]!, join(path, key), errors);
      }
    };
  }

  private list(schema: ListSchema): Validator | undefined {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    const item = this.of(schema.item);
    const findDuplicates = this.enforcesPresence ? duplicateFinder(schema) : undefined;
    const isBounded = minItems > 0 || maxItems < Number.POSITIVE_INFINITY;
    if (item === undefined && findDuplicates === undefined && !isBounded) return undefined;
    return (value, path, errors) => {
      const items = value as JsonValue[];
      if (items.length > maxItems) errors.push(tooMany(path, items.length, maxItems));
      if (items.length < minItems) {
        errors.push(
          invalidValue(path, items.length, `${path} in body should have at least ${minItems} items`),
        );
      }
      if (item !== undefined) {
        for (let i = 0; i < items.length; i++) item(items[i]!, `${path}[${i}]`, errors);
      }
      findDuplicates?.(items, path, errors);
    };
  }
}
const strict = new Validators(true);
const lenient = new Validators(false);

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Items of a set, and keys of a map list, occur once. */
function duplicateFinder({ listType, listMapKeys = [] }: ListSchema): Validator | undefined {
  if (listType !== 'set' && listType !== 'map') return undefined;
  const identity = (item: JsonValue): JsonValue => {
    if (listType === 'set') return item;
    const keys: JsonObject = {};
    for (const key of listMapKeys) keys[key] = (item as JsonObject)[key];
    return keys;
  };
  return (value, path, errors) => {
    const seen = new Set<string>();
    (value as JsonValue[]).forEach((item, i) => {
      const id = identity(item);
      const text = stringifyJson(id);
      if (seen.has(text)) errors.push(duplicateValue(`${path}[${i}]`, id));
      seen.add(text);
    });
  };
}

function stringValidator({
  enum: allowed,
  pattern,
  minLength = 0,
  maxLength,
}: StringSchema): Validator | undefined {
  if (allowed === undefined && pattern === undefined && minLength === 0 && maxLength === undefined)
    return undefined;
  const lengthMax = maxLength ?? Number.POSITIVE_INFINITY;
  const regex = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  return (value, path, errors) => {
    const text = value as string;
    // Characters are code points; counting them is needed only near a bound.
    if (text.length > lengthMax && codePoints(text) > lengthMax) errors.push(tooLong(path, lengthMax));
    if (minLength > 0 && codePoints(text) < minLength) {
      errors.push(invalidValue(path, text, `${path} in body should be at least ${minLength} chars long`));
    }
    if (regex !== undefined && !regex.test(text)) {
      errors.push(invalidValue(path, text, `${path} in body should match '${pattern}'`));
    }
    if (allowed !== undefined && !allowed.includes(text)) errors.push(notSupported(path, text, allowed));
  };
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function integerValidator({ minimum, maximum }: IntegerSchema): Validator | undefined {
  if (minimum === undefined && maximum === undefined) return undefined;
  return (value, path, errors) => {
    const number = value as number | bigint;
    if (maximum !== undefined && number > maximum) {
      errors.push(invalidValue(path, number, `${path} in body should be less than or equal to ${maximum}`));
    }
    if (minimum !== undefined && number < minimum) {
      errors.push(
        invalidValue(path, number, `${path} in body should be greater than or equal to ${minimum}`),
      );
    }
  };
}
