/** Where two normalised answers differ, place by place. Judges nothing: what may differ stands in known-differences.ts. */
import type { JsonValue } from '../../src/apimachinery/object-meta.ts';
import type { Normalised } from './normalised.ts';

export interface Difference {
  /** `status`, `headers.allow`, `body.metadata.managedFields.0.operation`. */
  readonly at: string;
  /** Undefined is absence. */
  readonly ours: JsonValue | undefined;
  readonly theirs: JsonValue | undefined;
}

export function differences(ours: Normalised, theirs: Normalised): Difference[] {
  const found: Difference[] = [];
  compare('', { ...ours }, { ...theirs }, found);
  return found;
}

function compare(
  at: string,
  ours: JsonValue | undefined,
  theirs: JsonValue | undefined,
  found: Difference[],
): void {
  if (isBranch(ours) && isBranch(theirs) && Array.isArray(ours) === Array.isArray(theirs)) {
    const [mine, other] = [entries(ours), entries(theirs)];
    for (const key of new Set([...mine.keys(), ...other.keys()])) {
      compare(at === '' ? key : `${at}.${key}`, mine.get(key), other.get(key), found);
    }
  } else if (ours !== theirs) found.push({ at, ours, theirs });
}

const isBranch = (value: JsonValue | undefined): value is JsonValue & object =>
  value !== null && typeof value === 'object';
const entries = (value: JsonValue & object): Map<string, JsonValue> =>
  new Map(Object.entries(value) as [string, JsonValue][]);
