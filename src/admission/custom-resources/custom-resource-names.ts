/**
 * A CustomResourceDefinition may not take what its control plane is given already, and learns in the same write which
 * of its names are its own. That no other was written meanwhile, which might have taken one, is guarded.
 */
import { forbidden } from '../../apimachinery/status.ts';
import type { CustomNames, CustomSpec } from '../../apimachinery/structural/custom-kind.ts';
import {
  acceptNames,
  type Names,
} from '../../apis/apiextensions/v1/customresourcedefinition/accepted-names.ts';
import {
  customResourceDefinitionDefinition,
  waitingNamesIndex,
} from '../../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import type { Definitions } from '../../registry/definitions.ts';
import { parseRecord } from '../../storage/record.ts';
import { indexedKeys } from '../../storage/scans.ts';
import type { ObjectKey, Store, TenantId } from '../../storage/store.ts';

const { group, resource } = customResourceDefinitionDefinition;

/** What is not served, since it waits for a name, has the others that it would like to have. */
function waitingBeside(store: Store, own: ObjectKey): Names[] {
  const names: Names[] = [];
  for (const key of indexedKeys(store, { ...waitingNamesIndex, tenant: own.tenant })) {
    const stored = key.name === own.name ? undefined : store.get(key);
    if (stored === undefined) continue;
    const { spec, status } = parseRecord(stored.record, stored.revision);
    const {
      plural,
      singular = '',
      kind,
      listKind = '',
      shortNames = [],
    } = status.acceptedNames as CustomNames;
    names.push({ group: spec.group, resource: plural, singular, kind, listKind, shortNames });
  }
  return names;
}

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
      const name = `${spec.names.plural}.${spec.group}`;
      const key: ObjectKey = { tenant: tenant.id as TenantId, group, resource, namespace: '', name };
      const others = [...definitions.of(tenant.id).shown, ...waitingBeside(store, key)];
      if (!acceptNames(object, old, others, clock.now())) return [];
      return [{ kind: 'guard', key, expect: since, isOfResource: true }];
    },
  };
}
