/** Adding a finalizer at creation, so that no object of the kind ever exists without it. */
import type { KubeObject } from '../../../apimachinery/object-meta.ts';

export function addFinalizer(object: KubeObject, finalizer: string): void {
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
}
