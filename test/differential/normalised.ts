/**
 * An answer with what must differ between two servers replaced: uids, revisions, times of now, random suffixes,
 * continue tokens, ages. Everything else stays, also whether a key is there, and how the text was laid out.
 */
import { parseYaml } from '../../src/apimachinery/codec/yaml.ts';
import type { JsonObject, JsonValue } from '../../src/apimachinery/object-meta.ts';
import type { Answer } from './endpoint.ts';
import { wireTree } from './wire-tree.ts';

export interface Normalised {
  readonly status: number;
  readonly headers: JsonObject;
  /** How the bytes are laid out: compact or indented, with a line's end or none. */
  readonly layout: string;
  readonly body: JsonValue;
}

/** What clients read. The rest (dates, lengths, audit ids, ids of flow control) says nothing of the API. */
const comparedHeaders = [
  'allow',
  'accept-patch',
  'accept-post',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-type',
  'etag',
  'location',
  'retry-after',
  'vary',
  'warning',
  'www-authenticate',
  'x-content-type-options',
];
const nowMsMax = 5 * 60_000;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Names for what one server made up, in the order in which they appear in one case. */
export class Names {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  of(kind: string, value: string): string {
    const known = this.#names.get(`${kind} ${value}`);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.#names.set(`${kind} ${value}`, name);
    return name;
  }
}

export function normalised(answer: Answer, names: Names, nowMs: number): Normalised {
  const headers: JsonObject = {};
  for (const name of comparedHeaders) {
    const value = answer.headers[name];
    if (value !== undefined) headers[name] = plain(value, names);
  }
  const { layout, body } = decoded(answer);
  return {
    status: answer.status,
    headers,
    layout,
    body: clean(body, { names, nowMs, path: [], inList: false }),
  };
}

/** The parsed body, for requests that refer to it; undefined where it has no form of ours. */
export function decoded({ headers, bytes }: Answer): { layout: string; body: JsonValue } {
  const type = headers['content-type'] ?? '';
  if (bytes.length === 0) return { layout: 'empty', body: null };
  if (type.includes('protobuf')) return { layout: 'protobuf', body: wireTree(bytes) };
  const text = bytes.toString();
  const end = text.endsWith('\n') ? ' with a line end' : '';
  if (type.includes('yaml')) return { layout: `yaml${end}`, body: parseYaml(text) as JsonValue };
  if (!type.includes('json')) return { layout: 'text', body: text };
  try {
    const indent = /^[{[]\n( *)/.exec(text)?.[1]?.length;
    return {
      layout: `json${indent === undefined ? '' : ` indented ${indent}`}${end}`,
      body: JSON.parse(text),
    };
  } catch {
    return { layout: 'lines of json', body: lines(text) };
  }
}

function lines(text: string): JsonValue {
  try {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  } catch {
    return text;
  }
}

interface Place {
  readonly names: Names;
  readonly nowMs: number;
  readonly path: readonly string[];
  /** In the metadata of a list: its revision is the store's, and other writers move that. */
  readonly inList: boolean;
}

function clean(value: JsonValue, place: Place): JsonValue {
  if (typeof value === 'string') return cleanText(value, place);
  if (Array.isArray(value)) return value.map((item, i) => clean(item, under(place, String(i), false)));
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value.causes)) value.causes.sort(byConflict);
  if (Array.isArray(value.managedFields)) value.managedFields.sort(byManager);
  const isList =
    'items' in value || 'rows' in value || value.kind === 'Table' || /List$/.test(String(value.kind));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      plain(key, place.names),
      clean(field ?? null, under(place, key, place.inList || (isList && key === 'metadata'))),
    ]),
  );
}

/** Go tells the conflicts of an apply in the order of a map, which is none. */
function byConflict(one: JsonValue, other: JsonValue): number {
  const [a, b] = [one, other].map((cause) => cause as JsonObject);
  if (a?.reason !== 'FieldManagerConflict' || b?.reason !== 'FieldManagerConflict') return 0;
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Entries stand in the order of their times, of whole seconds: on which of them a case began is chance. */
function byManager(one: JsonValue, other: JsonValue): number {
  const [a, b] = [one, other].map((entry) => {
    const { operation, manager, subresource } = entry as JsonObject;
    return JSON.stringify([operation, manager, subresource ?? '']);
  });
  return a! < b! ? -1 : Number(a! > b!);
}

function under(place: Place, key: string, inList: boolean): Place {
  return { ...place, path: [...place.path, key], inList };
}

function cleanText(text: string, { names, nowMs, path, inList }: Place): string {
  const key = path.at(-1);
  if (key === 'resourceVersion' && /^\d+$/.test(text))
    return inList ? '<revision>' : names.of('revision', text);
  if (key === 'continue' && text !== '') return '<continue>';
  if (path.at(-2) === 'cells' && /^\d{1,2}s$/.test(text)) return '<age>';
  const [isTime, fraction] = time.exec(text) ?? [];
  if (isTime !== undefined && Math.abs(Date.parse(text) - nowMs) < nowMsMax) {
    return fraction === undefined ? '<now>' : `<now to ${fraction.length - 1} digits>`;
  }
  return plain(text, names);
}

/** Versions of a definition as kube-apiserver shows them, with every field of its internal type; Milo has the names. */
const shownVersions =
  /(?<=spec\.versions: Invalid value: |^Invalid value: )\[\{"Name":.*?\}\](?=: must (have exactly one|contain unique))/g;
const versionNames = (shown: string): string =>
  JSON.stringify((JSON.parse(shown) as { Name: string }[]).map(({ Name }) => Name));

function plain(text: string, names: Names): string {
  return text
    .replace(shownVersions, versionNames)
    .replace(uuid, (found) => names.of('uid', found))
    .replace(/(\bselfType\d+|@self)(\.\w+)*/g, '<type>')
    .replace(/\bgen-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, 'gen-<suffix>')
    .replace(/(ResourceVersion in object meta|current): \d+/g, '$1: <revision>');
}
