/**
 * Nothing is created in a namespace that does not exist or is on its way out. The namespace's revision joins
 * the write's batch, so a namespace deleted in between fails the write. Source: apiserver's
 * plugin/namespace/lifecycle; updates and deletes always pass.
 */
import { forbidden, notFound } from '../../apimachinery/status.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import { isDeleting } from '../../storage/record.ts';
import type { ObjectKey, Store, TenantId } from '../../storage/store.ts';

const namespaces = { group: '', resource: 'namespaces' };

export function namespaceLifecycle(store: Store): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    admit({ operation, definition, tenant, object }) {
      const { namespace } = object.metadata;
      if (operation !== 'create' || definition.scope !== 'Namespaced' || namespace === undefined) return [];
      const key: ObjectKey = { ...namespaces, tenant: tenant.id as TenantId, namespace: '', name: namespace };
      const stored = store.get(key);
      if (stored === undefined) throw notFound(namespaces, namespace);
      if (isDeleting(stored.record)) {
        throw forbidden(
          definition,
          object.metadata.name ?? '',
          `unable to create new content in namespace ${namespace} because it is being terminated`,
          [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        );
      }
      return [{ kind: 'guard', key, expect: stored.revision }];
    },
  };
}
