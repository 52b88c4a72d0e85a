/**
 * The spec of a definition: its group, scope, names and versions, and what versions say each for itself or all alike.
 * How large a definition may be is asked first, since everything after goes through all of it.
 */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import {
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
  tooMany,
} from '../../../../apimachinery/field-error.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import { dns1035LabelProblems, dnsSubdomainProblems } from '../../../../apimachinery/names.ts';
import { LawBudget } from '../../../../apimachinery/structural/law/law-budget.ts';
import { schemaSizeError } from '../../../../apimachinery/structural/law/schema-size.ts';
import { someSchema } from '../../../../apimachinery/structural/law/schema-walk.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';
import { conversionErrors } from './conversion-validation.ts';
import { type SpecForm, schemasOf, type VersionForm } from './definition-form.ts';
import { nameErrors, requiredNameErrors } from './names-validation.ts';
import { type SchemaRules, schemaErrors } from './schema-validation.ts';
import {
  columnErrors,
  deprecationProblems,
  selectableFieldErrors,
  subresourceErrors,
} from './version-validation.ts';

const scopes: readonly string[] = ['Cluster', 'Namespaced'];

/** What a definition from before a rule need not satisfy when it is written again. */
export interface DefinitionRules {
  readonly schema: Omit<SchemaRules, 'budget' | 'hasOldCosts'>;
  readonly requiresSchemas: boolean;
  readonly requiresKnownReviewVersion: boolean;
  readonly requiresValidBundle: boolean;
  readonly old: SpecForm | undefined;
}
export function specErrors(spec: SpecForm, rules: DefinitionRules): FieldError[] {
  const { names = {}, versions = [], preserveUnknownFields, conversion } = spec;
  const errors: FieldError[] = [...groupErrors(spec.group ?? ''), ...scopeErrors(spec.scope ?? '')];
  const tooLarge = [...listErrors(spec), schemaSizeError(schemasOf(spec)) ?? []].flat();
  if (tooLarge.length > 0) return [...errors, ...tooLarge];
  errors.push(...presenceErrors(spec, rules));
  const holds = (test: (schema: WrittenSchema) => boolean): boolean =>
    [...schemasOf(spec)].some(([schema]) => someSchema(schema, test));
  const hasDefaults = holds((schema) => schema.default !== undefined);
  if (hasDefaults && preserveUnknownFields !== false) {
    const detail = 'must be false in order to use defaults in the schema';
    errors.push(invalidValue('spec.preserveUnknownFields', true, detail));
  }
  const hasExtensions = holds(hasExtension);
  const lawBudget = new LawBudget();
  const schemaRulesOf = (version: string): SchemaRules => ({
    ...rules.schema,
    budget: lawBudget,
    hasOldCosts: rules.old !== undefined && hasSameSchema(spec, rules.old, version),
    requiresStructural:
      rules.schema.requiresStructural || preserveUnknownFields !== true || hasDefaults || hasExtensions,
  });
  const subresourcesOf = (version: VersionForm): VersionForm['subresources'] =>
    versions.some(({ subresources }) => subresources !== undefined)
      ? version.subresources
      : spec.subresources;
  for (const [i, version] of versions.entries()) {
    const path = `spec.versions[${i}]`;
    const problems = dns1035LabelProblems(version.name ?? '');
    if (problems.length > 0)
      errors.push(invalidValue(`${path}.name`, version.name ?? '', problems.join(',')));
    const hasStatus = subresourcesOf(version)?.status !== undefined;
    errors.push(...versionErrors(version, hasStatus, schemaRulesOf(version.name ?? ''), rules.old, path));
  }
  errors.push(...versionSetErrors(spec));
  errors.push(...requiredNameErrors(names, 'spec.names'), ...nameErrors(names, 'spec.names'));
  const hasStatus = [spec, ...versions].some(({ subresources }) => subresources?.status !== undefined);
  errors.push(...sharedErrors(spec, hasStatus, schemaRulesOf(spec.version ?? ''), rules.old));
  if (conversion === undefined) return errors;
  if (conversion.strategy !== 'None' && preserveUnknownFields !== false) {
    const detail = 'must be None if spec.preserveUnknownFields is true';
    errors.push(invalidValue('spec.conversion.strategy', conversion.strategy ?? '', detail));
  }
  errors.push(...conversionErrors(conversion, rules, 'spec.conversion'));
  return errors;
}

/** Wherever it stands: what versions have alike moves up, and down again. */
function hasSameSchema(spec: SpecForm, old: SpecForm, version: string): boolean {
  const [now, before] = [spec, old].map(({ versions = [], validation }) => {
    if (!versions.some(({ schema }) => schema !== undefined)) return { schema: validation };
    return versions.find(({ name }) => name === version);
  });
  return now !== undefined && before !== undefined && deepEqual(now.schema, before.schema);
}

/** Upstream bounds none of these; what serves them goes over each again and again. */
function listErrors({ names = {}, versions = [], conversion, ...shared }: SpecForm): FieldError[] {
  const lists: [path: string, list: readonly unknown[] | undefined][] = [
    ['names.shortNames', names.shortNames],
    ['names.categories', names.categories],
    ['versions', versions],
    ['conversion.conversionReviewVersions', conversion?.conversionReviewVersions],
    ['additionalPrinterColumns', shared.additionalPrinterColumns],
    ...versions.map(({ additionalPrinterColumns }, i): [string, readonly unknown[] | undefined] => [
      `versions[${i}].additionalPrinterColumns`,
      additionalPrinterColumns,
    ]),
  ];
  return lists.flatMap(([path, list = []]) =>
    list.length > limits.definitionListItems
      ? [tooMany(`spec.${path}`, list.length, limits.definitionListItems)]
      : [],
  );
}

