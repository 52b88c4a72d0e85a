/** Fields of objects, and of maps that are used like objects. */
import {
  CelError,
  CelList,
  CelMap,
  CelObject,
  CelOptional,
  type CelValue,
  failureOf,
  noSuchKey,
  noSuchOverload,
  type Outcome,
} from './values.ts';

export function fieldOf(operand: CelValue, field: string): Outcome {
  if (!(operand instanceof CelObject || operand instanceof CelMap)) return noSuchOverload;
  try {
    const value = operand.get(field);
    return value === undefined ? noSuchKey(field) : value;
  } catch (error) {
    return failureOf(error);
  }
}

/** Whether there is such a field. Of an optional: in what it holds, if anything. */
export function isSet(operand: Outcome, field: string): boolean | CelError {
  const inner = operand instanceof CelOptional ? operand.value : operand;
  if (inner === undefined) return false;
  if (inner instanceof CelError) return inner;
  if (inner instanceof CelList) return new CelError("unsupported index type 'string' in list");
  try {
    if (inner instanceof CelObject) return inner.has(field);
    return inner instanceof CelMap && inner.get(field) !== undefined;
  } catch (error) {
    return failureOf(error);
  }
}
