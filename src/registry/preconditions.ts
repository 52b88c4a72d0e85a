/** What a write may demand of the object it meets. Source: storage.Preconditions of apiserver. */
import { conflict, type StatusError } from '../apimachinery/status.ts';
import type { Target } from './engine.ts';

/** The 409 of a demand that does not hold; `field` as upstream names it: UID, ResourceVersion. */
export function preconditionFailed(
  target: Target,
  field: 'UID' | 'ResourceVersion',
  wanted: string,
  actual: string | undefined,
): StatusError {
  const detail = `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${actual}`;
  return conflict(target.served.definition, target.name, detail);
}
