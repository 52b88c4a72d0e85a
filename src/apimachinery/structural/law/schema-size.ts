/**
 * How large a schema may be, before anything else looks at it: everything that does goes down into it, writes a path for
 * what it finds there, and compiles its rules. Upstream bounds none of it; what people use stays far below (limits.ts).
 */
import { type FieldError, invalidValue } from '../../field-error.ts';
import { limits } from '../../limits.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { schemasIn } from './schema-walk.ts';

/** Of the schemas of one definition together, each with its path. Undefined where they are not too large. */
export function schemaSizeError(
  schemas: Iterable<readonly [schema: WrittenSchema, path: string]>,
): FieldError | undefined {
  const size = new SchemaSize();
  for (const [root, path] of schemas) {
    let level = [root];
    for (let depth = 1; level.length > 0; depth++) {
      const found = size.add(level, depth);
      if (found !== undefined) return invalidValue(path, found.value, found.problem);
      level = level.flatMap(schemasIn);
    }
  }
  return undefined;
}

class SchemaSize {
  #schemas = 0;
  #rules = 0;
  /** Of expressions, in characters. */
  #rulesLength = 0;

  /** What there is too much of. */
  add(level: readonly WrittenSchema[], depth: number): { value: number; problem: string } | undefined {
    this.#schemas += level.length;
    for (const { 'x-kubernetes-validations': rules = [] } of level) {
      this.#rules += rules.length;
      for (const { rule = '', messageExpression = '' } of rules) {
        this.#rulesLength += rule.length + messageExpression.length;
      }
    }
    const bounds = [
      [depth, limits.schemaDepth, 'schemas must not be nested deeper than', 'levels'],
      [this.#schemas, limits.schemaNodes, 'there must be at most', 'schemas in a definition'],
      [this.#rules, limits.schemaRules, 'there must be at most', 'rules in a definition'],
      [
        this.#rulesLength,
        limits.schemaRulesLength,
        'there must be at most',
        'characters of rules in a definition',
      ],
    ] as const;
    for (const [value, max, before, behind] of bounds) {
      if (value > max) return { value, problem: `${before} ${max} ${behind}` };
    }
    return undefined;
  }
}
