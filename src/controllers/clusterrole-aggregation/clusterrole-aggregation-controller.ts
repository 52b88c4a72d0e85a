/**
 * Gives cluster roles that have an aggregationRule the rules of those it chooses. Watches the cluster roles of all
 * control planes; what a change concerns is found by index. Those that aggregate in every control plane (admin, edit,
 * view) show the rules of the others of every control plane already, so they concern it only where some role was
 * written. Source: pkg/controller/clusterroleaggregation.
 */
import { setImmediate } from 'node:timers/promises';
import { deepEqual } from '../../apimachinery/equality.ts';
import type { LabelSelector } from '../../apimachinery/label-selector.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import {
  aggregationIndexes,
  aggregationIndexValue,
  aggregationSelectors,
  joinedRules,
} from '../../apis/rbac/v1/clusterrole/aggregation-rule.ts';
import { clusterRoleDefinition } from '../../apis/rbac/v1/clusterrole/cluster-role-definition.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import { must } from '../../lib/assert.ts';
import { labelsOf, parseRecord } from '../../storage/record.ts';
import type { Change, ObjectKey, RangeQuery, Store, TenantId } from '../../storage/store.ts';
import type { Controller, KeysOf } from '../runtime/controller.ts';
import { recentlyWoken } from '../runtime/recent-changes.ts';

const { group, resource } = clusterRoleDefinition.storage;
const [indexInPlane, indexAnywhere] = aggregationIndexes.map(({ name }) => name) as [string, string];

export function clusterRoleAggregationController(store: Store, client: PlaneClient): Controller {
  const keysOf: KeysOf = ({ key }) => [...sharedRoles(key.tenant), ...aggregatedRoles(store, key.tenant)];
  const isOfRole = ({ key }: Change): boolean => key.group === group && key.resource === resource;
  return {
    name: 'clusterrole-aggregation',
    workers: 2,
    watches: [{ group, resource, keysOf }],
    initial: () => aggregatedRoles(store),
    // The index does not have the shared ones that nobody came to write.
    recover: (signal) => recentlyWoken(store, (change) => (isOfRole(change) ? keysOf(change) : []), signal),
    reconcile: (key, signal) => reconcile(store, client, key, signal),
  };
}

const sharedNames = (clusterRoleDefinition.sharedObjects ?? []).flatMap(({ metadata, aggregationRule }) =>
  aggregationRule === undefined ? [] : [must(metadata.name, 'name')],
);

/** The roles that aggregate in every control plane, written or not. */
function sharedRoles(tenant: TenantId): ObjectKey[] {
  return sharedNames.map((name) => ({ tenant, group, resource, namespace: '', name }));
}

/** The stored roles that aggregate, of one control plane or of all. */
function* aggregatedRoles(store: Store, tenant?: TenantId): Iterable<ObjectKey> {
  let after: ObjectKey | undefined;
  for (;;) {
    const keys = store.index({
      name: tenant === undefined ? indexAnywhere : indexInPlane,
      value: aggregationIndexValue,
      ...(tenant === undefined ? {} : { tenant }),
      ...(after === undefined ? {} : { after }),
      maxEntries: limits.indexEntries,
    });
    yield* keys;
    after = keys.at(-1);
    if (after === undefined || keys.length < limits.indexEntries) return;
  }
}

async function reconcile(
  store: Store,
  client: PlaneClient,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<undefined> {
  const role = client.get(key);
  if (role?.aggregationRule === undefined) return;
  const chosen = await chosenRoles(store, key, aggregationSelectors(role), signal);
  if (signal.aborted) return;
  const rules = joinedRules(chosen);
  if (deepEqual(rules, role.rules ?? [])) return;
  await client.update(key, '', (current) => {
    // Whoever took the rule away in the meantime has written rules of their own.
    if (current.aggregationRule !== undefined) current.rules = rules;
  });
}

/** The roles that each selector chooses, in its order and each by name; a role that two choose is there twice. */
async function chosenRoles(
  store: Store,
  { tenant, name }: ObjectKey,
  selectors: readonly LabelSelector[],
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const chosen = selectors.map((): KubeObject[] => []);
  let after: RangeQuery['after'];
  while (!signal.aborted) {
    const page = store.range({
      tenant,
      group,
      resource,
      ...(after === undefined ? {} : { after }),
      maxEntries: limits.listStepEntries,
      maxBytes: limits.listStepBytes,
    });
    for (const { key, record, revision } of page.entries) {
      if (key.name === name) continue;
      const labels = labelsOf(record);
      const matching = chosen.filter((_, index) => selectors[index]!.matches(labels));
      if (matching.length === 0) continue;
      const role = parseRecord(record, revision);
      for (const roles of matching) roles.push(role);
    }
    after = page.next;
    if (after === undefined) break;
    await setImmediate();
  }
  return chosen.flat();
}
