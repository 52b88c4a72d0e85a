/**
 * metadata.managedFields between its JSON and the sets the apply algorithm works on. An entry that stays as it was
 * keeps its very JSON, and its field set is read only when somebody asks for it. Knows nothing of what a write does
 * to the sets (tracker.ts). Source: apimachinery/pkg/util/managedfields/internal/managedfields.go.
 */

import type { FieldSet } from '../apply/field-set.ts';
import { FieldsV1Error, parseFieldsV1, toFieldsV1 } from '../apply/fields-v1.ts';
import type { ManagedSet, Managers } from '../apply/managed-set.ts';
import { compareText } from '../apply/value-order.ts';
import type { JsonValue } from '../object-meta.ts';
import { knownSetOf, spellingOf } from './known-fields.ts';

/** One member of metadata.managedFields. Optional members are absent when empty. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  /** RFC 3339, whole seconds, UTC. */
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: JsonValue;
  /** "" is the object's own endpoint. */
  readonly subresource?: string;
}

/** Who manages what, and since when each has managed that. Keys are manager identifiers. */
export interface Tracked {
  readonly managers: Managers;
  readonly times: ReadonlyMap<string, string>;
}
export const nobody: Tracked = { managers: new Map(), times: new Map() };

/** Entries that cannot be read. The message is upstream's. */
export class ManagedFieldsError extends Error {
  override readonly name = 'ManagedFieldsError';
}

/**
 * What tells two entries apart, as text: manager, operation, subresource and, for updates, the version. An applier
 * keeps its identity when it moves to another version.
 */
export function managerIdentifier(entry: ManagedFieldsEntry): string {
  const { manager, operation, apiVersion, subresource } = entry;
  const members: string[] = [];
  if (isSet(manager)) members.push(`"manager":${quoted(manager)}`);
  if (isSet(operation)) members.push(`"operation":${quoted(operation)}`);
  if (isSet(apiVersion) && operation !== 'Apply') members.push(`"apiVersion":${quoted(apiVersion)}`);
  if (isSet(subresource)) members.push(`"subresource":${quoted(subresource)}`);
  return `{${members.join(',')}}`;
}
const isSet = (text: string | undefined): text is string => text !== undefined && text !== '';
const plainText = /^[\w./:-]*$/;
const quoted = (text: string): string => (plainText.test(text) ? `"${text}"` : JSON.stringify(text));

/** The entry an identifier was made from, without its fields. */
export const entryOf = (identifier: string): ManagedFieldsEntry => JSON.parse(identifier);

/** An entry that lies in the store. Its set is read when first asked for. */
class StoredSet implements ManagedSet {
  readonly entry: ManagedFieldsEntry;
  readonly apiVersion: string;
  readonly applied: boolean;
  #set: FieldSet | undefined;

  constructor(entry: ManagedFieldsEntry) {
    this.entry = entry;
    this.apiVersion = entry.apiVersion!;
    this.applied = entry.operation === 'Apply';
  }

  get set(): FieldSet {
    this.#set ??= knownSetOf(this.entry.fieldsV1 ?? {});
    return this.#set;
  }
}

/** Entries of a stored object. They were written by `encodeManagedFields`, which nothing here checks again. */
export function storedManagedFields(entries: readonly JsonValue[] | undefined): Tracked {
  if (entries === undefined || entries.length === 0) return nobody;
  const managers = new Map<string, ManagedSet>();
  const times = new Map<string, string>();
  for (const entry of entries as readonly ManagedFieldsEntry[]) {
    const identifier = managerIdentifier(entry);
    managers.set(identifier, new StoredSet(entry));
    if (entry.time !== undefined) times.set(identifier, entry.time);
  }
  return { managers, times };
}

/** Entries that a client sent. Throws ManagedFieldsError. */
export function decodeManagedFields(entries: readonly JsonValue[] | undefined): Tracked {
  const managers = new Map<string, ManagedSet>();
  const times = new Map<string, string>();
  (entries ?? []).forEach((value, index) => {
    const entry = value as ManagedFieldsEntry;
    checkEntry(entry, index);
    const identifier = managerIdentifier(entry);
    managers.set(identifier, {
      set: decodeSet(entry),
      apiVersion: entry.apiVersion!,
      applied: entry.operation === 'Apply',
    });
    if (entry.time === undefined) times.delete(identifier);
    else times.set(identifier, entry.time);
  });
  return { managers, times };
}

function checkEntry({ operation, apiVersion, fieldsType }: ManagedFieldsEntry, index: number): void {
  if (operation !== 'Apply' && operation !== 'Update') {
    throw new ManagedFieldsError('operation must be `Apply` or `Update`');
  }
  if (!isSet(apiVersion)) throw new ManagedFieldsError('apiVersion must not be empty');
  if (!isSet(fieldsType)) {
    throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${index}`);
  }
  if (fieldsType !== 'FieldsV1') {
    throw new ManagedFieldsError(
      `invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`,
    );
  }
}

function decodeSet({ fieldsV1 = {} }: ManagedFieldsEntry): FieldSet {
  try {
    return parseFieldsV1(fieldsV1);
  } catch (error) {
    if (!(error instanceof FieldsV1Error)) throw error;
    throw new ManagedFieldsError(`error decoding set: ${error.message}`, { cause: error });
  }
}

/** The JSON of all entries, sorted; undefined when there is none. */
export function encodeManagedFields({ managers, times }: Tracked): JsonValue[] | undefined {
  if (managers.size === 0) return undefined;
  const entries: ManagedFieldsEntry[] = [];
  for (const [identifier, managed] of managers) {
    entries.push(encodeEntry(identifier, managed, times.get(identifier)));
  }
  return sortEntries(entries) as JsonValue[];
}

function encodeEntry(identifier: string, managed: ManagedSet, time: string | undefined): ManagedFieldsEntry {
  if (managed instanceof StoredSet && managed.entry.time === time) return managed.entry;
  const { manager, operation, subresource } = entryOf(identifier);
  const { set, apiVersion, applied } = managed;
  const entry: { -readonly [K in keyof ManagedFieldsEntry]: ManagedFieldsEntry[K] } = {};
  // In the order upstream writes them.
  if (manager !== undefined) entry.manager = manager;
  entry.operation = applied ? 'Apply' : operation!;
  entry.apiVersion = apiVersion;
  if (time !== undefined) entry.time = time;
  entry.fieldsType = 'FieldsV1';
  entry.fieldsV1 =
    (managed instanceof StoredSet ? managed.entry.fieldsV1 : spellingOf(set)) ?? toFieldsV1(set);
  if (subresource !== undefined) entry.subresource = subresource;
  return entry;
}

/** Appliers first, then by time, name, version and subresource. Sorts in place. */
export function sortEntries(entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return entries.sort(compareEntries);
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareText(a.operation ?? '', b.operation ?? '') ||
    compareTimes(a.time, b.time) ||
    compareText(a.manager ?? '', b.manager ?? '') ||
    compareText(a.apiVersion ?? '', b.apiVersion ?? '') ||
    compareText(a.subresource ?? '', b.subresource ?? '')
  );
}

/** No time counts as the beginning of 1970. All times are spelt alike, so that their texts compare as they do. */
const epoch = '1970-01-01T00:00:00Z';
export const compareTimes = (a: string | undefined, b: string | undefined): number =>
  compareText(a ?? epoch, b ?? epoch);
