/**
 * What expressions compute with. Scalars are JavaScript's own where that is exact: int is bigint, double is number.
 * Lists, maps and objects are interfaces over data that is adapted when it is looked at, so that nothing is copied to
 * be evaluated. Values never change.
 */
import type { CelType } from './types.ts';

export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | CelUint
  | CelTimestamp
  | CelDuration
  | CelTypeValue
  | CelOptional
  | CelList
  | CelMap
  | CelObject
  | CelOpaque;

export class CelUint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** Nanoseconds since the epoch, and the time zone in which that was written: it makes no difference but to its text. */
export class CelTimestamp {
  readonly nanos: bigint;
  readonly offsetMinutes: number;
  constructor(nanos: bigint, offsetMinutes = 0) {
    this.nanos = nanos;
    this.offsetMinutes = offsetMinutes;
  }
}

/** Nanoseconds. */
export class CelDuration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value: `int`, `google.protobuf.Timestamp`. */
export class CelTypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class CelOptional {
  readonly value: CelValue | undefined;
  private constructor(value: CelValue | undefined) {
    this.value = value;
  }
  static readonly none = new CelOptional(undefined);
  static of(value: CelValue): CelOptional {
    return new CelOptional(value);
  }
}

export abstract class CelList {
  abstract readonly size: number;
  /** Undefined outside of the list. */
  abstract get(index: number): CelValue | undefined;
  /** For items that are known to be ints: a number where the data has one that is safe, which spares a bigint. */
  getInt?(index: number): number | undefined;

  [Symbol.iterator](): Iterator<CelValue> {
    return this.items()[Symbol.iterator]();
  }

  protected *items(): Iterable<CelValue> {
    for (let i = 0; i < this.size; i++) yield this.get(i) as CelValue;
  }

  /** What `+` gives. */
  concat(other: CelList): CelList {
    return new ConcatenatedList(this, other);
  }

  /** Undefined where the items decide, one by one in order. */
  equalTo?(other: CelList, equal: (a: CelValue, b: CelValue) => boolean): boolean | undefined;
}

export class ArrayList extends CelList {
  readonly array: readonly CelValue[];
  constructor(array: readonly CelValue[]) {
    super();
    this.array = array;
  }
  get size(): number {
    return this.array.length;
  }
  get(index: number): CelValue | undefined {
    return this.array[index];
  }
  protected override items(): Iterable<CelValue> {
    return this.array;
  }
  override concat(other: CelList): CelList {
    if (this.size + other.size > shortList) return super.concat(other);
    const items = [...this.array, ...other];
    return new GrowingList(items, items.length);
  }
}

/** Lists up to here are copied by `+`; longer ones are looked at through what they were made of. */
const shortList = 32;

/**
 * The items of a list that is made item by item, as loops make them, up to where this one ends. Those that come after
 * share them; only the longest may append in place, so that what an expression has seen never changes.
 */
