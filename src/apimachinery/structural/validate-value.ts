/**
 * Judges a value by the OpenAPI v3 part of a schema, with upstream's errors: causes, paths, words, and which of several
 * alternatives are spoken of. Rules, list types and metadata are judged elsewhere. The work is bounded, however the
 * alternatives of a schema multiply. Source: kube-openapi/pkg/validation/validate and the mapping to field errors in
 * apiextensions-apiserver/pkg/apiserver/validation.
 */
import { deepEqual } from '../equality.ts';
import { type FieldError, forbidden, invalidValue, requiredValue, tooLong, tooMany } from '../field-error.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import type { CorrelatedValue } from './rules/correlated-value.ts';
import { type SchemaNode, schemaNode } from './schema-node.ts';
import type { TextChecks, ValueChecks } from './value-checks.ts';
import { enumFailure, invalidType, numberErrors, typeError } from './value-errors.ts';

/** `old` is what an update replaces: what it did not change, and was wrong before, is left alone. */
export function validateValue(
  value: JsonValue,
  schema: JsonSchemaProps,
  old?: CorrelatedValue,
): FieldError[] {
  const judge = new Judge();
  judge.value(value, schemaNode(schema), old);
  return judge.isOver ? [judge.tooMuch] : judge.errors;
}

/** Errors of one alternative, and how far it went: the one that went farthest is spoken of. */
interface Outcome {
  readonly errors: FieldError[];
  readonly kept: FieldError[];
  readonly matched: number;
}

class Judge {
  errors: FieldError[] = [];
  /** Told even where the alternative that has them is not. */
  #kept: FieldError[] = [];
  #matched = 0;
  #steps = 0;
  readonly #path: (string | number)[] = [];

  get isOver(): boolean {
    return this.#steps > limits.schemaSteps;
  }

  get tooMuch(): FieldError {
    return forbidden('', `the object takes more than ${limits.schemaSteps} steps to be judged by its schema`);
  }

  value(value: JsonValue, node: SchemaNode, old: CorrelatedValue | undefined): void {
    if (++this.#steps > limits.schemaSteps) return;
    const before = this.errors.length;
    this.#judge(value, node, old);
    if (old !== undefined && this.errors.length > before && old.isUnchanged) this.errors.length = before;
  }

  #judge(value: JsonValue, node: SchemaNode, old: CorrelatedValue | undefined): void {
    const { checks } = node;
    if (!isOfType(value, node.type)) {
      const wrongType = typeError(value, node.schema, () => this.#name());
      if (wrongType !== undefined) this.errors.push(wrongType);
    }
    if (checks.enum !== undefined && !isAmong(value, checks)) {
      this.errors.push(enumFailure(this.#name(), value, checks.enum));
    }
    this.#matched += 2;
    if (value === null) return;
    if (checks.hasCombinations) this.#combinations(value, node, old);
    switch (typeof value) {
      case 'string':
        if (checks.text !== undefined) this.#text(value, checks.text, node);
        break;
      case 'number':
      case 'bigint':
        if (checks.hasBounds || typeof value === 'bigint' || (value | 0) !== value) this.#number(value, node);
        break;
      case 'object':
        if (Array.isArray(value)) this.#list(value, node, old);
        else this.#object(value, node, old);
        break;
      default:
    }
    this.#matched++;
  }

  #combinations(value: JsonValue, node: SchemaNode, old: CorrelatedValue | undefined): void {
    const { anyOf, oneOf, allOf, not } = node.combinations;
    if (anyOf.length > 0) this.#anyOf(value, anyOf, old);
    if (oneOf.length > 0) this.#oneOf(value, oneOf, old);
    if (allOf.length > 0) this.#allOf(value, allOf, old);
    if (not !== undefined && this.#alone(value, not, old).errors.length === 0) {
      this.#whole('must not validate the schema (not)');
    }
  }

  #anyOf(value: JsonValue, schemas: readonly SchemaNode[], old: CorrelatedValue | undefined): void {
    let best: Outcome | undefined;
    for (const schema of schemas) {
      const outcome = this.#alone(value, schema, old);
      this.#keep(outcome);
      if (outcome.errors.length === 0) return;
      if (best === undefined || outcome.matched > best.matched) best = outcome;
    }
    this.#whole('must validate at least one schema (anyOf)');
    this.#merge(best);
  }

  #oneOf(value: JsonValue, schemas: readonly SchemaNode[], old: CorrelatedValue | undefined): void {
    let best: Outcome | undefined;
    let valid = 0;
    for (const schema of schemas) {
      const outcome = this.#alone(value, schema, old);
      this.#keep(outcome);
      if (outcome.errors.length === 0) valid++;
      else if (valid === 0 && (best === undefined || outcome.matched > best.matched)) best = outcome;
    }
    if (valid === 1) return;
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    this.#whole(`must validate one and only one schema (oneOf). ${found}`);
    if (valid === 0) this.#merge(best);
  }

  #allOf(value: JsonValue, schemas: readonly SchemaNode[], old: CorrelatedValue | undefined): void {
    let valid = 0;
    for (const schema of schemas) {
      const outcome = this.#alone(value, schema, old);
      this.#keep(outcome);
      if (outcome.errors.length === 0) valid++;
      this.#merge(outcome);
    }
    if (valid === schemas.length) return;
    this.#whole(`must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }

