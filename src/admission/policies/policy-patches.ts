/**
 * What the expression of a mutation evaluates to, applied to the object: a configuration that is joined in as by
 * server-side apply, or a JSON patch. Source: apiserver pkg/admission/plugin/policy/mutating/patch.
 */

import type { ApplySchema } from '../../apimachinery/apply/apply-schema.ts';
import { keySchema } from '../../apimachinery/apply/apply-schema.ts';
import { fieldElement, formatElement, type PathElement } from '../../apimachinery/apply/field-path.ts';
import { goQuote } from '../../apimachinery/apply/go-text.ts';
import { mergeTyped } from '../../apimachinery/apply/merge-typed.ts';
import { applySchemaOf } from '../../apimachinery/apply/schema-topology.ts';
import { TypedError } from '../../apimachinery/apply/typed-error.ts';
import { validateTyped } from '../../apimachinery/apply/validate-typed.ts';
import { CelError, CelList, CelObject, type CelValue } from '../../apimachinery/cel/values.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';
import { jsonPatch } from '../../apimachinery/patch/json-patch.ts';
import { PatchError } from '../../apimachinery/patch/patch-error.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import { jsonOfCel } from '../expressions/json-values.ts';

/** The failure policy decides what it means. */
export class PatchProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PatchProblem';
  }
}

/** The given object where nothing is to be changed. Throws PatchProblem. */
export function patchedBy(
  patchType: string,
  value: CelValue,
  object: JsonObject,
  served: ServedResource,
): JsonObject {
  return patchType === 'ApplyConfiguration' ? applied(value, object, served) : jsonPatched(value, object);
}

function applied(value: CelValue, object: JsonObject, served: ServedResource): JsonObject {
  if (!(value instanceof CelObject)) {
    throw new PatchProblem('unsupported return type from ApplyConfiguration expression');
  }
  checkTypeNames(value, 'Object');
  const configuration = asJson(value) as JsonObject;
  configuration.apiVersion = object.apiVersion!;
  configuration.kind = object.kind!;
  const schema = served.version.custom?.applySchema ?? applySchemaOf(served.version.schema);
  const failing = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TypedError)) throw error;
      throw new PatchProblem(`error applying patch: ${what}: ${error.message}`, { cause: error });
    }
  };
  failing('failed to convert patch object to typed object', () => validateTyped(configuration, schema));
  const atomics = atomicsIn(configuration, schema, []);
  if (atomics.length > 0) {
    throw new PatchProblem(
      `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`,
    );
  }
  failing('failed to convert original object to typed object', () => validateTyped(object, schema));
  return failing('failed to merge patch', () => mergeTyped(object, configuration, schema)) as JsonObject;
}

/** Paths of what would be replaced as a whole, where whoever wrote it may have meant to add to it. */
function atomicsIn(value: JsonValue, schema: ApplySchema, path: readonly PathElement[]): string[] {
  const atom = schema.atom;
  if (typeof value !== 'object' || value === null || atom === undefined) return [];
  const at = (isAtomic: boolean): string[] => (isAtomic ? [path.map(formatElement).join('')] : []);
  if (Array.isArray(value)) {
    const { list } = atom;
    if (list === undefined) return [];
    const inner = value.flatMap((item, index) => atomicsIn(item, list.element, [...path, `i:${index}`]));
    return [...at(list.isAtomic), ...inner];
  }
  const { map } = atom;
  if (map === undefined) return [];
  const inner = Object.entries(value).flatMap(([key, item]) => {
    const field = map.fields.has(key) ? keySchema(map, key) : undefined;
    return field === undefined ? [] : atomicsIn(item as JsonValue, field, [...path, fieldElement(key)]);
  });
  return [...at(map.isAtomic), ...inner];
}

function jsonPatched(value: CelValue, object: JsonObject): JsonObject {
  if (!(value instanceof CelList)) {
    throw new PatchProblem('type mismatch: JSONPatchType.expression should evaluate to array');
  }
  const operations = [...value].map(operationOf);
  try {
    return jsonPatch(object, operations) as JsonObject;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    // A test that fails is a condition that is not met.
    if (operations.some(({ op }) => op === 'test') && isFailedTest(object, operations)) return object;
    throw new PatchProblem(`JSONPath: ${error.message}`, { cause: error });
  }
}

/** Whether the first operation that cannot be applied is a test. */
function isFailedTest(object: JsonObject, operations: readonly JsonObject[]): boolean {
  for (let end = 1; end <= operations.length; end++) {
    try {
      jsonPatch(object, operations.slice(0, end) as JsonObject[]);
    } catch (error) {
      if (!(error instanceof PatchError)) throw error;
      return operations[end - 1]?.op === 'test';
    }
  }
  return false;
}

function operationOf(value: CelValue): JsonObject {
  if (!(value instanceof CelObject) || value.typeName !== 'JSONPatch') {
    throw new PatchProblem('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch');
  }
  const operation: JsonObject = {};
  for (const name of value.fields()) {
    const field = value.get(name) ?? null;
    if (name === 'value' && field instanceof CelObject) checkTypeNames(field, field.typeName);
    operation[name] = asJson(field);
  }
  return operation;
}

function asJson(value: CelValue): JsonValue {
  try {
    return jsonOfCel(value);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new PatchProblem(
      `JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${error.message}`,
      { cause: error },
    );
  }
}

/** `Object.spec{…}` may stand for the field `spec` alone: the name of a type is the path of its field. */
function checkTypeNames(value: CelValue, path: string): void {
  if (value instanceof CelList) {
    for (const item of value) checkTypeNames(item, path);
    return;
  }
  if (!(value instanceof CelObject)) return;
  if (value.typeName !== path) {
    throw new PatchProblem(
      `type mismatch: unexpected type name ${goQuote(value.typeName)}, expected ${goQuote(path)}, which matches field name path from root Object type`,
    );
  }
  for (const name of value.fields()) checkTypeNames(value.get(name) ?? null, `${path}.${name}`);
}
