/**
 * The one schema builder. From a schema come the static type (`Infer`), JSON schema and OpenAPI, structural
 * validation, the protobuf codec (field numbers live here), strategic-merge keys and apply topology.
 * This file is only the vocabulary; each use of it is a file of its own beside it.
 */
import type { JsonValue } from '../object-meta.ts';

interface Common {
  readonly description?: string;
  readonly default?: JsonValue;
  /** Serialized as null where unset is written out (creationTimestamp of embedded metadata). */
  readonly nullable?: boolean;
}
export interface StringSchema extends Common {
  readonly type: 'string';
  /** `date-time` is RFC 3339 seconds (protobuf Time), `micro-time` has microseconds, `byte` is base64 (protobuf bytes). */
  readonly format?: 'date-time' | 'micro-time' | 'byte' | 'quantity';
  readonly enum?: readonly string[];
  /** The same for readers of OpenAPI only: the kind judges the value itself, in its own words. Sorted. */
  readonly knownValues?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}
export interface BooleanSchema extends Common {
  readonly type: 'boolean';
}
export interface IntegerSchema extends Common {
  readonly type: 'integer';
  readonly format: 'int32' | 'int64';
  readonly minimum?: number;
  readonly maximum?: number;
}
export interface NumberSchema extends Common {
  readonly type: 'number';
}
/** int-or-string, protobuf IntOrString. */
export interface IntOrStringSchema extends Common {
  readonly type: 'int-or-string';
}
/** Any JSON value: RawExtension, FieldsV1, preserve-unknown-fields. `protobuf` names its Go type; all three are sent alike. */
export interface AnySchema extends Common {
  readonly type: 'any';
  readonly protobuf: 'raw-extension' | 'fields-v1' | 'json';
}
/**
 * Either an object or something simpler, told apart by what the JSON has (JSONSchemaPropsOrBool). In protobuf a
 * message with a field for each.
 */
export interface EitherSchema extends Common {
  readonly type: 'either';
  readonly name: string;
  readonly object: { readonly number: number; readonly schema: ObjectSchema };
  /** A boolean is sent beside an object too, and is then true. */
  readonly other: { readonly number: number; readonly schema: BooleanSchema | ListSchema };
}
export interface MapSchema extends Common {
  readonly type: 'map';
  readonly value: Schema;
  readonly mapType?: 'granular' | 'atomic';
}
export interface ListSchema extends Common {
  readonly type: 'list';
  readonly item: Schema;
  /** Apply topology, as `x-kubernetes-list-type`; atomic when absent. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** Strategic merge patch: `merge` joins lists, by `mergeKey` for objects and as a set for scalars. */
  readonly patchStrategy?: 'merge' | 'replace';
  readonly patchMergeKey?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
}
export interface ObjectSchema extends Common {
  readonly type: 'object';
  /** OpenAPI component name (`io.k8s.api.core.v1.ConfigMap`); an unnamed object is written inline. */
  readonly name?: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly mapType?: 'granular' | 'atomic';
}
export type Schema =
  | StringSchema
  | BooleanSchema
  | IntegerSchema
  | NumberSchema
  | IntOrStringSchema
  | AnySchema
  | EitherSchema
  | MapSchema
  | ListSchema
  | ObjectSchema;

export interface Field {
  /** Protobuf field number; 0 in kinds that have no protobuf form. */
  readonly number: number;
  /**
   * Numbers of the messages around the field, outermost first, where Go embeds a struct: JSON has its fields in the
   * outer object, protobuf has them in a message of their own (Rule inside RuleWithOperations). Always written.
   */
  readonly within?: readonly number[];
  readonly schema: Schema;
  readonly description: string;
  readonly required: boolean;
  /**
   * A Go pointer: "", 0 and false are values, not absence (Lease's holderIdentity). Elsewhere in kinds that have a
   * protobuf form an optional field that is empty is the same as one left out, and is stored so (omitempty).
   */
  readonly pointer?: boolean;
  /**
   * Written also where it is absent, although it is optional: in both encodings a Go struct (or time) that is no
   * pointer (`spec`, creationTimestamp), in JSON a text or list too whose tag does not say omitempty. Required ones are
   * written without saying so.
   */
  readonly byValue?: boolean;
}

/** A schema that remembers the TypeScript type of its values. */
export type Typed<T, S extends Schema = Schema> = S & { readonly __value?: T };
export type Infer<S> = S extends { readonly __value?: infer T } ? NonNullable<T> : never;

