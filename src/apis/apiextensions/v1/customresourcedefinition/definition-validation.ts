/**
 * What a CustomResourceDefinition must be, and what may become of it. In the form of definition-form.ts. Whether its
 * names are free, and its objects fit, is not known here.
 *
 * Source of rules and messages: apiextensions/validation/validation.go.
 */
import { type FieldError, forbidden, invalidValue } from '../../../../apimachinery/field-error.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import {
  contextKinds,
  parentContextsAnnotation,
  parseParentContexts,
} from '../../../../apimachinery/parent-contexts.ts';
import type { JsonSchemaProps } from '../../../../apimachinery/structural/json-schema-props.ts';
import { hasUnprunedDefaults } from '../../../../apimachinery/structural/law/default-errors.ts';
import { isKnownType } from '../../../../apimachinery/structural/law/keyword-errors.ts';
import { mapKeyErrors, setItemErrors } from '../../../../apimachinery/structural/law/list-type-errors.ts';
import { someSchema } from '../../../../apimachinery/structural/law/schema-walk.ts';
import { structuralErrors } from '../../../../apimachinery/structural/law/structural-errors.ts';
import { unsupportedKeyword } from '../../../../apimachinery/structural/law/unsupported-keyword.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';
import { approvalErrors } from './api-approval.ts';
import { bundleErrors, hasKnownReviewVersion } from './conversion-validation.ts';
import { type DefinitionForm, type SpecForm, schemasOf } from './definition-form.ts';
import { nameErrors } from './names-validation.ts';
import { type DefinitionRules, specErrors } from './spec-validation.ts';

const strict: DefinitionRules = {
  schema: {
    allowsDefaults: true,
    requiresKnownTypes: true,
    requiresAtomicSets: true,
    requiresMapKeys: true,
    requiresStructural: true,
    requiresPruned: true,
  },
  requiresSchemas: true,
  requiresKnownReviewVersion: true,
  // Nothing is served yet that could not be reached.
  requiresValidBundle: false,
  old: undefined,
};

