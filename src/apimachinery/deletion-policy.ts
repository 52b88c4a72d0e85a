/**
 * What becomes of the dependents of a deleted object: two finalizers that the server itself writes, and the order in
 * which a request, the object and its kind are asked for the policy. Which dependents there are is the garbage
 * collector's work. Source: deletionFinalizersForGarbageCollection in apiserver/pkg/registry/generic/registry/store.go.
 */

/** The object waits until its dependents have forgotten it. */
export const orphanFinalizer = 'orphan';
/** The object waits until the dependents that block its deletion are gone. */
export const foregroundFinalizer = 'foregroundDeletion';

export const propagationPolicies = ['Foreground', 'Background', 'Orphan'] as const;
export type PropagationPolicy = (typeof propagationPolicies)[number];

/** What a delete says about dependents; nothing leaves it to the object and its kind. */
export interface PropagationOptions {
  readonly propagationPolicy?: PropagationPolicy;
  /** The older way to say it; never together with the newer. */
  readonly orphanDependents?: boolean;
}

/**
 * The finalizers of an object once a delete has had its say. The same list, by identity, when nothing changes; others'
 * finalizers keep their order, and the policy's comes last.
 */
export function deletionFinalizers(
  finalizers: readonly string[],
  { propagationPolicy, orphanDependents }: PropagationOptions,
): readonly string[] {
  const wanted = policyFinalizer(finalizers, propagationPolicy, orphanDependents);
  const others = finalizers.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  const next = wanted === undefined ? others : [...others, wanted];
  const before = new Set(finalizers);
  const isSame = new Set(next).size === before.size && next.every((name) => before.has(name));
  return isSame ? finalizers : next;
}

function policyFinalizer(
  finalizers: readonly string[],
  policy: PropagationPolicy | undefined,
  orphanDependents: boolean | undefined,
): string | undefined {
  if (orphanDependents !== undefined) return orphanDependents ? orphanFinalizer : undefined;
  if (policy === 'Orphan') return orphanFinalizer;
  if (policy === 'Foreground') return foregroundFinalizer;
  if (policy === 'Background') return undefined;
  return finalizers.find((name) => name === orphanFinalizer || name === foregroundFinalizer);
}
