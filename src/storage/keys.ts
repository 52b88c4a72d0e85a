/**
 * The only builder of keys: object keys, index keys, counter keys and continue tokens, and the tenant ids that
 * lead them. Components are joined by the byte 0x00, which no component may hold: the order of keys is then the
 * order of their tuples by UTF-8 bytes, prefixes sort first, and no two tuples share a key. Knows no table and
 * does no IO.
 */
import { createHash } from 'node:crypto';
import { limits } from '../apimachinery/limits.ts';
import { StorageError } from './errors.ts';
import type { ObjectKey, Revision, TenantId } from './store.ts';

const separator = '\0';
/** Sorts right behind everything that starts with a prefix ending in the separator. */
const separatorSuccessor = 0x01;
const loneSurrogate = /\p{Surrogate}/u;

export const tenantOfPlatform = 'platform' as TenantId;

/** A project's tenant. The uid keeps a namesake created later from seeing anything of this one. */
export function tenantOfProject(name: string, uid: string): TenantId {
  if (name === '' || uid === '' || name.includes('~')) {
    throw new StorageError('key-invalid', `no tenant is named by project ${JSON.stringify(name)}`);
  }
  return `${name}~${uid}` as TenantId;
}

/** The name of the project whose tenant it is; undefined for the platform. */
export function projectOfTenant(tenant: TenantId): string | undefined {
  const end = tenant.indexOf('~');
  return end === -1 ? undefined : tenant.slice(0, end);
}

/** Joins components to the bytes of a key, or refuses them. `text` must hold `separators` separators and no more. */
function keyBytes(text: string, separators: number, limit: number): Buffer {
  let found = 0;
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + 1)) found++;
  if (found !== separators) throw new StorageError('key-invalid', 'a name in the key holds a NUL character');
  const bytes = Buffer.from(text, 'utf8');
  // UTF-8 cannot carry a lone surrogate; two names that differ only there would become one key.
  if (bytes.length !== text.length && loneSurrogate.test(text)) {
    throw new StorageError('key-invalid', 'a name in the key is not well-formed Unicode');
  }
  if (bytes.length > limit) {
    throw new StorageError(
      'key-too-long',
      `the key takes ${bytes.length} bytes; at most ${limit} are allowed`,
    );
  }
  return bytes;
}

export function encodeKey(key: ObjectKey): Buffer {
  const { tenant, group, resource, namespace, name } = key;
  if (tenant === '' || resource === '' || name === '') {
    throw new StorageError('key-invalid', 'a key needs a tenant, a resource and a name');
  }
  return keyBytes(`${tenant}\0${group}\0${resource}\0${namespace}\0${name}`, 4, limits.storageKeyBytes);
}

export function decodeKey(bytes: Uint8Array): ObjectKey {
  return objectKeyOf(textOf(bytes).split(separator), bytes);
}

/** Bytes of an object key in front of its namespace: the same for all objects of one resource of one tenant. */
export function namesOffset({ tenant, group, resource }: CounterScope): number {
  return Buffer.byteLength(tenant) + Buffer.byteLength(group) + Buffer.byteLength(resource) + 3;
}

/** The part of an object key that differs within its resource; much cheaper than decodeKey. */
export function decodeNames(
  bytes: Buffer,
  offset: number,
): { readonly namespace: string; readonly name: string } {
  const end = bytes.indexOf(0, offset);
  if (end === -1) throw undecodable(bytes);
  return { namespace: bytes.toString('utf8', offset, end), name: bytes.toString('utf8', end + 1) };
}

