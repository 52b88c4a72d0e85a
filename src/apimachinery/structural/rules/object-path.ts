/** Where in an object a value stands, as links back to the root: a path costs nothing until it is told. */
import type { CorrelatedValue } from './correlated-value.ts';

export interface ObjectPath {
  readonly parent: ObjectPath | undefined;
  /** An item by its index. Behind `allOf` the value is the same, but what is found there is not ratcheted by itself. */
  readonly step: 'field' | 'key' | 'item' | 'allOf';
  readonly name: string | number;
}

/** As field errors write it. `root` is what stands before it; the root of an object without one is upstream's `<nil>`. */
export function pathText(path: ObjectPath | undefined, root: string, behind = ''): string {
  let text = behind;
  for (let at = path; at !== undefined; at = at.parent) {
    if (at.step === 'field') text = join(String(at.name), text);
    else if (at.step !== 'allOf') text = join(`[${at.name}]`, text);
  }
  return join(root, text) || '<nil>';
}
const join = (left: string, right: string): string =>
  left === '' || right === '' || right.startsWith('[') ? left + right : `${left}.${right}`;

/**
 * Whether the value there, or the nearest above it that has a counterpart in the old object, is as it was. `apiVersion`
 * and `kind` at the root are never: both objects were brought to the same version before.
 */
export function isUnchangedAt(path: ObjectPath | undefined, root: CorrelatedValue): boolean {
  const steps: ObjectPath[] = [];
  for (let at = path; at !== undefined; at = at.parent) steps.push(at);
  let current: CorrelatedValue | undefined = root;
  let above: CorrelatedValue | undefined;
  for (const { step, name } of steps.reverse()) {
    if (current === undefined) break;
    if (step === 'allOf') {
      current = undefined;
      continue;
    }
    if (above === undefined && (name === 'apiVersion' || name === 'kind')) return false;
    above = current;
    current = step === 'item' ? current.item(name as number) : current.property(name as string);
  }
  return (current ?? above)?.isUnchanged ?? false;
}