function groupErrors(group: string): FieldError[] {
  if (group === '') return [requiredValue('spec.group')];
  const problems = dnsSubdomainProblems(group);
  if (problems.length > 0) return [invalidValue('spec.group', group, problems.join(','))];
  return group.includes('.')
    ? []
    : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

function scopeErrors(scope: string): FieldError[] {
  if (scope === '') return [requiredValue('spec.scope')];
  return scopes.includes(scope) ? [] : [notSupported('spec.scope', scope, scopes)];
}

function presenceErrors(spec: SpecForm, rules: DefinitionRules): FieldError[] {
  if (spec.validation?.openAPIV3Schema !== undefined) return [];
  return (spec.versions ?? []).flatMap(({ schema, served }, i) => {
    if (schema?.openAPIV3Schema !== undefined) return [];
    const path = `spec.versions[${i}].schema.openAPIV3Schema`;
    if (rules.requiresSchemas) return [requiredValue(path)];
    if (spec.preserveUnknownFields === true || served !== true) return [];
    return [requiredValue(path, 'because otherwise all fields are pruned')];
  });
}

const hasExtension = (schema: WrittenSchema): boolean =>
  schema['x-kubernetes-embedded-resource'] === true ||
  schema['x-kubernetes-preserve-unknown-fields'] !== undefined ||
  schema['x-kubernetes-int-or-string'] === true ||
  (schema['x-kubernetes-list-map-keys'] ?? []).length > 0 ||
  schema['x-kubernetes-list-type'] !== undefined ||
  (schema['x-kubernetes-validations'] ?? []).length > 0;

function versionErrors(
  version: VersionForm,
  hasStatus: boolean,
  rules: SchemaRules,
  old: SpecForm | undefined,
  path: string,
): FieldError[] {
  const { deprecated = false, deprecationWarning: warning, subresources, selectableFields = [] } = version;
  const schema = version.schema?.openAPIV3Schema;
  const errors = deprecationProblems(deprecated, warning).map((problem) =>
    invalidValue(`${path}.deprecationWarning`, warning, problem),
  );
  if (schema !== undefined) {
    errors.push(...schemaErrors(schema, hasStatus, rules, `${path}.schema.openAPIV3Schema`));
  }
  if (subresources !== undefined) errors.push(...subresourceErrors(subresources, `${path}.subresources`));
  for (const [i, column] of (version.additionalPrinterColumns ?? []).entries()) {
    errors.push(...columnErrors(column, `${path}.additionalPrinterColumns[${i}]`));
  }
  if (selectableFields.length === 0) return errors;
  if (schema === undefined) {
    const detail = 'may only be set when `version.schema.openAPIV3Schema` is not included';
    errors.push(invalidValue(`${path}.selectableFields`, '', detail));
    return errors;
  }
  const before = selectedIn(old, version.name ?? '');
  const mayBeMany = deepEqual(before, selectableFields);
  errors.push(...selectableFieldErrors(selectableFields, schema, mayBeMany, `${path}.selectableFields`));
  return errors;
}

/** What is said above the versions. */
function sharedErrors(
  spec: SpecForm,
  hasStatus: boolean,
  rules: SchemaRules,
  old: SpecForm | undefined,
): FieldError[] {
  const { validation, subresources, selectableFields = [] } = spec;
  const errors: FieldError[] = [];
  if (validation?.openAPIV3Schema !== undefined) {
    errors.push(
      ...schemaErrors(validation.openAPIV3Schema, hasStatus, rules, 'spec.validation.openAPIV3Schema'),
    );
  }
  if (subresources !== undefined) errors.push(...subresourceErrors(subresources, 'spec.subresources'));
  for (const [i, column] of (spec.additionalPrinterColumns ?? []).entries()) {
    errors.push(...columnErrors(column, `spec.additionalPrinterColumns[${i}]`));
  }
  if (selectableFields.length === 0) return errors;
  if (validation?.openAPIV3Schema === undefined) {
    const detail = 'selectableFields may only be set when validations.schema is included';
    return [...errors, invalidValue('spec.selectableFields', '', detail)];
  }
  const mayBeMany = (spec.versions ?? []).every(({ name = '' }) =>
    deepEqual(selectedIn(old, name), selectableFields),
  );
  return [
    ...errors,
    ...selectableFieldErrors(
      selectableFields,
      validation.openAPIV3Schema,
      mayBeMany,
      'spec.selectableFields',
    ),
  ];
}

const selectedIn = (spec: SpecForm | undefined, name: string): VersionForm['selectableFields'] =>
  spec?.versions?.find((version) => version.name === name)?.selectableFields ?? spec?.selectableFields;

function versionSetErrors(spec: SpecForm): FieldError[] {
  const { versions = [], version } = spec;
  // Upstream shows every version in full, by its names in Go: those of the versions say as much.
  const names = versions.map(({ name = '' }) => name);
  const errors: FieldError[] = [];
  if (new Set(names).size < names.length) {
    errors.push(invalidValue('spec.versions', names, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    const detail = 'must have exactly one version marked as storage version';
    errors.push(invalidValue('spec.versions', spec.versions === undefined ? null : names, detail));
  }
  if (version === undefined || version === '') return errors;
  const problems = dns1035LabelProblems(version);
  if (problems.length > 0) errors.push(invalidValue('spec.version', version, problems.join(',')));
  return errors;
}
