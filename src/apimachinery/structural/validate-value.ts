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
import type { Re2Pattern } from '../re2.ts';
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
  return judge.tooMuch === undefined ? eachOnce(judge.errors) : [judge.tooMuch];
}

/** Several alternatives may find the same wrong. */
function eachOnce(errors: FieldError[]): FieldError[] {
  if (errors.length < 2) return errors;
  return [...new Map(errors.map((error) => [`${error.field}: ${error.message}`, error])).values()];
}

/** Between looks at the clock. */
const patternStepsPerLook = 50_000;

/** How one of several schemas fared: the one that went farthest is spoken of. */
interface Outcome {
  readonly isValid: boolean;
  readonly matched: number;
}

class Judge {
  /** The first of them. */
  readonly errors: FieldError[] = [];
  /** Of all errors, or of those of the schema that is tried. */
  #count = 0;
  #matched = 0;
  /** While schemas are tried, errors are counted, and nobody reads them. */
  #isTrial = false;
  #steps = 0;
  #patternSteps = 0;
  #nextLook = patternStepsPerLook;
  #startMs = 0;
  readonly #path: (string | number)[] = [];
  /** Why the judgement was given up. */
  tooMuch: FieldError | undefined;

  value(value: JsonValue, node: SchemaNode, old: CorrelatedValue | undefined): void {
    if (this.#isOut()) return;
    const count = this.#count;
    const told = this.errors.length;
    this.#judge(value, node, old);
    if (old === undefined || this.#count === count || !old.isUnchanged) return;
    this.#count = count;
    this.errors.length = told;
  }

  /** Nobody reads more errors than there are, and alternatives of alternatives may be tried for ever. */
  #isOut(): boolean {
    if (this.#isTrial) this.#countStep();
    return this.tooMuch !== undefined || (!this.#isTrial && this.errors.length >= limits.schemaErrors);
  }

  #countStep(): void {
    if (++this.#steps > limits.schemaSteps) {
      this.#giveUp(`the alternatives of its schema take more than ${limits.schemaSteps} steps`);
    }
  }

  #giveUp(problem: string): void {
    this.tooMuch ??= forbidden('', problem);
  }

  #report(error: () => FieldError): void {
    this.#count++;
    if (!this.#isTrial && this.errors.length < limits.schemaErrors) this.errors.push(error());
  }

  #judge(value: JsonValue, node: SchemaNode, old: CorrelatedValue | undefined): void {
    const { checks } = node;
    if (!isOfType(value, node.type)) {
      const wrongType = typeError(value, node.schema, () => this.#name());
      if (wrongType !== undefined) this.#report(() => wrongType);
    }
    const { enum: allowed } = checks;
    if (allowed !== undefined && !isAmong(value, checks)) {
      this.#report(() => enumFailure(this.#name(), value, allowed));
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
    if (anyOf.length > 0 && !(node.isIntOrString && isIntOrString(value))) this.#anyOf(value, anyOf, old);
    if (oneOf.length > 0) this.#oneOf(value, oneOf, old);
    if (allOf.length > 0) this.#allOf(value, allOf, old);
    if (not !== undefined && this.#try(value, not, old).isValid) {
      this.#whole('must not validate the schema (not)');
    }
  }

  #anyOf(value: JsonValue, nodes: readonly SchemaNode[], old: CorrelatedValue | undefined): void {
    let best: SchemaNode | undefined;
    let matched = -1;
    for (const node of nodes) {
      const outcome = this.#try(value, node, old);
      if (outcome.isValid) return;
      if (outcome.matched > matched) {
        matched = outcome.matched;
        best = node;
      }
    }
    this.#whole('must validate at least one schema (anyOf)');
    this.#tell(value, best, old);
  }

  #oneOf(value: JsonValue, nodes: readonly SchemaNode[], old: CorrelatedValue | undefined): void {
    let best: SchemaNode | undefined;
    let matched = -1;
    let valid = 0;
    for (const node of nodes) {
      const outcome = this.#try(value, node, old);
      if (outcome.isValid) valid++;
      else if (outcome.matched > matched) {
        matched = outcome.matched;
        best = node;
      }
    }
    if (valid === 1) return;
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    this.#whole(`must validate one and only one schema (oneOf). ${found}`);
    if (valid === 0) this.#tell(value, best, old);
  }

