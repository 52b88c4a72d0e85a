/**
 * Ready of the kinds that are usable as soon as they are stored: no controller has to finish anything first, so the
 * write itself reports it. Keeps observedGeneration in step with metadata.generation, on which `kubectl wait` relies.
 */
import { deepEqual } from '../../../apimachinery/equality.ts';
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import { findCondition, setCondition } from '../../conditions.ts';

/**
 * The generation the object will have once written: 1 at first, one more with each change of its spec. The engine
 * counts it after the strategy has run.
 */
export function nextGeneration(object: KubeObject, old: KubeObject | undefined): number {
  if (old === undefined) return 1;
  const generation = Number(old.metadata.generation ?? 1);
  return deepEqual(object.spec ?? {}, old.spec ?? {}) ? generation : generation + 1;
}

export function setReady(object: KubeObject, message: string, generation: number, nowMs: number): void {
  const condition = { type: 'Ready', status: 'True', reason: 'Ready', message } as const;
  setCondition(object, { ...condition, observedGeneration: generation }, nowMs);
}

/** Moves observedGeneration of a Ready that holds. One that a controller took away is the controller's to give back. */
export function observeReady(object: KubeObject, generation: number, nowMs: number): void {
  const ready = findCondition(object, 'Ready');
  if (ready?.status === 'True') setCondition(object, { ...ready, observedGeneration: generation }, nowMs);
}
