/** Field errors: what validation reports. A list of them becomes one 422 Status with a cause each. */
import { goQuote } from './apply/go-text.ts';
import { stringifyJson } from './codec/json.ts';
import type { JsonValue } from './object-meta.ts';

export type CauseReason =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly reason: CauseReason;
  /** JSON path as upstream writes it: `spec.ownerRef.name`, `data[a b]`, `subjects[0].kind`. */
  readonly field: string;
  /** Without the path: `Required value: name or generateName is required`. */
  readonly message: string;
}

/** Text as Go's %q has it, all else as its JSON, which is made fit for HTML. */
const escaped = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
const shown = (value: unknown): string => {
  if (typeof value === 'string') return goQuote(value);
  return value === undefined
    ? 'null'
    : stringifyJson(value as JsonValue).replace(/[<>&\u2028\u2029]/g, escaped);
};
const suffix = (detail: string): string => (detail === '' ? '' : `: ${detail}`);

export const requiredValue = (field: string, detail = ''): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  message: `Required value${suffix(detail)}`,
});
export const invalidValue = (field: string, value: unknown, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${shown(value)}${suffix(detail)}`,
});
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(', ')}`,
});
export const forbidden = (field: string, detail: string): FieldError => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden${suffix(detail)}`,
});
const tooLongDetail = (bytesMax: number): string =>
  bytesMax < 0
    ? 'value is too long'
    : `may not be more than ${bytesMax} ${bytesMax === 1 ? 'byte' : 'bytes'}`;
export const tooLong = (field: string, bytesMax: number): FieldError => ({
  reason: 'FieldValueTooLong',
  field,
  message: `Too long: ${tooLongDetail(bytesMax)}`,
});
export const tooMany = (field: string, count: number, countMax: number): FieldError => ({
  reason: 'FieldValueTooMany',
  field,
  message: `Too many: ${count}: must have at most ${countMax} items`,
});
export const duplicateValue = (field: string, value: unknown): FieldError => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${shown(value)}`,
});
export const notFoundValue = (field: string, value: unknown): FieldError => ({
  reason: 'FieldValueNotFound',
  field,
  message: `Not found: ${shown(value)}`,
});
