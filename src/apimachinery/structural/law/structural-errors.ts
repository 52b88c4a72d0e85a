/**
 * The law of structural schemas: every object, list and field has a type; what stands inside `not`, `allOf`, `anyOf`
 * and `oneOf` judges values alone; metadata is the server's. Only a schema that keeps it can say what an unknown field
 * is, and which defaults there are. What single keywords must be is keyword-errors.ts.
 *
 * Source of rules and messages: apiserver/schema/validation.go.
 */
import { type FieldError, forbidden, invalidValue, requiredValue } from '../../field-error.ts';
import { limits } from '../../limits.ts';
import { compileRe2, Re2SyntaxError } from '../../re2.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { completenessErrors } from './completeness-errors.ts';
import { LawBudget } from './law-budget.ts';
import { childPath, keyPath } from './schema-path.ts';
import { isList } from './schema-walk.ts';

/** Of a schema without unsupported keywords (unsupported-keyword.ts); sorted, as upstream gives them. */
export function structuralErrors(
  schema: WrittenSchema,
  path: string,
  budget = new LawBudget(),
): FieldError[] {
  const found = new Findings(budget);
  checkShape(schema, 'root', path, found);
  const errors = [...found.errors, ...completenessErrors(schema, path)];
  const sorted = errors.map((error) => ({ error, text: `${error.field}: ${error.message}` }));
  sorted.sort((a, b) => (a.text < b.text ? -1 : 1));
  return sorted.map(({ error }) => error);
}

/** What has been found, and what looking further may cost. */
class Findings {
  readonly errors: FieldError[] = [];
  readonly budget: LawBudget;
  constructor(budget: LawBudget) {
    this.budget = budget;
  }
  push(...errors: FieldError[]): void {
    this.errors.push(...errors);
  }
}

/** Where a schema stands. */
type Level = 'root' | 'item' | 'field';

const emptyTypeDetails = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
} as const satisfies Record<Level, string>;

function checkShape(schema: WrittenSchema, level: Level, path: string, errors: Findings): void {
  const { type = '', items, properties = {}, additionalProperties } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const typePath = childPath(path, 'type');

  if (type === 'array' && items === undefined) {
    errors.push(requiredValue(childPath(path, 'items'), 'must be specified'));
  }
  if (items !== undefined && !isList(items)) checkShape(items, 'item', childPath(path, 'items'), errors);
  for (const [name, property] of Object.entries(properties)) {
    checkShape(property, 'field', keyPath(path, 'properties', name), errors);
  }
  if (additionalProperties !== undefined) {
    const at = childPath(path, 'additionalProperties');
    if (level === 'root') errors.push(forbidden(at, 'must not be used at the root'));
    if (typeof additionalProperties === 'object') checkShape(additionalProperties, 'field', at, errors);
    if (isEmbedded) errors.push(forbidden(at, 'must not be used if x-kubernetes-embedded-resource is set'));
  }
  if (isIntOrString) checkIntOrString(keepsUnknown, isEmbedded, path, errors);
  checkJunctors(
    schema,
    isIntOrStringPattern(schema.anyOf),
    isIntOrStringPattern(schema.allOf?.[0]?.anyOf),
    path,
    errors,
  );

  if (isEmbedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? requiredValue(typePath, detail) : invalidValue(typePath, type, detail));
  } else if (type === '' && !isIntOrString && !keepsUnknown) {
    errors.push(requiredValue(typePath, emptyTypeDetails[level]));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalidValue(typePath, type, 'must be object at the root'));
  }
  checkResourceFields(properties, level, isEmbedded, path, errors);
  if (isEmbedded && !keepsUnknown && Object.keys(properties).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(requiredValue(childPath(path, 'properties'), detail));
  }
}

function checkIntOrString(keepsUnknown: boolean, isEmbedded: boolean, path: string, errors: Findings): void {
  const detail = 'must be false if x-kubernetes-int-or-string is true';
  if (keepsUnknown) {
    errors.push(invalidValue(childPath(path, 'x-kubernetes-preserve-unknown-fields'), true, detail));
  }
  if (isEmbedded) {
    errors.push(invalidValue(childPath(path, 'x-kubernetes-embedded-resource'), true, detail));
  }
}

/** Of the root and of embedded resources: apiVersion and kind are texts, and metadata is what it is everywhere. */
function checkResourceFields(
  properties: NonNullable<WrittenSchema['properties']>,
  level: Level,
  isEmbedded: boolean,
  path: string,
  errors: Findings,
): void {
  const own = (name: string): WrittenSchema | undefined =>
    Object.hasOwn(properties, name) ? properties[name] : undefined;
  const at = (name: string): string => keyPath(path, 'properties', name);
  const isResource = level === 'root' || isEmbedded;
  for (const name of ['kind', 'apiVersion']) {
    const found = own(name);
    if (!isResource || found === undefined || found.type === 'string') continue;
    errors.push(invalidValue(childPath(at(name), 'type'), found.type ?? '', 'must be string'));
  }
  const metadata = own('metadata');
  if (metadata === undefined) return;
  if (isResource && metadata.type !== 'object') {
    errors.push(invalidValue(childPath(at('metadata'), 'type'), metadata.type ?? '', 'must be object'));
  }
  if (level === 'root' && !saysOnlyNames(metadata)) {
    const detail =
      'must not specify anything other than name and generateName, but metadata is implicitly specified';
    errors.push(forbidden(at('metadata'), detail));
  }
}

