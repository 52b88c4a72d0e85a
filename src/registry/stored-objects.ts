/**
 * From stored records to objects in the version of a request, and back. What lies in another version is converted: by
 * the kind itself, by nothing but its name, or by a webhook of its definition. Only the last makes anybody wait, so the
 * answer is a promise only then.
 */
import { cloneJson } from '../apimachinery/clone-json.ts';
import { apiVersionOf } from '../apimachinery/gvk.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { RemoteConversion } from '../apimachinery/resource-definition.ts';
import { asWritten } from '../apimachinery/schema/zero-members.ts';
import { must } from '../lib/assert.ts';
import type { Tenant } from '../request/context.ts';
import { parseRecord, writtenByOf } from '../storage/record.ts';
import type { StoredRecord } from '../storage/store.ts';
import type { ServedResource } from './definition-table.ts';

export interface ConversionRequest {
  readonly conversion: RemoteConversion;
  readonly served: ServedResource;
  readonly tenant: Tenant;
  /** Wanted. */
  readonly apiVersion: string;
  /** In other versions than that. */
  readonly objects: readonly KubeObject[];
}

export interface RemoteConverter {
  /** As many objects in the same order. Rejects with a StatusError. */
  convert(request: ConversionRequest): Promise<KubeObject[]>;
}

/** Whose objects they are, and who converts them. */
export interface Plane {
  readonly tenant: Tenant;
  readonly converter: RemoteConverter | undefined;
}

/** Whether the stored bytes are what is served, but for the resourceVersion. */
export function isServedAsStored(
  { isStoredForm, definition }: ServedResource,
  stored: StoredRecord,
): boolean {
  if (!isStoredForm) return false;
  // Only then is the record looked at: where it lies among others, each look makes a view of it.
  return definition.writtenBy === undefined || writtenByOf(stored.record) === definition.writtenBy;
}

/** Stored records as objects in the served version, in the same order. */
export function objectsOf(
  plane: Plane,
  served: ServedResource,
  entries: readonly StoredRecord[],
): KubeObject[] | Promise<KubeObject[]> {
  const { convert, custom, schema } = served.version;
  const objects = entries.map(({ record, revision }) => parseRecord(record, revision));
  if (custom === undefined) {
    return convert === undefined
      ? objects
      : objects.map((object) => asWritten(convert.fromStorage(object), schema));
  }
  const isStale = entries.map((entry) => !isServedAsStored(served, entry));
  const complete = (converted: KubeObject[]): KubeObject[] => {
    for (const [i, object] of converted.entries()) if (isStale[i]) custom.complete(object);
    return converted;
  };
  const converted = inVersion(plane, served, apiVersionIn(served), objects);
  return converted instanceof Promise ? converted.then(complete) : complete(converted);
}

export function objectOf(
  plane: Plane,
  served: ServedResource,
  stored: StoredRecord,
): KubeObject | Promise<KubeObject> {
  const objects = objectsOf(plane, served, [stored]);
  return objects instanceof Promise ? objects.then(only) : only(objects);
}

/** An object in the served version as it is to be stored. */
export function toStored(
  plane: Plane,
  served: ServedResource,
  object: KubeObject,
): KubeObject | Promise<KubeObject> {
  const { convert, custom } = served.version;
  if (custom === undefined || served.isStoredForm) return convert?.toStorage(object) ?? object;
  const stored = served.form.served;
  const complete = (converted: KubeObject[]): KubeObject => {
    const result = only(converted);
    stored.version.custom?.complete(result);
    return result;
  };
  // What completes it changes it in place, and the object is answered with.
  const converted = inVersion(plane, served, apiVersionIn(stored), [cloneJson(object)]);
  return converted instanceof Promise ? converted.then(complete) : complete(converted);
}

/** A copy of an object in another version of its kind; the object itself where it is in that. */
export function convertedTo(
  plane: Plane,
  from: ServedResource,
  object: KubeObject,
  to: ServedResource,
): KubeObject | Promise<KubeObject> {
  if (from.version === to.version) return object;
  if (to.version.custom === undefined) {
    const stored = from.version.convert?.toStorage(cloneJson(object)) ?? cloneJson(object);
    return to.version.convert?.fromStorage(stored) ?? { ...stored, apiVersion: apiVersionIn(to) };
  }
  const complete = (converted: KubeObject[]): KubeObject => {
    const result = only(converted);
    to.version.custom?.complete(result);
    return result;
  };
  const converted = inVersion(plane, to, apiVersionIn(to), [cloneJson(object)]);
  return converted instanceof Promise ? converted.then(complete) : complete(converted);
}

function inVersion(
  { tenant, converter }: Plane,
  served: ServedResource,
  apiVersion: string,
  objects: KubeObject[],
): KubeObject[] | Promise<KubeObject[]> {
  const others = objects.filter((object) => object.apiVersion !== apiVersion);
  const { remoteConversion: conversion } = served.definition;
  if (conversion === undefined || others.length === 0) {
    for (const object of others) object.apiVersion = apiVersion;
    return objects;
  }
  const request: ConversionRequest = { conversion, served, tenant, apiVersion, objects: others };
  return must(converter, 'a converter of custom resources')
    .convert(request)
    .then((converted) => {
      let next = 0;
      return objects.map((object) =>
        object.apiVersion === apiVersion ? object : must(converted[next++], 'a converted object'),
      );
    });
}

const apiVersionIn = ({ definition, version }: ServedResource): string =>
  apiVersionOf({ group: definition.group, version: version.version });

const only = (objects: readonly KubeObject[]): KubeObject => must(objects[0], 'one object');
