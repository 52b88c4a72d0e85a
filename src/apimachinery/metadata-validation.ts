/**
 * What metadata must satisfy to be stored, in upstream's words. The server's own fields (uid, timestamps) are set by
 * the engine before this runs; that an update keeps them is checked here. Types are schema/decode.ts's.
 * Source of rules and messages: apimachinery/pkg/api/validation/objectmeta.go.
 */
import { type FieldError, forbidden, invalidValue, requiredValue, tooLong } from './field-error.ts';
import { parseApiVersion } from './gvk.ts';
import { limits } from './limits.ts';
import { managedFieldsErrors } from './managed-fields/validate-entries.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems, labelValueProblems } from './names.ts';
import type { JsonValue, ObjectMeta, OwnerReference } from './object-meta.ts';

export interface MetaRules {
  readonly namespaced: boolean;
  /** Problems of a name; an RFC 1123 subdomain when not given. */
  readonly validateName?: (name: string) => string[];
  /** Finalizers without a domain must be ones that the system knows. */
  readonly hasQualifiedFinalizers?: boolean;
  /** Where the metadata lies; `metadata` when not given. */
  readonly path?: string;
}

export function validateObjectMeta(meta: ObjectMeta, rules: MetaRules): FieldError[] {
  const path = rules.path ?? 'metadata';
  const errors: FieldError[] = [];
  validateNames(meta, rules.validateName ?? dnsSubdomainProblems, path, errors);
  validateNamespace(meta.namespace ?? '', rules.namespaced, `${path}.namespace`, errors);
  if (meta.generation !== undefined && meta.generation < 0) {
    errors.push(invalidValue(`${path}.generation`, meta.generation, 'must be greater than or equal to 0'));
  }
  validateLabels(meta.labels ?? {}, `${path}.labels`, errors);
  validateAnnotations(meta.annotations ?? {}, `${path}.annotations`, errors);
  validateOwnerReferences(meta.ownerReferences ?? [], `${path}.ownerReferences`, errors);
  validateFinalizers(meta.finalizers ?? [], `${path}.finalizers`, errors);
  errors.push(...managedFieldsErrors(meta.managedFields ?? [], `${path}.managedFields`));
  if (rules.hasQualifiedFinalizers === true) {
    for (const [i, finalizer] of (meta.finalizers ?? []).entries()) {
      errors.push(...unqualifiedFinalizerErrors(finalizer, `${path}.finalizers[${i}]`));
    }
  }
  return errors;
}

/** What an update may not change. Runs beside validateObjectMeta, which judges the new metadata by itself. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, path = 'metadata'): FieldError[] {
  const errors: FieldError[] = [];
  if (isSet(old.deletionTimestamp)) {
    const before = new Set(old.finalizers);
    const added = [...new Set(meta.finalizers)].filter((finalizer) => !before.has(finalizer)).sort();
    if (added.length > 0) {
      const shown = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`;
      errors.push(
        forbidden(
          `${path}.finalizers`,
          `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`,
        ),
      );
    }
  }
  if (!isSet(meta.resourceVersion)) {
    errors.push(invalidValue(`${path}.resourceVersion`, '', 'must be specified for an update'));
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalidValue(`${path}.generation`, meta.generation ?? 0, 'must not be decremented'));
  }
  for (const field of immutableFields) {
    if ((meta[field] ?? '') !== (old[field] ?? '')) {
      const isText = field === 'name' || field === 'namespace' || field === 'uid';
      errors.push(
        invalidValue(`${path}.${field}`, meta[field] ?? (isText ? '' : null), 'field is immutable'),
      );
    }
  }
  return errors;
}
const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

const isSet = (text: string | null | undefined): boolean =>
  text !== undefined && text !== null && text !== '';

function validateNames(
  meta: ObjectMeta,
  validateName: (name: string) => string[],
  path: string,
  errors: FieldError[],
): void {
  const { name = '', generateName = '' } = meta;
  if (generateName !== '') {
    // A base may end in '-': the suffix follows.
    const base =
      generateName.length > 1 && generateName.endsWith('-') ? `${generateName.slice(0, -2)}a` : generateName;
    for (const problem of validateName(base)) {
      errors.push(invalidValue(`${path}.generateName`, generateName, problem));
    }
  }
  if (name === '') errors.push(requiredValue(`${path}.name`, 'name or generateName is required'));
  else for (const problem of validateName(name)) errors.push(invalidValue(`${path}.name`, name, problem));
}

function validateNamespace(
  namespace: string,
  isNamespaced: boolean,
  path: string,
  errors: FieldError[],
): void {
  if (!isNamespaced) {
    if (namespace !== '') errors.push(forbidden(path, 'not allowed on this type'));
  } else if (namespace === '') errors.push(requiredValue(path));
  else for (const problem of dnsLabelProblems(namespace)) errors.push(invalidValue(path, namespace, problem));
}

function validateLabels(labels: Readonly<Record<string, string>>, path: string, errors: FieldError[]): void {
  for (const key of Object.keys(labels)) {
    for (const problem of labelKeyProblems(key)) errors.push(invalidValue(path, key, problem));
    const value = labels[key]!;
    for (const problem of labelValueProblems(value)) errors.push(invalidValue(path, value, problem));
  }
}

function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  path: string,
  errors: FieldError[],
): void {
  let bytes = 0;
  for (const key of Object.keys(annotations)) {
    for (const problem of labelKeyProblems(key.toLowerCase())) errors.push(invalidValue(path, key, problem));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]!);
  }
  if (bytes > limits.annotationsBytes) errors.push(tooLong(path, limits.annotationsBytes));
}

function validateOwnerReferences(
  owners: readonly OwnerReference[],
  path: string,
  errors: FieldError[],
): void {
  let controller: string | undefined;
  for (const owner of owners) {
    const { apiVersion = '', kind = '', name = '', uid = '' } = owner as Partial<OwnerReference>;
    if (parseApiVersion(apiVersion) === undefined) {
      errors.push(invalidValue(`${path}.apiVersion`, apiVersion, 'version must not be empty'));
    }
    if (kind === '') errors.push(invalidValue(`${path}.kind`, kind, 'must not be empty'));
    if (name === '') errors.push(invalidValue(`${path}.name`, name, 'must not be empty'));
    if (uid === '') errors.push(invalidValue(`${path}.uid`, uid, 'must not be empty'));
    // Events come and go by themselves: nothing may depend on one.
    if (apiVersion === 'v1' && kind === 'Event') {
      errors.push(invalidValue(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (owner.controller !== true) continue;
    if (controller === undefined) controller = `${kind}/${name}`;
    else {
      errors.push(
        invalidValue(
          path,
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${kind}/${name}`,
        ),
      );
    }
  }
}

/** Beside the names' own errors, which upstream tells here once more. Also for a namespace's `spec.finalizers`. */
export function unqualifiedFinalizerErrors(finalizer: string, path: string): FieldError[] {
  const problems = labelKeyProblems(finalizer);
  if (!finalizer.includes('/') && !standardFinalizers.includes(finalizer)) {
    problems.push('name is neither a standard finalizer name nor is it fully qualified');
  }
  return problems.map((problem) => invalidValue(path, finalizer, problem));
}
const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

function validateFinalizers(finalizers: readonly string[], path: string, errors: FieldError[]): void {
  for (const finalizer of finalizers) {
    for (const problem of labelKeyProblems(finalizer)) errors.push(invalidValue(path, finalizer, problem));
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(
      invalidValue(
        path,
        finalizers as JsonValue,
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    );
  }
}
