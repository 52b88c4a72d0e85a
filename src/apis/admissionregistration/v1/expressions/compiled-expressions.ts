/**
 * Expressions of admission, compiled when they are first needed and found again by what they are made of: however many
 * control planes have the same policy, it is compiled once, and the most recently used are kept. Source: apiserver
 * pkg/admission/plugin/cel/compile.go.
 */
import { type CelType, typeText } from '../../../../apimachinery/cel/types.ts';
import type { CelError, CelValue } from '../../../../apimachinery/cel/values.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import { BoundedCache } from '../../../../lib/bounded-cache.ts';

/** What an expression may speak of, beside object, oldObject, request and namespaceObject. */
export interface Declarations {
  readonly hasParams: boolean;
  readonly hasAuthorizer: boolean;
  /** `Object{…}` and `JSONPatch{…}`. */
  readonly hasPatchTypes: boolean;
  /** Types of `variables.…`; undefined where there are no such. */
  readonly variables: ReadonlyMap<string, CelType> | undefined;
}

export type Outcome =
  | { readonly value: CelValue; readonly error?: undefined; readonly cost: number }
  | { readonly value?: undefined; readonly error: CelError; readonly cost: number };

export interface AdmissionProgram {
  readonly type: CelType;
  /** A variable may be given as a function, which is asked when it is first needed. */
  evaluate(variables: Readonly<Record<string, CelValue | (() => CelValue)>>, costLimit: number): Outcome;
}

/** The language itself, in the dialect of admission. */
export interface AdmissionCompiler {
  /** The program, or what is wrong with the source in cel-go's words, a line or more for each issue. */
  compile(source: string, declarations: Declarations): AdmissionProgram | { readonly issues: string };
}

export type CompiledExpression = { readonly source: string } & (
  | { readonly program: AdmissionProgram; readonly problem?: undefined }
  | { readonly program?: undefined; readonly problem: string }
);

export class CompiledExpressions {
  readonly #compiler: AdmissionCompiler;
  readonly #compiled = new BoundedCache<CompiledExpression>({
    entriesMax: limits.admissionExpressions,
    weightMax: limits.admissionExpressionsBytes,
    weightOf: ({ source }) => source.length,
  });

  constructor(compiler: AdmissionCompiler) {
    this.#compiler = compiler;
  }

  /** `returns` are the types it may have; it may have any where there are none. */
  compile(source: string, declarations: Declarations, returns: readonly CelType[]): CompiledExpression {
    const key = keyOf(source, declarations, returns);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const compiled = this.#compile(source, declarations, returns);
    this.#compiled.set(key, compiled);
    return compiled;
  }

  get size(): number {
    return this.#compiled.size;
  }

  #compile(source: string, declarations: Declarations, returns: readonly CelType[]): CompiledExpression {
    const program = this.#compiler.compile(source, declarations);
    if ('issues' in program) return { source, problem: `compilation failed: ${program.issues}` };
    const type = typeText(program.type);
    if (returns.length === 0 || returns.some((wanted) => typeText(wanted) === type))
      return { source, program };
    const names = returns.map(returnText);
    const wanted = names.length === 1 ? `${names[0]}` : `one of [${names.join(' ')}]`;
    return { source, problem: `must evaluate to ${wanted} but got ${returnText(program.type)}` };
  }
}

/** Types as cel-go names them by themselves; issues of its checker say `null`. */
const returnText = (type: CelType): string => typeText(type).replace(/\bnull\b/g, 'null_type');

function keyOf(source: string, declarations: Declarations, returns: readonly CelType[]): string {
  const { hasParams, hasAuthorizer, hasPatchTypes, variables } = declarations;
  const typed = variables && [...variables].map(([name, type]) => [name, typeText(type)]);
  return JSON.stringify([source, hasParams, hasAuthorizer, hasPatchTypes, typed, returns.map(typeText)]);
}
