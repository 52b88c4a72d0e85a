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
import type { Overload } from './library.ts';
import { literalIssues } from './literal-checks.ts';
import { type Macros, macroKey, parse } from './parser.ts';
import { CostMeter } from './runtime-cost.ts';
import { type CelType, dynType, runtimeTypeName, typeOf } from './types.ts';
import { CelError, CelTypeValue, type CelValue } from './values.ts';

export type Compilation =
  | { readonly program: Program; readonly issues?: undefined }
  | { readonly issues: readonly Issue[]; readonly text: string; readonly program?: undefined };

export class CelEnvironment {
  readonly #options: EnvironmentOptions;
  readonly #macros: Macros;
  readonly #functions = new Map<string, Overload[]>();
  readonly #overloads = new Map<string, Overload>();
  readonly #constants = new Map<string, { readonly type: CelType; readonly value: CelValue }>();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    const macros = new Map<string, NonNullable<ReturnType<Macros['get']>>>();
    for (const { functions = [], macros: own = [], types = {}, constants = {} } of options.libraries) {
      for (const macro of own) macros.set(macroKey(macro.name, macro.isMember, macro.argCount), macro);
      for (const { name, overloads } of functions) {
        this.#functions.set(name, [...(this.#functions.get(name) ?? []), ...overloads]);
        for (const overload of overloads) this.#overloads.set(overload.id, overload);
      }
      for (const [name, type] of Object.entries(types)) {
        this.#constants.set(name, { type: typeOf(type), value: new CelTypeValue(typeName(name, type)) });
      }
      for (const [name, constant] of Object.entries(constants)) this.#constants.set(name, constant);
    }
    this.#macros = macros;
  }

  /** The same with more. */
  extend(more: Partial<EnvironmentOptions>): CelEnvironment {
    const { libraries, variables } = this.#options;
    return new CelEnvironment({
      ...this.#options,
      ...more,
      libraries: [...libraries, ...(more.libraries ?? [])],
      variables: { ...variables, ...more.variables },
    });
  }

  compile(source: string): Compilation {
    let parsed: ParsedExpression;
    try {
      parsed = parse(source, this.#macros);
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
      const parsed = parse(source, this.#macros);
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
        (Object.hasOwn(variables, name) ? variables[name] : undefined) ?? this.#constants.get(name)?.type,
      overloads: (name) => this.#functions.get(name),
      findType: (name) => this.#options.findType?.(name),
      homogeneousLiterals,
    };
  }

  #program(checked: CheckedExpression): Program {
    const step = compile(checked, {
      functions: {
        overload: (id) => this.#overloads.get(id),
        named: (name) => this.#functions.get(name) ?? [],
      },
      constant: (name) => this.#constants.get(name)?.value,
      makeObject: (name, fields) => {
        const { makeObject } = this.#options;
        if (makeObject === undefined) throw new CelError(`unknown type: ${name}`);
        return makeObject(name, fields);
      },
      foldsConstants: this.#options.foldsConstants === true,
      hasCallCost: (name) => this.#options.hasCallCost?.(name) ?? true,
    });
    return {
      checked,
      evaluate(variables: Variables, options: EvaluationOptions = {}): Evaluation {
        const meter = new CostMeter(options);
        try {
          const value = withinPatternBudget(() => step(new Frame(variables, meter)));
          return { value, cost: meter.cost };
        } catch (error) {
          if (!(error instanceof CelError)) throw error;
          return { error, cost: meter.cost };
        }
      },
    };
  }
}

const refused = (source: string, issues: readonly Issue[]): Compilation => ({
  issues,
  text: issuesText(source, issues),
});

/** `list` and `null_type` are their own names; of others it is the type's. */
function typeName(name: string, type: CelType): string {
  return type.kind === 'list' || type.kind === 'map' || type.kind === 'type' ? name : runtimeTypeName(type);
}
