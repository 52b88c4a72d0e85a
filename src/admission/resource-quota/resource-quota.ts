/**
 * Refuses what would exceed a ResourceQuota, and charges what does not: the quota with its new `used` joins the batch
 * of the write, so that racing writers never take more than there is. Giving back is the controller's work, by counting.
 * Source of the rules and words: apiserver pkg/admission/plugin/resourcequota.
 */

import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { forbidden } from '../../apimachinery/status.ts';
import {
  increaseOf,
  isScoped,
  isWithin,
  onlyOf,
  type Quantities,
  quantitiesText,
  sumOf,
  usageOf,
} from '../../apis/core/v1/resourcequota/quota-usage.ts';
import type { AdmissionPlugin, AdmissionRequest, Charge } from '../../registry/admission.ts';
import { parseRecord } from '../../storage/record.ts';
import type { Store, StoredEntry, TenantId } from '../../storage/store.ts';

const quotas = { group: '', resource: 'resourcequotas' };

export function resourceQuota(store: Store): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    admit: () => [],
    charge(request) {
      const { definition, object, tenant } = request;
      const { namespace } = object.metadata;
      if (definition.scope !== 'Namespaced' || namespace === undefined) return [];
      if (request.operation === 'delete' || request.subresource !== '') return [];
      // An update takes more only where a field of the object counts.
      if (request.operation === 'update' && definition.resource !== 'services') return [];
      const id = tenant.id as TenantId;
      if (store.counter(id, quotas.group, quotas.resource).objects === 0) return [];
      const { storage } = definition;
      const before = request.old === undefined ? {} : usageOf(storage, request.old);
      const usage = usageOf(storage, object);
      const requested = increaseOf(usage, before);
      if (Object.keys(requested).length === 0) return [];
      const charges: Charge[] = [];
      for (const entry of quotasIn(store, id, namespace)) {
        const quota = parseRecord(entry.record, entry.revision);
        const charged = chargedQuota(quota, usage, requested, request);
        if (charged !== undefined) charges.push({ key: entry.key, object: charged, expect: entry.revision });
      }
      return charges;
    },
  };
}

function* quotasIn(store: Store, tenant: TenantId, namespace: string): Iterable<StoredEntry> {
  let after: { namespace: string; name: string } | undefined;
  do {
    const page = store.range({
      ...quotas,
      tenant,
      namespace,
      maxEntries: limits.rangeStepRows,
      maxBytes: limits.listStepBytes,
      ...(after === undefined ? {} : { after }),
    });
    yield* page.entries;
    after = page.next;
  } while (after !== undefined);
}

/** The quota with what is requested added to `used`; undefined where it bounds nothing of that. Throws 403. */
function chargedQuota(
  quota: KubeObject,
  usage: Quantities,
  requested: Quantities,
  { definition, object }: AdmissionRequest,
): KubeObject | undefined {
  if (isScoped(quota.spec ?? {})) return undefined;
  const hard: Quantities = quota.status?.hard ?? {};
  const used: Quantities = quota.status?.used ?? {};
  const refuse = (detail: string): Error => forbidden(definition, object.metadata.name ?? '', detail);
  const quotaName = quota.metadata.name ?? '';

  const bounded = Object.keys(usage).filter((name) => hard[name] !== undefined);
  if (bounded.some((name) => used[name] === undefined)) {
    throw refuse(`status unknown for quota: ${quotaName}, resources: ${bounded.sort().join(',')}`);
  }
  const taken = onlyOf(requested, bounded);
  const names = Object.keys(taken);
  if (names.length === 0) return undefined;
  const total = Object.fromEntries(names.map((name) => [name, sumOf(used[name], taken[name]!)]));
  const exceeded = names.filter((name) => !isWithin(total[name]!, hard[name]!));
  if (exceeded.length > 0) {
    const text = (quantities: Quantities): string => quantitiesText(onlyOf(quantities, exceeded));
    throw refuse(
      `exceeded quota: ${quotaName}, requested: ${text(taken)}, used: ${text(used)}, limited: ${text(hard)}`,
    );
  }
  return { ...quota, status: { ...quota.status, used: { ...used, ...total } } };
}
