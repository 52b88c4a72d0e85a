/**
 * Removes all objects of one resource in one control plane or namespace, many in a batch: how namespaces and
 * projects are emptied. What finalizers hold is marked as deleted and left to them.
 */
import { setImmediate } from 'node:timers/promises';
import { limits } from '../apimachinery/limits.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { parseRecord } from '../storage/record.ts';
import type { ObjectKey, StoredEntry, TenantId, Write } from '../storage/store.ts';
import type { StorageForm } from './definition-table.ts';
import type { Engine } from './engine.ts';
import { markDeleted } from './metadata.ts';
import { isUnwritten } from './store-with-defaults.ts';
import { recordOf } from './stored-object.ts';

export interface RemovalScope {
  readonly tenant: TenantId;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  /** Removes even what the kind's own lifecycle holds. */
  readonly ignoresLifecycle?: boolean;
  /** Shared defaults that are marked though nobody has written them; all others are not there for this. */
  readonly defaults?: ReadonlySet<string>;
  /** Ends the work early, between two batches. */
  readonly signal?: AbortSignal;
}

export interface RemovalReport {
  /** False while something is neither gone nor held: a concurrent write won, or the signal ended the work. */
  isComplete: boolean;
  removed: number;
  held: number;
  readonly finalizers: Map<string, number>;
  /** Of those that are held. */
  readonly namespaces: Set<string>;
  readonly examples: string[];
}

/** Repeats until a pass meets no concurrent write, a bounded number of times: `isComplete` says whether one did. */
export async function removeContents(engine: Engine, scope: RemovalScope): Promise<RemovalReport> {
  let report = emptyReport();
  let removed = 0;
  for (let pass = 0; pass < limits.removalPasses; pass++) {
    report = emptyReport();
    report.isComplete = await removalPass(engine, scope, report);
    removed += report.removed;
    if (report.isComplete || scope.signal?.aborted) break;
  }
  report.removed = removed;
  return report;
}

function emptyReport(): RemovalReport {
  return {
    isComplete: false,
    removed: 0,
    held: 0,
    finalizers: new Map(),
    namespaces: new Set(),
    examples: [],
  };
}

/** True when every object found was removed or is held. */
async function removalPass(engine: Engine, scope: RemovalScope, report: RemovalReport): Promise<boolean> {
  const { store } = engine;
  const form = engine.definitions.of(scope.tenant).stored(scope);
  let after: { namespace: string; name: string } | undefined;
  let isComplete = true;
  while (!scope.signal?.aborted) {
    const page = store.range({
      tenant: scope.tenant,
      group: scope.group,
      resource: scope.resource,
      ...(scope.namespace === undefined ? {} : { namespace: scope.namespace }),
      ...(after === undefined ? {} : { after }),
      maxEntries: limits.removalStepEntries,
      maxBytes: limits.listStepBytes,
    });
    const writes = page.entries.flatMap((entry) => removalOf(engine, scope, form, entry, report));
    isComplete = (await commitEach(engine, writes, report)) && isComplete;
    if (page.next === undefined) return isComplete;
    after = page.next;
    // A page on which everything is held writes nothing, and would not wait for anything.
    await setImmediate();
  }
  return false;
}

function removalOf(
  engine: Engine,
  scope: RemovalScope,
  form: StorageForm | undefined,
  entry: StoredEntry,
  report: RemovalReport,
): Write[] {
  if (isUnwritten(entry) && scope.defaults?.has(entry.key.name) !== true) return [];
  const object = parseRecord(entry.record, entry.revision);
  const finalizers = object.metadata.finalizers ?? [];
  const strategy = form?.definition.strategy;
  const isHeld =
    finalizers.length > 0 || (scope.ignoresLifecycle !== true && strategy?.isHeld?.(object) === true);
  if (!isHeld || form === undefined) {
    return [{ kind: 'delete', key: entry.key, expect: entry.revision }];
  }
  noteHeld(report, entry.key, finalizers);
  if (object.metadata.deletionTimestamp !== undefined) return [];
  return [{ kind: 'put', key: entry.key, record: marked(engine, form, object), expect: entry.revision }];
}

function marked(engine: Engine, form: StorageForm, object: KubeObject): Buffer {
  const nowMs = engine.clock.now();
  const { strategy } = form.definition;
  markDeleted(object, strategy, nowMs);
  strategy.prepareForDelete?.(object, {
    nowMs,
    user: { name: '', uid: '', groups: [], extra: {} },
    dryRun: false,
    newUid: engine.newUid,
    revision: engine.store.applied,
  });
  return recordOf(form, object, nowMs);
}

function noteHeld(report: RemovalReport, key: ObjectKey, finalizers: readonly string[]): void {
  report.held += 1;
  report.namespaces.add(key.namespace);
  for (const finalizer of finalizers) {
    report.finalizers.set(finalizer, (report.finalizers.get(finalizer) ?? 0) + 1);
  }
  if (report.examples.length < limits.removalExamples) {
    report.examples.push(key.namespace === '' ? key.name : `${key.namespace}/${key.name}`);
  }
}

/** All in one batch; one at a time when somebody wrote in between. False when any write lost. */
async function commitEach(engine: Engine, writes: readonly Write[], report: RemovalReport): Promise<boolean> {
  if (writes.length === 0) return true;
  const deletes = writes.filter((write) => write.kind === 'delete').length;
  const whole = await engine.store.commit(writes);
  if (whole.ok) {
    report.removed += deletes;
    return true;
  }
  const outcomes = await Promise.all(writes.map((write) => engine.store.commit([write])));
  outcomes.forEach((outcome, i) => {
    if (outcome.ok && writes[i]!.kind === 'delete') report.removed += 1;
  });
  return outcomes.every((outcome) => outcome.ok);
}
