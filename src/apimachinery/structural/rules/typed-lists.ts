/**
 * Lists of a custom resource as rules see them. How two are compared and added follows the list's type: the order of a
 * set or list map does not matter, and `+` joins them as sets or by their keys. Items are adapted when they are looked
 * at.
 */
import {
  ArrayList,
  CelDuration,
  CelList,
  CelObject,
  CelTimestamp,
  CelUint,
  type CelValue,
} from '../../cel/values.ts';
import type { JsonObject, JsonValue } from '../../object-meta.ts';
import { listMapKeyOf } from './list-map-key.ts';

/** Throws CelError for what is not of the type. */
export type Adapter = (value: JsonValue) => CelValue;
type Equal = (a: CelValue, b: CelValue) => boolean;

export class TypedList extends CelList {
  readonly raw: readonly JsonValue[];
  readonly adapt: Adapter;

  constructor(raw: readonly JsonValue[], adapt: Adapter) {
    super();
    this.raw = raw;
    this.adapt = adapt;
  }
  get size(): number {
    return this.raw.length;
  }
  get(index: number): CelValue | undefined {
    const item = this.raw[index];
    return item === undefined ? undefined : this.adapt(item);
  }
  override getInt(index: number): number | undefined {
    const item = this.raw[index];
    return typeof item === 'number' && Number.isSafeInteger(item) ? item : undefined;
  }
}

/** Of scalars, mostly; what has no simple key is compared with every other. */
export class SetList extends CelList {
  readonly #items: CelList;

  constructor(items: CelList) {
    super();
    this.#items = items;
  }
  get size(): number {
    return this.#items.size;
  }
  get(index: number): CelValue | undefined {
    return this.#items.get(index);
  }
  override getInt(index: number): number | undefined {
    return this.#items.getInt?.(index);
  }

  override equalTo(other: CelList, equal: Equal): boolean {
    if (other.size !== this.size) return false;
    const items = new ItemSet(this, equal);
    for (const item of other) if (!items.has(item)) return false;
    return true;
  }

  override concat(other: CelList): CelList {
    const items = new ItemSet(this, (a, b) => a === b);
    const joined = [...this];
    for (const item of other) {
      if (items.has(item)) continue;
      items.add(item);
      joined.push(item);
    }
    return new SetList(new ArrayList(joined));
  }
}

class ItemSet {
  readonly #keys = new Set<string>();
  readonly #others: CelValue[] = [];
  readonly #equal: Equal;

  constructor(items: Iterable<CelValue>, equal: Equal) {
    this.#equal = equal;
    for (const item of items) this.add(item);
  }
  add(item: CelValue): void {
    const key = scalarKey(item);
    if (key === undefined) this.#others.push(item);
    else this.#keys.add(key);
  }
  has(item: CelValue): boolean {
    const key = scalarKey(item);
    return key === undefined ? this.#others.some((other) => this.#equal(other, item)) : this.#keys.has(key);
  }
}

/** Equal scalars have equal keys, numbers of all types among them. */
function scalarKey(value: CelValue): string | undefined {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value !== 'object') return `${typeof value === 'boolean' ? 'b' : 'n'}${value}`;
  if (value instanceof CelUint) return `n${value.value}`;
  if (value instanceof CelTimestamp) return `t${value.nanos}`;
  if (value instanceof CelDuration) return `d${value.nanos}`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('base64')}`;
  return undefined;
}

/** Of objects, known by some of their fields. */
export class MapList extends TypedList {
  readonly #keys: readonly string[];

  constructor(raw: readonly JsonValue[], adapt: Adapter, keys: readonly string[]) {
    super(raw, adapt);
    this.#keys = keys;
  }

  override equalTo(other: CelList, equal: Equal): boolean | undefined {
    const items = rawItems(other);
    // A list that an expression has made of something else does not say what its items were.
    if (items === undefined) return undefined;
    if (items.length !== this.size) return false;
    const byKey = new Map(this.raw.map((item) => [this.#keyOf(item), item]));
    return items.every((item, i) => {
      const own = byKey.get(this.#keyOf(item));
      return own !== undefined && equal(this.adapt(own), other.get(i) as CelValue);
    });
  }

  override concat(other: CelList): CelList {
    const items = rawItems(other);
    if (items === undefined) return super.concat(other);
    // An item of the other takes the place of the own with its key.
    const joined = new Map(this.raw.map((item) => [this.#keyOf(item), item]));
    for (const item of items) joined.set(this.#keyOf(item), item);
    return new MapList([...joined.values()], this.adapt, this.#keys);
  }

  #keyOf(item: JsonValue): string {
    return listMapKeyOf(item, this.#keys);
  }
}

/** An object as the data has it. */
export abstract class RawObject extends CelObject {
  abstract readonly raw: JsonObject;
}

/** Of a list of such objects, however it came about. */
function rawItems(list: CelList): readonly JsonValue[] | undefined {
  if (list instanceof TypedList) return list.raw;
  const items: JsonValue[] = [];
  for (const item of list) {
    if (!(item instanceof RawObject)) return undefined;
    items.push(item.raw);
  }
  return items;
}
