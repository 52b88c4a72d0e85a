/** Where the definition of a custom resource lies in the control plane that defines it. */
import type { GroupResource } from '../../apimachinery/gvk.ts';
import { customResourceDefinitionDefinition } from '../../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import type { ObjectKey, TenantId } from '../../storage/store.ts';

const { storage } = customResourceDefinitionDefinition;

export function definitionKey(tenant: TenantId, { group, resource }: GroupResource): ObjectKey {
  return {
    tenant,
    group: storage.group,
    resource: storage.resource,
    namespace: '',
    name: `${resource}.${group}`,
  };
}
