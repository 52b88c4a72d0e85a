/** What the flow control objects that every control plane has from its start carry, so that tools know them as upstream's. */
import type { ObjectMeta } from '../../../apimachinery/object-meta.ts';

export const bootstrapMetadata = (name: string): ObjectMeta => ({
  name,
  annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' },
});