type TypedField<T, R extends boolean> = Omit<Field, 'required'> & {
  readonly required: R;
  readonly __value?: T;
};
export type AnyFields = Readonly<Record<string, Field & { readonly __value?: unknown }>>;
type RequiredKeys<F> = { [K in keyof F]: F[K] extends { readonly required: true } ? K : never }[keyof F];
export type FieldsValue<F> = { [K in RequiredKeys<F>]: Infer<F[K]> } & {
  [K in Exclude<keyof F, RequiredKeys<F>>]?: Infer<F[K]>;
};

export const string = (options: Omit<StringSchema, 'type'> = {}): Typed<string, StringSchema> => ({
  type: 'string',
  ...options,
});
export const enumeration = <const E extends readonly string[]>(
  values: E,
  options: Omit<StringSchema, 'type' | 'enum'> = {},
): Typed<E[number], StringSchema> => ({ type: 'string', enum: values, ...options });
export const bytes = (): Typed<string, StringSchema> => ({ type: 'string', format: 'byte' });
export const time = (): Typed<string, StringSchema> => ({
  type: 'string',
  format: 'date-time',
  nullable: true,
});
export const microTime = (): Typed<string, StringSchema> => ({
  type: 'string',
  format: 'micro-time',
  nullable: true,
});
export const boolean = (options: Omit<BooleanSchema, 'type'> = {}): Typed<boolean, BooleanSchema> => ({
  type: 'boolean',
  ...options,
});
export const integer = (
  format: 'int32' | 'int64',
  options: Omit<IntegerSchema, 'type' | 'format'> = {},
): Typed<number, IntegerSchema> => ({ type: 'integer', format, ...options });
export const intOrString = (): Typed<number | string, IntOrStringSchema> => ({ type: 'int-or-string' });
export const any = (protobuf: AnySchema['protobuf'] = 'raw-extension'): Typed<JsonValue, AnySchema> => ({
  type: 'any',
  protobuf,
});
export const either = <A, B>(
  objectNumber: number,
  objectSchema: Typed<A, ObjectSchema>,
  otherNumber: number,
  otherSchema: Typed<B, BooleanSchema | ListSchema>,
  options: { readonly name: string; readonly description: string },
): Typed<A | B, EitherSchema> => ({
  type: 'either',
  object: { number: objectNumber, schema: objectSchema },
  other: { number: otherNumber, schema: otherSchema },
  ...options,
});
export const map = <T>(
  value: Typed<T>,
  options: Omit<MapSchema, 'type' | 'value'> = {},
): Typed<Record<string, T>, MapSchema> => ({ type: 'map', value, ...options });
export const list = <T>(
  item: Typed<T>,
  options: Omit<ListSchema, 'type' | 'item'> = {},
): Typed<T[], ListSchema> => ({ type: 'list', item, ...options });
export const object = <F extends AnyFields>(
  fields: F,
  options: Omit<ObjectSchema, 'type' | 'fields'> = {},
): Typed<FieldsValue<F>, ObjectSchema> => ({ type: 'object', fields, ...options });

/** An object that has objects like itself in it: `build` is given the schema that it makes. */
export function recursiveObject<T>(
  build: (self: Typed<T, ObjectSchema>) => Typed<T, ObjectSchema>,
): Typed<T, ObjectSchema> {
  const self: Typed<T, ObjectSchema> = { type: 'object', fields: {} };
  return Object.assign(self, build(self));
}

/** An optional field: its protobuf number, schema and description. */
export const field = <T>(number: number, schema: Typed<T>, description: string): TypedField<T, false> => ({
  number,
  schema,
  description,
  required: false,
});
/** An optional field that is a Go pointer to a scalar: an empty value is kept. */
export const pointer = <T>(number: number, schema: Typed<T>, description: string): TypedField<T, false> => ({
  number,
  schema,
  description,
  required: false,
  pointer: true,
});
/** An optional field that is written also where it is absent: a Go struct or time, or one without omitempty. */
export const byValue = <T>(number: number, schema: Typed<T>, description: string): TypedField<T, false> => ({
  number,
  schema,
  description,
  required: false,
  byValue: true,
});
/** A field that must be present. */
export const required = <T>(number: number, schema: Typed<T>, description: string): TypedField<T, true> => ({
  number,
  schema,
  description,
  required: true,
});
/** The fields of a Go struct that another one embeds, as fields of the outer object. */
export const embedded = <F extends AnyFields>(number: number, fields: F): F =>
  Object.fromEntries(
    Object.entries(fields).map(([name, inner]) => [
      name,
      { ...inner, within: [number, ...(inner.within ?? [])] },
    ]),
  ) as unknown as F;
