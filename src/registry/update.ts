/**
 * UPDATE, the compare-and-set loop that PUT, every patch and every subresource write go through: the change is
 * computed again on the newest object until it commits, so that racing patches do not fail.
 */
import { deepEqual } from '../apimachinery/equality.ts';
import { invalidValue } from '../apimachinery/field-error.ts';
import { limits } from '../apimachinery/limits.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { SubresourceDefinition } from '../apimachinery/resource-definition.ts';
import { badRequest, conflict, modifiedConflict, notFound } from '../apimachinery/status.ts';
import type { StoredRecord } from '../storage/store.ts';
import { admit, putOf, referenceGuards } from './commit.ts';
import { create } from './create.ts';
import { findSubresource } from './definition-table.ts';
import {
  type Engine,
  keyOf,
  objectOf,
  strategyContext,
  type Target,
  type WriteOptions,
  type WriteResult,
  withRevision,
} from './engine.ts';
import { carryOver, trackGeneration } from './metadata.ts';
import { missingReferences, throwIfInvalid, validateObject } from './validation.ts';

export interface UpdateRequest {
  /**
   * The wanted object, given the current one (a copy it may keep and change). Called again on every retry;
   * must return a fresh object each time.
   */
  change(current: KubeObject): KubeObject | Promise<KubeObject>;
  /** PUT: an absent resourceVersion is judged by the kind, and a missing object may be created. */
  readonly isReplace: boolean;
  /** The endpoint written to; undefined is the object itself. */
  readonly subresource?: SubresourceDefinition;
}

/** Throws 404, 409, 422. */
export async function update(
  engine: Engine,
  target: Target,
  request: UpdateRequest,
  options: WriteOptions,
): Promise<WriteResult> {
  const { definition } = target.served;
  for (let attempt = 0; attempt < limits.updateRetries; attempt++) {
    const stored = engine.store.get(keyOf(target));
    if (stored === undefined) {
      if (request.isReplace && definition.strategy.allowCreateOnUpdate && request.subresource === undefined) {
        return await createInstead(engine, target, request, options);
      }
      throw notFound(definition, target.name);
    }
    const result = await attemptUpdate(engine, target, request, options, stored);
    if (result !== 'retry') return result;
  }
  throw modifiedConflict(definition, target.name);
}

async function createInstead(
  engine: Engine,
  target: Target,
  request: UpdateRequest,
  options: WriteOptions,
): Promise<WriteResult> {
  const absent = { apiVersion: '', kind: '', metadata: {} };
  const wanted = await request.change(absent);
  return await create(engine, target, () => structuredClone(wanted), options);
}

async function attemptUpdate(
  engine: Engine,
  target: Target,
  request: UpdateRequest,
  options: WriteOptions,
  stored: StoredRecord,
): Promise<WriteResult | 'retry'> {
  const { served } = target;
  const { definition } = served;
  const { strategy } = definition;
  const old = objectOf(served, stored);
  const wanted = await request.change(objectOf(served, stored));
  checkIdentity(target, wanted);
  checkPreconditions(target, request, wanted, old);

  const object = request.subresource === undefined ? wanted : mergedInto(old, wanted, request.subresource);
  carryOver(object, old);
  object.metadata.resourceVersion = String(stored.revision);
  if (request.subresource === undefined) keepStatus(target, object, old);
  const context = strategyContext(engine, options);
  if (request.subresource === undefined) strategy.prepareForUpdate?.(object, old, context);
  trackGeneration(object, old, strategy);

  const guards = await admit(engine, {
    operation: 'update',
    definition,
    subresource: request.subresource?.name ?? '',
    tenant: target.tenant,
    user: options.user,
    object,
    old,
  });
  const references = referenceGuards(engine, target, object, old);
  const extra = request.subresource?.validate?.(object, old) ?? [];
  validateObject(served, object, old, [...missingReferences(references.missing), ...extra]);

  if (isReleased(target, object)) {
    if (options.dryRun) return { object, stored: undefined, outcome: 'deleted' };
    const outcome = await engine.store.commit([
      { kind: 'delete', key: keyOf(target), expect: stored.revision },
      ...guards,
    ]);
    if (!outcome.ok) return 'retry';
    return { object: withRevision(object, outcome.revisions[0]!), stored: undefined, outcome: 'deleted' };
  }
  if (deepEqual(object, old)) return { object: old, stored, outcome: 'unchanged' };
  const put = putOf(engine, target, object, stored.revision);
  if (options.dryRun) return { object, stored: undefined, outcome: 'updated' };
  const outcome = await engine.store.commit([put, ...guards, ...references.guards]);
  if (!outcome.ok) return 'retry';
  const revision = outcome.revisions[0]!;
  return {
    object: withRevision(object, revision),
    stored: { revision, record: put.record },
    outcome: 'updated',
  };
}

function checkIdentity(target: Target, wanted: KubeObject): void {
  const { metadata } = wanted;
  if (metadata.name === undefined || metadata.name === '') metadata.name = target.name;
  if (metadata.name !== target.name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`,
    );
  }
  if (target.served.definition.scope === 'Cluster') delete metadata.namespace;
  else if (metadata.namespace === undefined || metadata.namespace === '')
    metadata.namespace = target.namespace;
  else if (metadata.namespace !== target.namespace) {
    throw badRequest(
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the URL (${target.namespace})`,
    );
  }
}

function checkPreconditions(
  target: Target,
  request: UpdateRequest,
  wanted: KubeObject,
  old: KubeObject,
): void {
  const { definition } = target.served;
  const { uid, resourceVersion } = wanted.metadata;
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    throw conflict(
      definition,
      target.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
    );
  }
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') {
    if (request.isReplace && !definition.strategy.allowUnconditionalUpdate) {
      throwIfInvalid(target.served, target.name, [
        invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
      ]);
    }
  } else if (resourceVersion !== old.metadata.resourceVersion) {
    throw modifiedConflict(definition, target.name);
  }
}

/** The stored object with what the subresource's endpoint owns taken from the request. */
function mergedInto(old: KubeObject, wanted: KubeObject, subresource: SubresourceDefinition): KubeObject {
  const object = structuredClone(old);
  subresource.merge(object, wanted);
  return object;
}

/** The object's own endpoint does not write status where status has an endpoint. */
function keepStatus(target: Target, object: KubeObject, old: KubeObject): void {
  if (findSubresource(target.served.definition, 'status') === undefined) return;
  if (old.status === undefined) delete object.status;
  else object.status = structuredClone(old.status);
}

/** Deleted, and nothing holds it any longer. */
function isReleased(target: Target, object: KubeObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined &&
    (object.metadata.finalizers ?? []).length === 0 &&
    target.served.definition.strategy.isHeld?.(object) !== true
  );
}
