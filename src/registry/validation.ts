/** Everything a write must satisfy before it is stored, as one 422 with a cause each. */
import type { FieldError } from '../apimachinery/field-error.ts';
import { forbidden, notFoundValue } from '../apimachinery/field-error.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../apimachinery/metadata-validation.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { validateValue } from '../apimachinery/schema/validate.ts';
import { invalid } from '../apimachinery/status.ts';
import type { ServedResource } from './definition-table.ts';

/**
 * Throws 422 unless the object may be stored. `old` for updates, `extra` for errors found elsewhere. `warn` is told what
 * is wrong and not refused, since an update leaves it as it was.
 */
export function validateObject(
  served: ServedResource,
  object: KubeObject,
  old: KubeObject | undefined,
  extra: readonly FieldError[] = [],
  warn?: (message: string) => void,
): void {
  const { definition, version } = served;
  const { strategy } = definition;
  // Upstream's registry and its strategy each look at what an update changes, and both say what they find.
  const changed = old === undefined ? [] : validateObjectMetaUpdate(object.metadata, old.metadata);
  const errors = [...changed, ...changed];
  errors.push(
    ...validateObjectMeta(object.metadata, {
      namespaced: definition.scope === 'Namespaced',
      hasQualifiedFinalizers: strategy.hasQualifiedFinalizers === true,
      ...(strategy.validateName === undefined ? {} : { validateName: strategy.validateName }),
    }),
  );
  if (version.custom === undefined) errors.push(...validateValue(version.schema, object));
  else errors.push(...version.custom.validate(object, old, errors, warn));
  const own = strategy.validate?.(object) ?? [];
  const change =
    old === undefined ? strategy.validateCreate?.(object) : strategy.validateUpdate?.(object, old);
  const isChangeFirst = old !== undefined && strategy.validatesChangeFirst === true;
  errors.push(...(isChangeFirst ? [...(change ?? []), ...own] : [...own, ...(change ?? [])]));
  errors.push(...extra);
  throwIfInvalid(served, object.metadata.name ?? '', errors);
}

export function throwIfInvalid(served: ServedResource, name: string, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  // Of a view, the kind is the one it is a view of.
  const { group, kind } = served.definition.storage;
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
