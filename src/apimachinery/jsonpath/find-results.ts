/**
 * Follows a JSONPath template through a value. Says what client-go says, errors included, in a bounded number of steps:
 * `..` may be written often enough to visit everything many times. Source: client-go/util/jsonpath/jsonpath.go.
 */
import { goValue } from '../apply/go-text.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { compares } from './compare-values.ts';
import { JsonPathError, type PathSlice, type PathStep, type TemplatePart } from './json-path-template.ts';

export interface FindOptions {
  /** A field that is nowhere has no results; otherwise it is an error. */
  readonly allowsMissing: boolean;
}

/** The results of each expression of the template, in order. Throws JsonPathError. */
export function findResults(
  template: readonly TemplatePart[],
  value: JsonValue,
  options: FindOptions,
): JsonValue[][] {
  const found: JsonValue[][] = [];
  new Search(options).parts(template, value, found);
  return found;
}

class Search {
  readonly #allowsMissing: boolean;
  #steps = 0;

  constructor({ allowsMissing }: FindOptions) {
    this.#allowsMissing = allowsMissing;
  }

  parts(parts: readonly TemplatePart[], value: JsonValue, found: JsonValue[][]): void {
    for (const part of parts) {
      if (part.kind === 'expression') found.push(this.#follow([value], part.steps));
      else for (const item of this.#follow([value], part.over)) this.parts(part.body, item, found);
    }
  }

  #follow(values: JsonValue[], steps: readonly PathStep[]): JsonValue[] {
    let current = values;
    for (const step of steps) {
      current = this.#take(current, step);
      this.#spend(current.length);
    }
    return current;
  }

  #spend(steps: number): void {
    this.#steps += 1 + steps;
    if (this.#steps > limits.jsonPathSteps) {
      throw new JsonPathError(`a JSONPath takes more than ${limits.jsonPathSteps} steps`);
    }
  }

  #take(values: JsonValue[], step: PathStep): JsonValue[] {
    switch (step.kind) {
      case 'text':
        return [step.text];
      case 'literal':
        return values.map(() => step.value);
      case 'field':
        return this.#field(values, step.name);
      case 'wildcard':
        return values.flatMap(contents);
      case 'descent':
        return this.#descend(values, []);
      case 'slice':
        return slices(values, step);
      case 'union':
        return step.alternatives.flatMap((alternative) => this.#follow(values, alternative));
      case 'existing':
        return items(values).filter((item) => this.#exists(item, step.path));
      case 'filter':
        return items(values).filter((item) => {
          const left = onlyOne(this.#follow([item], step.left));
          if (left === undefined) return false;
          const right = onlyOne(this.#follow([item], step.right));
          return right !== undefined && compares(left, step.operator, right);
        });
    }
  }

  #field(values: JsonValue[], name: string): JsonValue[] {
    const found: JsonValue[] = [];
    for (const value of values) {
      if (isObject(value) && Object.hasOwn(value, name)) found.push(value[name]!);
    }
    if (found.length === 0 && values.length > 0 && !this.#allowsMissing) {
      throw new JsonPathError(`${name} is not found`);
    }
    return found;
  }

  #descend(values: readonly JsonValue[], found: JsonValue[]): JsonValue[] {
    for (const value of values) {
      this.#spend(0);
      const inner = contents(value);
      if (inner.length === 0 && (typeof value !== 'string' || value === '')) continue;
      found.push(value);
      this.#descend(inner, found);
    }
    return found;
  }

  #exists(item: JsonValue, path: readonly PathStep[]): boolean {
    try {
      return this.#follow([item], path).length > 0;
    } catch (error) {
      // What is missing is what was asked; only the work is not forgiven.
      if (error instanceof JsonPathError && this.#steps <= limits.jsonPathSteps) return false;
      throw error;
    }
  }
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function contents(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? (Object.values(value) as JsonValue[]) : [];
}

function items(values: readonly JsonValue[]): JsonValue[] {
  return values.flatMap((value) => {
    if (Array.isArray(value)) return value;
    throw new JsonPathError(`${goValue(value)} is not array or slice and cannot be filtered`);
  });
}

function onlyOne(values: readonly JsonValue[]): JsonValue | undefined {
  if (values.length > 1) throw new JsonPathError('can only compare one element at a time');
  return values[0];
}

function slices(values: readonly JsonValue[], slice: PathSlice): JsonValue[] {
  const found: JsonValue[] = [];
  for (const value of values) {
    if (value === null) continue;
    if (!Array.isArray(value)) throw new JsonPathError(`${goTypeOf(value)} is not array or slice`);
    const { length } = value;
    const start = fromEnd(slice.start ?? 0, length);
    // What ends behind the last item, counted from it, ends at 0.
    const isToEnd = slice.end === undefined || (slice.end === 0 && slice.isEndDerived);
    const end = isToEnd ? length : fromEnd(slice.end, length);
    // An empty part is the end of it, as upstream has it.
    if (start === end) return found;
    if (start >= length || start < 0) throw outOfBounds(start, length);
    if (end > length || end < 0) throw outOfBounds(end - 1, length);
    if (start > end) throw new JsonPathError(`starting index ${start} is greater than ending index ${end}`);
    const step = slice.step ?? 1;
    if (step <= 0) throw new JsonPathError('step must be > 0');
    for (let i = start; i < end; i += step) found.push(value[i]!);
  }
  return found;
}

const fromEnd = (index: number, length: number): number => (index < 0 ? index + length : index);
const outOfBounds = (index: number, length: number): JsonPathError =>
  new JsonPathError(`array index out of bounds: index ${index}, length ${length}`);

function goTypeOf(value: Exclude<JsonValue, null>): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'object':
      return 'map[string]interface {}';
    default:
      return typeof value === 'bigint' || Number.isInteger(value) ? 'int64' : 'float64';
  }
}
