/**
 * How the owners of an object stand: there, gone, or waiting for their dependents to go. A reference is to one object:
 * whatever else lies under its kind and name, but with another uid, is not the owner. Reads headers only.
 */
import type { KubeObject, OwnerReference } from '../../apimachinery/object-meta.ts';
import { StorageError } from '../../storage/errors.ts';
import { foregroundIndex } from '../../storage/index-names.ts';
import { indexesOf, uidOf } from '../../storage/record.ts';
import type { ObjectKey, Store, StoredRecord, TenantId } from '../../storage/store.ts';

export interface OwnerKind {
  readonly group: string;
  readonly resource: string;
  readonly isNamespaced: boolean;
}

/** Where objects of a kind lie in a control plane; undefined when it does not serve the kind in that version. */
export type FindKind = (tenant: TenantId, apiVersion: string, kind: string) => OwnerKind | undefined;

export interface Owners {
  readonly present: readonly OwnerReference[];
  readonly absent: readonly OwnerReference[];
  /** Being deleted, and held until their dependents are gone. */
  readonly waiting: readonly OwnerReference[];
  /**
   * Of some owner nothing can be said, as its kind is not served here or it cannot own the object (a namespaced kind
   * of a cluster-scoped object). Then the object is left alone, as upstream does.
   */
  readonly isOpen: boolean;
}

export function ownersOf(
  store: Store,
  findKind: FindKind,
  { tenant, namespace }: ObjectKey,
  { metadata }: KubeObject,
): Owners {
  const present: OwnerReference[] = [];
  const absent: OwnerReference[] = [];
  const waiting: OwnerReference[] = [];
  let isOpen = false;
  for (const reference of metadata.ownerReferences ?? []) {
    const kind = findKind(tenant, reference.apiVersion, reference.kind);
    if (kind === undefined || (kind.isNamespaced && namespace === '')) {
      isOpen = true;
      continue;
    }
    const { group, resource, isNamespaced } = kind;
    const key = { tenant, group, resource, namespace: isNamespaced ? namespace : '', name: reference.name };
    const owner = find(store, key);
    if (owner === undefined || uidOf(owner.record) !== reference.uid) absent.push(reference);
    else if (waitsForDependents(owner.record)) waiting.push(reference);
    else present.push(reference);
  }
  return { present, absent, waiting, isOpen };
}

/** Its deletion has begun, and goes on once its dependents are gone. */
export function waitsForDependents(record: Buffer): boolean {
  return indexesOf(record).some(({ name }) => name === foregroundIndex);
}

/** Nothing lies under a name that no key can have. */
function find(store: Store, key: ObjectKey): StoredRecord | undefined {
  try {
    return store.get(key);
  } catch (error) {
    const isUnkeyable =
      error instanceof StorageError && (error.code === 'key-invalid' || error.code === 'key-too-long');
    if (!isUnkeyable) throw error;
    return undefined;
  }
}
