/**
 * Judges the fields of an object that its `/scale` stands for: whoever writes them, a Scale must be able to show them.
 * Source: customResourceValidator of apiextensions-apiserver/pkg/registry/customresource/validator.go.
 */
import { goValue } from '../apply/go-text.ts';
import { type FieldError, invalidValue } from '../field-error.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { ScaleDefinition } from '../resource-definition.ts';

export function scaleErrors(object: JsonObject, paths: ScaleDefinition): FieldError[] {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = paths;
  const errors = [...replicasErrors(object, specReplicasPath), ...replicasErrors(object, statusReplicasPath)];
  if (labelSelectorPath !== '') {
    const found = lookUp(object, labelSelectorPath, (value) => typeof value === 'string', 'string');
    if ('problem' in found) errors.push(invalidValue(labelSelectorPath, '', found.problem));
  }
  return errors;
}

const replicasMax = 0x7fffffff;

function replicasErrors(object: JsonObject, path: string): FieldError[] {
  const found = lookUp(object, path, isInteger, 'int64');
  if ('problem' in found) return [invalidValue(path, 0, found.problem)];
  const replicas = found.value as number | bigint | undefined;
  if (replicas === undefined) return [];
  if (replicas < 0) return [invalidValue(path, replicas, 'should be a non-negative integer')];
  if (replicas <= replicasMax) return [];
  return [invalidValue(path, replicas, `should be less than or equal to ${replicasMax}`)];
}

const isInteger = (value: JsonValue): boolean => typeof value === 'bigint' || Number.isInteger(value);

/** The value at a path of names, undefined where there is none; or why it cannot be what is wanted. */
function lookUp(
  object: JsonObject,
  path: string,
  isWanted: (value: JsonValue) => boolean,
  wanted: string,
): { readonly value: JsonValue | undefined } | { readonly problem: string } {
  const names = path.replace(/^\./, '').split('.');
  let value: JsonValue = object;
  for (const [i, name] of names.entries()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { problem: otherType(names.slice(0, i + 1), value, 'map[string]interface{}') };
    }
    if (!Object.hasOwn(value, name)) return { value: undefined };
    value = value[name]!;
  }
  return isWanted(value) ? { value } : { problem: otherType(names, value, wanted) };
}

const otherType = (names: readonly string[], value: JsonValue, wanted: string): string =>
  `.${names.join('.')} accessor error: ${goValue(value)} is of the type ${goTypeOf(value)}, expected ${wanted}`;

function goTypeOf(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    case 'bigint':
      return 'int64';
    default:
      if (value === null) return '<nil>';
      return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  }
}
