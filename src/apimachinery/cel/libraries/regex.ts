/** What a pattern finds: Kubernetes' CEL library of RE2. Source: apiserver/pkg/cel/library/regex.go. */
import { compileRe2, Re2Error, type Re2Pattern, Re2SyntaxError } from '../../re2.ts';
import { type CelLibrary, declare, member } from '../library.ts';
import { intType, listOf, stringType } from '../types.ts';
import { ArrayList, CelError, type CelValue } from '../values.ts';

function compile(pattern: string): Re2Pattern {
  try {
    return compileRe2(pattern);
  } catch (error) {
    if (error instanceof Re2SyntaxError) throw new CelError(`Illegal regex: ${error.message}`);
    throw error;
  }
}

function find(text: string, pattern: string): CelValue {
  return told(() => compile(pattern).find(text) ?? '');
}

/** A negative count is none. */
function findAll(text: string, pattern: string, countMax = -1n): CelValue {
  const count = countMax < 0n ? Number.POSITIVE_INFINITY : Number(countMax);
  return told(() => new ArrayList(compile(pattern).findAll(text, count)));
}

function told<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Re2Error) throw new CelError(error.message);
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
