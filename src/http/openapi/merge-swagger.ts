/**
 * Adds to a Swagger document what other servers say of their versions. Paths are of one server each. Definitions that say
 * the same are one; those that differ under one name get another name, as do those that refer to them. Pure. Source:
 * kube-openapi pkg/aggregator, which renames likewise.
 */
import { createHash } from 'node:crypto';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';
import {
  definitionPrefix,
  kindsExtension,
  parameterPrefix,
  type RemoteSwagger,
  withReferences,
} from './remote-swagger.ts';
import type { SwaggerDocument } from './v2-document.ts';

/** Pauses between one server and the next. The first to have a path keeps it. */
export function* mergeSwagger(
  local: SwaggerDocument,
  remotes: readonly RemoteSwagger[],
): Generator<void, SwaggerDocument> {
  const paths = new Map(Object.entries(local.paths) as [string, JsonValue][]);
  const parameters = new Map(Object.entries(local.parameters) as [string, JsonValue][]);
  const definitions = new Definitions(local.definitions as unknown as JsonObject);
  for (const remote of remotes) {
    const definitionName = definitions.add(remote.definitions);
    const parameterNames = new Map<string, string>();
    const resolve = (reference: string): string | undefined => {
      if (reference.startsWith(definitionPrefix)) {
        return definitionPrefix + definitionName(reference.slice(definitionPrefix.length));
      }
      const name = parameterNames.get(reference.slice(parameterPrefix.length));
      return name === undefined ? undefined : parameterPrefix + name;
    };
    for (const [name, value] of remote.parameters) {
      const parameter = withReferences(value, resolve);
      // By what it says: the same parameter of two servers is one, and no two have one name.
      const hash = hashOf(canonical(parameter));
      const own = `${String((parameter as JsonObject).name).replace(/[^\w.-]/g, '')}-${hash}`;
      parameterNames.set(name, own);
      parameters.set(own, parameter);
    }
    for (const [path, item] of remote.paths) {
      if (!paths.has(path)) paths.set(path, withReferences(item, resolve));
    }
    yield;
  }
  return {
    ...local,
    paths: sorted(paths) as SwaggerDocument['paths'],
    definitions: sorted(definitions.all) as SwaggerDocument['definitions'],
    parameters: sorted(parameters) as SwaggerDocument['parameters'],
  };
}

class Definitions {
  readonly all: Map<string, JsonValue>;
  /** Of those that have been compared. */
  readonly #texts = new Map<string, string>();

  constructor(local: JsonObject) {
    this.all = new Map(Object.entries(local) as [string, JsonValue][]);
  }

  /** Under which name each of them is from now on. */
  add(added: ReadonlyMap<string, JsonValue>): (name: string) => string {
    const renamed = this.#conflicts(added);
    let number = 2;
    let suffix = '_v2';
    const nameOf = (name: string): string => (renamed.has(name) ? name + suffix : name);
    const written = (definition: JsonValue): JsonValue =>
      withReferences(
        definition,
        (reference) => definitionPrefix + nameOf(reference.slice(definitionPrefix.length)),
      );
    // One number for all of a server, so that what it shares with another is shared with all that it refers to.
    const isTaken = (name: string): boolean => {
      const wanted = nameOf(name);
      if (added.has(wanted)) return true;
      return this.all.has(wanted) && this.#text(wanted) !== textOf(written(added.get(name)!));
    };
    while (number < limits.swaggerRenames && [...renamed].some(isTaken)) {
      number += 1;
      suffix = `_v${number}`;
    }
    // Beyond that a name that nobody can have chosen: it depends on everything that they say.
    if (number === limits.swaggerRenames) suffix = `_${hashOf(canonical(Object.fromEntries(added)))}`;
    for (const [name, definition] of added) {
      const own = nameOf(name);
      const known = this.all.get(own);
      this.all.set(own, known === undefined ? written(definition) : withKindsOf(known, definition));
    }
    return nameOf;
  }

  /** Those that others here are called, and those that refer to them. */
  #conflicts(added: ReadonlyMap<string, JsonValue>): Set<string> {
    const users = new Map<string, string[]>();
    const conflicts: string[] = [];
    for (const [name, definition] of added) {
      if (!this.all.has(name)) continue;
      if (this.#text(name) !== textOf(definition)) conflicts.push(name);
      withReferences(definition, (reference) => {
        const used = reference.slice(definitionPrefix.length);
        const known = users.get(used);
        if (known === undefined) users.set(used, [name]);
        else known.push(name);
        return reference;
      });
    }
    const renamed = new Set<string>();
    for (let name = conflicts.pop(); name !== undefined; name = conflicts.pop()) {
      if (renamed.has(name)) continue;
      renamed.add(name);
      conflicts.push(...(users.get(name) ?? []));
    }
    return renamed;
  }

  #text(name: string): string {
    let text = this.#texts.get(name);
    if (text === undefined) {
      text = textOf(this.all.get(name)!);
      this.#texts.set(name, text);
    }
    return text;
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Equal for definitions that say the same, whatever kinds they are of. */
function textOf(definition: JsonValue): string {
  const { [kindsExtension]: _, ...rest } = definition as JsonObject;
  return canonical(rest);
}

function withKindsOf(known: JsonValue, same: JsonValue): JsonValue {
  const kindsIn = (value: JsonValue): JsonValue[] =>
    ((value as JsonObject)[kindsExtension] ?? []) as JsonValue[];
  const texts = new Set(kindsIn(known).map(canonical));
  const more = kindsIn(same).filter((kind) => !texts.has(canonical(kind)));
  return more.length === 0
    ? known
    : { ...(known as JsonObject), [kindsExtension]: [...kindsIn(known), ...more] };
}

/** The same text for the same value, in whatever order its fields were written. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  }
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key]!)}`).join()}}`;
}

function sorted(map: ReadonlyMap<string, JsonValue>): JsonObject {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
