/** What of a set of fields a manager may own, where that is less than all of it: fields another endpoint writes. */
import type { PathElement } from './field-path.ts';
import { FieldSet, leafSlot, type Slot } from './field-set.ts';

export type FieldFilter = (set: FieldSet) => FieldSet;

/** Without those fields and what is below them. */
export const excludeFields =
  (excluded: FieldSet): FieldFilter =>
  (set) =>
    set.recursiveDifference(excluded);

/** Any element, in a pattern. */
export const anyElement: unique symbol = Symbol('any element');
export type FieldPattern = readonly (PathElement | typeof anyElement)[];

/** Only what is on the way to, or below, what one of the patterns matches. `anyElement` hides its neighbours. */
export function includeFields(...patterns: readonly FieldPattern[]): FieldFilter {
  const root: Matcher = { isEverything: false, any: undefined, elements: new Map() };
  for (const pattern of patterns) {
    let at = root;
    for (const element of pattern) at = matcherBelow(at, element);
    at.isEverything = true;
  }
  return (set) => matching(set, root) ?? FieldSet.empty;
}

interface Matcher {
  isEverything: boolean;
  any: Matcher | undefined;
  readonly elements: Map<PathElement, Matcher>;
}
function matcherBelow(matcher: Matcher, element: PathElement | typeof anyElement): Matcher {
  const known = element === anyElement ? matcher.any : matcher.elements.get(element);
  if (known !== undefined) return known;
  const below: Matcher = { isEverything: false, any: undefined, elements: new Map() };
  if (element === anyElement) matcher.any = below;
  else matcher.elements.set(element, below);
  return below;
}

function matching(set: FieldSet, matcher: Matcher): FieldSet | undefined {
  if (matcher.isEverything) return set;
  const out = new Map<PathElement, Slot>();
  for (const [element, { member, children }] of set.slots) {
    const below = matcher.any ?? matcher.elements.get(element);
    if (below === undefined) continue;
    const kept = children === undefined ? undefined : matching(children, below);
    if (kept !== undefined) out.set(element, { member, children: kept });
    else if (member) out.set(element, leafSlot);
  }
  return out.size === 0 ? undefined : new FieldSet(out);
}