function saysOnlyNames(metadata: WrittenSchema): boolean {
  const rest = keywordsOf(metadata).filter(
    (name) => name !== 'type' && name !== 'default' && name !== 'properties',
  );
  const named = Object.keys(metadata.properties ?? {});
  return rest.length === 0 && named.every((name) => name === 'name' || name === 'generateName');
}

/** Of what a schema says something with: what Go has as zero says nothing, and documentation elsewhere does not either. */
function keywordsOf(schema: WrittenSchema): string[] {
  return Object.entries(schema)
    .filter(([name, value]) => !saysNothing.has(name) && !isZero(value))
    .map(([name]) => name);
}
const saysNothing: ReadonlySet<string> = new Set(['externalDocs', 'example']);
function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

/** `anyOf: [{type: integer}, {type: string}]`, which says in plain schemas what x-kubernetes-int-or-string says. */
function isIntOrStringPattern(anyOf: readonly WrittenSchema[] | undefined): boolean {
  const types = anyOf?.map((schema) => (keywordsOf(schema).join() === 'type' ? schema.type : ''));
  return types?.join() === 'integer,string';
}

/** What `not`, `allOf`, `anyOf` and `oneOf` say, and the pattern. */
function checkJunctors(
  schema: WrittenSchema,
  skipsAnyOf: boolean,
  skipsAnyOfInFirstAllOf: boolean,
  path: string,
  errors: Findings,
): void {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema;
  if (!skipsAnyOf) {
    for (const [i, inner] of anyOf.entries()) {
      checkNested(inner, false, `${childPath(path, 'anyOf')}[${i}]`, errors);
    }
  }
  for (const [i, inner] of allOf.entries()) {
    checkNested(inner, skipsAnyOfInFirstAllOf && i === 0, `${childPath(path, 'allOf')}[${i}]`, errors);
  }
  for (const [i, inner] of oneOf.entries()) {
    checkNested(inner, false, `${childPath(path, 'oneOf')}[${i}]`, errors);
  }
  if (not !== undefined) checkNested(not, false, childPath(path, 'not'), errors);
  if (pattern !== '') errors.push(...patternErrors(pattern, childPath(path, 'pattern'), errors.budget));
}

function patternErrors(pattern: string, path: string, budget: LawBudget): FieldError[] {
  if (!budget.hasRoomFor(pattern)) {
    const detail = `the patterns of a definition may have ${limits.schemaPatternInstructions} instructions together`;
    return [forbidden(path, detail)];
  }
  try {
    budget.compiled(pattern, compileRe2(pattern).instructions);
    return [];
  } catch (error) {
    if (!(error instanceof Re2SyntaxError)) throw error;
    budget.compiled(pattern);
    return [invalidValue(path, pattern, `must be a valid regular expression, but isn't: ${error.message}`)];
  }
}

/** What stands inside a junctor judges values: it gives no type, no default, no meaning. */
function checkNested(schema: WrittenSchema, skipsAnyOf: boolean, path: string, errors: Findings): void {
  checkJunctors(schema, skipsAnyOf, false, path, errors);
  const { items, properties = {} } = schema;
  if (items !== undefined && !isList(items)) checkNested(items, false, childPath(path, 'items'), errors);
  for (const [name, property] of Object.entries(properties)) {
    checkNested(property, false, keyPath(path, 'properties', name), errors);
  }
  for (const [name, detail] of notInJunctors) {
    // A default of false, or no additional properties at all, is something.
    const isSet =
      name === 'default' || name === 'additionalProperties'
        ? (schema[name] ?? null) !== null
        : !isZero(schema[name]);
    if (isSet) errors.push(forbidden(childPath(path, name), `${detail} to be structural`));
  }
  if (Object.hasOwn(properties, 'metadata')) {
    errors.push(
      forbidden(keyPath(path, 'properties', 'metadata'), 'must not be specified in a nested context'),
    );
  }
}
const notInJunctors = [
  ['type', 'must be empty'],
  ['additionalProperties', 'must be undefined'],
  ['default', 'must be undefined'],
  ['title', 'must be empty'],
  ['description', 'must be empty'],
  ['nullable', 'must be false'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false'],
  ['x-kubernetes-embedded-resource', 'must be false'],
  ['x-kubernetes-int-or-string', 'must be false'],
  ['x-kubernetes-list-map-keys', 'must be empty'],
  ['x-kubernetes-list-type', 'must be undefined'],
  ['x-kubernetes-map-type', 'must be undefined'],
  ['x-kubernetes-validations', 'must be empty'],
] as const satisfies readonly (readonly [keyof WrittenSchema, string])[];
