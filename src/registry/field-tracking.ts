/**
 * managedFields in the engine: which endpoint a write goes to, and what its versions and fields are. The rules are
 * apimachinery/managed-fields'. Every write but a delete passes here, before the strategy and admission see it.
 */
import { excludeFields } from '../apimachinery/apply/field-filter.ts';
import { FieldSet } from '../apimachinery/apply/field-set.ts';
import type { Versions } from '../apimachinery/apply/managed-set.ts';
import { applySchemaOf } from '../apimachinery/apply/schema-topology.ts';
import { deepEqual } from '../apimachinery/equality.ts';
import { apiVersionOf } from '../apimachinery/gvk.ts';
import {
  type ReplicasPaths,
  toParentEntries,
  toScaleEntries,
} from '../apimachinery/managed-fields/scale-entries.ts';
import { type TrackedEndpoint, trackUpdate } from '../apimachinery/managed-fields/tracker.ts';
import type { JsonObject, JsonValue, KubeObject } from '../apimachinery/object-meta.ts';
import type {
  SubresourceDefinition,
  SubresourceForm,
  VersionDefinition,
} from '../apimachinery/resource-definition.ts';
import { asCompared } from '../apimachinery/schema/zero-members.ts';
import { StatusError } from '../apimachinery/status.ts';
import { must } from '../lib/assert.ts';
import { findSubresource, type ServedResource, type StorageForm } from './definition-table.ts';
import { type Engine, planeOf, type Target, type WriteOptions } from './engine.ts';
import { withConversions } from './tracked-conversions.ts';

/** What tracking knows of an endpoint never changes, so each is looked into once. */
const endpoints = new WeakMap<StorageForm, Map<string, TrackedEndpoint>>();

export function trackedEndpoint(
  served: ServedResource,
  subresource: SubresourceDefinition | undefined,
): TrackedEndpoint {
  const { form } = served;
  const apiVersion = apiVersionOf({ group: served.definition.group, version: served.version.version });
  const name = `${apiVersion}/${subresource?.name ?? ''}`;
  let known = endpoints.get(form);
  if (known === undefined) {
    known = new Map();
    endpoints.set(form, known);
  }
  let endpoint = known.get(name);
  if (endpoint === undefined) {
    const { schema } = subresource?.form ?? served.version;
    endpoint = {
      apiVersion: subresource?.form === undefined ? apiVersion : apiVersionOf(subresource.form),
      subresource: subresource?.name ?? '',
      versions: subresource?.form === undefined ? versionsOf(form) : onlyVersion(subresource.form),
      complete: (object) => asCompared(object, schema),
      written: excludeFields(resetFields(served, subresource)),
    };
    known.set(name, endpoint);
  }
  return endpoint;
}

function resetFields(
  { definition }: ServedResource,
  subresource: SubresourceDefinition | undefined,
): FieldSet {
  const paths = [...((subresource ?? definition).resetFields ?? [])];
  if (subresource === undefined && findSubresource(definition, 'status') !== undefined)
    paths.push(['status']);
  return FieldSet.of(...paths.map((path) => path.map((name) => `f:${name}`)));
}

/** Every version that an object of this storage can be written in, whichever view serves it. */
function versionsOf(form: StorageForm): Versions {
  const version = (apiVersion: string): VersionDefinition =>
    must(form.versions.get(apiVersion), `version ${apiVersion}`);
  return {
    schemaOf(apiVersion) {
      const found = form.versions.get(apiVersion);
      return found === undefined ? undefined : (found.custom?.applySchema ?? applySchemaOf(found.schema));
    },
    convert(object, from, to) {
      const given = object as unknown as KubeObject;
      const stored = version(from).convert?.toStorage(given) ?? given;
      return (version(to).convert?.fromStorage(stored) ?? stored) as unknown as JsonObject;
    },
  };
}

const onlyVersion = (form: SubresourceForm): Versions => ({
  schemaOf: (apiVersion) => (apiVersion === apiVersionOf(form) ? applySchemaOf(form.schema) : undefined),
  convert: (object) => object,
});

/** An object as an endpoint shows it, with the entries of those who manage what can be seen of it there. */
export function trackedForm(
  served: ServedResource,
  subresource: SubresourceDefinition | undefined,
  object: KubeObject,
): KubeObject {
  if (subresource?.form === undefined) return object;
  const shown = subresource.form.show(object);
  setManagedFields(shown, toScaleEntries(object.metadata.managedFields, replicasPaths(served)));
  return shown;
}

/** The managedFields of `old` after a write through an endpoint left those of `wanted`. */
export function managedFieldsBehind(
  served: ServedResource,
  subresource: SubresourceDefinition | undefined,
  wanted: KubeObject,
  old: KubeObject,
): JsonValue[] | undefined {
  const { managedFields } = wanted.metadata;
  if (subresource?.form === undefined) return managedFields;
  const apiVersion = apiVersionOf({ group: served.definition.group, version: served.version.version });
  return toParentEntries(old.metadata.managedFields, managedFields, apiVersion, replicasPaths(served));
}

