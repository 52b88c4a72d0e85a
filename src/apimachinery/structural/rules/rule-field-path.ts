/**
 * `fieldPath` of a rule: a JSON path of names alone (`.spec.replicas`, `['a b']`), which must lead to a field that the
 * schema declares. Also what a selectable field's path is read with. Lists have no place in it: a rule does not know
 * which item it speaks of.
 */
import type { JsonSchemaProps } from '../json-schema-props.ts';

export interface RuleFieldPath {
  /** As field errors write it behind the path of the node: `spec.a`, `labels[b]`; without a leading dot. */
  readonly field: string;
  /** Of what the path leads to. */
  readonly schema: JsonSchemaProps;
  /** The first name in it. */
  readonly root: string;
}

export interface RuleFieldPathOptions {
  /** `['name']` is taken for `.name`. */
  readonly allowsBrackets: boolean;
}

/** Its message is fit for the author of the schema. */
export class RuleFieldPathError extends Error {}

const goEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/** Throws RuleFieldPathError. */
export function parseRuleFieldPath(
  path: string,
  schema: JsonSchemaProps,
  { allowsBrackets }: RuleFieldPathOptions = { allowsBrackets: true },
): RuleFieldPath {
  const tokens = tokensOf(path);
  let field = '';
  let root = '';
  let current = schema;
  const next = (): string => {
    const token = tokens.next();
    if (token.done === true) throw new RuleFieldPathError('unexpected end of JSON path');
    return token.value;
  };
  for (let token = tokens.next(); token.done !== true; token = tokens.next()) {
    let name: string;
    if (token.value === '.') {
      name = next();
    } else if (token.value === '[') {
      if (!allowsBrackets) throw new RuleFieldPathError('array notation is not allowed');
      name = unquote(next());
    } else throw new RuleFieldPathError(`expected [ or . but got: ${token.value}`);
    if (root === '') root = name;
    const child = childOf(current, name);
    field += child.isNamed ? `${field === '' ? '' : '.'}${name}` : `[${name}]`;
    current = child.schema;
    if (token.value === '[') {
      const closing = next();
      if (closing !== ']') throw new RuleFieldPathError(`expected ] but got ${closing}`);
    }
  }
  return { field, schema: current, root };
}

function childOf(schema: JsonSchemaProps, name: string): { schema: JsonSchemaProps; isNamed: boolean } {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined) {
    if (Object.hasOwn(properties, name)) return { schema: properties[name]!, isNamed: true };
  } else if (typeof additionalProperties === 'object') {
    return { schema: additionalProperties, isNamed: false };
  }
  throw new RuleFieldPathError('does not refer to a valid field');
}

function unquote(token: string): string {
  if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'")) {
    throw new RuleFieldPathError(`expected single quoted string but got ${token}`);
  }
  return token.slice(1, -1).replace(/\\(.)/gs, (escaped, character: string) => {
    const meant = goEscapes[character];
    if (meant === undefined) {
      throw new RuleFieldPathError(`invalid string literal: invalid escape char ${escaped}`);
    }
    return meant;
  });
}

/** Dots and brackets by themselves, quoted text as a whole with its quotes, and what lies between. */
function* tokensOf(path: string): Generator<string, undefined> {
  for (let at = 0; at < path.length; ) {
    const start = at;
    if (path[at] === "'") {
      for (at++; at < path.length && !(path[at] === "'" && path[at - 1] !== '\\'); ) at++;
      at++;
    } else if (isDelimiter(path[at]!)) at++;
    else while (at < path.length && !isDelimiter(path[at]!)) at++;
    yield path.slice(start, at);
  }
  return undefined;
}
const isDelimiter = (c: string): boolean => c === '.' || c === '[' || c === ']';
