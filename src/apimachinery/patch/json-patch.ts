/**
 * JSON patch (RFC 6902) with JSON pointers (RFC 6901). Where upstream's library (evanphx/json-patch v4.12) is kinder
 * than the RFC, clients rely on it: `replace` of an absent field adds it, `test` for null passes on an absent field. The
 * RFC's own test suite agrees to that. What it demands to be errors, and upstream takes, is in `PatchRules`.
 */
import { cloneJson } from '../clone-json.ts';
import { setField } from '../codec/json-parser.ts';
import { deepEqual } from '../equality.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import {
  checkPatchDepth,
  fieldOf,
  isContainer,
  isDeeperThan,
  isObject,
  type JsonContainer,
  jsonBytes,
} from './json-tree.ts';
import { PatchError } from './patch-error.ts';

/**
 * `upstream`: a list index may be signed or padded, and a negative one counts from the end; an absent `value` is null; a
 * `copy` of an absent field is null; what stands before the first slash of a path is not looked at. But the whole
 * document can only be replaced, and with nothing but an object or list.
 */
export type PatchRules = 'upstream' | 'rfc6902';

const fail = (message: string): PatchError => new PatchError('unprocessable', message);

/**
 * The patched document; it shares nothing with either input. Throws PatchError: `malformed` when the patch is no
 * list of objects, `too-large` above `limits.jsonPatchOperations`, `unprocessable` when an operation fails.
 */
export function jsonPatch(document: JsonValue, patch: JsonValue, rules: PatchRules = 'upstream'): JsonValue {
  if (!Array.isArray(patch)) throw new PatchError('malformed', 'a JSON patch is a list of operations');
  if (patch.length > limits.jsonPatchOperations) {
    throw new PatchError(
      'too-large',
      `The allowed maximum operations in a JSON patch is ${limits.jsonPatchOperations}, got ${patch.length}`,
    );
  }
  checkPatchDepth(patch);
  const operations = patch.map((operation) => {
    if (operation === null) throw fail('an operation of a JSON patch is an object');
    if (!isObject(operation)) throw new PatchError('malformed', 'an operation of a JSON patch is an object');
    return operation;
  });
  const target = new Target(document, rules);
  for (const operation of operations) apply(target, operation, rules);
  if (isDeeperThan(target.root, limits.jsonDepth)) {
    throw fail(`the result is nested more than ${limits.jsonDepth} deep`);
  }
  return target.root;
}

function apply(target: Target, operation: JsonObject, rules: PatchRules): void {
  const path = pointer(operation, 'path', rules);
  const op = fieldOf(operation, 'op');
  switch (op) {
    case 'add':
      target.add(path, givenValue(operation, rules));
      break;
    case 'remove':
      target.remove(path);
      break;
    case 'replace':
      target.replace(path, givenValue(operation, rules));
      break;
    case 'move':
      target.move(pointer(operation, 'from', rules), path);
      break;
    case 'copy':
      target.copy(pointer(operation, 'from', rules), path);
      break;
    case 'test':
      target.test(path, givenValue(operation, 'rfc6902'));
      break;
    default:
      throw fail(`unknown operation ${String(op)}`);
  }
}

function givenValue(operation: JsonObject, rules: PatchRules): JsonValue {
  const value = fieldOf(operation, 'value');
  if (value !== undefined) return value;
  if (rules === 'rfc6902') throw fail('an operation lacks its value');
  return null;
}

