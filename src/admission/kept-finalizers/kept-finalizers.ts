/**
 * The finalizers that the platform puts on organizations, folders and projects stay until a controller takes
 * them off: a manifest that never named one (`kubectl replace`) would else drop it, and deleting the object would
 * leave what it owns behind for good. Other finalizers are their owners' business.
 */
import type { GroupResource } from '../../apimachinery/gvk.ts';
import { folderDefinition } from '../../apis/resourcemanager/v1alpha1/folder/folder-definition.ts';
import { folderFinalizer } from '../../apis/resourcemanager/v1alpha1/folder/folder-strategy.ts';
import { organizationDefinition } from '../../apis/resourcemanager/v1alpha1/organization/organization-definition.ts';
import { organizationFinalizer } from '../../apis/resourcemanager/v1alpha1/organization/organization-strategy.ts';
import { projectDefinition } from '../../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import { projectFinalizer } from '../../apis/resourcemanager/v1alpha1/project/project-strategy.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import { controllersUser } from '../../request/system-users.ts';

const nameOf = ({ group, resource }: GroupResource): string => `${group}/${resource}`;
const kept = new Map([
  [nameOf(organizationDefinition), organizationFinalizer],
  [nameOf(folderDefinition), folderFinalizer],
  [nameOf(projectDefinition), projectFinalizer],
]);

export function keptFinalizers(): AdmissionPlugin {
  return {
    name: 'KeptFinalizers',
    admit({ definition, user, object, old }) {
      const finalizer = kept.get(nameOf(definition));
      if (finalizer === undefined || user.name === controllersUser.name) return [];
      const { metadata } = object;
      const isDropped =
        old?.metadata.finalizers?.includes(finalizer) === true && !metadata.finalizers?.includes(finalizer);
      if (isDropped) metadata.finalizers = [finalizer, ...(metadata.finalizers ?? [])];
      return [];
    },
  };
}
