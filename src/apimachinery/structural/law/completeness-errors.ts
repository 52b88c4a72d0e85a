/**
 * Every field that a schema speaks of inside `not`, `allOf`, `anyOf` or `oneOf` must be there outside of them too:
 * what they say judges values, and gives no object its shape. Source: apiserver/schema/complete.go.
 */
import { type FieldError, requiredValue } from '../../field-error.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { childPath, keyPath } from './schema-path.ts';
import { isList } from './schema-walk.ts';

export function completenessErrors(schema: WrittenSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkJunctors(schema, schema, path, path, errors);
  return errors;
}

/** `said` is somewhere inside a junctor of what `shape` is the shape of, or `shape` itself. */
function checkJunctors(
  said: WrittenSchema,
  shape: WrittenSchema,
  shapePath: string,
  saidPath: string,
  errors: FieldError[],
): void {
  if (said.not !== undefined) check(said.not, shape, shapePath, childPath(saidPath, 'not'), errors);
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, inner] of (said[name] ?? []).entries()) {
      check(inner, shape, shapePath, `${childPath(saidPath, name)}[${i}]`, errors);
    }
  }
}

function check(
  said: WrittenSchema,
  shape: WrittenSchema | undefined,
  shapePath: string,
  saidPath: string,
  errors: FieldError[],
): void {
  if (shape === undefined) {
    errors.push(requiredValue(shapePath, `because it is defined in ${saidPath}`));
    return;
  }
  checkJunctors(said, shape, shapePath, saidPath, errors);
  if (said.items !== undefined && !isList(said.items)) {
    const items = isList(shape.items) ? undefined : shape.items;
    check(said.items, items, childPath(shapePath, 'items'), childPath(saidPath, 'items'), errors);
  }
  const properties = shape.properties ?? {};
  for (const [name, inner] of Object.entries(said.properties ?? {})) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    check(
      inner,
      property,
      keyPath(shapePath, 'properties', name),
      keyPath(saidPath, 'properties', name),
      errors,
    );
  }
}
