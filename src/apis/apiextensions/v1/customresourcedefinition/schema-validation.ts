/**
 * The schema of a version, or of all of them: what the kind asks of its root, the law of structural schemas, and what
 * each keyword must be. Where the law is kept, defaults and rules are judged too.
 */
import { type FieldError, forbidden, invalidValue } from '../../../../apimachinery/field-error.ts';
import type { JsonSchemaProps } from '../../../../apimachinery/structural/json-schema-props.ts';
import { type DefaultRules, defaultErrors } from '../../../../apimachinery/structural/law/default-errors.ts';
import { type KeywordRules, keywordErrors } from '../../../../apimachinery/structural/law/keyword-errors.ts';
import type { LawBudget } from '../../../../apimachinery/structural/law/law-budget.ts';
import { structuralErrors } from '../../../../apimachinery/structural/law/structural-errors.ts';
import { unsupportedKeyword } from '../../../../apimachinery/structural/law/unsupported-keyword.ts';
import { schemaRuleErrors } from '../../../../apimachinery/structural/rules/schema-rule-errors.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';

export interface SchemaRules extends KeywordRules, DefaultRules {
  /** Of the whole definition. */
  readonly budget: LawBudget;
  readonly requiresStructural: boolean;
  /** It was stored before, with rules that cost what they cost. */
  readonly hasOldCosts: boolean;
}

/** `path` is that of the schema itself. */
export function schemaErrors(
  schema: WrittenSchema,
  hasStatus: boolean,
  rules: SchemaRules,
  path: string,
): FieldError[] {
  const errors = hasStatus ? rootErrors(schema, path) : [];
  if (schema.nullable === true) {
    errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  }
  const structure = rules.requiresStructural ? structureOf(schema, rules, path) : notAsked;
  errors.push(...structure.errors);
  const keywords = keywordErrors(schema, path, rules);
  errors.push(...keywords.errors);
  if (structure.isLawful) {
    const { broken } = keywords;
    const { hasOldCosts } = rules;
    errors.push(...schemaRuleErrors(schema as JsonSchemaProps, path, { broken, hasOldCosts }).errors);
  }
  // What cannot be read as structural has been said already, mostly, and better.
  const { unreadable } = structure;
  if (errors.length === 0 && unreadable !== undefined) errors.push(invalidValue(path, '', unreadable));
  return errors;
}

interface Structure {
  readonly errors: readonly FieldError[];
  /** Values and rules can be judged by it. */
  readonly isLawful: boolean;
  /** Why nothing can be said of it. */
  readonly unreadable?: string;
}
const notAsked: Structure = { errors: [], isLawful: false };

/** The law; and where it is kept, what the schema fills in. */
function structureOf(schema: WrittenSchema, rules: SchemaRules, path: string): Structure {
  const unreadable = unsupportedKeyword(schema);
  if (unreadable !== undefined) return { errors: [], isLawful: false, unreadable };
  const unlawful = structuralErrors(schema, path, rules.budget);
  if (unlawful.length > 0) return { errors: unlawful, isLawful: false };
  const errors = defaultErrors(schema as JsonSchemaProps, path, rules, rules.budget);
  return { errors, isLawful: errors.length === 0 };
}

/** Status is judged by itself when it is written by itself, so the root may say nothing that would then be lost. */
function rootErrors(schema: WrittenSchema, path: string): FieldError[] {
  const named = Object.keys(schema).filter((name) => !isZero(schema[name as keyof WrittenSchema]));
  const isAllowed = (name: string): boolean => name === 'type' || allowedAtRoot.has(name);
  // In the order of the fields upstream: these come before the type.
  const early = ['id', '$schema', '$ref'].some((name) => named.includes(name));
  const { type = '' } = schema;
  if (!early && type !== '' && type !== 'object') {
    const detail =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalidValue(`${path}.type`, type, detail)];
  }
  const stranger = named.find((name) => !isAllowed(name));
  if (stranger === undefined) return [];
  const detail = `only [${allowedNames}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalidValue(path, stranger, detail)];
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

const allowedAtRoot: ReadonlySet<string> = new Set([
  'description',
  'format',
  'title',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'multipleOf',
  'required',
  'items',
  'properties',
  'externalDocs',
  'example',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
]);
/** By the names that they have in Go, which is how upstream tells them. */
const allowedNames =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';
