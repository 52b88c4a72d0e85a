/**
 * A CustomResourceDefinition may not take what its control plane is given already, and learns in the same write which
 * of its names are its own. That no other was written meanwhile, which might have taken one, is guarded.
 */
import { forbidden } from '../../apimachinery/status.ts';
import type { CustomSpec } from '../../apimachinery/structural/custom-kind.ts';
import { acceptNames } from '../../apis/apiextensions/v1/customresourcedefinition/accepted-names.ts';
import { customResourceDefinitionDefinition } from '../../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import type { Definitions } from '../../registry/definitions.ts';
import type { ObjectKey, Store, TenantId } from '../../storage/store.ts';

const { group, resource } = customResourceDefinitionDefinition;

export function customResourceNames(store: Store, definitions: Definitions, clock: Clock): AdmissionPlugin {
  return {
    name: 'CustomResourceNames',
    admit({ operation, isFirst, definition, subresource, tenant, object, old }) {
      const isDefinition = definition.group === group && definition.resource === resource;
      if (!isDefinition || operation === 'delete' || subresource !== '') return [];
      const spec = object.spec as CustomSpec;
      const given = definitions
        .given(tenant.id)
        .shown.find((other) => other.group === spec.group && other.resource === spec.names.plural);
      // What was there before the platform gave the same stays in force, and may be kept up.
      if (isFirst && given !== undefined) {
        const by = tenant.surface.kind === 'Project' ? 'the platform' : 'the server';
        throw forbidden(
          definition,
          object.metadata.name ?? '',
          `${spec.names.plural}.${spec.group} is given by ${by} and cannot be defined anew`,
        );
      }
      // Read in one tick with what is served.
      const since = store.applied;
      const dependsOnOthers = acceptNames(object, old, definitions.of(tenant.id).shown, clock.now());
      if (!dependsOnOthers) return [];
      const name = `${spec.names.plural}.${spec.group}`;
      const key: ObjectKey = { tenant: tenant.id as TenantId, group, resource, namespace: '', name };
      return [{ kind: 'guard', key, expect: since, isOfResource: true }];
    },
  };
}