/** Scale is the one other form in which an object is written. All versions of a kind have their replicas alike. */
function replicasPaths({ definition, form }: ServedResource): ReplicasPaths {
  const { specReplicasPath } = must(definition.scale, `where ${definition.kind} has its replicas`);
  const path = specReplicasPath
    .split('.')
    .slice(1)
    .map((name) => `f:${name}`);
  return Object.fromEntries([...form.versions.keys()].map((apiVersion) => [apiVersion, path]));
}

/**
 * Sets the managedFields of an object that is to be created, of a kind that converts by itself. `object` has what the
 * client sent.
 */
export function trackCreation(
  engine: Pick<Engine, 'clock'>,
  served: ServedResource,
  object: KubeObject,
  options: Pick<WriteOptions, 'fieldManager'>,
): void {
  setManagedFields(object, createdFields(engine, trackedEndpoint(served, undefined), object, options));
}

/** The same for any kind. What comes of a webhook that does not convert is tracking that begins anew. */
export async function trackAnyCreation(
  engine: Engine,
  { served, tenant }: Target,
  object: KubeObject,
  options: WriteOptions,
): Promise<void> {
  const endpoint = trackedEndpoint(served, undefined);
  const tracked = withConversions(planeOf(engine, { tenant }), served, endpoint, (using) =>
    createdFields(engine, using, object, options),
  );
  setManagedFields(object, tracked instanceof Promise ? await orElse(tracked, undefined) : tracked);
}

function createdFields(
  { clock }: Pick<Engine, 'clock'>,
  endpoint: TrackedEndpoint,
  object: KubeObject,
  { fieldManager }: Pick<WriteOptions, 'fieldManager'>,
): JsonValue[] | undefined {
  const nothing: KubeObject = { apiVersion: object.apiVersion, kind: object.kind, metadata: {} };
  return trackUpdate(endpoint, nothing, object, { manager: fieldManager, nowMs: clock.now() });
}

/** A version that cannot be converted to is no reason to refuse a write. */
async function orElse<T>(tracked: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await tracked;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return otherwise;
  }
}

/**
 * Sets the managedFields of an object that is to replace `old`. `object` has what the client sent, `wanted` is what
 * it sent where that is another form of it.
 */
export async function trackReplacement(
  engine: Engine,
  { served, tenant }: Target,
  subresource: SubresourceDefinition | undefined,
  object: KubeObject,
  { old, wanted }: { readonly old: KubeObject; readonly wanted: KubeObject },
  options: WriteOptions,
): Promise<void> {
  const given = object.metadata.managedFields;
  const stored = old.metadata.managedFields;
  const isEdit = subresource === undefined && given !== undefined && !deepEqual(given, stored);
  setManagedFields(object, stored);
  // Where nothing changes nobody's fields do.
  if (!isEdit && deepEqual(object, old)) return;
  if (isEdit) setManagedFields(object, given);
  const writer = { manager: options.fieldManager, nowMs: engine.clock.now() };
  const endpoint = trackedEndpoint(served, subresource);
  if (subresource?.form === undefined) {
    const tracked = withConversions(planeOf(engine, { tenant }), served, endpoint, (using) =>
      trackUpdate(using, old, object, writer),
    );
    setManagedFields(object, tracked instanceof Promise ? await orElse(tracked, stored) : tracked);
    return;
  }
  const before = trackedForm(served, subresource, old);
  const after = { ...wanted, metadata: { ...wanted.metadata } };
  setManagedFields(after, trackUpdate(endpoint, before, after, writer));
  setManagedFields(object, managedFieldsBehind(served, subresource, after, old));
}

export function setManagedFields({ metadata }: KubeObject, managedFields: JsonValue[] | undefined): void {
  if (managedFields === undefined) delete metadata.managedFields;
  else metadata.managedFields = managedFields;
}

/**
 * Takes back the new times in managedFields where they are all that is new: who writes again what is there changes
 * nothing. Source: IgnoreManagedFieldsTimestampsTransformer of apiserver.
 */
export function keepTimes(object: KubeObject, old: KubeObject): void {
  const after = object.metadata.managedFields;
  const before = old.metadata.managedFields;
  if (after === undefined || before === undefined || after.length !== before.length) return;
  if (!after.every((entry, i) => deepEqual(withoutTime(entry), withoutTime(before[i]!)))) return;
  object.metadata.managedFields = before;
  if (!deepEqual(object, old)) object.metadata.managedFields = after;
}

function withoutTime(entry: JsonValue): JsonObject {
  const { time: _, ...rest } = entry as JsonObject;
  return rest;
}
