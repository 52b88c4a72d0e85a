/**
 * No custom resource comes to be while its definition is on its way out. The definition's revision joins the batch of
 * each create, so that none commits behind the deletion mark. Source: forbidCreateAdmission of apiextensions-apiserver.
 */
import { forbidden, notFound } from '../../apimachinery/status.ts';
import { placeOfDefinition } from '../../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import { isDeleting } from '../../storage/record.ts';
import type { ObjectKey, Store, TenantId } from '../../storage/store.ts';

export function customResourceLifecycle(store: Store): AdmissionPlugin {
  return {
    name: 'CustomResourceLifecycle',
    admit({ operation, definition, tenant, object }) {
      const isCustom = definition.writtenBy !== undefined;
      if (operation !== 'create' || !isCustom) return [];
      const key: ObjectKey = {
        tenant: definition.definedBy === 'Platform' ? tenantOfPlatform : (tenant.id as TenantId),
        ...placeOfDefinition(definition),
      };
      const stored = store.get(key);
      if (stored === undefined) throw notFound(definition, object.metadata.name ?? '');
      if (isDeleting(stored.record)) {
        throw forbidden(
          definition,
          object.metadata.name ?? '',
          'create not allowed while custom resource definition is terminating',
        );
      }
      return [{ kind: 'guard', key, expect: stored.revision }];
    },
  };
}
