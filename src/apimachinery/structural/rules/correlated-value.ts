/**
 * A value beside the one it replaces, found in the old object through names of fields and keys of list maps. Says
 * whether it is still the same: then an update is not refused for what it does not touch (ratcheting). Made for one
 * comparison of two objects, and only where a rule has failed.
 */
import { deepEqual } from '../../equality.ts';
import type { JsonObject, JsonValue } from '../../object-meta.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { listMapKeyOf } from './list-map-key.ts';

export class CorrelatedValue {
  readonly value: JsonValue;
  readonly old: JsonValue;
  readonly schema: JsonSchemaProps;
  #unchanged: boolean | undefined;
  #oldByKey: Map<string, JsonValue> | undefined;
  readonly #children = new Map<string | number, CorrelatedValue>();

  constructor(value: JsonValue, old: JsonValue, schema: JsonSchemaProps) {
    this.value = value;
    this.old = old;
    this.schema = schema;
  }

  /** Undefined where either side lacks it, or the schema does not know it. */
  property(name: string): CorrelatedValue | undefined {
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    if (!isObject(this.value) || !isObject(this.old)) return undefined;
    const value = ownValue(this.value, name);
    const old = ownValue(this.old, name);
    const schema = propertySchema(this.schema, name);
    if (value === undefined || old === undefined || schema === undefined) return undefined;
    return this.#keep(name, new CorrelatedValue(value, old, schema));
  }

  /** Undefined where the list does not say which old item it was. */
  item(index: number): CorrelatedValue | undefined {
    const known = this.#children.get(index);
    if (known !== undefined) return known;
    if (!Array.isArray(this.value) || !Array.isArray(this.old) || this.schema.items === undefined)
      return undefined;
    const value = this.value[index];
    if (value === undefined) return undefined;
    const old = this.#oldItem(value, index);
    if (old === undefined || old === null) return undefined;
    return this.#keep(index, new CorrelatedValue(value, old, this.schema.items));
  }

  /** Items of list maps may have moved; all else must be equal. */
  get isUnchanged(): boolean {
    this.#unchanged ??= this.#compare();
    return this.#unchanged;
  }

  #compare(): boolean {
    const { value, old } = this;
    if (value === null || old === null) return value === old;
    if (Array.isArray(value)) return Array.isArray(old) && this.#sameItems(value, old);
    if (isObject(value)) return isObject(old) && this.#sameFields(value, old);
    return deepEqual(value, old);
  }

  #sameItems(value: JsonValue[], old: JsonValue[]): boolean {
    if (value.length !== old.length) return false;
    if (!isCorrelatable(this.schema)) return deepEqual(value, old);
    return value.every((item, index) => {
      const child = this.item(index);
      return child === undefined ? item === null && this.#oldItem(item, index) === null : child.isUnchanged;
    });
  }

  #sameFields(value: JsonObject, old: JsonObject): boolean {
    const names = Object.keys(value);
    if (names.length !== Object.keys(old).length) return false;
    return names.every((name) => {
      const child = this.property(name);
      if (child !== undefined) return child.isUnchanged;
      // What the schema does not know is preserved, and compared as it is.
      return Object.hasOwn(old, name) && deepEqual(value[name], old[name]);
    });
  }

  #oldItem(value: JsonValue, index: number): JsonValue | undefined {
    const old = this.old as JsonValue[];
    const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = this.schema;
    if (listType === 'map') {
      this.#oldByKey ??= new Map(old.map((item) => [listMapKeyOf(item, keys), item]));
      return this.#oldByKey.get(listMapKeyOf(value, keys));
    }
    return isCorrelatable(this.schema) ? old[index] : undefined;
  }

  #keep(step: string | number, child: CorrelatedValue): CorrelatedValue {
    this.#children.set(step, child);
    return child;
  }
}

/** Of a list: a set or an atomic list says nothing of its single items, and one without a type is atomic. */
function isCorrelatable(schema: JsonSchemaProps): boolean {
  const listType = schema['x-kubernetes-list-type'];
  return listType === 'map';
}

function propertySchema(schema: JsonSchemaProps, name: string): JsonSchemaProps | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const ownValue = (object: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;
