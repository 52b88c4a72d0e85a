/**
 * Single judgements of a schema over a value, in upstream's words: its type, its number, its place in an enumeration.
 * Source: kube-openapi/pkg/validation/validate/{type,validator,values}.go and validation/errors.
 */
import { stringifyJson } from '../codec/json.ts';
import { type FieldError, invalidValue } from '../field-error.ts';
import type { JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

/** `value` is what was found: its type, or the text that has not the format. */
export function invalidType(name: string, wanted: string, value: string): FieldError {
  const { message } = invalidValue(
    name,
    value,
    `${name} in body must be of type ${wanted}: ${JSON.stringify(value)}`,
  );
  return { reason: 'FieldValueTypeInvalid', field: name === '' ? '<nil>' : name, message };
}

const intOrString: readonly string[] = ['integer', 'string'];
const typesOf = (schema: JsonSchemaProps): readonly string[] => {
  if (schema['x-kubernetes-int-or-string'] === true) return intOrString;
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
};

/** Integers that no float holds exactly count as none, as in Go. */
const isWhole = (value: number | bigint): boolean => typeof value === 'bigint' || Number.isSafeInteger(value);

function kindOf(value: Exclude<JsonValue, null>): { readonly type: string; readonly format: string } {
  switch (typeof value) {
    case 'string':
      return { type: 'string', format: '' };
    case 'boolean':
      return { type: 'boolean', format: '' };
    case 'number':
    case 'bigint':
      return isWhole(value) ? { type: 'integer', format: 'int64' } : { type: 'number', format: 'float64' };
    default:
      return { type: Array.isArray(value) ? 'array' : 'object', format: '' };
  }
}

export function typeError(
  value: JsonValue,
  schema: JsonSchemaProps,
  name: () => string,
): FieldError | undefined {
  const types = typesOf(schema);
  const { format = '' } = schema;
  if (types.length === 0 && format === '') return undefined;
  if (value === null) {
    if (types.length === 0 || schema.nullable === true) return undefined;
    return invalidType(name(), types.join(','), 'null');
  }
  const kind = kindOf(value);
  const isOneOf = types.includes(kind.type) || (kind.type === 'integer' && types.includes('number'));
  const isTextual = typeof value === 'string' || Array.isArray(value);
  if (!isTextual && format !== '' && !isOneOf && kind.format !== format) {
    return invalidType(name(), format, kind.format);
  }
  const isNumeric = types.includes('number') || types.includes('integer');
  if (!isNumeric && format !== '' && isTextual) return undefined;
  return isOneOf ? undefined : invalidType(name(), types.join(','), kind.type);
}

export function numberErrors(
  value: number | bigint,
  schema: JsonSchemaProps,
  name: () => string,
): readonly FieldError[] {
  const found: FieldError[] = [];
  const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum } = schema;
  const isTyped = schema.type === 'integer' || schema.type === 'number';
  const range = isTyped ? rangeProblem(value, schema) : undefined;
  if (range !== undefined) {
    found.push(invalidValue('<nil>', '', `Checked value must be of type ${range} in ${name()}`));
  }
  const report = (problem: string): void => {
    const at = name();
    found.push(invalidValue(at || '<nil>', value, `${at} in body should be ${problem}`));
  };
  if (multipleOf !== undefined && !isMultipleOf(value, multipleOf)) report(`a multiple of ${multipleOf}`);
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    report(`greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    report(`less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
  }
  return found;
}

/** The type that the number is not in the range of; undefined when it is. */
function rangeProblem(value: number | bigint, { type, format = '' }: JsonSchemaProps): string | undefined {
  if (isInRange(value, type, format)) return undefined;
  return `${type} ${format === '' ? '(default format)' : `with format ${format}`}`;
}

function isInRange(value: number | bigint, type: string | undefined, format: string): boolean {
  if (type === 'number') {
    const isFloat = format === 'float' || format === 'float32';
    return !isFloat || Math.abs(Number(value)) <= maxFloat32;
  }
  if (format === 'int32') return value >= -0x80000000 && value <= 0x7fffffff && isWhole(value);
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : isWhole(value);
}
const maxFloat32 = 3.4028234663852886e38;

function isMultipleOf(value: number | bigint, factor: number): boolean {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(factor)
      ? value % BigInt(factor) === 0n
      : Number.isInteger(Number(value) / factor);
  }
  return isNearlyWhole(factor < 1 ? (1 / factor) * value : value / factor);
}

/** Quotients of decimal fractions are hardly ever exact: 1.1 counts as a multiple of 0.01, as it does upstream. */
function isNearlyWhole(value: number): boolean {
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return false;
  const whole = Math.trunc(value);
  if (value === whole || whole === 0) return value === whole;
  return Math.abs(value - whole) / (Math.abs(value) + Math.abs(whole)) < 1e-9;
}

/** What is not a text among the allowed ones is shown as its JSON. */
export function enumFailure(name: string, value: JsonValue, allowed: readonly JsonValue[]): FieldError {
  const supported = allowed.map((each) =>
    JSON.stringify(typeof each === 'string' ? each : stringifyJson(each)),
  );
  const { message } = invalidValue(name, value, '');
  return {
    reason: 'FieldValueNotSupported',
    field: name === '' ? '<nil>' : name,
    message: `Unsupported value: ${message.slice('Invalid value: '.length)}: supported values: ${supported.join(', ')}`,
  };
}
