/**
 * Compiles rules against what a schema declares. An expression that does not fit is not thrown but told, since a stored
 * schema may have one: upstream's rule compile error.
 */
import type { Call, Expr } from '../../cel/ast.ts';
import { CelEnvironment } from '../../cel/cel.ts';
import { hasKubernetesCallCost } from '../../cel/cost/kubernetes-call-costs.ts';
import type { Program } from '../../cel/environment.ts';
import { kubernetesLibraries } from '../../cel/libraries/kubernetes-libraries.ts';
import type { CelLibrary } from '../../cel/library.ts';
import { partsOf } from '../../cel/parts-of.ts';
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listOf,
  mapOf,
  optionalOf,
  stringType,
  timestampType,
} from '../../cel/types.ts';
import { compileRe2, Re2SyntaxError } from '../../re2.ts';
import type { JsonSchemaProps, ValidationRule } from '../json-schema-props.ts';
import type { DeclaredType, ScalarKind } from './declared-type.ts';
import { reservedWords } from './escape-name.ts';
import { parseRuleFieldPath, RuleFieldPathError } from './rule-field-path.ts';

export interface CompiledRule {
  readonly source: ValidationRule;
  /** Absent where there is an error, and for a rule of blanks, which says nothing. */
  readonly program?: Program;
  readonly error?: string;
  readonly message?: Program;
  readonly messageError?: string;
  /** It is a transition rule: evaluated only where there is something old, unless that is optional. */
  readonly usesOldSelf: boolean;
  /** Relative to the value, as errors write it; empty for the value itself. */
  readonly fieldPath: string;
}

/** Compiles rules about values of one type. */
export interface RuleScope {
  /** `schema` is that of the value. */
  compile(rule: ValidationRule, schema: JsonSchemaProps): CompiledRule;
}

export class RuleCompiler {
  /** Of what every custom resource may use. */
  static readonly shared = new RuleCompiler(kubernetesLibraries());
  readonly #libraries: readonly CelLibrary[];

  constructor(libraries: readonly CelLibrary[]) {
    this.#libraries = libraries;
  }

  /** `type` is what `self` is. */
  scopeOf(type: DeclaredType): RuleScope {
    const self = celTypeOf(type);
    const environment = (oldSelf: CelType): CelEnvironment =>
      new CelEnvironment({
        libraries: this.#libraries,
        variables: { self, oldSelf },
        homogeneousLiterals: true,
        checksLiterals: true,
        foldsConstants: true,
        hasCallCost: hasKubernetesCallCost,
      });
    let plain: CelEnvironment | undefined;
    let optional: CelEnvironment | undefined;
    return {
      compile: (rule, schema) => {
        if (rule.optionalOldSelf !== true) {
          plain ??= environment(self);
          return compileRule(rule, schema, plain);
        }
        optional ??= environment(optionalOf(self));
        return compileRule(rule, schema, optional);
      },
    };
  }
}

function compileRule(
  source: ValidationRule,
  schema: JsonSchemaProps,
  environment: CelEnvironment,
): CompiledRule {
  const rule = { source, usesOldSelf: false, fieldPath: fieldPathOf(source, schema) };
  if (source.rule.trim() === '') return rule;
  const compiled = compileExpression(source.rule, environment);
  if (typeof compiled === 'string') return { ...rule, error: compiled };
  const { checked } = compiled;
  if (checked.type.kind !== 'bool') return { ...rule, error: 'cel expression must evaluate to a bool' };
  const program = {
    ...rule,
    program: compiled,
    usesOldSelf: [...checked.references.values()].includes('oldSelf'),
  };
  if ((source.messageExpression ?? '') === '') return program;
  const message = compileExpression(source.messageExpression!, environment);
  if (typeof message === 'string') return { ...program, messageError: `messageExpression ${message}` };
  if (message.checked.type.kind !== 'string') {
    return { ...program, messageError: 'messageExpression must evaluate to a string' };
  }
  return { ...program, message };
}

/** Or what is wrong with it. */
function compileExpression(source: string, environment: CelEnvironment): Program | string {
  const compiled = environment.compile(source);
  if (compiled.program === undefined) return `compilation failed: ${compiled.text}`;
  const problem = patternProblem(compiled.program.checked.expr);
  return problem === undefined ? compiled.program : `program instantiation failed: ${problem}`;
}

/** Patterns that are literals are read before anything is evaluated. */
function patternProblem(expr: Expr): string | undefined {
  for (const call of callsIn(expr)) {
    const [pattern] = call.args;
    if (call.target === undefined || !searches.has(call.function)) continue;
    if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') continue;
    try {
      compileRe2(pattern.value);
    } catch (error) {
      if (error instanceof Re2SyntaxError) return error.message;
      throw error;
    }
  }
  return undefined;
}
const searches: ReadonlySet<string> = new Set(['find', 'findAll']);

function* callsIn(expr: Expr): Generator<Call, undefined> {
  if (expr.kind === 'call') yield expr;
  for (const inner of partsOf(expr)) yield* callsIn(inner);
  return undefined;
}

/** Undefined paths have been refused when the schema was stored. */
function fieldPathOf({ fieldPath = '' }: ValidationRule, schema: JsonSchemaProps): string {
  if (fieldPath === '') return '';
  try {
    return parseRuleFieldPath(fieldPath, schema).field;
  } catch (error) {
    if (error instanceof RuleFieldPathError) return '';
    throw error;
  }
}

const scalarTypes: Readonly<Record<ScalarKind, CelType>> = {
  dyn: dynType,
  string: stringType,
  bytes: bytesType,
  duration: durationType,
  timestamp: timestampType,
  bool: boolType,
  double: doubleType,
  int: intType,
};

/** Types of fields are made when they are asked for. */
function celTypeOf(type: DeclaredType): CelType {
  switch (type.kind) {
    case 'list':
      return listOf(celTypeOf(type.elements));
    case 'map':
      return mapOf(stringType, celTypeOf(type.elements));
    case 'object': {
      const known = new Map<string, CelType>();
      const field = (name: string): CelType | undefined => {
        // Behind a dot, reserved words need no escape.
        const declared =
          type.fields.get(name) ?? (reservedWords.has(name) ? type.fields.get(`__${name}__`) : undefined);
        let found = known.get(name);
        if (found === undefined && declared !== undefined) {
          found = celTypeOf(declared);
          known.set(name, found);
        }
        return found;
      };
      return { kind: 'object', name: type.name, field };
    }
    default:
      return scalarTypes[type.kind];
  }
}
