/**
 * One write of the engine as a batch: the object, its companions, and guards on everything its checks relied
 * on. All or nothing.
 */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { CompanionObject } from '../apimachinery/resource-definition.ts';
import { alreadyExists } from '../apimachinery/status.ts';
import { must } from '../lib/assert.ts';
import { serverFieldManager } from '../request/system-users.ts';
import { StorageError } from '../storage/errors.ts';
import { isDeleting } from '../storage/record.ts';
import type {
  CommitOutcome,
  Delete,
  Guard,
  ObjectKey,
  Put,
  Revision,
  TenantId,
  Write,
} from '../storage/store.ts';
import { type Engine, keyOf, planeOf, strategyContext, type Target, type WriteOptions } from './engine.ts';
import { trackCreation } from './field-tracking.ts';
import { stampNew } from './metadata.ts';
import { recordOf } from './stored-object.ts';
import { toStored } from './stored-objects.ts';

/** The put of an object that is in the version of the target. */
export async function putOf(
  engine: Engine,
  target: Target,
  object: KubeObject,
  expect: number,
): Promise<Put> {
  const { served } = target;
  const asked = toStored(planeOf(engine, target), served, object);
  const stored = asked instanceof Promise ? await asked : asked;
  return {
    kind: 'put',
    key: keyOf(target),
    record: recordOf(served.form, stored, engine.clock.now()),
    expect,
  };
}

/**
 * The write that ends an object. One that every control plane has begins anew in the same moment, with another uid, so
 * that nothing that depended on the old one goes on living by it. What cannot be deleted ends with its control plane
 * alone, and then for good.
 */
export function removalOf(
  engine: Engine,
  target: Target,
  object: KubeObject,
  expect: Revision,
): Put | Delete {
  const key = keyOf(target);
  const { strategy } = target.served.definition;
  const record = strategy.refuseDelete?.(object) === undefined ? engine.renewed(key) : undefined;
  return record === undefined ? { kind: 'delete', key, expect } : { kind: 'put', key, record, expect };
}

/**
 * Writes the object together with `others`. Where it is too large, and `mayUntrack`, its managedFields are given up
 * for it: they can be large, and losing them loses no data.
 */
export async function commitObject(
  engine: Engine,
  target: Target,
  object: KubeObject,
  expect: number,
  others: readonly Write[],
  mayUntrack: boolean,
): Promise<{ put: Put; outcome: CommitOutcome }> {
  const put = await putOf(engine, target, object, expect);
  try {
    return { put, outcome: await engine.store.commit([put, ...others]) };
  } catch (error) {
    const isTooLarge = error instanceof StorageError && error.code === 'value-too-large';
    if (!isTooLarge || !mayUntrack || object.metadata.managedFields === undefined) throw error;
    delete object.metadata.managedFields;
    const smaller = await putOf(engine, target, object, expect);
    return { put: smaller, outcome: await engine.store.commit([smaller, ...others]) };
  }
}

export function companionPuts(
  engine: Engine,
  target: Target,
  object: KubeObject,
  options: WriteOptions,
): Put[] {
  const context = strategyContext(engine, options);
  const companions = target.served.definition.strategy.companions?.(object, context) ?? [];
  return companions.map((companion) => companionPut(engine, target, companion, options));
}

function companionPut(
  engine: Engine,
  target: Target,
  companion: CompanionObject,
  options: WriteOptions,
): Put {
  const { group, resource } = companion.definition;
  const form = must(engine.definitions.builtIn.stored(companion.definition), `definition of ${resource}`);
  const { definition } = form;
  const { object } = companion;
  const context = strategyContext(engine, options);
  definition.strategy.defaults?.(object);
  stampNew(object, definition.strategy, engine.newUid(), context.nowMs);
  trackCreation(engine, form.served, object, { fieldManager: serverFieldManager });
  definition.strategy.prepareForCreate?.(object, context);
  const key: ObjectKey = {
    tenant: target.tenant.id as TenantId,
    group,
    resource,
    namespace: object.metadata.namespace ?? '',
    name: must(object.metadata.name, 'companion name'),
  };
  return { kind: 'put', key, record: recordOf(form, object, context.nowMs), expect: 0 };
}

/** Asks every plugin, in order. Throws the refusal of the first that refuses. */
export async function admit(
  engine: Engine,
  request: Parameters<Engine['plugins'][number]['admit']>[0],
): Promise<Guard[]> {
  const guards: Guard[] = [];
  for (const plugin of engine.plugins) {
    const asked = plugin.admit(request);
    guards.push(...(asked instanceof Promise ? await asked : asked));
  }
  return guards;
}

/** What the write takes of accounts, as puts of theirs. Throws the refusal of the first plugin that refuses. */
export function chargePuts(
  engine: Engine,
  request: Parameters<Engine['plugins'][number]['admit']>[0],
): Put[] {
  const charges = engine.plugins.flatMap((plugin) => plugin.charge?.(request) ?? []);
  return charges.map(({ key, object, expect }) => {
    const form = must(engine.definitions.builtIn.stored(key), `definition of ${key.resource}`);
    return { kind: 'put', key, record: recordOf(form, object, engine.clock.now()), expect };
  });
}

/** Guards on the objects that the new one refers to and the old one did not, and those that are not there. */
export function referenceGuards(
  engine: Engine,
  target: Target,
  object: KubeObject,
  old: KubeObject | undefined,
): { guards: Guard[]; missing: { field: string; name: string; isDeleting: boolean }[] } {
  const { strategy } = target.served.definition;
  const before = new Set((old === undefined ? [] : (strategy.references?.(old) ?? [])).map(referenceName));
  const guards: Guard[] = [];
  const missing: { field: string; name: string; isDeleting: boolean }[] = [];
  for (const reference of strategy.references?.(object) ?? []) {
    if (before.has(referenceName(reference))) continue;
    const key: ObjectKey = {
      tenant: target.tenant.id as TenantId,
      group: reference.definition.group,
      resource: reference.definition.resource,
      namespace: reference.namespace,
      name: reference.name,
    };
    const found = engine.store.get(key);
    const deleting = found !== undefined && isDeleting(found.record);
    if (found === undefined || deleting) {
      missing.push({ field: reference.field, name: reference.name, isDeleting: deleting });
    } else guards.push({ kind: 'guard', key, expect: found.revision });
  }
  return { guards, missing };
}

/** The Status for a companion whose place is taken. */
export function companionExists(write: Write): Error {
  return alreadyExists(write.key, write.key.name);
}

function referenceName(reference: {
  readonly definition: { readonly group: string; readonly resource: string };
  readonly namespace: string;
  readonly name: string;
}): string {
  const { definition, namespace, name } = reference;
  return `${definition.group}/${definition.resource}/${namespace}/${name}`;
}
