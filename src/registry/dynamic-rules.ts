/** How the verbs of the engine ask dynamic admission, and what becomes of an object that it has changed. */
import { deepEqual } from '../apimachinery/equality.ts';
import { managedFieldsErrors } from '../apimachinery/managed-fields/validate-entries.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { SubresourceDefinition } from '../apimachinery/resource-definition.ts';
import type { AdmissionOperation, DynamicAttempt, DynamicRules } from './admission.ts';
import { type Engine, planeOf, type Target, type WriteOptions } from './engine.ts';
import { setManagedFields } from './field-tracking.ts';

/** What may have a say in the write; undefined for most. */
export function dynamicRules(
  engine: Engine,
  target: Target,
  subresource: SubresourceDefinition | undefined,
  operations: readonly AdmissionOperation[],
  { terms, user, dryRun, warn }: WriteOptions,
): DynamicRules | undefined {
  if (engine.dynamic === undefined || terms === undefined) return undefined;
  const { served, tenant } = target;
  const plane = planeOf(engine, target);
  return engine.dynamic.about({
    served,
    tenant,
    plane,
    subresource,
    operations,
    user,
    dryRun,
    terms,
    warn,
  });
}

/** Where an attempt is, as the rules see it. */
export function placeOf({ served, namespace, name }: Target): Pick<DynamicAttempt, 'name' | 'namespace'> {
  const { group, resource } = served.definition;
  return { name, namespace: group === '' && resource === 'namespaces' ? name : namespace };
}

/**
 * Who changes fields in admission does not own them, as upstream has it, but may write managedFields themselves. What
 * they leave there and nobody can read is taken back, with a warning.
 */
export function keepReadableOwners(changed: KubeObject, before: KubeObject, { warn }: WriteOptions): void {
  const after = changed.metadata.managedFields;
  if (deepEqual(after, before.metadata.managedFields)) return;
  const [error] = managedFieldsErrors(after ?? [], 'metadata.managedFields');
  if (error === undefined) return;
  setManagedFields(changed, before.metadata.managedFields);
  warn(
    `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${error.field}: ${error.message}`,
  );
}
