/**
 * How large a schema may be, before anything else looks at it: everything that does goes down into it, and writes a
 * path for what it finds there. Upstream bounds neither; what people use stays far below (limits.ts).
 */
import { type FieldError, invalidValue } from '../../field-error.ts';
import { limits } from '../../limits.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { schemasIn } from './schema-walk.ts';

/** Of the schemas of one definition together, each with its path. Undefined where they are not too large. */
export function schemaSizeError(
  schemas: Iterable<readonly [schema: WrittenSchema, path: string]>,
): FieldError | undefined {
  let count = 0;
  let ruleCount = 0;
  for (const [root, path] of schemas) {
    let level: WrittenSchema[] = [root];
    for (let depth = 1; level.length > 0; depth++) {
      count += level.length;
      if (depth > limits.schemaDepth) {
        return invalidValue(
          path,
          depth,
          `schemas must not be nested deeper than ${limits.schemaDepth} levels`,
        );
      }
      if (count > limits.schemaNodes) {
        return invalidValue(
          path,
          count,
          `there must be at most ${limits.schemaNodes} schemas in a definition`,
        );
      }
      const next: WrittenSchema[] = [];
      for (const schema of level) {
        ruleCount += schema['x-kubernetes-validations']?.length ?? 0;
        for (const inner of schemasIn(schema)) next.push(inner);
      }
      if (ruleCount > limits.schemaRules) {
        return invalidValue(
          path,
          ruleCount,
          `there must be at most ${limits.schemaRules} rules in a definition`,
        );
      }
      level = next;
    }
  }
  return undefined;
}
