/**
 * Whether a value fits its apply schema: fields that are declared, scalars of the right kind, list items that can
 * be told apart. Everything else about a value is for its own schema's validation.
 */
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { type ApplySchema, type ListAtom, type MapAtom, type Scalar, shapeOf } from './apply-schema.ts';
import { fieldElement, formatElement, type PathElement } from './field-path.ts';
import { goSyntax, goType, goValue } from './go-text.ts';
import { isMap, itemElement, NoElement } from './list-items.ts';
import { invalidAtom, issueAt, TypedError, type TypedIssue, unresolved } from './typed-error.ts';

/**
 * Throws TypedError. What is applied may not name a list item twice; stored objects may hold such lists, from times
 * or writes that did not mind.
 */
export function validateTyped(
  value: JsonValue,
  schema: ApplySchema,
  { allowDuplicates = false }: { readonly allowDuplicates?: boolean } = {},
): void {
  const walk = new Validation(allowDuplicates);
  walk.visit(schema, value);
  if (walk.issues.length > 0) throw new TypedError(walk.issues);
}

class Validation {
  readonly issues: TypedIssue[] = [];
  private readonly allowDuplicates: boolean;
  private readonly path: PathElement[] = [];

  constructor(allowDuplicates: boolean) {
    this.allowDuplicates = allowDuplicates;
  }

  visit(schema: ApplySchema, value: JsonValue): void {
    const atom = schema.atom;
    if (atom === undefined) {
      this.report(unresolved(schema.name));
      return;
    }
    switch (shapeOf(atom, value)) {
      case 'map':
        if (isMap(value)) this.visitMap(atom.map!, value);
        else if (value !== null) this.report(`expected map, got &{${goValue(value)}}`);
        return;
      case 'list':
        if (Array.isArray(value)) this.visitList(atom.list!, value);
        else if (value !== null) this.report(`expected list, got &{${goValue(value)}}`);
        return;
      case 'scalar': {
        const problem = scalarProblem(atom.scalar!, value);
        if (problem !== undefined) this.report(problem);
        return;
      }
      default:
        this.report(invalidAtom(schema.name));
    }
  }

  private report(message: string): void {
    this.issues.push(issueAt(this.path, message));
  }

  private visitMap(map: MapAtom, value: JsonObject): void {
    for (const key in value) {
      const child = value[key];
      if (child === undefined) continue;
      const field = map.fields.get(key);
      const schema = field?.schema ?? map.element;
      this.path.push(field?.element ?? fieldElement(key));
      if (schema === undefined) this.report('field not declared in schema');
      else this.visit(schema, child);
      this.path.pop();
      // As upstream: the rest of a map is not looked at after a field it does not have.
      if (schema === undefined) return;
    }
  }

  private visitList(list: ListAtom, items: readonly JsonValue[]): void {
    const seen = new Set<PathElement>();
    for (const [i, item] of items.entries()) {
      const element = list.isAtomic ? `i:${i}` : itemElement(list, item);
      if (element instanceof NoElement) {
        this.report(`element ${i}: ${element.reason}`);
        return;
      }
      if (!list.isAtomic) {
        if (seen.has(element) && !this.allowDuplicates) {
          this.report(`duplicate entries for key ${formatElement(element)}`);
        }
        seen.add(element);
      }
      this.path.push(element);
      this.visit(list.element, item);
      this.path.pop();
    }
  }
}

function scalarProblem(scalar: Scalar, value: JsonValue): string | undefined {
  if (value === null) return undefined;
  const type = typeof value;
  const isNumeric = type === 'number' || type === 'bigint';
  switch (scalar) {
    case 'numeric':
      return isNumeric ? undefined : `expected numeric (int or float), got ${goType(value)}`;
    case 'string':
      return type === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case 'boolean':
      return type === 'boolean' ? undefined : `expected boolean, got &{${goValue(value)}}`;
    case 'untyped':
      return type !== 'object' ? undefined : `expected any scalar, got &{${goValue(value)}}`;
  }
}