/** Reference tokens of a pointer; none for the whole document. */
function pointer(operation: JsonObject, field: 'path' | 'from', rules: PatchRules): string[] {
  const text = fieldOf(operation, field);
  if (typeof text !== 'string') throw fail(`an operation lacks its ${field}`);
  if (text === '') return [];
  const tokens = text.split('/');
  if (tokens.length < 2 || (tokens[0] !== '' && rules === 'rfc6902')) {
    throw fail(`${field} ${text} does not start with a slash`);
  }
  return tokens.slice(1).map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The document while operations change it in place. It owns every container in it. */
class Target {
  root: JsonValue;
  readonly #rules: PatchRules;
  #copiedBytes = 0;

  constructor(document: JsonValue, rules: PatchRules) {
    this.root = cloneJson(document);
    this.#rules = rules;
  }

  add(path: readonly string[], value: JsonValue): void {
    this.#put(path, cloneJson(value));
  }

  remove(path: readonly string[]): void {
    const { parent, token } = this.#parent(path);
    if (Array.isArray(parent)) parent.splice(this.#index(token, parent.length - 1), 1);
    else if (fieldOf(parent, token) === undefined) throw fail(`nothing to remove at ${token}`);
    else delete parent[token];
  }

  replace(path: readonly string[], value: JsonValue): void {
    if (path.length === 0) {
      if (this.#rules === 'rfc6902' || isContainer(value)) this.root = cloneJson(value);
      return;
    }
    const { parent, token } = this.#parent(path);
    if (Array.isArray(parent)) parent[this.#index(token, parent.length - 1)] = cloneJson(value);
    else setField(parent, token, cloneJson(value));
  }

  move(from: readonly string[], path: readonly string[]): void {
    const value = this.#get(from);
    if (from.length === 0) {
      if (path.length > 0) throw fail('the document cannot move into itself');
      return;
    }
    this.remove(from);
    this.#put(path, value);
  }

  copy(from: readonly string[], path: readonly string[]): void {
    const value = this.#copied(from);
    this.#copiedBytes += jsonBytes(value, limits.jsonPatchCopiedBytes);
    if (this.#copiedBytes > limits.jsonPatchCopiedBytes) {
      throw fail(`copies of more than ${limits.jsonPatchCopiedBytes} bytes`);
    }
    this.#put(path, cloneJson(value));
  }

  test(path: readonly string[], expected: JsonValue): void {
    const isNullWanted = expected === null && path.length > 0;
    if (isNullWanted) {
      const { parent, token } = this.#parent(path);
      if (!Array.isArray(parent) && fieldOf(parent, token) === undefined) return;
    }
    if (!deepEqual(this.#get(path), expected)) throw fail(`the test of /${path.join('/')} failed`);
  }

  #copied(from: readonly string[]): JsonValue {
    if (this.#rules === 'rfc6902') return this.#get(from);
    const { parent, token } = this.#parent(from);
    return Array.isArray(parent) ? this.#get(from) : (fieldOf(parent, token) ?? null);
  }

  /** The value becomes part of the document: the caller gives it away. */
  #put(path: readonly string[], value: JsonValue): void {
    if (path.length === 0) {
      if (this.#rules === 'upstream') throw fail('the whole document can only be replaced');
      this.root = value;
      return;
    }
    const { parent, token } = this.#parent(path);
    if (!Array.isArray(parent)) setField(parent, token, value);
    else if (token === '-') parent.push(value);
    else parent.splice(this.#index(token, parent.length), 0, value);
  }

  #get(path: readonly string[]): JsonValue {
    let value: JsonValue = this.root;
    for (const token of path) value = this.#child(value, token);
    return value;
  }

  #parent(path: readonly string[]): { parent: JsonContainer; token: string } {
    const token = path.at(-1);
    if (token === undefined) throw fail('the whole document cannot be removed');
    const parent = this.#get(path.slice(0, -1));
    if (!isContainer(parent)) throw fail(`${token} lies in a scalar`);
    return { parent, token };
  }

  #child(value: JsonValue, token: string): JsonValue {
    if (Array.isArray(value)) return value[this.#index(token, value.length - 1)]!;
    const found = isObject(value) ? fieldOf(value, token) : undefined;
    if (found === undefined) throw fail(`nothing at ${token}`);
    return found;
  }

  #index(token: string, indexMax: number): number {
    const isNumber = (this.#rules === 'upstream' ? goNumber : plainNumber).test(token);
    const given = isNumber ? Number(token) : Number.NaN;
    const index = given < 0 ? given + indexMax + 1 : given;
    if (!(index >= 0 && index <= indexMax)) throw fail(`no index ${token} in the list`);
    return index;
  }
}

const plainNumber = /^(0|[1-9][0-9]*)$/;
const goNumber = /^[+-]?[0-9]+$/;
