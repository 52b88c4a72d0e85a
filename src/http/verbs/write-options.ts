/** The query parameters every write has, checked. Source: ValidateCreateOptions and its siblings. */
import type { FieldError } from '../../apimachinery/field-error.ts';
import { invalidValue, notSupported, tooLong } from '../../apimachinery/field-error.ts';
import { limits } from '../../apimachinery/limits.ts';
import { invalid } from '../../apimachinery/status.ts';
import type { WriteOptions } from '../../registry/engine.ts';
import type { UserInfo } from '../../request/context.ts';

/** Throws 422. `kind` names the options in the error (CreateOptions, …). */
export function writeOptions(query: URLSearchParams, user: UserInfo, kind: string): WriteOptions {
  const errors: FieldError[] = [];
  const fieldManager = query.get('fieldManager') ?? '';
  if (fieldManager.length > limits.fieldManagerLength) {
    errors.push(tooLong('fieldManager', limits.fieldManagerLength));
  }
  if (/\p{C}/u.test(fieldManager)) {
    errors.push(invalidValue('fieldManager', fieldManager, 'should only contain printable characters'));
  }
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  errors.push(...dryRunErrors(dryRun));
  const validation = query.get('fieldValidation') ?? '';
  if (!fieldValidations.includes(validation)) {
    errors.push(notSupported('fieldValidation', validation, fieldValidations));
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', version: 'v1', kind }, '', errors);
  return { user, dryRun: dryRun.length > 0 };
}

const fieldValidations = ['', 'Ignore', 'Strict', 'Warn'];

/** `All` is all there is. The value shown is the whole list, as upstream has it. */
export function dryRunErrors(dryRun: readonly string[]): FieldError[] {
  return dryRun.every((value) => value === 'All') ? [] : [notSupported('dryRun', dryRun, ['All'])];
}
