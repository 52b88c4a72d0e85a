/**
 * An environment: what an expression may use. Immutable; one compiles any number of expressions, and is made once for
 * all who offer the same.
 */
import { withinPatternBudget } from '../re2.ts';
import type { CheckedExpression, ParsedExpression } from './ast.ts';
import { check, type Declarations } from './checker.ts';
import { compile } from './compile.ts';
import type {
  EnvironmentOptions,
  Evaluation,
  EvaluationOptions,
  Issue,
  Program,
  Variables,
} from './environment.ts';
import { Frame } from './frame.ts';
import { issueAt, issuesText, SyntaxIssue } from './issue.ts';
import type { CelLibrary, Macro, Overload } from './library.ts';
import { literalIssues } from './literal-checks.ts';
import { type Macros, macroKey, parse } from './parser.ts';
import { CostMeter, LimitReached } from './runtime-cost.ts';
import { type CelType, dynType, runtimeTypeName, typeOf } from './types.ts';
import { CelError, CelTypeValue, type CelValue, failureOf } from './values.ts';

export type Compilation =
  | { readonly program: Program; readonly issues?: undefined }
  | { readonly issues: readonly Issue[]; readonly text: string; readonly program?: undefined };

/** What a list of libraries offers, by name. */
interface Tables {
  readonly macros: Macros;
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  readonly overloads: ReadonlyMap<string, Overload>;
  readonly constants: ReadonlyMap<string, { readonly type: CelType; readonly value: CelValue }>;
}
/** One for each list: of environments there is one for every type that rules speak of. */
const tables = new WeakMap<readonly CelLibrary[], Tables>();

function tablesOf(libraries: readonly CelLibrary[]): Tables {
  let known = tables.get(libraries);
  if (known === undefined) {
    known = makeTables(libraries);
    tables.set(libraries, known);
  }
  return known;
}

function makeTables(libraries: readonly CelLibrary[]): Tables {
  const macros = new Map<string, Macro>();
  const functions = new Map<string, Overload[]>();
  const allOverloads = new Map<string, Overload>();
  const allConstants = new Map<string, { readonly type: CelType; readonly value: CelValue }>();
  for (const { functions: declared = [], macros: own = [], types = {}, constants = {} } of libraries) {
    for (const macro of own) macros.set(macroKey(macro.name, macro.isMember, macro.argCount), macro);
    for (const { name, overloads } of declared) {
      functions.set(name, [...(functions.get(name) ?? []), ...overloads]);
      for (const overload of overloads) allOverloads.set(overload.id, overload);
    }
    for (const [name, type] of Object.entries(types)) {
      allConstants.set(name, { type: typeOf(type), value: new CelTypeValue(typeName(name, type)) });
    }
    for (const [name, constant] of Object.entries(constants)) allConstants.set(name, constant);
  }
  return { macros, functions, overloads: allOverloads, constants: allConstants };
}

export class CelEnvironment {
  readonly #options: EnvironmentOptions;
  readonly #tables: Tables;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#tables = tablesOf(options.libraries);
  }

  /** The same with more. */
  extend(more: Partial<EnvironmentOptions>): CelEnvironment {
    const { libraries, variables } = this.#options;
    return new CelEnvironment({
      ...this.#options,
      ...more,
      libraries: more.libraries === undefined ? libraries : [...libraries, ...more.libraries],
      variables: { ...variables, ...more.variables },
    });
  }

  compile(source: string): Compilation {
    let parsed: ParsedExpression;
    try {
      parsed = parse(source, this.#tables.macros);
    } catch (error) {
      if (!(error instanceof SyntaxIssue)) throw error;
      return refused(source, [issueAt(source, error.offset, error.message)]);
    }
    const { checked, issues } = check(parsed, this.#declarations());
    if (checked === undefined) return refused(source, issues);
    const literals = this.#options.checksLiterals === true ? literalIssues(checked) : [];
    return literals.length > 0 ? refused(source, literals) : { program: this.#program(checked) };
  }

  /** Without a check: what the types are is found out when the values are met, and so is what does not exist. */
  parse(source: string): Compilation {
    try {
      const parsed = parse(source, this.#tables.macros);
      const none = new Map<number, never>();
      return {
        program: this.#program({ ...parsed, type: dynType, types: none, overloads: none, references: none }),
      };
    } catch (error) {
      if (!(error instanceof SyntaxIssue)) throw error;
      return refused(source, [issueAt(source, error.offset, error.message)]);
    }
  }

  #declarations(): Declarations {
    const { variables = {}, homogeneousLiterals = false } = this.#options;
    return {
      identType: (name) =>
        (Object.hasOwn(variables, name) ? variables[name] : undefined) ??
        this.#tables.constants.get(name)?.type,
      overloads: (name) => this.#tables.functions.get(name),
      findType: (name) => this.#options.findType?.(name),
      homogeneousLiterals,
    };
  }

  #program(checked: CheckedExpression): Program {
    const step = compile(checked, {
      functions: {
        overload: (id) => this.#tables.overloads.get(id),
        named: (name) => this.#tables.functions.get(name) ?? [],
      },
      // A variable may have the name of a type.
      constant: (name) =>
        Object.hasOwn(this.#options.variables ?? {}, name)
          ? undefined
          : this.#tables.constants.get(name)?.value,
      makeObject: (name, fields) => {
        const { makeObject } = this.#options;
        return makeObject === undefined ? new CelError(`unknown type: ${name}`) : makeObject(name, fields);
      },
      foldsConstants: this.#options.foldsConstants === true,
      hasCallCost: (name) => this.#options.hasCallCost?.(name) ?? true,
    });
    return {
      checked,
      evaluate(variables: Variables, options: EvaluationOptions = {}): Evaluation {
        const meter = new CostMeter(options);
        try {
          const outcome = withinPatternBudget(() => step(new Frame(variables, meter)));
          const { cost } = meter;
          return outcome instanceof CelError ? { error: outcome, cost } : { value: outcome, cost };
        } catch (error) {
          return { error: endOf(error), cost: meter.cost };
        }
      },
    };
  }
}

/** Of what has thrown an evaluation out of its course. */
function endOf(error: unknown): CelError {
  if (error instanceof LimitReached) return error.failure;
  // What the platform has no room for: a text, a stack, the digits of a number.
  return error instanceof RangeError ? new CelError('value out of range', error) : failureOf(error);
}

const refused = (source: string, issues: readonly Issue[]): Compilation => ({
  issues,
  text: issuesText(source, issues),
});

/** `list` and `null_type` are their own names; of others it is the type's. */
function typeName(name: string, type: CelType): string {
  return type.kind === 'list' || type.kind === 'map' || type.kind === 'type' ? name : runtimeTypeName(type);
}
