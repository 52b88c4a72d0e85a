/**
 * Bounds how many APIServices a control plane has, and what they take: all of them are read again when one changes, and
 * what leads to them is kept. Taking something away always passes, and so does what the server says of them.
 */
import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { limits } from '../../apimachinery/limits.ts';
import { forbidden } from '../../apimachinery/status.ts';
import { apiServiceDefinition } from '../../apis/apiregistration/v1/apiservice/api-service-definition.ts';
import type { AdmissionPlugin } from '../../registry/admission.ts';
import { controllersUser } from '../../request/system-users.ts';
import type { Store, TenantId } from '../../storage/store.ts';

const { group, resource } = apiServiceDefinition.storage;

export function apiServiceLimit(store: Pick<Store, 'counter'>): AdmissionPlugin {
  return {
    name: 'APIServiceLimit',
    admit({ operation, isFirst, definition, tenant, user, object, old }) {
      if (definition.group !== group || definition.resource !== resource) return [];
      if (operation === 'delete' || user.name === controllersUser.name) return [];
      const refusal = (problem: string): Error =>
        forbidden(definition, object.metadata.name ?? '', `APIServices of a control plane ${problem}`);
      const { objects, bytes } = store.counter(tenant.id as TenantId, group, resource);
      if (isFirst && objects >= limits.apiServices) throw refusal(`may be ${limits.apiServices} at most`);
      const more = sizeOf(object) - (isFirst || old === undefined ? 0 : sizeOf(old));
      if (more > 0 && bytes + more > limits.apiServicesBytes) {
        throw refusal(`may take ${limits.apiServicesBytes} bytes in all, and would take ${bytes + more}`);
      }
      return [];
    },
  };
}

const sizeOf = (object: object): number => Buffer.byteLength(stringifyJson(object));
