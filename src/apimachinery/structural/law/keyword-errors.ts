/**
 * What each keyword of a schema must be, wherever it stands: types there are, keywords that no definition may use,
 * list and map types and their keys, defaults where there may be some, rules that are well-formed. That the whole is structural is
 * structural-errors.ts, and what rules say is judged in the room of rules.
 *
 * Source of rules and messages: apiextensions/validation/validation.go, ValidateCustomResourceDefinitionOpenAPISchema.
 */
import { type FieldError, forbidden, invalidValue, notSupported } from '../../field-error.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { listTypeErrors, mapTypeErrors } from './list-type-errors.ts';
import { ruleFormErrors } from './rule-form-errors.ts';
import { childPath } from './schema-path.ts';
import { type InnerSchema, isList, schemasWithPaths } from './schema-walk.ts';

/** What a definition from before a rule need not satisfy when it is written again. */
export interface KeywordRules {
  readonly allowsDefaults: boolean;
  readonly requiresKnownTypes: boolean;
  readonly requiresAtomicSets: boolean;
  readonly requiresMapKeys: boolean;
}

export interface KeywordReport {
  readonly errors: readonly FieldError[];
  /** The schemas in which something is wrong, not counting what is wrong inside of them. */
  readonly broken: ReadonlySet<WrittenSchema>;
}

/** Of a whole schema. */
export function keywordErrors(schema: WrittenSchema, path: string, rules: KeywordRules): KeywordReport {
  const check = new KeywordCheck(rules);
  check.visit(schema, path, { isRoot: true, inMetadata: false, noDefaults: undefined });
  return check;
}

interface Place {
  readonly isRoot: boolean;
  readonly inMetadata: boolean;
  /** Why there may be no defaults here. */
  readonly noDefaults: string | undefined;
}

const types: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
export const isKnownType = (type: string): boolean => types.includes(type);

const metadataFields: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);

class KeywordCheck implements KeywordReport {
  readonly errors: FieldError[] = [];
  readonly broken = new Set<WrittenSchema>();
  readonly #rules: KeywordRules;

  constructor(rules: KeywordRules) {
    this.#rules = rules;
  }

  visit(schema: WrittenSchema, path: string, place: Place): void {
    this.#found(schema, this.#forbidden(schema, path, place));
    for (const inner of schemasWithPaths(schema, path)) {
      this.visit(inner.schema, inner.path, innerPlace(schema, place, inner));
    }
    this.#found(schema, [
      ...preservationErrors(schema, path),
      ...mapTypeErrors(schema, path),
      ...listTypeErrors(schema, path, this.#rules),
      ...ruleFormErrors(schema, path),
    ]);
  }

  #found(schema: WrittenSchema, errors: readonly FieldError[]): void {
    if (errors.length === 0) return;
    this.errors.push(...errors);
    this.broken.add(schema);
  }

  #forbidden(schema: WrittenSchema, path: string, place: Place): FieldError[] {
    const { type = '', items, properties = {}, additionalProperties } = schema;
    const errors: FieldError[] = [];
    const forbid = (name: string, detail: string): void => {
      errors.push(forbidden(childPath(path, name), detail));
    };
    if (this.#rules.requiresKnownTypes && type !== '' && !isKnownType(type)) {
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

function preservationErrors(schema: WrittenSchema, path: string): FieldError[] {
  if (schema['x-kubernetes-preserve-unknown-fields'] !== false) return [];
  const at = childPath(path, 'x-kubernetes-preserve-unknown-fields');
  return [invalidValue(at, false, 'must be true or undefined')];
}
const unused = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const;

function innerPlace(outer: WrittenSchema, place: Place, inner: InnerSchema): Place {
  const isOfResource = place.isRoot || outer['x-kubernetes-embedded-resource'] === true;
  if (inner.relation === 'property' && isOfResource && metadataFields.has(inner.name)) {
    return {
      isRoot: false,
      inMetadata: true,
      noDefaults: place.isRoot ? ` in top-level ${inner.name}` : place.noDefaults,
    };
  }
  const isMapInMetadata = inner.relation === 'value' && place.inMetadata;
  return {
    isRoot: false,
    inMetadata: place.inMetadata,
    noDefaults: isMapInMetadata
      ? ' inside additionalProperties applying to object metadata'
      : place.noDefaults,
  };
}
