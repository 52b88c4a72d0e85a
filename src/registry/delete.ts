/**
 * DELETE of one object: removed at once, or marked and left to its finalizers, of which the propagation policy may
 * add or take one. A second delete may change the policy of the first; nothing else of a marked object.
 */
import { deletionFinalizers, type PropagationOptions } from '../apimachinery/deletion-policy.ts';
import type { KubeObject, ObjectMeta } from '../apimachinery/object-meta.ts';
import { asCompared } from '../apimachinery/schema/zero-members.ts';
import {
  conflict,
  deleted,
  forbidden,
  modifiedConflict,
  notFound,
  type Status,
  type StatusError,
} from '../apimachinery/status.ts';
import type { StoredRecord } from '../storage/store.ts';
import type { AdmissionRequest, DynamicAttempt, DynamicRules } from './admission.ts';
import { admit, putOf, removalOf } from './commit.ts';
import { dynamicRules, placeOf } from './dynamic-rules.ts';
import {
  type Engine,
  keyOf,
  planeOf,
  strategyContext,
  type Target,
  type WriteOptions,
  withRevision,
} from './engine.ts';
import { markDeleted } from './metadata.ts';
import { preconditionFailed } from './preconditions.ts';
import { isUnwritten } from './store-with-defaults.ts';
import { objectOf } from './stored-objects.ts';

export interface Deletion extends PropagationOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  /** It is one of many that a request deletes, without having named it. */
  readonly isOfCollection?: boolean;
}

export type DeleteResult =
  /** Gone: what its kind answers with, and the object as it was. */
  | { readonly kind: 'removed'; readonly answer: Status | KubeObject; readonly object: KubeObject }
  /** Still there, held by finalizers: the object as it is now. */
  | { readonly kind: 'held'; readonly object: KubeObject };

/** Throws 404, 403 where the kind refuses, 409 on failed preconditions. */
export async function deleteObject(
  engine: Engine,
  target: Target,
  deletion: Deletion,
  options: WriteOptions,
): Promise<DeleteResult> {
  const { served } = target;
  const { definition } = served;
  const rules = dynamicRules(engine, target, undefined, ['DELETE'], options);
  const attempt = async (): Promise<DeleteResult | 'retry'> => {
    const stored = engine.store.get(keyOf(target));
    if (stored === undefined) throw notFound(definition, target.name);
    const object = await objectOf(planeOf(engine, target), served, stored);
    checkPreconditions(target, deletion, object);
    if (rules !== undefined) await askRules(engine, target, object, stored, rules, deletion, options);
    return await attemptDelete(engine, target, object, stored, deletion, options);
  };
  const result = rules?.isRemote
    ? await engine.turns.untilWonWithoutTurn(attempt)
    : await engine.turns.untilWon(keyOf(target), attempt);
  if (result === undefined) throw modifiedConflict(definition, target.name);
  return result;
}

/** Mutating rules may refuse a delete too; there is nothing that they could change. */
async function askRules(
  engine: Engine,
  target: Target,
  object: KubeObject,
  stored: StoredRecord,
  rules: DynamicRules,
  { isOfCollection }: Deletion,
  options: WriteOptions,
): Promise<void> {
  // What the server refuses itself nobody else is asked about.
  await admit(engine, requestOf(target, object, stored, options));
  const place = placeOf(target);
  const attempt: DynamicAttempt = {
    // That of the request, as upstream's has it: a deleted collection has none, and its objects are told by themselves.
    name: isOfCollection === true ? '' : place.name,
    namespace: place.namespace,
    operation: 'DELETE',
    object: undefined,
    old: asCompared(object, target.served.version.schema),
  };
  await rules.mutate(attempt);
  await rules.validate(attempt);
}

function requestOf(
  { served, tenant }: Target,
  object: KubeObject,
  stored: StoredRecord,
  { user }: WriteOptions,
): AdmissionRequest {
  return {
    operation: 'delete',
    isFirst: isUnwritten(stored),
    definition: served.definition,
    subresource: '',
    tenant,
    user,
    object,
    old: object,
  };
}

async function attemptDelete(
  engine: Engine,
  target: Target,
  object: KubeObject,
  stored: StoredRecord,
  deletion: Deletion,
  options: WriteOptions,
): Promise<DeleteResult | 'retry'> {
  const { definition } = target.served;
  const { strategy } = definition;
  const { revision } = stored;
  const { metadata } = object;
  const isMarked = metadata.deletionTimestamp !== undefined;
  const isHeldByKind = strategy.isHeld?.(object) === true;
  if (isMarked && isHeldByKind) return { kind: 'held', object };
  const before = metadata.finalizers ?? [];
  const finalizers = strategy.hasNoDependents === true ? before : deletionFinalizers(before, deletion);
  if (isMarked && finalizers === before && before.length > 0) return { kind: 'held', object };
  const refusal = strategy.refuseDelete?.(object);
  if (refusal !== undefined) throw forbidden(definition, target.name, refusal);
  const guards = await admit(engine, requestOf(target, object, stored, options));
  setFinalizers(metadata, finalizers);
  if (finalizers.length > 0 || isHeldByKind) {
    const context = strategyContext(engine, options);
    if (!isMarked) {
      markDeleted(object, strategy, context.nowMs);
      strategy.prepareForDelete?.(object, context);
    }
    if (options.dryRun) return { kind: 'held', object };
    const outcome = await engine.store.commit([await putOf(engine, target, object, revision), ...guards]);
    if (!outcome.ok) return 'retry';
    return { kind: 'held', object: withRevision(object, outcome.revisions[0]!) };
  }
  const answer =
    strategy.returnsDeleted === true ? object : deleted(definition, target.name, metadata.uid ?? '');
  if (options.dryRun) {
    // Upstream then shows what it had in hand: the object as it was about to lose its last finalizer.
    return { kind: 'removed', answer: before.length > 0 ? object : answer, object };
  }
  const outcome = await engine.store.commit([removalOf(engine, target, object, revision), ...guards]);
  if (!outcome.ok) return 'retry';
  return { kind: 'removed', answer, object: withRevision(object, outcome.revisions[0]!) };
}

function setFinalizers(metadata: ObjectMeta, finalizers: readonly string[]): void {
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
}

function checkPreconditions(target: Target, { preconditions }: Deletion, { metadata }: KubeObject): void {
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid !== undefined && uid !== metadata.uid) {
    throw demandFailed(target, 'UID', uid, metadata.uid, 'deleted and then recreated');
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw demandFailed(target, 'ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified');
  }
}

/** In upstream's two wordings: kinds with a lifecycle of their own delete by code of their own, which has another. */
function demandFailed(
  target: Target,
  field: 'UID' | 'ResourceVersion',
  wanted: string,
  actual: string | undefined,
  suspicion: string,
): StatusError {
  const { group, kind, strategy } = target.served.definition;
  if (strategy.isHeld !== undefined) return preconditionFailed(target, field, wanted, actual);
  return conflict(
    // Upstream puts the kind where other conflicts have the resource.
    { group, resource: kind },
    target.name,
    `the ${field} in the precondition (${wanted}) does not match the ${field} in record (${actual}). The object might have been ${suspicion}`,
  );
}
