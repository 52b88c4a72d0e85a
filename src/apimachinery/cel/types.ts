/**
 * Types of expressions: what a variable is declared as, what a function takes and gives. Types are data, compared by
 * structure; how one fits another is assignability.ts.
 */

export type ScalarKind =
  | 'dyn'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration';

export interface ScalarType {
  readonly kind: ScalarKind;
}
export interface ListType {
  readonly kind: 'list';
  readonly element: CelType;
}
export interface MapType {
  readonly kind: 'map';
  readonly key: CelType;
  readonly value: CelType;
}
/** A message with known fields. Two with one name are one. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  /** The type of a field by the name that expressions use; undefined for one it does not have. */
  field(name: string): CelType | undefined;
}
/** Known by name and parameters alone: `optional_type(T)`, `kubernetes.Quantity`. */
export interface OpaqueType {
  readonly kind: 'opaque';
  readonly name: string;
  readonly parameters: readonly CelType[];
}
/** The type of a type. */
export interface TypeType {
  readonly kind: 'type';
  readonly of: CelType | undefined;
}
/** Stands for any type, the same one wherever its name is in one declaration. */
export interface ParamType {
  readonly kind: 'param';
  readonly name: string;
}
export type CelType = ScalarType | ListType | MapType | ObjectType | OpaqueType | TypeType | ParamType;

const scalar = (kind: ScalarKind): ScalarType => ({ kind });
export const dynType = scalar('dyn');
export const errorType = scalar('error');
export const nullType = scalar('null');
export const boolType = scalar('bool');
export const intType = scalar('int');
export const uintType = scalar('uint');
export const doubleType = scalar('double');
export const stringType = scalar('string');
export const bytesType = scalar('bytes');
export const timestampType = scalar('timestamp');
export const durationType = scalar('duration');

export const listOf = (element: CelType): ListType => ({ kind: 'list', element });
export const mapOf = (key: CelType, value: CelType): MapType => ({ kind: 'map', key, value });
export const opaque = (name: string, ...parameters: CelType[]): OpaqueType => ({
  kind: 'opaque',
  name,
  parameters,
});
export const optionalOf = (type: CelType): OpaqueType => opaque('optional_type', type);
export const typeOf = (of: CelType | undefined): TypeType => ({ kind: 'type', of });
export const param = (name: string): ParamType => ({ kind: 'param', name });

export function objectType(name: string, fields: ReadonlyMap<string, CelType>): ObjectType {
  return { kind: 'object', name, field: (field) => fields.get(field) };
}

export function optionalElement(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type'
    ? (type.parameters[0] ?? dynType)
    : undefined;
}

/** As cel-go writes it in errors: `list(int)`, `map(string, dyn)`, `google.protobuf.Timestamp`. */
export function typeText(type: CelType): string {
  switch (type.kind) {
    case 'error':
      return '!error!';
    case 'timestamp':
      return 'timestamp';
    case 'list':
      return `list(${typeText(type.element)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'object':
      return type.name;
    case 'opaque':
      return type.parameters.length === 0
        ? type.name
        : `${type.name}(${type.parameters.map(typeText).join(', ')})`;
    case 'type':
      return type.of === undefined ? 'type' : `type(${typeText(type.of)})`;
    case 'param':
      return type.name;
    default:
      return type.kind;
  }
}

/** What `type(x)` of a value of the type prints: parameters are not known at run time. */
export function runtimeTypeName(type: CelType): string {
  switch (type.kind) {
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'object':
    case 'opaque':
    case 'param':
      return type.name;
    default:
      return type.kind;
  }
}
