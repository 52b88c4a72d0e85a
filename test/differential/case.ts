/**
 * A case of the comparison: requests as data, sent one after the other to either server. Text in paths, headers and
 * bodies may say `{ns}`, the namespace both servers make for the case, and `{made.metadata.uid}`, what the answer to
 * the request called `made` had there: so one case does on both what only one of them could be told in advance.
 */
import type { JsonObject, JsonValue } from '../../src/apimachinery/object-meta.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body?: JsonValue | Buffer | Again;
  readonly headers?: Readonly<Record<string, string>>;
  /** What later requests call the answer. */
  readonly name?: string;
  /** Sent again until this is there: what a server does meanwhile takes each its own time. */
  readonly until?: Settled;
}
/** A place in the answer, as `Difference.at` says it, and what its text has to match there. */
export type Settled = readonly [at: string, text: RegExp];
/** The object that a named answer was, with changes: what clients do that read, modify and write. */
export interface Again {
  readonly again: string;
  /** A JSON merge patch. */
  readonly changes: JsonObject;
}
export interface Case {
  readonly name: string;
  readonly requests: readonly Request[];
}

type Options = Pick<Request, 'headers' | 'name'>;
type Body = Request['body'];
const json = { 'content-type': 'application/json' };
const withBody =
  (method: string, type: Readonly<Record<string, string>>) =>
  (path: string, body?: Body, { headers = {}, ...rest }: Options = {}): Request => ({
    method,
    path,
    headers: body === undefined ? headers : { ...type, ...headers },
    ...(body === undefined ? {} : { body }),
    ...rest,
  });

export const get = (path: string, headers: Readonly<Record<string, string>> = {}): Request => ({
  method: 'GET',
  path,
  headers,
});
export const post = withBody('POST', json);
export const put = withBody('PUT', json);
export const remove = withBody('DELETE', json);
export const send = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Request => ({
  method,
  path,
  headers,
});

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};
export const patch = (
  type: keyof typeof patchTypes,
  path: string,
  body: Body,
  options: Options = {},
): Request => withBody('PATCH', { 'content-type': patchTypes[type] })(path, body, options);

export const until = (settled: Settled, request: Request): Request => ({ ...request, until: settled });
export const named = (name: string, request: Request): Request => ({ ...request, name });

/** Answers by name, as one server gave them. */
export type Answered = ReadonlyMap<string, JsonValue | undefined>;

/** The request as this server is sent it. */
export function filled(request: Request, namespace: string, answered: Answered): Request {
  const fill = (text: string): string =>
    text.replace(/\{(ns|[a-z]\w*(?:\.\w+)+)\}/g, (_, reference: string) =>
      reference === 'ns' ? namespace : lookUp(answered, reference.split('.')),
    );
  const fillAll = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return fill(value);
    if (Array.isArray(value)) return value.map(fillAll);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [fill(key), fillAll(field ?? null)]),
    );
  };
  const { body } = request;
  return {
    ...request,
    path: fill(request.path),
    headers: fillAll({ ...request.headers }) as Record<string, string>,
    ...(body === undefined || Buffer.isBuffer(body)
      ? {}
      : isAgain(body)
        ? { body: merged(answered.get(body.again) ?? {}, fillAll(body.changes)) }
        : { body: fillAll(body) }),
  };
}

function isAgain(body: JsonValue | Again): body is Again {
  return body !== null && typeof body === 'object' && 'again' in body;
}

function lookUp(answered: Answered, [name, ...path]: readonly string[]): string {
  let value: JsonValue | undefined = answered.get(name ?? '');
  for (const key of path) {
    if (value === null || typeof value !== 'object') value = undefined;
    else value = Array.isArray(value) ? value[Number(key)] : value[key];
  }
  return value === undefined ? `no-${[name, ...path].join('-')}` : String(value);
}

function merged(target: JsonValue, changes: JsonValue): JsonValue {
  if (changes === null || typeof changes !== 'object' || Array.isArray(changes)) return changes;
  const base = target !== null && typeof target === 'object' && !Array.isArray(target) ? { ...target } : {};
  for (const [key, change] of Object.entries(changes)) {
    if (change === null) delete base[key];
    else base[key] = merged(base[key] ?? null, change ?? null);
  }
  return base;
}
