/**
 * Regular expressions as Go has them (RE2): what a tenant writes is matched in time proportional to the text, never by
 * backtracking. Patterns are compiled once and kept, bounded.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { BoundedCache } from '../lib/bounded-cache.ts';
import { limits } from './limits.ts';

/** The message is Go's: ``error parsing regexp: missing closing ): `(` ``. */
export class Re2SyntaxError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Re2SyntaxError';
  }
}

export interface Re2Pattern {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
  /** The first match. */
  find(text: string): string | undefined;
  /** Matches that do not overlap, the first `countMax` of them. An empty one next to the match before is none. */
  findAll(text: string, countMax: number): string[];
  /** How large it is: what compiling it costs, and what each character of a text does at most. */
  readonly instructions: number;
}

const compiled = new BoundedCache<Re2Pattern>({ entriesMax: limits.regexps });

/** Throws Re2SyntaxError. */
export function compileRe2(pattern: string): Re2Pattern {
  let known = compiled.get(pattern);
  if (known === undefined) {
    known = compile(pattern);
    compiled.set(pattern, known);
  }
  return known;
}

function compile(pattern: string): Re2Pattern {
  if (pattern.length > limits.regexpLength) {
    throw new Re2SyntaxError(
      `error parsing regexp: expression is longer than ${limits.regexpLength} characters`,
    );
  }
  let program: RE2JS;
  try {
    program = RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) throw new Re2SyntaxError(error.message, { cause: error });
    throw error;
  }
  if (program.programSize() > limits.regexpInstructions) {
    throw new Re2SyntaxError(
      `error parsing regexp: expression nests too deeply or repeats too much: \`${pattern}\``,
    );
  }
  return {
    instructions: program.programSize(),
    test: (text) => program.test(text),
    find(text) {
      const matcher = program.matcher(text);
      return matcher.find() ? (matcher.group() ?? '') : undefined;
    },
    findAll(text, countMax) {
      const matcher = program.matcher(text);
      const found: string[] = [];
      let end = -1;
      while (found.length < countMax && matcher.find()) {
        const isNext = matcher.start() === end && matcher.end() === end;
        end = matcher.end();
        if (!isNext) found.push(matcher.group() ?? '');
      }
      return found;
    },
  };
}
