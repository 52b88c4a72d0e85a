/**
 * Rules of a Secret: stringData folds into data, the type is Opaque unless given and never changes, and some types
 * need certain keys. Values never appear in an error.
 * Source: ValidateSecret and ValidateSecretUpdate in kubernetes pkg/apis/core/validation; conversion.go of core/v1.
 */

import { parseJson } from '../../../../apimachinery/codec/json.ts';
import { deepEqual } from '../../../../apimachinery/equality.ts';
import {
  type FieldError,
  forbidden,
  invalidValue,
  requiredValue,
  tooLong,
} from '../../../../apimachinery/field-error.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceStrategy } from '../../../../apimachinery/resource-definition.ts';
import { base64Bytes, frozenDetail, keyErrors } from '../data-keys.ts';
import { keyPairWarnings } from './key-pair.ts';

const serviceAccountAnnotation = 'kubernetes.io/service-account.name';

export const secretStrategy: ResourceStrategy = {
  hasQualifiedFinalizers: true,
  allowUnconditionalUpdate: true,
  validatesChangeFirst: true,

  defaults(secret) {
    if (secret.stringData !== undefined) {
      const data: Record<string, string> = { ...secret.data };
      for (const [key, value] of Object.entries(secret.stringData as Record<string, string>)) {
        data[key] = Buffer.from(value).toString('base64');
      }
      if (Object.keys(data).length > 0) secret.data = data;
      delete secret.stringData;
    }
    if (secret.type === undefined || secret.type === '') secret.type = 'Opaque';
  },

  validate(secret) {
    const errors: FieldError[] = [];
    let size = 0;
    for (const [key, value] of Object.entries(dataOf(secret))) {
      errors.push(...keyErrors('data', key));
      size += base64Bytes(value);
    }
    if (size > limits.configDataBytes) errors.push(tooLong('data', limits.configDataBytes));
    errors.push(...typeErrors(secret));
    return errors;
  },

  validateUpdate(secret, old) {
    const errors: FieldError[] = [];
    if (secret.type !== old.type) errors.push(invalidValue('type', secret.type, 'field is immutable'));
    if (old.immutable !== true) return errors;
    if (secret.immutable !== true) errors.push(forbidden('immutable', frozenDetail));
    if (!deepEqual(dataOf(secret), dataOf(old))) errors.push(forbidden('data', frozenDetail));
    return errors;
  },

  warnings: (secret) => (secret.type === 'kubernetes.io/tls' ? keyPairWarnings(dataOf(secret)) : []),
};

function dataOf(secret: KubeObject): Record<string, string> {
  return secret.data ?? {};
}

/** What the type asks for. An unknown type asks for nothing. */
function typeErrors(secret: KubeObject): FieldError[] {
  const data = dataOf(secret);
  const missing = (key: string): FieldError[] =>
    Object.hasOwn(data, key) ? [] : [requiredValue(`data[${key}]`)];
  switch (secret.type) {
    case 'kubernetes.io/service-account-token':
      return (secret.metadata.annotations?.[serviceAccountAnnotation] ?? '') === ''
        ? [requiredValue(`metadata.annotations[${serviceAccountAnnotation}]`)]
        : [];
    case 'kubernetes.io/dockercfg':
      return jsonErrors(data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return jsonErrors(data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      // One of the two is enough.
      return Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password')
        ? []
        : [...missing('username'), ...missing('password')];
    case 'kubernetes.io/ssh-auth':
      return (data['ssh-privatekey'] ?? '') === '' ? [requiredValue('data[ssh-privatekey]')] : [];
    case 'kubernetes.io/tls':
      return [...missing('tls.crt'), ...missing('tls.key')];
    default:
      return [];
  }
}

/** The value must be a JSON object, or null, which Go takes for an empty one. */
function jsonErrors(data: Record<string, string>, key: string): FieldError[] {
  const value = data[key];
  if (value === undefined) return [requiredValue(`data[${key}]`)];
  const problem = objectProblem(Buffer.from(value, 'base64').toString());
  return problem === undefined ? [] : [invalidValue(`data[${key}]`, '<secret contents redacted>', problem)];
}

function objectProblem(text: string): string | undefined {
  try {
    const value = parseJson(text);
    if (typeof value === 'object' && !Array.isArray(value)) return undefined;
    const found = Array.isArray(value) ? 'array' : goTypes[typeof value];
    return `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
const goTypes: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  bigint: 'number',
  boolean: 'bool',
};