  /** The judgement of one of several schemas, set aside. It is of the same value, so it is not ratcheted by itself. */
  #alone(value: JsonValue, schema: SchemaNode, old: CorrelatedValue | undefined): Outcome {
    const { errors } = this;
    const kept = this.#kept;
    const matched = this.#matched;
    this.errors = [];
    this.#kept = [];
    this.#matched = 0;
    if (++this.#steps <= limits.schemaSteps) this.#judge(value, schema, old);
    const outcome = { errors: this.errors, kept: this.#kept, matched: this.#matched };
    this.errors = errors;
    this.#kept = kept;
    this.#matched = matched;
    return outcome;
  }

  #keep({ kept, errors }: Outcome): void {
    if (errors.length === 0) return;
    for (const error of kept) if (!this.#kept.includes(error)) this.#kept.push(error);
  }

  #merge(outcome: Outcome | undefined): void {
    if (outcome === undefined) return;
    this.errors.push(...outcome.errors);
    this.#matched += outcome.matched;
  }

  /** Upstream says of a combination only in words where it is. */
  #whole(problem: string): void {
    this.errors.push(invalidValue('<nil>', '', `${JSON.stringify(this.#name())} ${problem}`));
  }

  #text(value: string, checks: TextChecks, { schema }: SchemaNode): void {
    const error = this.#textError(value, checks);
    if (error !== undefined) this.errors.push(error);
    if (checks.hasFormat?.(value) === false) {
      this.errors.push(invalidType(this.#name(), schema.format ?? '', value));
    }
  }

  /** Upstream stops at the first. */
  #textError(value: string, { maxLength, minLength, pattern }: TextChecks): FieldError | undefined {
    if (value.length > maxLength && runes(value) > maxLength) return tooLong(this.#name(), maxLength);
    if (minLength > 0 && runes(value) < minLength) {
      const name = this.#name();
      return invalidValue(name, value, `${name} in body should be at least ${minLength} chars long`);
    }
    if (pattern !== undefined && !pattern.test(value)) {
      const name = this.#name();
      return invalidValue(name, value, `${name} in body should match '${pattern.source}'`);
    }
    return undefined;
  }

  #number(value: number | bigint, { schema }: SchemaNode): void {
    for (const { error, isKept } of numberErrors(value, schema, () => this.#name())) {
      this.errors.push(error);
      if (isKept) this.#kept.push(error);
    }
  }

  #list(value: readonly JsonValue[], node: SchemaNode, old: CorrelatedValue | undefined): void {
    const { items } = node;
    const { minItems, maxItems } = node.checks;
    if (items !== undefined) {
      for (let i = 0; i < value.length; i++) {
        this.#path.push(i);
        this.value(value[i]!, items, old?.item(i));
        this.#path.pop();
      }
    }
    if (minItems !== undefined && value.length < minItems) {
      const name = this.#name();
      this.errors.push(
        invalidValue(name, value.length, `${name} in body should have at least ${minItems} items`),
      );
    }
    if (maxItems !== undefined && value.length > maxItems) {
      this.errors.push(tooMany(this.#name(), value.length, maxItems));
    }
  }

  #object(value: JsonObject, node: SchemaNode, old: CorrelatedValue | undefined): void {
    const { checks, additional } = node;
    if (!this.#hasRightSize(value, checks)) return;
    for (const name in value) {
      const inner = node.property(name) ?? additional;
      if (inner !== undefined) {
        this.#path.push(name);
        this.value(value[name]!, inner, old?.property(name));
        this.#path.pop();
      } else if (checks.forbidsOthers) {
        const path = this.#name();
        this.errors.push(invalidValue(path, '', `${path}.${name} in body is a forbidden property`));
      }
    }
    for (const name of checks.required) {
      if (!Object.hasOwn(value, name)) {
        this.#path.push(name);
        this.errors.push(requiredValue(this.#name()));
        this.#path.pop();
      }
    }
  }

  #hasRightSize(value: JsonObject, { minProperties, maxProperties }: ValueChecks): boolean {
    if (minProperties === undefined && maxProperties === undefined) return true;
    const count = Object.keys(value).length;
    if (minProperties !== undefined && count < minProperties) {
      const name = this.#name();
      const problem = `${name} in body should have at least ${minProperties} properties`;
      this.errors.push(invalidValue(name, count, problem));
      return false;
    }
    if (maxProperties !== undefined && count > maxProperties) {
      this.errors.push(tooMany(this.#name(), count, maxProperties));
      return false;
    }
    return true;
  }

  #name(): string {
    let text = '';
    for (const step of this.#path) {
      if (typeof step === 'number') text += `[${step}]`;
      else text += text === '' ? step : `.${step}`;
    }
    return text;
  }
}

/** False for what needs a closer look: what may be of several types, and numbers that are whole to some eyes. */
function isOfType(value: JsonValue, type: string): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    default:
      return false;
  }
}

function isAmong(value: JsonValue, checks: ValueChecks): boolean {
  if (typeof value === 'string') return checks.texts?.has(value) === true;
  return checks.enum?.some((allowed) => deepEqual(allowed, value)) === true;
}

/** Code points, as Go counts them. */
function runes(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // The second half of a pair is no character of its own.
    if (unit >= 0xdc00 && unit <= 0xdfff && i > 0) {
      const before = text.charCodeAt(i - 1);
      if (before >= 0xd800 && before <= 0xdbff) count--;
    }
  }
  return count;
}
