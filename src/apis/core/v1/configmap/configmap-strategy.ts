/**
 * Rules of a ConfigMap: keys, the size of all values together, and immutability.
 * Source: ValidateConfigMap and ValidateConfigMapUpdate in kubernetes pkg/apis/core/validation.
 */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import { type FieldError, forbidden, invalidValue, tooLong } from '../../../../apimachinery/field-error.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import type { ResourceStrategy } from '../../../../apimachinery/resource-definition.ts';
import { base64Bytes, frozenDetail, keyErrors } from '../data-keys.ts';

export const configMapStrategy: ResourceStrategy = {
  hasQualifiedFinalizers: true,
  allowUnconditionalUpdate: true,
  validatesChangeFirst: true,

  validate(configMap) {
    const data: Record<string, string> = configMap.data ?? {};
    const binaryData: Record<string, string> = configMap.binaryData ?? {};
    const errors: FieldError[] = [];
    let size = 0;
    for (const [key, value] of Object.entries(data)) {
      errors.push(...keyErrors('data', key));
      if (Object.hasOwn(binaryData, key)) {
        errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
      }
      size += Buffer.byteLength(value);
    }
    for (const [key, value] of Object.entries(binaryData)) {
      errors.push(...keyErrors('binaryData', key));
      size += base64Bytes(value);
    }
    // Upstream's path for "the whole object" is written `[]`.
    if (size > limits.configDataBytes) errors.push(tooLong('[]', limits.configDataBytes));
    return errors;
  },

  validateUpdate(configMap, old) {
    if (old.immutable !== true) return [];
    const errors: FieldError[] = [];
    if (configMap.immutable !== true) errors.push(forbidden('immutable', frozenDetail));
    if (!deepEqual(configMap.data ?? {}, old.data ?? {})) errors.push(forbidden('data', frozenDetail));
    if (!deepEqual(configMap.binaryData ?? {}, old.binaryData ?? {})) {
      errors.push(forbidden('binaryData', frozenDetail));
    }
    return errors;
  },
};
