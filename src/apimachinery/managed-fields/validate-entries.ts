/** What entries of managedFields must satisfy to be stored. Source: ValidateManagedFields of apimachinery. */
import { type FieldError, invalidValue, tooLong } from '../field-error.ts';
import { limits } from '../limits.ts';
import type { JsonValue } from '../object-meta.ts';
import type { ManagedFieldsEntry } from './entries.ts';
import { managerNameErrors } from './manager-name.ts';

export function managedFieldsErrors(entries: readonly JsonValue[], path: string): FieldError[] {
  return entries.flatMap((entry, index) => entryErrors(entry as ManagedFieldsEntry, `${path}[${index}]`));
}

function entryErrors(entry: ManagedFieldsEntry, path: string): FieldError[] {
  const { operation = '', fieldsType = '', manager = '', subresource = '' } = entry;
  const errors: FieldError[] = [];
  if (operation !== 'Apply' && operation !== 'Update') {
    errors.push(invalidValue(`${path}.operation`, operation, 'must be `Apply` or `Update`'));
  }
  if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
    errors.push(invalidValue(`${path}.fieldsType`, fieldsType, 'must be `FieldsV1`'));
  }
  errors.push(...managerNameErrors(`${path}.manager`, manager));
  if (Buffer.byteLength(subresource) > limits.managedSubresourceLength) {
    errors.push(tooLong(`${path}.subresource`, limits.managedSubresourceLength));
  }
  return errors;
}
