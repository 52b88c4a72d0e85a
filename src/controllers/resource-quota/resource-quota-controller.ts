/**
 * Keeps the status of ResourceQuotas: the bounds in force, and how much there is, counted. Writes charge a quota
 * themselves (admission/resource-quota); what is counted here is what was there before, what went away, and what
 * slipped in beside a new quota. Watches all control planes with one subscription, and remembers nothing: counts come
 * from key ranges.
 */
import { setImmediate } from 'node:timers/promises';
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import {
  countedResource,
  isStandardQuotaName,
  loadBalancersName,
  nodePortsName,
} from '../../apis/core/v1/resourcequota/quota-resources.ts';
import { isScoped, nodePortsOf, nodePortTypes } from '../../apis/core/v1/resourcequota/quota-usage.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import { fieldsOf, parseRecord } from '../../storage/record.ts';
import type { Change, ObjectKey, RangeQuery, Store, TenantId } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';

const quotas = { group: '', resource: 'resourcequotas' };
const services = { group: '', resource: 'services' };

export function resourceQuotaController(store: Store, client: PlaneClient): Controller {
  return {
    name: 'resource-quota',
    workers: 4,
    watches: [],
    follows: (change) => concernedQuotas(store, change),
    initial: () => allQuotas(store),
    reconcile: (key, signal) => reconcile(store, client, key, signal),
  };
}

/** A quota that changed, and those of a namespace in which something came, went, or counts otherwise now. */
function concernedQuotas(store: Store, { key, record, previous }: Change): readonly ObjectKey[] {
  if (key.namespace === '') return [];
  const isQuota = key.group === '' && key.resource === quotas.resource;
  if (isQuota && record !== undefined && previous !== undefined) return [key];
  const isService = key.group === '' && key.resource === services.resource;
  if (record !== undefined && previous !== undefined && !isService) return [];
  if (store.counter(key.tenant, quotas.group, quotas.resource).objects === 0) return [];
  return [...quotaKeys(store, key.tenant, key.namespace)];
}

function* allQuotas(store: Store): Iterable<ObjectKey> {
  let after: TenantId | undefined;
  for (;;) {
    const counters = store.counters(quotas.group, quotas.resource, after, limits.indexEntries);
    for (const { tenant } of counters) yield* quotaKeys(store, tenant, undefined);
    after = counters.at(-1)?.tenant;
    if (after === undefined || counters.length < limits.indexEntries) return;
  }
}

function* quotaKeys(store: Store, tenant: TenantId, namespace: string | undefined): Iterable<ObjectKey> {
  let after: RangeQuery['after'];
  do {
    const page = store.range({ ...steps({ ...quotas, tenant }, namespace), ...(after && { after }) });
    for (const { key } of page.entries) yield key;
    after = page.next;
  } while (after !== undefined);
}

async function reconcile(
  store: Store,
  client: PlaneClient,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<number | undefined> {
  const quota = client.get(key);
  if (quota === undefined) return undefined;
  // Where counting takes long, others get their turn in between, and the count holds only if nothing was charged.
  const slow =
    usageNow(store, key, quota) === undefined ? await usageAt(store, key, quota, signal) : undefined;
  if (signal.aborted) return undefined;
  let isSettled = true;
  await client.update(key, 'status', (current) => {
    const isSame = current.metadata.resourceVersion === quota.metadata.resourceVersion;
    // In one tick with the reading of `current`: what is counted is what its charges are about.
    const used = usageNow(store, key, current) ?? (isSame ? slow : undefined);
    isSettled = used !== undefined;
    if (used !== undefined) current.status = statusOf(current, used);
  });
  return isSettled ? undefined : limits.retryMsMin;
}

type Usage = Readonly<Record<string, number>>;

function statusOf({ spec, status }: KubeObject, counted: Usage): Record<string, unknown> {
  const hard: Record<string, string> = spec?.hard ?? {};
  const used: Record<string, string> = {};
  for (const name of Object.keys(hard)) {
    const count = counted[name];
    if (count !== undefined) used[name] = String(count);
  }
  const isEmpty = Object.keys(hard).length === 0;
  const { hard: _hard, used: _used, ...rest } = status ?? {};
  return isEmpty ? rest : { ...rest, hard, used };
}

/** Counted at once; undefined where there is too much for that. */
function usageNow(store: Store, key: ObjectKey, quota: KubeObject): Usage | undefined {
  const counter = countsOf(store, key, quota);
  const { value, done } = counter.next();
  return done === true ? value : undefined;
}

async function usageAt(
  store: Store,
  key: ObjectKey,
  quota: KubeObject,
  signal: AbortSignal,
): Promise<Usage | undefined> {
  const counter = countsOf(store, key, quota, store.applied);
  for (;;) {
    const { value, done } = counter.next();
    if (done === true) return value;
    await setImmediate();
    if (signal.aborted) return undefined;
  }
}

/** Yields between two steps of counting. Names that stand for nothing that is kept here count as none. */
function* countsOf(store: Store, key: ObjectKey, quota: KubeObject, at?: number): Generator<void, Usage> {
  const usage: Record<string, number> = {};
  for (const name of Object.keys(quota.spec?.hard ?? {})) {
    const counted = countedResource(name);
    if (isScoped(quota.spec ?? {})) usage[name] = 0;
    else if (counted !== undefined) usage[name] = yield* count(store, { ...key, ...counted }, at);
    else if (name === nodePortsName) usage[name] = yield* sum(store, { ...key, ...services }, at, nodePorts);
    else if (name === loadBalancersName) {
      usage[name] = yield* sum(store, { ...key, ...services }, at, isLoadBalancer);
    } else if (isStandardQuotaName(name)) usage[name] = 0;
  }
  return usage;
}

type Scope = Pick<ObjectKey, 'tenant' | 'group' | 'resource' | 'namespace'>;

function* count(store: Store, of: Scope, at: number | undefined): Generator<void, number> {
  const query = { ...steps(of, of.namespace), ...(at !== undefined && { at }) };
  const few = store.count({ ...query, maxEntries: limits.countEntries });
  return few ?? (yield* sum(store, of, at, () => 1));
}

function* sum(
  store: Store,
  of: Scope,
  at: number | undefined,
  weigh: (record: Buffer) => number,
): Generator<void, number> {
  let total = 0;
  let after: RangeQuery['after'];
  for (;;) {
    const query = { ...steps(of, of.namespace), ...(after && { after }), ...(at !== undefined && { at }) };
    const page = store.range(query);
    for (const { record } of page.entries) total += weigh(record);
    after = page.next;
    if (after === undefined) return total;
    yield;
  }
}

function steps(
  { tenant, group, resource }: Pick<ObjectKey, 'tenant' | 'group' | 'resource'>,
  namespace: string | undefined,
): RangeQuery {
  return {
    tenant,
    group,
    resource,
    maxEntries: limits.rangeStepRows,
    maxBytes: limits.listStepBytes,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

const typeOf = (record: Buffer): string => fieldsOf(record)['spec.type'] ?? '';
const isLoadBalancer = (record: Buffer): number => (typeOf(record) === 'LoadBalancer' ? 1 : 0);
/** Only services that may have node ports are read whole. */
const nodePorts = (record: Buffer): number =>
  nodePortTypes.includes(typeOf(record)) ? nodePortsOf(parseRecord(record, 0)) : 0;
