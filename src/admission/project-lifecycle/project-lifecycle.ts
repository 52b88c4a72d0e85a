/**
 * Nothing is created in the control plane of a project that is being deleted or gone. Namespaced objects are
 * guarded by their namespace; cluster-scoped ones by the project itself, whose revision joins the batch.
 */
import { forbidden } from '../../apimachinery/status.ts';
import { projectDefinition } from '../../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';

export function projectLifecycle(): AdmissionPlugin {
  return {
    name: 'ProjectLifecycle',
    admit({ operation, definition, tenant, object }) {
      if (operation !== 'create' || tenant.surface.kind !== 'Project') return [];
      const project = tenant.surface.name;
      if (tenant.isDeleting) {
        const message = `project "${project}" is being deleted`;
        throw forbidden(definition, object.metadata.name ?? '', message, [
          { reason: 'ProjectTerminating', message },
        ]);
      }
      if (definition.scope === 'Namespaced') return [];
      const { group, resource } = projectDefinition;
      const key = { tenant: tenantOfPlatform, group, resource, namespace: '', name: project };
      return [{ kind: 'guard', key, expect: tenant.projectRevision }];
    },
  };
}