function objectKeyOf(parts: readonly string[], bytes: Uint8Array): ObjectKey {
  const [tenant, group, resource, namespace, name] = parts;
  if (name === undefined || parts.length !== 5) throw undecodable(bytes);
  return { tenant: tenant as TenantId, group: group!, resource: resource!, namespace: namespace!, name };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

function undecodable(bytes: Uint8Array): StorageError {
  return new StorageError('key-invalid', `not a stored key: ${printableKey(bytes)}`);
}

/** A key as a sentence can show it: `tenant/group/resource/namespace/name`, cut to a readable length. */
export function printableKey(bytes: Uint8Array): string {
  const text = textOf(bytes)
    .replaceAll(separator, '/')
    .replace(/\p{Cc}/gu, '?');
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

export interface KeyRange {
  /** Inclusive. */
  readonly start: Buffer;
  /** Exclusive. */
  readonly end: Buffer;
}

/** Everything behind a prefix that ends in the separator. */
function rangeOf(prefix: Buffer): KeyRange {
  const end = Buffer.from(prefix);
  end[end.length - 1] = separatorSuccessor;
  return { start: prefix, end };
}

/** The smallest key behind `key`. */
function successorOf(key: Buffer): Buffer {
  const next = Buffer.alloc(key.length + 1);
  key.copy(next);
  return next;
}

export interface ResourceRange {
  readonly tenant: TenantId;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly after?: { readonly namespace: string; readonly name: string };
}

/** The object keys of one resource of one tenant, of one namespace if given, behind the cursor if given. */
export function objectRange(query: ResourceRange): KeyRange {
  const { tenant, group, resource, namespace, after } = query;
  const prefix = `${tenant}\0${group}\0${resource}\0`;
  const range =
    namespace === undefined
      ? rangeOf(keyBytes(prefix, 3, limits.storageKeyBytes))
      : rangeOf(keyBytes(`${prefix}${namespace}\0`, 4, limits.storageKeyBytes));
  if (after === undefined) return range;
  const behind = successorOf(encodeKey({ tenant, group, resource, ...after }));
  return Buffer.compare(behind, range.start) > 0 ? { start: behind, end: range.end } : range;
}

export interface IndexEntry {
  /** `tenant`: looked up inside one control plane; `store`: across all. */
  readonly scope: 'tenant' | 'store';
  readonly name: string;
  readonly value: string;
}

/** Index keys add to an object's key its index's name and value; bounded so that none passes the engine's limit. */
const indexKeyBytes = limits.storageKeyBytes + limits.indexNameBytes + limits.indexValueBytes + 4;
/** Leads the hash that stands for a value too long or unfit for a key. The last code point: hashes sort last. */
const hashMark = '\u{10ffff}';

/**
 * A value as it stands in index keys: itself, or its hash when it is too long, holds a NUL or is not well-formed.
 * Hashed values can be looked up but do not order.
 */
function indexValue(value: string): string {
  const isPlain =
    Buffer.byteLength(value) <= limits.indexValueBytes &&
    !value.includes(separator) &&
    !value.startsWith(hashMark) &&
    !loneSurrogate.test(value);
  // Hashed as UTF-16, which every string has exactly one of.
  return isPlain ? value : `${hashMark}${createHash('sha256').update(value, 'utf16le').digest('base64url')}`;
}

/** True when an index key holds only a hash of the value, so that the value itself must be kept beside it. */
export function isHashedIndexValue(value: string): boolean {
  return indexValue(value) !== value;
}

function checkIndexName(name: string): void {
  if (name === '' || Buffer.byteLength(name) > limits.indexNameBytes) {
    throw new StorageError('key-invalid', `index names take 1 to ${limits.indexNameBytes} bytes`);
  }
}

export function encodeIndexKey({ scope, name, value }: IndexEntry, key: ObjectKey): Buffer {
  checkIndexName(name);
  const { tenant, group, resource, namespace, name: objectName } = key;
  const plain = indexValue(value);
  const text =
    scope === 'tenant'
      ? `t\0${tenant}\0${name}\0${plain}\0${group}\0${resource}\0${namespace}\0${objectName}`
      : `s\0${name}\0${plain}\0${tenant}\0${group}\0${resource}\0${namespace}\0${objectName}`;
  return keyBytes(text, 7, indexKeyBytes);
}

export interface DecodedIndexKey {
  readonly scope: 'tenant' | 'store';
  readonly name: string;
  /** As it stands in the key: a hashed value is not the value. */
  readonly value: string;
  readonly isHashed: boolean;
  readonly key: ObjectKey;
}

export function decodeIndexKey(bytes: Uint8Array): DecodedIndexKey {
  const parts = textOf(bytes).split(separator);
  if (parts.length !== 8 || (parts[0] !== 't' && parts[0] !== 's')) throw undecodable(bytes);
  const isTenant = parts[0] === 't';
  const [name, value] = isTenant ? [parts[2]!, parts[3]!] : [parts[1]!, parts[2]!];
  const key = objectKeyOf([isTenant ? parts[1]! : parts[3]!, ...parts.slice(4)], bytes);
  return { scope: isTenant ? 'tenant' : 'store', name, value, isHashed: value.startsWith(hashMark), key };
}

/** The index keys of one value, in the order of their object keys. A tenant index needs `tenant`. */
export function indexRange(query: {
  readonly name: string;
  readonly value: string;
  readonly tenant?: TenantId;
  readonly after?: ObjectKey;
}): KeyRange {
  const { name, value, tenant, after } = query;
  checkIndexName(name);
  const plain = indexValue(value);
  const range = rangeOf(
    tenant === undefined
      ? keyBytes(`s\0${name}\0${plain}\0`, 3, indexKeyBytes)
      : keyBytes(`t\0${tenant}\0${name}\0${plain}\0`, 4, indexKeyBytes),
  );
  if (after === undefined) return range;
  const cursor = encodeIndexKey({ scope: tenant === undefined ? 'store' : 'tenant', name, value }, after);
  const behind = successorOf(cursor);
  return Buffer.compare(behind, range.start) > 0 ? { start: behind, end: range.end } : range;
}

/** The keys of a store index with every value up to and including `upTo`, in the order of the values. */
export function indexRangeUpTo(name: string, upTo: string): KeyRange {
  checkIndexName(name);
  if (isHashedIndexValue(upTo)) {
    throw new StorageError('key-invalid', 'the bound of an index range must itself be a short, plain value');
  }
  const { start } = rangeOf(keyBytes(`s\0${name}\0`, 2, indexKeyBytes));
  const { end } = rangeOf(keyBytes(`s\0${name}\0${upTo}\0`, 3, indexKeyBytes));
  return { start, end };
}

/** A time as an index value: decimal milliseconds of fixed width, so that byte order is time order. */
export function expiryValue(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new StorageError('key-invalid', `not an expiry time: ${ms}`);
  return String(ms).padStart(16, '0');
}

/**
 * Counter rows of resources that hold objects (`live`) are apart from those emptied within the compaction window
 * (`empty`), so that a walk over the tenants of a resource meets only tenants that have some.
 */
export type CounterState = 'live' | 'empty';
const counterLead: Readonly<Record<CounterState, string>> = { live: 'r', empty: 'z' };

/** Resource first: all tenants of one resource lie together. */
export function encodeCounterKey(
  state: CounterState,
  scope: Omit<ResourceRange, 'namespace' | 'after'>,
): Buffer {
  const { tenant, group, resource } = scope;
  return keyBytes(`${counterLead[state]}\0${group}\0${resource}\0${tenant}`, 3, limits.storageKeyBytes);
}

export interface CounterScope {
  readonly tenant: TenantId;
  readonly group: string;
  readonly resource: string;
}

export function decodeCounterKey(bytes: Uint8Array): CounterScope & { readonly state: CounterState } {
  const [lead, group, resource, tenant, ...rest] = textOf(bytes).split(separator);
  const state = lead === counterLead.live ? 'live' : lead === counterLead.empty ? 'empty' : undefined;
  if (state === undefined || tenant === undefined || rest.length > 0) throw undecodable(bytes);
  return { state, group: group!, resource: resource!, tenant: tenant as TenantId };
}

/** The live counter rows of a resource, in the order of their tenants, behind `after`. */
export function counterRange(group: string, resource: string, after: TenantId | undefined): KeyRange {
  const range = rangeOf(keyBytes(`r\0${group}\0${resource}\0`, 3, limits.storageKeyBytes));
  if (after === undefined) return range;
  return { start: successorOf(encodeCounterKey('live', { tenant: after, group, resource })), end: range.end };
}

/** All counter rows of one state. */
export function counterStateRange(state: CounterState): KeyRange {
  return rangeOf(keyBytes(`${counterLead[state]}\0`, 1, limits.storageKeyBytes));
}

/** Tenant first: the resources of one tenant lie together. Stands beside every live counter row. */
export function encodeTenantResourceKey({ tenant, group, resource }: CounterScope): Buffer {
  return keyBytes(`t\0${tenant}\0${group}\0${resource}`, 3, limits.storageKeyBytes);
}

export function decodeTenantResourceKey(bytes: Uint8Array): CounterScope {
  const [lead, tenant, group, resource, ...rest] = textOf(bytes).split(separator);
  if (lead !== 't' || resource === undefined || rest.length > 0) throw undecodable(bytes);
  return { tenant: tenant as TenantId, group: group!, resource };
}

export function tenantResourceRange(tenant: TenantId | undefined): KeyRange {
  return tenant === undefined
    ? rangeOf(Buffer.from('t\0'))
    : rangeOf(keyBytes(`t\0${tenant}\0`, 2, limits.storageKeyBytes));
}

/** Where a paged list goes on. Bound to what it lists: whoever takes one back checks every field against the request. */
export interface ContinueToken {
  readonly tenant: TenantId;
  readonly group: string;
  readonly resource: string;
  /** The namespace listed; absent when the list spans all. */
  readonly namespace?: string;
  /** Revision all pages are read at. */
  readonly revision: Revision;
  /** The last object of the page before. */
  readonly cursor: { readonly namespace: string; readonly name: string };
  /** Objects behind the cursor, where the page before knew. */
  readonly remaining?: number;
}

const continueVersion = 1;

/** An opaque text, safe in a URL. */
export function encodeContinue(token: ContinueToken): string {
  const { tenant, group, resource, namespace, revision, cursor, remaining } = token;
  return Buffer.from(
    JSON.stringify({
      v: continueVersion,
      t: tenant,
      g: group,
      r: resource,
      n: namespace,
      rv: revision,
      c: [cursor.namespace, cursor.name],
      left: remaining,
    }),
  ).toString('base64url');
}

/** Throws StorageError `key-invalid` on anything encodeContinue did not write. */
export function decodeContinue(text: string): ContinueToken {
  const invalid = (cause?: unknown): StorageError =>
    new StorageError('key-invalid', 'the continue token is not one of this server', { cause });
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw invalid();
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) ?? {};
  } catch (error) {
    throw invalid(error);
  }
  const { v, t, g, r, n, rv, c, left } = fields;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (v !== continueVersion || typeof t !== 'string' || t === '') throw invalid();
  if (typeof g !== 'string' || typeof r !== 'string' || r === '') throw invalid();
  if ((n !== undefined && typeof n !== 'string') || !isCount(rv) || (left !== undefined && !isCount(left))) {
    throw invalid();
  }
  if (!Array.isArray(c) || c.length !== 2) throw invalid();
  const [namespace, name] = c;
  if (typeof namespace !== 'string' || typeof name !== 'string' || name === '') throw invalid();
  // A cursor no key can be made of would fail later, where the token is no longer known to be at fault.
  encodeKey({ tenant: t as TenantId, group: g, resource: r, namespace, name });
  return {
    tenant: t as TenantId,
    group: g,
    resource: r,
    ...(n === undefined ? {} : { namespace: n }),
    revision: rv,
    cursor: { namespace, name },
    ...(left === undefined ? {} : { remaining: left }),
  };
}
