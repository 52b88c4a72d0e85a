/**
 * What each keyword of a schema must be, wherever it stands: types there are, keywords that no definition may use,
 * list and map types and their keys, defaults where there may be some. And the rules of a schema, which are judged
 * where the schema that has them is right, and everything inside it. That the whole is structural is
 * structural-errors.ts.
 *
 * Source of rules and messages: apiextensions/validation/validation.go, ValidateCustomResourceDefinitionOpenAPISchema.
 */
import { type FieldError, forbidden, invalidValue, notSupported } from '../../field-error.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { listTypeErrors, mapTypeErrors } from './list-type-errors.ts';
import { ruleFormErrors } from './rule-form-errors.ts';
import { childPath } from './schema-path.ts';
import { type InnerSchema, isList, schemasIn } from './schema-walk.ts';

/** What a definition from before a rule need not satisfy when it is written again. */
export interface KeywordRules {
  readonly allowsDefaults: boolean;
  readonly requiresKnownTypes: boolean;
  readonly requiresAtomicSets: boolean;
  readonly requiresMapKeys: boolean;
}

/** Where the rules of a schema stand. */
export interface RulePlace {
  readonly schema: WrittenSchema;
  readonly path: string;
  /** The root of the resource. */
  readonly isRoot: boolean;
  /** How many values there can be that the schema is about; undefined where nothing bounds them. */
  readonly cardinality: number | undefined;
  /** The nearest list or map around it whose parts cannot be told apart from one write to the next. */
  readonly uncorrelatable: string | undefined;
}

/** Compiles the rules of one schema and estimates what they cost. */
export type JudgeRules = (place: RulePlace) => FieldError[];

/** Without `judge` expressions are not looked into. */
export function keywordErrors(
  schema: WrittenSchema,
  path: string,
  rules: KeywordRules,
  judge: JudgeRules | undefined,
): FieldError[] {
  const place: Place = {
    isRoot: true,
    inMetadata: false,
    noDefaults: undefined,
    cardinality: 1,
    uncorrelatable: undefined,
  };
  const found = new KeywordCheck(rules).check(schema, path, place, judge);
  return [...found.errors, ...found.ruleErrors];
}

interface Place {
  readonly isRoot: boolean;
  readonly inMetadata: boolean;
  /** Why there may be no defaults here. */
  readonly noDefaults: string | undefined;
  readonly cardinality: number | undefined;
  readonly uncorrelatable: string | undefined;
}
interface Found {
  readonly errors: FieldError[];
  readonly ruleErrors: FieldError[];
}

const types: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const metadataFields: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);

class KeywordCheck {
  readonly #rules: KeywordRules;

  constructor(rules: KeywordRules) {
    this.#rules = rules;
  }

  check(schema: WrittenSchema, path: string, place: Place, judge: JudgeRules | undefined): Found {
    const found: Found = { errors: this.#forbidden(schema, path, place), ruleErrors: [] };
    for (const inner of schemasIn(schema, path)) {
      // What rules in junctors would be about has no type of its own; they are forbidden there anyway.
      const innerJudge = inner.relation === 'other' ? undefined : judge;
      const below = this.check(inner.schema, inner.path, innerPlace(schema, path, place, inner), innerJudge);
      found.errors.push(...below.errors);
      found.ruleErrors.push(...below.ruleErrors);
    }
    if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
      const at = childPath(path, 'x-kubernetes-preserve-unknown-fields');
      found.errors.push(invalidValue(at, false, 'must be true or undefined'));
    }
    found.errors.push(
      ...mapTypeErrors(schema, path),
      ...listTypeErrors(schema, path, this.#rules),
      ...ruleFormErrors(schema, path),
    );
    const hasRules = (schema['x-kubernetes-validations'] ?? []).length > 0;
    if (hasRules && judge !== undefined && found.errors.length === 0) {
      const { isRoot, cardinality, uncorrelatable } = place;
      found.ruleErrors.push(...judge({ schema, path, isRoot, cardinality, uncorrelatable }));
    }
    return found;
  }

  #forbidden(schema: WrittenSchema, path: string, place: Place): FieldError[] {
    const { type = '', items, properties = {}, additionalProperties } = schema;
    const errors: FieldError[] = [];
    const forbid = (name: string, detail: string): void => {
      errors.push(forbidden(childPath(path, name), detail));
    };
    if (this.#rules.requiresKnownTypes && type !== '' && !types.includes(type)) {
      errors.push(notSupported(childPath(path, 'type'), type, types));
    }
    const hasDefault = (schema.default ?? null) !== null;
    if (hasDefault && place.noDefaults !== undefined) forbid('default', `must not be set${place.noDefaults}`);
    else if (hasDefault && !this.#rules.allowsDefaults) forbid('default', 'must not be set');
    for (const name of unused) {
      const value = schema[name];
      if (value === undefined || value === '') continue;
      const isEmpty = typeof value === 'object' && Object.keys(value).length === 0;
      if (isEmpty && (name === 'patternProperties' || name === 'definitions')) continue;
      forbid(name, `${name} is not supported`);
    }
    if (type === 'null') forbid('type', 'type cannot be set to null, use nullable as an alternative');
    if (isList(items) && items.length > 0) forbid('items', 'items must be a schema object and not an array');
    if (place.inMetadata && schema['x-kubernetes-embedded-resource'] === true) {
      forbid('x-kubernetes-embedded-resource', 'must not be used inside of resource meta');
    }
    if (schema.uniqueItems === true) {
      forbid(
        'uniqueItems',
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      );
    }
    const restricts = additionalProperties !== undefined && additionalProperties !== true;
    if (restricts && Object.keys(properties).length > 0) {
      forbid('additionalProperties', 'additionalProperties and properties are mutual exclusive');
    }
    return errors;
  }
}
const unused = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const;

const isMapCorrelatable = (mapType: string | undefined): boolean =>
  mapType === undefined || mapType === 'granular' || mapType === 'atomic';

const times = (count: number | undefined, most: number | undefined): number | undefined =>
  count === undefined || most === undefined ? undefined : count * most;

function innerPlace(outer: WrittenSchema, path: string, place: Place, inner: InnerSchema): Place {
  const uncorrelatable = (isCorrelatable: boolean): string | undefined =>
    place.uncorrelatable ?? (isCorrelatable ? undefined : path);
  switch (inner.relation) {
    case 'property': {
      const isOfResource = place.isRoot || outer['x-kubernetes-embedded-resource'] === true;
      const isMetadata = isOfResource && metadataFields.has(inner.name);
      return {
        isRoot: false,
        inMetadata: place.inMetadata || isMetadata,
        noDefaults: place.isRoot && isMetadata ? ` in top-level ${inner.name}` : place.noDefaults,
        cardinality: place.cardinality,
        uncorrelatable: uncorrelatable(isMapCorrelatable(outer['x-kubernetes-map-type'])),
      };
    }
    case 'value':
      return {
        ...place,
        isRoot: false,
        noDefaults: place.inMetadata
          ? ' inside additionalProperties applying to object metadata'
          : place.noDefaults,
        cardinality: times(place.cardinality, outer.maxProperties),
      };
    case 'item':
      return {
        ...place,
        isRoot: false,
        cardinality: times(place.cardinality, outer.maxItems),
        uncorrelatable: uncorrelatable(outer['x-kubernetes-list-type'] === 'map'),
      };
    case 'other':
      return { ...place, isRoot: false };
  }
}
