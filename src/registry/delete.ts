/** DELETE of one object: removed at once, or marked and left to its finalizers. */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { deleted, forbidden, modifiedConflict, notFound, type Status } from '../apimachinery/status.ts';
import { admit, putOf } from './commit.ts';
import {
  type Engine,
  keyOf,
  objectOf,
  strategyContext,
  type Target,
  type WriteOptions,
  withRevision,
} from './engine.ts';
import { markDeleted } from './metadata.ts';
import { preconditionFailed } from './preconditions.ts';

export interface DeletePreconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export type DeleteResult =
  | { readonly kind: 'removed'; readonly status: Status; readonly object: KubeObject }
  /** Still there, held by finalizers: the object as it is now. */
  | { readonly kind: 'held'; readonly object: KubeObject };

/** Throws 404, 403 where the kind refuses, 409 on failed preconditions. */
export async function deleteObject(
  engine: Engine,
  target: Target,
  preconditions: DeletePreconditions,
  options: WriteOptions,
): Promise<DeleteResult> {
  const { served } = target;
  const { definition } = served;
  const result = await engine.turns.untilWon(keyOf(target), async () => {
    const stored = engine.store.get(keyOf(target));
    if (stored === undefined) throw notFound(definition, target.name);
    const object = objectOf(served, stored);
    checkPreconditions(target, preconditions, object);
    return await attemptDelete(engine, target, object, stored.revision, options);
  });
  if (result === undefined) throw modifiedConflict(definition, target.name);
  return result;
}

async function attemptDelete(
  engine: Engine,
  target: Target,
  object: KubeObject,
  revision: number,
  options: WriteOptions,
): Promise<DeleteResult | 'retry'> {
  const { definition } = target.served;
  const { strategy } = definition;
  if (object.metadata.deletionTimestamp !== undefined) return { kind: 'held', object };
  const refusal = strategy.refuseDelete?.(object);
  if (refusal !== undefined) throw forbidden(definition, target.name, refusal);
  const guards = await admit(engine, {
    operation: 'delete',
    definition,
    subresource: '',
    tenant: target.tenant,
    user: options.user,
    object,
    old: object,
  });
  const isHeld = (object.metadata.finalizers ?? []).length > 0 || strategy.isHeld?.(object) === true;
  if (isHeld) {
    const context = strategyContext(engine, options);
    markDeleted(object, context.nowMs);
    strategy.prepareForDelete?.(object, context);
    if (options.dryRun) return { kind: 'held', object };
    const outcome = await engine.store.commit([putOf(engine, target, object, revision), ...guards]);
    if (!outcome.ok) return 'retry';
    return { kind: 'held', object: withRevision(object, outcome.revisions[0]!) };
  }
  const status = deleted(definition, target.name, object.metadata.uid ?? '');
  if (options.dryRun) return { kind: 'removed', status, object };
  const outcome = await engine.store.commit([
    { kind: 'delete', key: keyOf(target), expect: revision },
    ...guards,
  ]);
  if (!outcome.ok) return 'retry';
  return { kind: 'removed', status, object: withRevision(object, outcome.revisions[0]!) };
}

function checkPreconditions(target: Target, preconditions: DeletePreconditions, object: KubeObject): void {
  const { uid, resourceVersion } = object.metadata;
  if (preconditions.uid !== undefined && preconditions.uid !== uid) {
    throw preconditionFailed(target, 'UID', preconditions.uid, uid);
  }
  if (preconditions.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    throw preconditionFailed(target, 'ResourceVersion', preconditions.resourceVersion, resourceVersion);
  }
}
