/**
 * Whether one type fits where another is wanted, and what type parameters have to be for it. Follows cel-go's
 * checker/types.go: null fits messages, dyn fits all, and of two types that fit each other the more general one stays.
 */
import { limits } from '../limits.ts';
import { type CelType, dynType, errorType, listOf, mapOf, opaque, type ParamType, typeOf } from './types.ts';

/** Types may double with each step that an expression takes: such an expression is given up. */
export class TypesTooLarge extends Error {
  constructor() {
    super('types of the expression are too large');
    this.name = 'TypesTooLarge';
  }
}

export class Unification {
  readonly #substitutions = new Map<string, CelType>();
  /** What the question being asked has changed, and what was there before: few things, while what is known grows. */
  readonly #changes: (readonly [name: string, before: CelType | undefined])[] = [];
  #fresh = 0;
  #steps = 0;

  /** A parameter that nothing is known of yet. */
  fresh(): ParamType {
    return { kind: 'param', name: `_var${this.#fresh++}` };
  }

  /** Remembers what it takes only where it fits. */
  isAssignable(wanted: CelType, given: CelType): boolean {
    return this.areAssignable([wanted], [given]);
  }

  areAssignable(wanted: readonly CelType[], given: readonly CelType[]): boolean {
    this.#changes.length = 0;
    if (this.#listFits(wanted, given)) return true;
    for (const [name, before] of this.#changes.reverse()) {
      if (before === undefined) this.#substitutions.delete(name);
      else this.#substitutions.set(name, before);
    }
    return false;
  }

  #know(name: string, type: CelType): void {
    this.#changes.push([name, this.#substitutions.get(name)]);
    this.#substitutions.set(name, type);
  }

  #step(): void {
    if (++this.#steps > limits.expressionTypeSteps) throw new TypesTooLarge();
  }

  /** With parameters replaced by what they have come to be; `unknown` takes the place of those that nothing is known of. */
  substitute(type: CelType, unknown?: CelType): CelType {
    this.#step();
    switch (type.kind) {
      case 'param': {
        const found = this.#substitutions.get(type.name);
        return found === undefined ? (unknown ?? type) : this.substitute(found, unknown);
      }
      case 'list':
        return listOf(this.substitute(type.element, unknown));
      case 'map':
        return mapOf(this.substitute(type.key, unknown), this.substitute(type.value, unknown));
      case 'opaque':
        if (type.parameters.length === 0) return type;
        return opaque(type.name, ...type.parameters.map((parameter) => this.substitute(parameter, unknown)));
      case 'type':
        return type.of === undefined ? type : typeOf(this.substitute(type.of, unknown));
      default:
        return type;
    }
  }

  #listFits(wanted: readonly CelType[], given: readonly CelType[]): boolean {
    return wanted.length === given.length && wanted.every((type, i) => this.#fits(type, given[i]!));
  }

  #fits(a: CelType, b: CelType): boolean {
    this.#step();
    if (b.kind === 'param') {
      const outcome = this.#bind(a, b);
      if (outcome.isValid) return true;
      if (outcome.isBound) return false;
    }
    if (a.kind === 'param') return this.#bind(b, a).isValid;
    if (isDynamic(a) || isDynamic(b)) return true;
    if (a.kind === 'null') return isNullable(b);
    if (b.kind === 'null') return isNullable(a);
    switch (a.kind) {
      case 'list':
        return b.kind === 'list' && this.#fits(a.element, b.element);
      case 'map':
        return b.kind === 'map' && this.#fits(a.key, b.key) && this.#fits(a.value, b.value);
      case 'opaque':
        return b.kind === 'opaque' && a.name === b.name && this.#listFits(a.parameters, b.parameters);
      case 'object':
        return b.kind === 'object' && a.name === b.name;
      default:
        return a.kind === b.kind;
    }
  }

  /** Whether the parameter can be the type, and whether it was something before. */
  #bind(type: CelType, parameter: ParamType): { isValid: boolean; isBound: boolean } {
    if (isExact(type, parameter)) return { isValid: true, isBound: true };
    const bound = this.#substitutions.get(parameter.name);
    if (bound !== undefined) {
      if (isExact(type, bound)) return { isValid: true, isBound: true };
      if (!this.#fits(type, bound)) return { isValid: false, isBound: true };
      const general = mostGeneral(type, bound);
      if (!this.#mentions(general, parameter)) this.#know(parameter.name, general);
      return { isValid: true, isBound: true };
    }
    if (this.#mentions(type, parameter)) return { isValid: false, isBound: false };
    this.#know(parameter.name, type);
    return { isValid: true, isBound: false };
  }

  #mentions(type: CelType, parameter: ParamType): boolean {
    this.#step();
    switch (type.kind) {
      case 'param': {
        if (type.name === parameter.name) return true;
        const bound = this.#substitutions.get(type.name);
        return bound !== undefined && this.#mentions(bound, parameter);
      }
      case 'list':
        return this.#mentions(type.element, parameter);
      case 'map':
        return this.#mentions(type.key, parameter) || this.#mentions(type.value, parameter);
      case 'opaque':
        return type.parameters.some((each) => this.#mentions(each, parameter));
      case 'type':
        return type.of !== undefined && this.#mentions(type.of, parameter);
      default:
        return false;
    }
  }
}

export const isDynamic = (type: CelType): boolean =>
  type === dynType || type === errorType || type.kind === 'dyn' || type.kind === 'error';

function isNullable(type: CelType): boolean {
  return ['null', 'object', 'opaque', 'duration', 'timestamp'].includes(type.kind);
}

export function isExact(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'list':
      return b.kind === 'list' && isExact(a.element, b.element);
    case 'map':
      return b.kind === 'map' && isExact(a.key, b.key) && isExact(a.value, b.value);
    case 'opaque':
      return (
        b.kind === 'opaque' &&
        a.name === b.name &&
        a.parameters.length === b.parameters.length &&
        a.parameters.every((each, i) => isExact(each, b.parameters[i]!))
      );
    case 'object':
    case 'param':
      return b.kind === a.kind && a.name === b.name;
    case 'type':
      if (b.kind !== 'type') return false;
      return a.of === undefined || b.of === undefined ? a.of === b.of : isExact(a.of, b.of);
    default:
      return a.kind === b.kind;
  }
}

export function mostGeneral(a: CelType, b: CelType): CelType {
  return isLessSpecific(a, b) ? a : b;
}

function isLessSpecific(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'param') return true;
  if (b.kind === 'dyn' || b.kind === 'param') return false;
  switch (a.kind) {
    case 'list':
      return b.kind === 'list' && isLessSpecific(a.element, b.element);
    case 'map':
      return b.kind === 'map' && isLessSpecific(a.key, b.key) && isLessSpecific(a.value, b.value);
    case 'opaque':
      return (
        b.kind === 'opaque' &&
        a.name === b.name &&
        a.parameters.every((each, i) => isLessSpecific(each, b.parameters[i] ?? dynType))
      );
    case 'type':
      return b.kind === 'type';
    default:
      return isExact(a, b);
  }
}
