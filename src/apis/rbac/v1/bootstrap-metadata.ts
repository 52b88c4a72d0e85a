/** What the roles and bindings that every control plane has from its start carry, so that tools know them as upstream's. */
import type { ObjectMeta } from '../../../apimachinery/object-meta.ts';

export const bootstrapMetadata = (
  name: string,
  labels: Readonly<Record<string, string>> = {},
): ObjectMeta => ({
  name,
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
});
