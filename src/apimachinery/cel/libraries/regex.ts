/** What a pattern finds: Kubernetes' CEL library of RE2. Source: apiserver/pkg/cel/library/regex.go. */
import { compileRe2, Re2Error, Re2SyntaxError } from '../../re2.ts';
import { type CelLibrary, declare, member } from '../library.ts';
import { intType, listOf, stringType } from '../types.ts';
import { ArrayList, CelError, type CelValue, type Outcome } from '../values.ts';

function find(text: string, pattern: string): Outcome {
  return told(() => compileRe2(pattern).find(text) ?? '');
}

/** A negative count is none. */
function findAll(text: string, pattern: string, countMax = -1n): Outcome {
  const count = countMax < 0n ? Number.POSITIVE_INFINITY : Number(countMax);
  return told(() => new ArrayList(compileRe2(pattern).findAll(text, count)));
}

function told(run: () => CelValue): Outcome {
  try {
    return run();
  } catch (error) {
    if (error instanceof Re2SyntaxError) return new CelError(`Illegal regex: ${error.message}`);
    if (error instanceof Re2Error) return new CelError(error.message);
    throw error;
  }
}

export const regexLibrary: CelLibrary = {
  name: 'kubernetes.regex',
  functions: [
    declare('find', member('string_find_string', [stringType, stringType], stringType, find)),
    declare(
      'findAll',
      member('string_find_all_string', [stringType, stringType], listOf(stringType), findAll),
      member('string_find_all_string_int', [stringType, stringType, intType], listOf(stringType), findAll),
    ),
  ],
};
