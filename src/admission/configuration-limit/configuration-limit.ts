/**
 * Bounds what a control plane configures of dynamic admission: every write there looks at all of it, and it is read
 * again whenever a part of it changes. Taking something away always passes.
 */
import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { limits } from '../../apimachinery/limits.ts';
import { forbidden } from '../../apimachinery/status.ts';
import { admissionGroup } from '../../apis/admissionregistration/v1/admission-schemas.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import type { Store, TenantId } from '../../storage/store.ts';
import { configurationResources } from '../configurations/plane-configurations.ts';

export function configurationLimit(store: Store): AdmissionPlugin {
  return {
    name: 'AdmissionConfigurationLimit',
    admit({ operation, definition, tenant, object, old }) {
      if (operation === 'delete' || definition.group !== admissionGroup) return [];
      const more = sizeOf(object) - (old === undefined ? 0 : sizeOf(old));
      if (more <= 0) return [];
      const id = tenant.id as TenantId;
      const bytes = configurationResources.reduce(
        (sum, resource) => sum + store.counter(id, admissionGroup, resource).bytes,
        0,
      );
      if (bytes + more <= limits.admissionConfigurationBytes) return [];
      throw forbidden(
        definition,
        object.metadata.name ?? '',
        `webhooks and policies of a control plane may take ${limits.admissionConfigurationBytes} bytes in all, and would take ${bytes + more}`,
      );
    },
  };
}

const sizeOf = (object: object): number => Buffer.byteLength(stringifyJson(object));
