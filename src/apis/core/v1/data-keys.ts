/**
 * What the `data` of a ConfigMap and of a Secret share: which keys are allowed, and how its size is counted.
 * Source of the rules and messages: IsConfigMapKey in apimachinery/pkg/util/validation.
 */
import { type FieldError, invalidValue } from '../../../apimachinery/field-error.ts';

const keyLengthMax = 253;
const keyPattern = /^[-._a-zA-Z0-9]+$/;

function keyProblems(key: string): string[] {
  const problems: string[] = [];
  if (Buffer.byteLength(key) > keyLengthMax) problems.push(`must be no more than ${keyLengthMax} characters`);
  if (!keyPattern.test(key)) {
    problems.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
        "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  // A mounted key becomes a file name: it must not climb or hide the way back.
  if (key === '.') problems.push("must not be '.'");
  else if (key === '..') problems.push("must not be '..'");
  else if (key.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

/** One error per problem, at `data[key]`. */
export function keyErrors(field: string, key: string): FieldError[] {
  return keyProblems(key).map((problem) => invalidValue(`${field}[${key}]`, key, problem));
}

/** Bytes that base64 stands for. */
export const base64Bytes = (value: string): number => Buffer.byteLength(value, 'base64');

/** Upstream's words for a change to what `immutable: true` has frozen. */
export const frozenDetail = 'field is immutable when `immutable` is set';
