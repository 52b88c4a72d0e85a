/** Indexes that every kind has, written by the engine and read by controllers. Kinds declare further ones. */
import { createHash } from 'node:crypto';
import { limits } from '../apimachinery/limits.ts';

/** Dependents by an owner, inside one control plane; the value is ownerValue(uid). */
export const ownerIndex = 'owner';
/** Dependents by the kind of an owner that may come and go, over all tenants; the value is ownerKindValue(kind). */
export const ownerKindIndex = 'ownerKind';
/** Objects that wait for the end of their dependents (foreground deletion), by their uid, inside one control plane. */
export const foregroundIndex = 'foreground';
/** Objects that carry a deletion mark, over all tenants; the value is `group/resource`. */
export const deletingIndex = 'deleting';
/** Objects with a lifetime, over all tenants; the value is keys.ts expiryValue(ms). */
export const expiryIndex = 'expires';

/** Clients may write any text as the uid of an owner; those that this server makes are short and plain. */
export function ownerValue(uid: string): string {
  const isPlain = uid.length <= limits.indexedUidLength && /^[!-~]+$/.test(uid);
  return isPlain ? uid : createHash('sha256').update(uid).digest('hex');
}

export function ownerKindValue({ group, kind }: { group: string; kind: string }): string {
  return `${group}/${kind}`;
}

export function deletingValue({ group, resource }: { group: string; resource: string }): string {
  return `${group}/${resource}`;
}
