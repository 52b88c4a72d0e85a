/**
 * An APIService may not take a version of a group that this server serves in the control plane itself, nor a project's
 * one that the platform gives it from another server: who registers a service must not be able to read what is sent to
 * somebody else. Nor does anybody write one that the server derives from definitions.
 */
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import { forbidden } from '../../apimachinery/status.ts';
import {
  apiServiceDefinition,
  automanagedLabel,
} from '../../apis/apiregistration/v1/apiservice/api-service-definition.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import type { AggregatedServices } from '../../registry/aggregated-services.ts';
import type { Definitions } from '../../registry/definitions.ts';

const { group, resource } = apiServiceDefinition;

export function apiServiceClaims(definitions: Definitions, services: AggregatedServices): AdmissionPlugin {
  return {
    name: 'APIServiceClaims',
    admit({ operation, isFirst, definition, subresource, tenant, object, old }) {
      if (definition.group !== group || definition.resource !== resource) return [];
      if (isFirst && old?.metadata.labels?.[automanagedLabel] === 'true') {
        const reason = 'it follows from the CustomResourceDefinitions that serve the version';
        throw forbidden(definition, old.metadata.name ?? '', reason);
      }
      if (operation === 'delete' || subresource !== '') return [];
      const { service, group: wanted = '', version = '' } = object.spec ?? {};
      // What is called otherwise is no claim; validation says so.
      if (service === undefined || object.metadata.name !== `${version}.${wanted}`) return [];
      const isServed = definitions
        .of(tenant.id)
        .shown.some((each) => each.group === wanted && each.versions.some((one) => one.version === version));
      const isGiven = services
        .given(tenant.id)
        .some((each) => each.group === wanted && each.version === version);
      if (isServed || isGiven) {
        const by = isGiven ? 'by a service of the platform' : 'here already';
        throw forbidden(
          definition,
          object.metadata.name ?? '',
          `${apiVersionOf({ group: wanted, version })} is served ${by}`,
        );
      }
      return [];
    },
  };
}
