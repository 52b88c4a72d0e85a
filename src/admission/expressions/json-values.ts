/**
 * JSON without a schema as CEL sees it, and CEL's values as JSON. Objects are maps whose keys are texts; nothing is
 * copied before it is looked at. Source: UnstructuredReflectToVal of apiserver/pkg/cel/common.
 */
import {
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelObject,
  CelTimestamp,
  CelUint,
  type CelValue,
} from '../../apimachinery/cel/values.ts';
import { setField } from '../../apimachinery/codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';

export function celOfJson(value: JsonValue | undefined): CelValue {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? new JsonList(value) : new JsonMap(value);
    default:
      return value;
  }
}

class JsonList extends CelList {
  readonly #items: readonly JsonValue[];
  constructor(items: readonly JsonValue[]) {
    super();
    this.#items = items;
  }
  get size(): number {
    return this.#items.length;
  }
  get(index: number): CelValue | undefined {
    const item = this.#items[index];
    return item === undefined ? undefined : celOfJson(item);
  }
}

class JsonMap extends CelMap {
  readonly #fields: JsonObject;
  constructor(fields: JsonObject) {
    super();
    this.#fields = fields;
  }
  get size(): number {
    return this.#names().length;
  }
  get(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#fields, key)) return undefined;
    const value = this.#fields[key];
    return value === undefined ? undefined : celOfJson(value);
  }
  keys(): Iterable<CelValue> {
    return this.#names();
  }
  #names(): string[] {
    return Object.keys(this.#fields).filter((name) => this.#fields[name] !== undefined);
  }
}

/** Throws a CelError for what JSON has no form for. */
export function jsonOfCel(value: CelValue): JsonValue {
  switch (typeof value) {
    case 'bigint': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
    case 'object':
      return value === null ? null : jsonOfContainer(value);
    default:
      return value;
  }
}

function jsonOfContainer(value: Exclude<CelValue, null | boolean | bigint | number | string>): JsonValue {
  if (value instanceof CelUint) return jsonOfCel(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelList) return [...value].map(jsonOfCel);
  if (value instanceof CelMap) {
    const object: JsonObject = {};
    for (const [key, item] of value.entries()) {
      if (typeof key !== 'string') throw new CelError('keys of a JSON object are strings');
      setField(object, key, jsonOfCel(item));
    }
    return object;
  }
  if (value instanceof CelObject) {
    const object: JsonObject = {};
    for (const name of value.fields()) setField(object, name, jsonOfCel(value.get(name) ?? null));
    return object;
  }
  throw new CelError('type conversion error to JSON');
}

function timestampText({ nanos }: CelTimestamp): string {
  const second = 1_000_000_000n;
  const fraction = ((nanos % second) + second) % second;
  const whole = new Date(Number((nanos - fraction) / 1_000_000n)).toISOString().slice(0, -'.000Z'.length);
  const digits = fraction === 0n ? '' : `.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${whole}${digits}Z`;
}

/** In seconds, as protobuf writes it. */
function durationText({ nanos }: CelDuration): string {
  const second = 1_000_000_000n;
  const positive = nanos < 0n ? -nanos : nanos;
  const fraction = positive % second;
  const digits = fraction === 0n ? '' : `.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${nanos < 0n ? '-' : ''}${positive / second}${digits}s`;
}