class GrowingList extends CelList {
  readonly #shared: CelValue[];
  readonly size: number;
  constructor(shared: CelValue[], size: number) {
    super();
    this.#shared = shared;
    this.size = size;
  }
  get(index: number): CelValue | undefined {
    return index < this.size ? this.#shared[index] : undefined;
  }
  protected override items(): Iterable<CelValue> {
    return this.#shared.slice(0, this.size);
  }
  override concat(other: CelList): CelList {
    if (this.#shared.length !== this.size || other.size > shortList) return super.concat(other);
    this.#shared.push(...other);
    return new GrowingList(this.#shared, this.#shared.length);
  }
}

class ConcatenatedList extends CelList {
  readonly #left: CelList;
  readonly #right: CelList;
  readonly size: number;
  constructor(left: CelList, right: CelList) {
    super();
    this.#left = left;
    this.#right = right;
    this.size = left.size + right.size;
  }
  get(index: number): CelValue | undefined {
    return index < this.#left.size ? this.#left.get(index) : this.#right.get(index - this.#left.size);
  }
}

export abstract class CelMap {
  abstract readonly size: number;
  /** Undefined for a key that is not there. Numbers that are equal are one key, whatever their type. */
  abstract get(key: CelValue): CelValue | undefined;
  abstract keys(): Iterable<CelValue>;

  *entries(): Iterable<readonly [CelValue, CelValue]> {
    for (const key of this.keys()) yield [key, this.get(key) as CelValue];
  }
}

/** A map made in an expression. Entries keep the order in which they were written. */
export class EntriesMap extends CelMap {
  /** Shared with the maps that were made of this one, which have more: those are none of this one's. */
  readonly #shared: Map<string, SharedEntry>;
  readonly size: number;

  constructor(
    entries: Iterable<readonly [CelValue, CelValue]>,
    shared: Map<string, SharedEntry> = new Map(),
  ) {
    super();
    this.#shared = shared;
    for (const [key, value] of entries) {
      const text = mapKeyText(key) ?? '';
      shared.set(text, { key, value, at: shared.get(text)?.at ?? shared.size });
    }
    this.size = shared.size;
  }

  get(key: CelValue): CelValue | undefined {
    const text = mapKeyText(key);
    const found = text === undefined ? undefined : this.#shared.get(text);
    return found !== undefined && found.at < this.size ? found.value : undefined;
  }

  *keys(): Iterable<CelValue> {
    for (const { key, at } of this.#shared.values()) {
      if (at >= this.size) return;
      yield key;
    }
  }

  /** A map with one entry more, whose key must be new. Made in place where nothing was added to this one before. */
  with(key: CelValue, value: CelValue): EntriesMap {
    const isLongest = this.#shared.size === this.size;
    return isLongest
      ? new EntriesMap([[key, value]], this.#shared)
      : new EntriesMap([...this.entries(), [key, value]]);
  }
}
interface SharedEntry {
  readonly key: CelValue;
  readonly value: CelValue;
  readonly at: number;
}

/** Equal keys have equal texts; undefined for what is no key. */
export function mapKeyText(key: CelValue): string | undefined {
  switch (typeof key) {
    case 'string':
      return `s${key}`;
    case 'boolean':
      return `b${key}`;
    case 'bigint':
      return `n${key}`;
    case 'number':
      return Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
    default:
      return key instanceof CelUint ? `n${key.value}` : undefined;
  }
}

/** An object whose fields are known by name. */
export abstract class CelObject {
  abstract readonly typeName: string;
  /** The value of a field; its zero value where it is not set, undefined where the type has no such field. */
  abstract get(field: string): CelValue | undefined;
  abstract has(field: string): boolean;
  /** As of a list's items. */
  getInt?(field: string): number | undefined;
  /** The names of fields that are set. */
  abstract fields(): Iterable<string>;
  equalTo?(other: CelObject, equal: (a: CelValue, b: CelValue) => boolean): boolean;
}

/** A value that libraries define: known by its type, its equality, and their functions. */
export abstract class CelOpaque {
  abstract readonly celType: CelType;
  abstract equalTo(other: CelOpaque): boolean;
}

/**
 * Why there is no value. A value itself, which functions return: rules fail by the hundred thousand, and making or
 * throwing an Error takes longer than what has failed. It is thrown only from within what gives items one by one: by
 * data that turns out not to be what its type says, by comparisons that have become too many. Whoever looks at data or
 * calls a function makes it a value again (`failureOf`). The message is cel-go's.
 */
export class CelError {
  readonly #message: string | (() => string);
  readonly cause: unknown;
  /** Given as a function where most of the work would be to word it, since most failures are never told. */
  constructor(message: string | (() => string), cause?: unknown) {
    this.#message = message;
    this.cause = cause;
  }
  get message(): string {
    return typeof this.#message === 'string' ? this.#message : this.#message();
  }
}
/** What a part of an expression comes to. */
export type Outcome = CelValue | CelError;

/** Of what was thrown. Anything else than a CelError is thrown on. */
export function failureOf(thrown: unknown): CelError {
  if (thrown instanceof CelError) return thrown;
  throw thrown;
}

/** One for all: in a loop, making them is what takes the time. */
export const noSuchOverload = new CelError('no such overload');
export const noSuchKey = (key: CelValue): CelError => new CelError(() => `no such key: ${keyShown(key)}`);
const keyShown = (key: CelValue): string => (key instanceof CelUint ? `${key.value}` : String(key));
