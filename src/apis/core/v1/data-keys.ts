/**
 * What the `data` of a ConfigMap and of a Secret share: which keys are allowed, and how its size is counted.
 */
import { type FieldError, invalidValue } from '../../../apimachinery/field-error.ts';
import { configKeyProblems } from '../../../apimachinery/names.ts';

/** One error per problem, at `data[key]`. */
export function keyErrors(field: string, key: string): FieldError[] {
  return configKeyProblems(key).map((problem) => invalidValue(`${field}[${key}]`, key, problem));
}

/** Bytes that base64 stands for. */
export const base64Bytes = (value: string): number => Buffer.byteLength(value, 'base64');

/** Upstream's words for a change to what `immutable: true` has frozen. */
export const frozenDetail = 'field is immutable when `immutable` is set';