  #allOf(value: JsonValue, nodes: readonly SchemaNode[], old: CorrelatedValue | undefined): void {
    let valid = 0;
    for (const node of nodes) {
      const count = this.#count;
      this.#inner(value, node, old);
      if (this.#count === count) valid++;
    }
    if (valid === nodes.length) return;
    this.#whole(`must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }

  /** The judgement of one of several schemas, set aside. */
  #try(value: JsonValue, node: SchemaNode, old: CorrelatedValue | undefined): Outcome {
    const before = { isTrial: this.#isTrial, count: this.#count, matched: this.#matched };
    this.#isTrial = true;
    this.#count = 0;
    this.#matched = 0;
    this.#inner(value, node, old);
    const outcome = { isValid: this.#count === 0, matched: this.#matched };
    this.#isTrial = before.isTrial;
    this.#count = before.count;
    this.#matched = before.matched;
    return outcome;
  }

  /** What is wrong by the schema that went farthest. Where it is itself tried, that there is something was counted. */
  #tell(value: JsonValue, node: SchemaNode | undefined, old: CorrelatedValue | undefined): void {
    if (node !== undefined && !this.#isTrial) this.#inner(value, node, old);
  }

  /** Another schema of the same value, so it is not ratcheted by itself. */
  #inner(value: JsonValue, node: SchemaNode, old: CorrelatedValue | undefined): void {
    this.#countStep();
    if (this.tooMuch === undefined) this.#judge(value, node, old);
  }

  /** Upstream says of a combination only in words where it is. */
  #whole(problem: string): void {
    this.#report(() => invalidValue('<nil>', '', `${JSON.stringify(this.#name())} ${problem}`));
  }

  #text(value: string, checks: TextChecks, { schema }: SchemaNode): void {
    const { minLength, maxLength, pattern } = checks;
    // Upstream stops at the first of these.
    if (value.length > maxLength && runes(value) > maxLength) {
      this.#report(() => tooLong(this.#name(), maxLength));
    } else if (minLength > 0 && runes(value) < minLength) {
      this.#invalid(value, `should be at least ${minLength} chars long`);
    } else if (pattern !== undefined && !this.#isMatch(value, pattern.compiled)) {
      this.#invalid(value, `should match '${pattern.source}'`);
    }
    if (checks.hasFormat?.(value) === false) {
      this.#report(() => invalidType(this.#name(), schema.format ?? '', value));
    }
  }

  /** A step of matching takes nanoseconds, or a hundred of them where somebody has seen to it: so the clock counts too. */
  #isMatch(text: string, pattern: Re2Pattern): boolean {
    const steps = text.length * pattern.instructions;
    if (steps > limits.schemaPatternSteps) {
      this.#report(() => forbidden(this.#name(), 'the text is too long for the pattern of its schema'));
      return true;
    }
    this.#patternSteps += steps;
    if (this.#patternSteps > limits.regexpSteps) {
      this.#giveUp(`the patterns of its schema take more than ${limits.regexpSteps} steps`);
    } else if (this.#patternSteps > this.#nextLook) this.#lookAtClock();
    return this.tooMuch !== undefined || pattern.test(text);
  }

  #lookAtClock(): void {
    this.#nextLook = this.#patternSteps + patternStepsPerLook;
    const nowMs = cpuMs();
    if (this.#startMs === 0) this.#startMs = nowMs;
    if (nowMs - this.#startMs > limits.schemaPatternsMs) {
      this.#giveUp(`the patterns of its schema take more than ${limits.schemaPatternsMs} ms`);
    }
  }

  #number(value: number | bigint, { schema }: SchemaNode): void {
    for (const error of numberErrors(value, schema, () => this.#name())) this.#report(() => error);
  }

  #invalid(value: JsonValue, problem: string): void {
    this.#report(() => {
      const name = this.#name();
      return invalidValue(name, value, `${name} in body ${problem}`);
    });
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
      this.#invalid(value.length, `should have at least ${minItems} items`);
    }
    if (maxItems !== undefined && value.length > maxItems) {
      this.#report(() => tooMany(this.#name(), value.length, maxItems));
    }
  }

  #object(value: JsonObject, node: SchemaNode, old: CorrelatedValue | undefined): void {
    const { checks, additional } = node;
    this.#size(value, checks);
    for (const name in value) {
      const inner = node.property(name) ?? additional;
      if (inner !== undefined) {
        this.#path.push(name);
        this.value(value[name]!, inner, old?.property(name));
        this.#path.pop();
      } else if (checks.forbidsOthers) {
        this.#report(() => {
          const path = this.#name();
          return invalidValue(path, '', `${path}.${name} in body is a forbidden property`);
        });
      }
    }
    for (const name of checks.required) {
      if (!Object.hasOwn(value, name)) {
        this.#path.push(name);
        this.#report(() => requiredValue(this.#name()));
        this.#path.pop();
      }
    }
  }

  #size(value: JsonObject, { minProperties, maxProperties }: ValueChecks): void {
    if (minProperties === undefined && maxProperties === undefined) return;
    const count = Object.keys(value).length;
    if (minProperties !== undefined && count < minProperties) {
      this.#invalid(count, `should have at least ${minProperties} properties`);
    }
    if (maxProperties !== undefined && count > maxProperties) {
      this.#report(() => tooMany(this.#name(), count, maxProperties));
    }
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

/** Time that the process has worked, so that nothing is refused because the machine was busy with others. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
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

const isIntOrString = (value: JsonValue): boolean => typeof value === 'string' || Number.isSafeInteger(value);

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