export function newDefinitionErrors(form: DefinitionForm): FieldError[] {
  const { metadata, spec, status } = form;
  const wanted = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  const name = metadata.name ?? '';
  const errors: FieldError[] = [];
  if (name !== wanted) {
    errors.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  errors.push(
    ...specErrors(spec, strict),
    ...nameErrors(status.acceptedNames ?? {}, 'status.acceptedNames'),
    ...storedVersionErrors(form),
    ...approvalErrors(spec.group ?? '', metadata, undefined),
    ...preservationErrors(spec),
    ...surfaceErrors(metadata),
  );
  return bounded(errors);
}

export function definitionUpdateErrors(form: DefinitionForm, old: DefinitionForm): FieldError[] {
  const { metadata, spec, status } = form;
  const errors: FieldError[] = [];
  errors.push(...specErrors(spec, rulesOfUpdate(old)));
  const unchanged = (field: string, value: string, before: string): void => {
    if (value !== before) errors.push(invalidValue(`spec.${field}`, value, 'field is immutable'));
  };
  if (isEstablished(old)) {
    unchanged('scope', spec.scope ?? '', old.spec.scope ?? '');
    unchanged('names.kind', spec.names?.kind ?? '', old.spec.names?.kind ?? '');
  }
  unchanged('group', spec.group ?? '', old.spec.group ?? '');
  unchanged('names.plural', spec.names?.plural ?? '', old.spec.names?.plural ?? '');
  errors.push(
    ...nameErrors(status.acceptedNames ?? {}, 'status.acceptedNames'),
    ...storedVersionErrors(form),
    ...approvalErrors(spec.group ?? '', metadata, old.metadata),
    ...(old.spec.preserveUnknownFields === true ? [] : preservationErrors(spec)),
    ...surfaceErrors(metadata),
  );
  return bounded(errors);
}

/** Where the spec is as it was: of the status, and of what else a client may have changed. */
export function definitionStatusErrors(form: DefinitionForm, old: DefinitionForm): FieldError[] {
  return [
    ...nameErrors(form.status.acceptedNames ?? {}, 'status.acceptedNames'),
    ...approvalErrors(form.spec.group ?? '', form.metadata, old.metadata),
    ...surfaceErrors(form.metadata),
  ];
}

/** Who misspells a surface would otherwise hide the resource from it. */
function surfaceErrors({ annotations = {} }: DefinitionForm['metadata']): FieldError[] {
  const text = annotations[parentContextsAnnotation] ?? '';
  if (text === '') return [];
  const { contexts, unknown } = parseParentContexts(text);
  const path = `metadata.annotations[${parentContextsAnnotation}]`;
  if (unknown.length === 0 && contexts.length > 0) return [];
  const detail = `must be a list of ${contextKinds.join(', ')} with commas between them, or *`;
  return [invalidValue(path, text, detail)];
}

/** A schema can be wrong everywhere; nobody reads that. */
function bounded(errors: FieldError[]): FieldError[] {
  const excess = errors.length - limits.definitionErrors;
  if (excess <= 0) return errors;
  return [
    ...errors.slice(0, limits.definitionErrors),
    forbidden('spec', `${excess} more errors are not shown`),
  ];
}

const isEstablished = ({ status }: DefinitionForm): boolean =>
  status.conditions?.find(({ type }) => type === 'Established')?.status === 'True';

function rulesOfUpdate(old: DefinitionForm): DefinitionRules {
  const schemas = [...schemasOf(old.spec)].map(([schema]) => schema);
  const allKeep = (isBroken: (schema: WrittenSchema) => boolean): boolean =>
    !schemas.some((schema) => someSchema(schema, isBroken));
  const { conversionReviewVersions: reviewVersions = [], webhookClientConfig } = old.spec.conversion ?? {};
  return {
    schema: {
      allowsDefaults: true,
      requiresKnownTypes: allKeep(({ type = '' }) => type !== '' && !isKnownType(type)),
      requiresAtomicSets: allKeep((schema) => setItemErrors(schema, '').length > 0),
      requiresMapKeys: allKeep((schema) => mapKeyErrors(schema, '').length > 0),
      requiresStructural: schemas.every(isStructural),
      requiresPruned: !schemas.some(
        (schema) => isStructural(schema) && hasUnprunedDefaults(schema as JsonSchemaProps),
      ),
    },
    requiresSchemas: (old.spec.versions ?? []).every(
      ({ schema }) => (schema ?? old.spec.validation)?.openAPIV3Schema !== undefined,
    ),
    requiresKnownReviewVersion: reviewVersions.length === 0 || hasKnownReviewVersion(reviewVersions),
    requiresValidBundle: isEstablished(old) && bundleErrors(webhookClientConfig?.caBundle, '').length === 0,
    old: old.spec,
  };
}

const isStructural = (schema: WrittenSchema): boolean =>
  unsupportedKeyword(schema) === undefined && structuralErrors(schema, '').length === 0;

function preservationErrors({ preserveUnknownFields }: SpecForm): FieldError[] {
  if (preserveUnknownFields !== true) return [];
  const detail =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [invalidValue('spec.preserveUnknownFields', true, detail)];
}

function storedVersionErrors({ status, spec }: DefinitionForm): FieldError[] {
  const path = 'status.storedVersions';
  const { storedVersions = [] } = status;
  if (storedVersions.length === 0) {
    return [invalidValue(path, status.storedVersions, 'must have at least one stored version')];
  }
  const stored = new Set(storedVersions);
  const errors: FieldError[] = [];
  const { versions = [] } = spec;
  for (const { name = '', storage } of versions) {
    if (storage === true && !stored.has(name)) {
      errors.push(invalidValue(path, storedVersions, `must have the storage version ${name}`));
    }
  }
  const names = new Set(versions.map(({ name }) => name));
  for (const [i, name] of storedVersions.entries()) {
    if (names.has(name)) continue;
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalidValue(`${path}[${i}]`, name, detail));
  }
  return errors;
}
