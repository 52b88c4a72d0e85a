/** The macros of the language, and those over two variables. Source of what they expand to: cel-go parser/macro.go, ext/comprehensions.go. */
import { accumulator, type Expr } from './ast.ts';
import type { Macro, MacroBuilder } from './library.ts';

type Expand = Macro['expand'];
const noName = 'argument must be a simple name';
const member = (name: string, argCount: number, expand: Expand): Macro => ({
  name,
  isMember: true,
  argCount,
  expand,
});

function variable(build: MacroBuilder, expr: Expr, problem = 'argument is not an identifier'): string {
  if (expr.kind !== 'ident') return build.fail(expr, problem);
  if (expr.name === accumulator || expr.name === '__result__' || expr.name.startsWith('.')) {
    return build.fail(expr, `iteration variable overwrites accumulator variable`);
  }
  return expr.name;
}

/** Two variables must be two. */
function variables(build: MacroBuilder, first: Expr, second: Expr): { iterVar: string; iterVar2: string } {
  const iterVar = variable(build, first, noName);
  const iterVar2 = variable(build, second, noName);
  if (iterVar === iterVar2) return build.fail(second, `duplicate variable name: ${iterVar}`);
  return { iterVar, iterVar2 };
}

type Vars = { readonly iterVar: string; readonly iterVar2?: string };

function all(build: MacroBuilder, iterRange: Expr, vars: Vars, predicate: Expr): Expr {
  const accu = (): Expr => build.ident(accumulator);
  return build.fold({
    iterRange,
    ...vars,
    accuInit: build.literal(true),
    loopCondition: build.call('@not_strictly_false', accu()),
    loopStep: build.call('_&&_', accu(), predicate),
    result: accu(),
  });
}

function exists(build: MacroBuilder, iterRange: Expr, vars: Vars, predicate: Expr): Expr {
  const accu = (): Expr => build.ident(accumulator);
  return build.fold({
    iterRange,
    ...vars,
    accuInit: build.literal(false),
    loopCondition: build.call('@not_strictly_false', build.call('!_', accu())),
    loopStep: build.call('_||_', accu(), predicate),
    result: accu(),
  });
}

function existsOne(build: MacroBuilder, iterRange: Expr, vars: Vars, predicate: Expr): Expr {
  const accu = (): Expr => build.ident(accumulator);
  return build.fold({
    iterRange,
    ...vars,
    accuInit: build.literal(0n),
    loopCondition: build.literal(true),
    loopStep: build.call('_?_:_', predicate, build.call('_+_', accu(), build.literal(1n)), accu()),
    result: build.call('_==_', accu(), build.literal(1n)),
  });
}

/** What `step` makes of the accumulator, for those elements that satisfy the predicate, if there is one. */
function collected(
  build: MacroBuilder,
  iterRange: Expr,
  vars: Vars,
  accuInit: Expr,
  step: (accu: Expr) => Expr,
  predicate?: Expr,
): Expr {
  const accu = (): Expr => build.ident(accumulator);
  const next = step(accu());
  return build.fold({
    iterRange,
    ...vars,
    accuInit,
    loopCondition: build.literal(true),
    loopStep: predicate === undefined ? next : build.call('_?_:_', predicate, next, accu()),
    result: accu(),
  });
}
const added =
  (build: MacroBuilder, element: Expr) =>
  (accu: Expr): Expr =>
    build.call('_+_', accu, build.list(element));

