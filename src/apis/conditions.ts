/**
 * The conditions of an object's status: their list schema, finding one, and setting one with its transition time
 * kept right. Knows no kind: which conditions an object has, and when, is said beside the kind.
 */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { timestamp } from '../apimachinery/object-meta.ts';
import { conditionSchema } from '../apimachinery/schema/meta.ts';
import { type Infer, list } from '../apimachinery/schema/schema.ts';

export type Condition = Infer<typeof conditionSchema>;

/** A status.conditions field: one entry of each type, merged by type in patches and in apply. */
export const conditionsSchema = list(conditionSchema, {
  listType: 'map',
  listMapKeys: ['type'],
  patchStrategy: 'merge',
  patchMergeKey: 'type',
});

export function findCondition(object: KubeObject, type: string): Condition | undefined {
  const conditions: unknown = object.status?.conditions;
  if (!Array.isArray(conditions)) return undefined;
  return (conditions as Condition[]).find((condition) => condition.type === type);
}

/**
 * Sets a condition in place. `lastTransitionTime` moves only when the status does, so that setting what already
 * is so changes nothing, and an update without effect writes nothing.
 */
export function setCondition(
  object: KubeObject,
  condition: Omit<Condition, 'lastTransitionTime'>,
  nowMs: number,
): void {
  object.status ??= {};
  object.status.conditions ??= [];
  const conditions = object.status.conditions as Condition[];
  const index = conditions.findIndex((other) => other.type === condition.type);
  const previous = conditions[index];
  const lastTransitionTime =
    previous?.status === condition.status ? previous.lastTransitionTime : timestamp(nowMs);
  const next = { ...condition, lastTransitionTime };
  if (index === -1) conditions.push(next);
  else conditions[index] = next;
}
