/**
 * Between an object and its record: what the header must carry so that lists, watches, deletion and indexes
 * never parse the body. Adds the indexes every kind has.
 */
import { foregroundFinalizer } from '../apimachinery/deletion-policy.ts';
import { parseApiVersion } from '../apimachinery/gvk.ts';
import type { KubeObject, OwnerReference } from '../apimachinery/object-meta.ts';
import { asWritten } from '../apimachinery/schema/zero-members.ts';
import {
  deletingIndex,
  deletingValue,
  expiryIndex,
  foregroundIndex,
  ownerIndex,
  ownerKindIndex,
  ownerKindValue,
  ownerValue,
} from '../storage/index-names.ts';
import { expiryValue, type IndexEntry } from '../storage/keys.ts';
import { encodeRecord, type RecordHeader, serializeObject, writtenByField } from '../storage/record.ts';
import type { StorageForm } from './definition-table.ts';

/** The record of an object in its storage version. `resourceVersion` is left out: the store's revision is it. */
export function recordOf(form: StorageForm, object: KubeObject, nowMs: number): Buffer {
  const { json, rvOffset } = serializeObject(asWritten(object, form.served.version.schema));
  return encodeRecord(headerOf(form, object, nowMs), json, rvOffset);
}

/** Groups that can be defined have a dot; kinds of the others are always there. */
function definedKindOf({ apiVersion, kind }: OwnerReference): string[] {
  const { group } = parseApiVersion(apiVersion) ?? { group: '' };
  return group.includes('.') ? [ownerKindValue({ group, kind })] : [];
}

function headerOf(form: StorageForm, object: KubeObject, nowMs: number): RecordHeader {
  const { metadata } = object;
  const { definition } = form;
  const deleting = metadata.deletionTimestamp !== undefined;
  const fields: Record<string, string> = {};
  if (definition.writtenBy !== undefined) fields[writtenByField] = definition.writtenBy;
  for (const [label, value] of Object.entries(form.selectableFields)) fields[label] = value(object);
  for (const [name, value] of Object.entries(definition.headerFields ?? {})) fields[name] = value(object);
  const indexes: IndexEntry[] = [];
  for (const uid of new Set((metadata.ownerReferences ?? []).map((owner) => owner.uid))) {
    indexes.push({ scope: 'tenant', name: ownerIndex, value: ownerValue(uid) });
  }
  for (const value of new Set((metadata.ownerReferences ?? []).flatMap(definedKindOf))) {
    indexes.push({ scope: 'store', name: ownerKindIndex, value });
  }
  if (deleting) {
    indexes.push({ scope: 'store', name: deletingIndex, value: deletingValue(definition.storage) });
    if (metadata.finalizers?.includes(foregroundFinalizer) === true) {
      indexes.push({ scope: 'tenant', name: foregroundIndex, value: metadata.uid ?? '' });
    }
  }
  if (definition.strategy.ttlSeconds !== undefined) {
    const value = expiryValue(nowMs + definition.strategy.ttlSeconds * 1000);
    indexes.push({ scope: 'store', name: expiryIndex, value });
  }
  for (const index of definition.indexes ?? []) {
    for (const value of index.values(object)) indexes.push({ scope: index.scope, name: index.name, value });
  }
  return { uid: metadata.uid ?? '', deleting, labels: metadata.labels ?? {}, fields, indexes };
}
