/** Equality of what a store answers, quick enough for hundreds of thousands of comparisons; and how they fail. */
import { inspect } from 'node:util';
import type { Change, ObjectKey, StoredEntry, StoredRecord } from '../store.ts';

export function sameKey(left: ObjectKey, right: ObjectKey): boolean {
  return (
    left.name === right.name &&
    left.namespace === right.namespace &&
    left.resource === right.resource &&
    left.group === right.group &&
    left.tenant === right.tenant
  );
}

function sameRecord(left: Buffer | undefined, right: Buffer | undefined): boolean {
  return left === undefined || right === undefined ? left === right : left.equals(right);
}

export function sameState(left: StoredRecord | undefined, right: StoredRecord | undefined): boolean {
  return left?.revision === right?.revision && sameRecord(left?.record, right?.record);
}

export function sameEntry(left: StoredEntry, right: StoredEntry | undefined): boolean {
  return right !== undefined && sameKey(left.key, right.key) && sameState(left, right);
}

export function sameChange(left: Change, right: Change | undefined): boolean {
  return (
    right !== undefined &&
    left.revision === right.revision &&
    sameKey(left.key, right.key) &&
    sameRecord(left.record, right.record) &&
    sameState(left.previous, right.previous)
  );
}

/** Fails, showing both sides. */
export function mismatch(what: string, actual: unknown, due: unknown): never {
  const show = (value: unknown) => inspect(value, { depth: 6, maxArrayLength: 12, maxStringLength: 200 });
  throw new Error(`${what}: the store has ${show(actual)}, due is ${show(due)}`);
}
