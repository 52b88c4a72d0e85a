/** Comparisons of JSONPath filters: of two numbers of one kind, two texts or two booleans, as in Go's templates. */
import type { JsonValue } from '../object-meta.ts';
import { JsonPathError } from './json-path-template.ts';

type Scalar = string | number | bigint | boolean;

/** Throws JsonPathError for what cannot be compared, and for an operator that is none. */
export function compares(left: JsonValue, operator: string, right: JsonValue): boolean {
  const compare = operators[operator];
  if (compare === undefined) throw new JsonPathError(`unrecognized filter operator ${operator}`);
  const kind = kindOf(left);
  if (kind !== kindOf(right)) throw new JsonPathError('incompatible types for comparison');
  const isOrder = operator.startsWith('<') || operator.startsWith('>');
  if (kind === 'boolean' && isOrder) throw new JsonPathError('invalid type for comparison');
  return compare(left as Scalar, right as Scalar);
}

const operators: Readonly<Record<string, (left: Scalar, right: Scalar) => boolean>> = {
  // An int64 is a number here and a bigint there, so they are equal when neither is less.
  '==': (left, right) => !(left < right) && !(left > right),
  '!=': (left, right) => left < right || left > right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function kindOf(value: JsonValue): string {
  switch (typeof value) {
    case 'object':
      throw new JsonPathError('invalid type for comparison');
    case 'bigint':
      return 'int';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    default:
      return typeof value;
  }
}
