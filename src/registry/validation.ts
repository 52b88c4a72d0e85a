/** Everything a write must satisfy before it is stored, as one 422 with a cause each. */
import type { FieldError } from '../apimachinery/field-error.ts';
import { forbidden, notFoundValue } from '../apimachinery/field-error.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../apimachinery/metadata-validation.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { validateValue } from '../apimachinery/schema/validate.ts';
import { invalid } from '../apimachinery/status.ts';
import type { ServedResource } from './definition-table.ts';

/** Throws 422 unless the object may be stored. `old` for updates, `extra` for errors found elsewhere. */
export function validateObject(
  served: ServedResource,
  object: KubeObject,
  old: KubeObject | undefined,
  extra: readonly FieldError[] = [],
): void {
  const { definition, version } = served;
  const { strategy } = definition;
  const errors = validateObjectMeta(object.metadata, {
    namespaced: definition.scope === 'Namespaced',
    ...(strategy.validateName === undefined ? {} : { validateName: strategy.validateName }),
  });
  if (old !== undefined) errors.push(...validateObjectMetaUpdate(object.metadata, old.metadata));
  errors.push(...validateValue(version.schema, object));
  errors.push(...(strategy.validate?.(object) ?? []));
  if (old === undefined) errors.push(...(strategy.validateCreate?.(object) ?? []));
  else errors.push(...(strategy.validateUpdate?.(object, old) ?? []));
  errors.push(...extra);
  throwIfInvalid(served, object.metadata.name ?? '', errors);
}

export function throwIfInvalid(served: ServedResource, name: string, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const { group, kind } = served.definition;
  throw invalid({ group, version: served.version.version, kind }, name, errors);
}

/** References to what is not there, as field errors. */
export function missingReferences(
  missing: readonly { field: string; name: string; isDeleting: boolean }[],
): FieldError[] {
  return missing.map(({ field, name, isDeleting }) =>
    isDeleting ? forbidden(field, `"${name}" is being deleted`) : notFoundValue(field, name),
  );
}
