/**
 * Regular expressions as Go has them (RE2): what a tenant writes is matched in time proportional to the text, never by
 * backtracking. Patterns are compiled once and kept, bounded.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { BoundedCache } from '../lib/bounded-cache.ts';
import { StacklessError } from '../lib/stackless-error.ts';
import { limits } from './limits.ts';

/** A pattern is none, or more than it may be used for. */
export class Re2Error extends StacklessError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Re2Error';
  }
}
/** The message is Go's: ``error parsing regexp: missing closing ): `(` ``. */
export class Re2SyntaxError extends Re2Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Re2SyntaxError';
  }
}

/** All throw Re2Error where pattern and text are too large for each other. */
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

/** About what one takes once it is compiled: of an instruction, and of the states that it may keep. */
const instructionBytes = 256;
/** What making an instruction is worth, and a millisecond, in steps of matching. */
const compilingSteps = 40;
const millisecondSteps = 20_000;
/** A pattern of one letter takes as long as so many instructions. */
const smallestPattern = 30;
/** Of the process; for who tells how full it is. */
export const compiledPatterns: Pick<BoundedCache<unknown>, 'size' | 'weight'> = {
  get size() {
    return compiled.size;
  },
  get weight() {
    return compiled.weight;
  },
};
/** Patterns, and what is wrong with those that are none. */
const compiled = new BoundedCache<Re2Pattern | Re2SyntaxError>({
  entriesMax: limits.regexps,
  weightMax: limits.regexpBytes,
  weightOf: (known) =>
    (known instanceof Re2SyntaxError ? 0 : known.instructions * instructionBytes) + limits.regexpStateBytes,
});

/** Throws Re2SyntaxError. */
export function compileRe2(pattern: string): Re2Pattern {
  if (pattern.length > limits.regexpLength) {
    throw new Re2SyntaxError(
      `error parsing regexp: expression is longer than ${limits.regexpLength} characters`,
    );
  }
  let known = compiled.get(pattern);
  if (known === undefined) {
    known = compile(pattern);
    compiled.set(pattern, known);
  }
  if (known instanceof Re2SyntaxError) throw known;
  return known;
}

/** Steps that may still be taken within withinPatternBudget; undefined outside of it. */
let stepsLeft: number | undefined;

/**
 * Runs what judges one object or evaluates one expression, and lets all patterns together take no more than a bounded
 * number of steps in it; behind them every match throws Re2Error. One inside of another counts with the outer. What is
 * run must be synchronous.
 */
export function withinPatternBudget<T>(run: () => T): T {
  if (stepsLeft !== undefined) return run();
  stepsLeft = limits.regexpRuleSteps;
  try {
    return run();
  } finally {
    stepsLeft = undefined;
  }
}
function spend(steps: number): void {
  if (stepsLeft === undefined) return;
  stepsLeft -= steps;
  if (stepsLeft < 0) throw new Re2Error('regular expressions take too long');
}

function compile(pattern: string): Re2Pattern | Re2SyntaxError {
  let program: RE2JS;
  try {
    program = RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException)
      return new Re2SyntaxError(asGoHas(error.message), { cause: error });
    throw error;
  }
  if (program.programSize() > limits.regexpInstructions) {
    return new Re2SyntaxError(
      `error parsing regexp: expression nests too deeply or repeats too much: \`${pattern}\``,
    );
  }
  return new Pattern(program);
}

/** The rest of the pattern stands behind the problem, even where nothing is left. */
const asGoHas = (message: string): string =>
  message.endsWith('trailing backslash at end of expression') ? `${message}: \`\`` : message;

class Pattern implements Re2Pattern {
  readonly #program: RE2JS;
  readonly instructions: number;
  /** For whoever matches first: patterns that are made of data are new again and again. */
  #compilingSteps: number;

  constructor(program: RE2JS) {
    this.#program = program;
    this.instructions = program.programSize();
    this.#compilingSteps = (this.instructions + smallestPattern) * compilingSteps;
  }

  test(text: string): boolean {
    this.#checkWork(text, limits.regexpSteps);
    spend(text.length * this.instructions + this.#compilingSteps);
    this.#compilingSteps = 0;
    const isMatch = this.#program.test(text);
    this.#forgetStates();
    return isMatch;
  }

  /** Where it matches is searched without states: only where there is something to be found, and for less. */
  find(text: string): string | undefined {
    this.#checkWork(text, limits.regexpFindSteps);
    if (!this.test(text)) return undefined;
    spend(text.length * this.instructions);
    const matcher = this.#program.matcher(text);
    return matcher.find() ? (matcher.group() ?? '') : undefined;
  }

  /** Every match may read the whole rest of the text, and few do: so it is time that bounds them together. */
  findAll(text: string, countMax: number): string[] {
    this.#checkWork(text, limits.regexpFindSteps);
    if (!this.test(text)) return [];
    const start = performance.now();
    const matcher = this.#program.matcher(text);
    const found: string[] = [];
    let end = -1;
    while (found.length < countMax && matcher.find()) {
      const isNext = matcher.start() === end && matcher.end() === end;
      end = matcher.end();
      if (!isNext) found.push(matcher.group() ?? '');
      if (performance.now() - start > limits.regexpFindAllMs) {
        throw new Re2Error('the matches of the regular expression take too long');
      }
    }
    spend((performance.now() - start) * millisecondSteps);
    return found;
  }

  #checkWork(text: string, stepsMax: number): void {
    if (text.length * this.instructions <= stepsMax) return;
    throw new Re2Error('the text is too long for the regular expression');
  }

  /** What a hostile text has made of it is not kept. */
  #forgetStates(): void {
    const { lazyDFA: states } = this.#program.re2();
    if (states !== null && states.maxMem - states.memBudget > limits.regexpStateBytes) states.clearCache();
  }
}
