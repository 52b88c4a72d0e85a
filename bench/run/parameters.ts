/**
 * The parameters of a scenario: declared once, read from the command line (`--steps 100,1000`), written into the
 * result. A parameter's flag is its name in kebab-case.
 */
import { UsageError } from './usage-error.ts';

export interface Parameter<T> {
  readonly default: T;
  readonly help: string;
  /** What stands for a value in the usage text where the default is none. */
  readonly metavariable?: string;
  /** Undefined when the text is not a value. */
  parse(text: string): T | undefined;
  /** How a value is described in the sentence about a bad one. */
  readonly form: string;
}

/** biome-ignore lint/suspicious/noExplicitAny: parameters of a set have each a type of their own. */
export type ParameterSet = Readonly<Record<string, Parameter<any>>>;
export type ValuesOf<P extends ParameterSet> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never;
};

const countMax = 100_000_000;

/** A whole number from `least` on. */
export function count(value: number, help: string, least = 1): Parameter<number> {
  return {
    default: value,
    help,
    form: `a whole number of at least ${least}`,
    parse: (text) => parseCount(text, least),
  };
}

/** Whole numbers, rising, with commas between them. */
export function risingCounts(value: readonly number[], help: string): Parameter<readonly number[]> {
  return {
    default: value,
    help,
    form: 'at least two rising whole numbers with commas between them',
    parse(text) {
      const numbers = text.split(',').map((part) => parseCount(part, 1));
      const isRising = numbers.every(
        (number, at) => number !== undefined && (at === 0 || number > (numbers[at - 1] ?? 0)),
      );
      return isRising && numbers.length > 1 ? (numbers as number[]) : undefined;
    },
  };
}

function parseCount(text: string, least: number): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return number === undefined || number < least || number > countMax ? undefined : number;
}

/** Some of the given names, with commas between them; all when not given. */
export function someOf<Name extends string>(
  names: readonly Name[],
  help: string,
): Parameter<readonly Name[]> {
  return {
    default: names,
    help,
    form: `some of ${names.join(',')}`,
    parse(text) {
      const chosen = text.split(',');
      return names.filter((name) => chosen.includes(name)).length === chosen.length
        ? names.filter((name) => chosen.includes(name))
        : undefined;
    },
  };
}

export function seconds(value: number, help: string): Parameter<number> {
  return {
    default: value,
    help,
    form: 'seconds, as in 2 or 0.5',
    parse: (text) => (/^\d{1,5}(\.\d{1,3})?$/.test(text) && Number(text) > 0 ? Number(text) : undefined),
  };
}

/** Hours; minutes and less for a try. */
export function hours(value: number, help: string): Parameter<number> {
  return {
    default: value,
    help,
    form: 'hours, as in 8 or 0.05',
    parse: (text) => (/^\d{1,4}(\.\d{1,5})?$/.test(text) && Number(text) > 0 ? Number(text) : undefined),
  };
}

export function directory(value: string, help: string): Parameter<string> {
  return { default: value, help, form: 'a directory', parse: (text) => (text === '' ? undefined : text) };
}

/** Any; empty when not given. */
export function text(metavariable: string, help: string): Parameter<string> {
  return { default: '', metavariable, help, form: 'a text', parse: (given) => given };
}

export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Values of every parameter: given (by name, as text) or default. Throws UsageError. */
export function parseValues<P extends ParameterSet>(
  parameters: P,
  given: ReadonlyMap<string, string>,
): ValuesOf<P> {
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const text = given.get(flagOf(name));
    const value = text === undefined ? parameter.default : parameter.parse(text);
    if (value === undefined) {
      throw new UsageError(`${flagOf(name)} takes ${parameter.form}, not ${JSON.stringify(text)}.`);
    }
    values[name] = value;
  }
  return values as ValuesOf<P>;
}
