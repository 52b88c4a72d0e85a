/**
 * Says in the status of a ValidatingAdmissionPolicy where its expressions do not fit the types of what it is about. What
 * the policy does is not touched by it.
 */

import { limits } from '../../apimachinery/limits.ts';
import type { KnownKinds } from '../../apis/admissionregistration/v1/expressions/type-check.ts';
import { expressionWarnings } from '../../apis/admissionregistration/v1/expressions/type-check.ts';
import {
  uncheckedPoliciesIndex,
  validatingAdmissionPolicyDefinition,
} from '../../apis/admissionregistration/v1/validatingadmissionpolicy/validating-admission-policy-definition.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import { indexesOf } from '../../storage/record.ts';
import type { Change, ObjectKey, Store } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';

const { group, resource } = validatingAdmissionPolicyDefinition.storage;

/** What a control plane serves, by its tenant. */
export type KindsOf = (tenant: string) => KnownKinds;

export function validatingAdmissionPolicyController(
  store: Store,
  client: PlaneClient,
  kindsOf: KindsOf,
): Controller {
  return {
    name: 'validating-admission-policy',
    workers: 2,
    watches: [{ group, resource, keysOf: unchecked }],
    initial: () => allUnchecked(store),
    reconcile: (key) => reconcile(client, kindsOf, key),
  };
}

function unchecked({ key, record }: Change): readonly ObjectKey[] {
  if (record === undefined) return [];
  return indexesOf(record).some(({ name }) => name === uncheckedPoliciesIndex.name) ? [key] : [];
}

function* allUnchecked(store: Store): Iterable<ObjectKey> {
  let after: ObjectKey | undefined;
  for (;;) {
    const keys = store.index({
      ...uncheckedPoliciesIndex,
      maxEntries: limits.indexEntries,
      ...(after === undefined ? {} : { after }),
    });
    yield* keys;
    after = keys.at(-1);
    if (after === undefined || keys.length < limits.indexEntries) return;
  }
}

async function reconcile(client: PlaneClient, kindsOf: KindsOf, key: ObjectKey): Promise<undefined> {
  const policy = client.get(key);
  if (policy === undefined || policy.status?.observedGeneration === policy.metadata.generation) return;
  const warnings = expressionWarnings(policy, kindsOf(key.tenant));
  await client.update(key, 'status', (current) => {
    // Another one is looked at on its own.
    if (current.metadata.generation !== policy.metadata.generation) return;
    current.status = {
      ...current.status,
      observedGeneration: policy.metadata.generation ?? 0,
      typeChecking:
        warnings.length === 0 ? {} : { expressionWarnings: warnings.map((each) => ({ ...each })) },
    };
  });
}
