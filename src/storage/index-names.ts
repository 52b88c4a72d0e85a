/** Indexes that every kind has, written by the engine and read by controllers. Kinds declare further ones. */

/** Dependents by the uid of an owner, inside one control plane. */
export const ownerIndex = 'owner';
/** Objects that carry a deletion mark, over all tenants; the value is `group/resource`. */
export const deletingIndex = 'deleting';
/** Objects with a lifetime, over all tenants; the value is keys.ts expiryValue(ms). */
export const expiryIndex = 'expires';

export function deletingValue({ group, resource }: { group: string; resource: string }): string {
  return `${group}/${resource}`;
}
