/**
 * Nothing comes to be stored in the control plane of a project that is being deleted or gone, by a create or by the
 * first write of a shared default. The project's revision joins the batch of each, so that none commits behind the
 * deletion mark; updates and deletes of what is stored always pass.
 */
import { forbidden, notFound } from '../../apimachinery/status.ts';
import { projectDefinition } from '../../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import { tenantOfPlatform, tenantOfProject } from '../../storage/keys.ts';
import { isDeleting, uidOf } from '../../storage/record.ts';
import type { Store } from '../../storage/store.ts';

const { group, resource } = projectDefinition.storage;

export function projectLifecycle(store: Store): AdmissionPlugin {
  return {
    name: 'ProjectLifecycle',
    admit({ isFirst, definition, tenant, object }) {
      if (!isFirst || tenant.surface.kind !== 'Project') return [];
      const project = tenant.surface.name;
      const key = { tenant: tenantOfPlatform, group, resource, namespace: '', name: project };
      // Not the request's knowledge of the project: that may have changed since, and a retry must see it.
      const stored = store.get(key);
      if (stored === undefined || tenantOfProject(project, uidOf(stored.record)) !== tenant.id) {
        throw notFound(projectDefinition, project);
      }
      if (isDeleting(stored.record)) {
        const message = `project "${project}" is being deleted`;
        throw forbidden(definition, object.metadata.name ?? '', message, [
          { reason: 'ProjectTerminating', message },
        ]);
      }
      return [{ kind: 'guard', key, expect: stored.revision }];
    },
  };
}