export const standardMacros: readonly Macro[] = [
  {
    name: 'has',
    isMember: false,
    argCount: 1,
    expand(build, _, [arg]) {
      if (arg?.kind !== 'select' || arg.testOnly) return build.fail(arg!, 'invalid argument to has() macro');
      return build.select(arg.operand, arg.field, true);
    },
  },
  member('all', 2, (build, target, [name, predicate]) =>
    all(build, target!, { iterVar: variable(build, name!, noName) }, predicate!),
  ),
  member('exists', 2, (build, target, [name, predicate]) =>
    exists(build, target!, { iterVar: variable(build, name!, noName) }, predicate!),
  ),
  ...['exists_one', 'existsOne'].map((spelling) =>
    member(spelling, 2, (build, target, [name, predicate]) =>
      existsOne(build, target!, { iterVar: variable(build, name!, noName) }, predicate!),
    ),
  ),
  member('map', 2, (build, target, [name, element]) =>
    collected(build, target!, { iterVar: variable(build, name!) }, build.list(), added(build, element!)),
  ),
  member('map', 3, (build, target, [name, predicate, element]) =>
    collected(
      build,
      target!,
      { iterVar: variable(build, name!) },
      build.list(),
      added(build, element!),
      predicate,
    ),
  ),
  member('filter', 2, (build, target, [name, predicate]) => {
    const iterVar = variable(build, name!);
    return collected(
      build,
      target!,
      { iterVar },
      build.list(),
      added(build, build.ident(iterVar)),
      predicate,
    );
  }),
];

const inserted =
  (build: MacroBuilder, ...what: Expr[]) =>
  (accu: Expr): Expr =>
    build.call('cel.@mapInsert', accu, ...what);

export const twoVariableMacros: readonly Macro[] = [
  member('all', 3, (build, target, [a, b, predicate]) =>
    all(build, target!, variables(build, a!, b!), predicate!),
  ),
  member('exists', 3, (build, target, [a, b, predicate]) =>
    exists(build, target!, variables(build, a!, b!), predicate!),
  ),
  ...['exists_one', 'existsOne'].map((spelling) =>
    member(spelling, 3, (build, target, [a, b, predicate]) =>
      existsOne(build, target!, variables(build, a!, b!), predicate!),
    ),
  ),
  member('transformList', 3, (build, target, [a, b, element]) =>
    collected(build, target!, variables(build, a!, b!), build.list(), added(build, element!)),
  ),
  member('transformList', 4, (build, target, [a, b, predicate, element]) =>
    collected(build, target!, variables(build, a!, b!), build.list(), added(build, element!), predicate),
  ),
  member('transformMap', 3, (build, target, [a, b, value]) => {
    const vars = variables(build, a!, b!);
    return collected(build, target!, vars, build.map(), inserted(build, build.ident(vars.iterVar), value!));
  }),
  member('transformMap', 4, (build, target, [a, b, predicate, value]) => {
    const vars = variables(build, a!, b!);
    const step = inserted(build, build.ident(vars.iterVar), value!);
    return collected(build, target!, vars, build.map(), step, predicate);
  }),
  member('transformMapEntry', 3, (build, target, [a, b, entry]) =>
    collected(build, target!, variables(build, a!, b!), build.map(), inserted(build, entry!)),
  ),
  member('transformMapEntry', 4, (build, target, [a, b, predicate, entry]) =>
    collected(build, target!, variables(build, a!, b!), build.map(), inserted(build, entry!), predicate),
  ),
];

/** A name for a value, in one expression: `cel.bind(x, init, expr)`. */
export const bindMacro: Macro = member('bind', 3, (build, target, [name, init, expr]) => {
  if (target?.kind !== 'ident' || target.name !== 'cel') return undefined;
  return bound(
    build,
    variable(build, name!, 'cel.bind() variable names must be simple identifiers'),
    init!,
    expr!,
  );
});

function bound(build: MacroBuilder, name: string, init: Expr, result: Expr): Expr {
  return build.fold({
    iterRange: build.list(),
    iterVar: '#unused',
    accuVar: name,
    accuInit: init,
    loopCondition: build.literal(false),
    loopStep: build.ident(name),
    result,
  });
}

const optional = (name: string, some: (build: MacroBuilder, expr: Expr) => Expr): Macro =>
  member(name, 2, (build, target, [variableName, expr]) => {
    const iterVar = variable(build, variableName!, `${name}() variable name must be a simple identifier`);
    const value = bound(build, iterVar, build.member(target!, 'value'), expr!);
    const none = build.call('optional.none');
    return build.call('_?_:_', build.member(target!, 'hasValue'), some(build, value), none);
  });

export const optionalMacros: readonly Macro[] = [
  optional('optMap', (build, value) => build.call('optional.of', value)),
  optional('optFlatMap', (_, value) => value),
];
