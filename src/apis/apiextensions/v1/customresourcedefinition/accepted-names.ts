/**
 * Which names of a CustomResourceDefinition are its own: those that no other kind of its group has. Says so in its
 * status, where serving reads it. Reasons and messages are those of upstream's naming, establishing and approval
 * controllers (apiextensions-apiserver/pkg/controller/{status,establish,apiapproval}); here they are part of the write
 * that makes them true, so that a definition serves from its first revision on.
 */
import { goQuote } from '../../../../apimachinery/apply/go-text.ts';
import { deepEqual } from '../../../../apimachinery/equality.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import type { CustomNames, CustomSpec } from '../../../../apimachinery/structural/custom-kind.ts';
import { findCondition, setCondition } from '../../../conditions.ts';

export type Names = Pick<
  ResourceDefinition,
  'group' | 'resource' | 'singular' | 'shortNames' | 'kind' | 'listKind'
>;

/**
 * `old` is the definition as it was before the write, and `others` what is served beside it, of whatever group. Changes
 * status in place, and comes to the same when it is asked again. Whether it depends on `others`: false where all names
 * were accepted before the write.
 */
export function acceptNames(
  crd: KubeObject,
  old: KubeObject | undefined,
  others: readonly Names[],
  nowMs: number,
): boolean {
  const spec = crd.spec as CustomSpec;
  const { names } = spec;
  const taken = takenNames(spec, others);
  const before = (old?.status?.acceptedNames ?? {}) as Partial<CustomNames>;
  const accepted: Record<string, unknown> = { ...before };
  const conflict = { reason: '', message: '' };
  const accept = (field: keyof CustomNames, problems: readonly string[], reason: string): void => {
    if (problems.length === 0) {
      if (names[field] === undefined) delete accepted[field];
      else accepted[field] = names[field];
      return;
    }
    conflict.reason = reason;
    conflict.message = problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`;
  };
  const inUse = (name: string | undefined, own: unknown, among: ReadonlySet<string>): string[] =>
    name !== undefined && name !== own && among.has(name) ? [`${goQuote(name)} is already in use`] : [];
  accept('plural', inUse(names.plural, accepted.plural, taken.resources), 'PluralConflict');
  accept('singular', inUse(names.singular, accepted.singular, taken.resources), 'SingularConflict');
  const ownShort = new Set((accepted.shortNames as readonly string[] | undefined) ?? []);
  const shortProblems = (names.shortNames ?? []).flatMap((name) =>
    ownShort.has(name) ? [] : inUse(name, undefined, taken.resources),
  );
  accept('shortNames', shortProblems, 'ShortNamesConflict');
  accept('kind', inUse(names.kind, accepted.kind, taken.kinds), 'KindConflict');
  accept('listKind', inUse(names.listKind, accepted.listKind, taken.kinds), 'ListKindConflict');
  accept('categories', [], '');

  crd.status ??= {};
  crd.status.acceptedNames = { plural: '', kind: '', ...accepted };
  const wasEstablished = old !== undefined && findCondition(old, 'Established')?.status === 'True';
  setNameConditions(crd, wasEstablished, conflict, nowMs);
  return conflict.reason !== '' || !deepEqual(accepted, before);
}

function takenNames(
  { group, names }: CustomSpec,
  others: readonly Names[],
): { readonly resources: ReadonlySet<string>; readonly kinds: ReadonlySet<string> } {
  const neighbours = others.filter((other) => other.group === group && other.resource !== names.plural);
  return {
    resources: new Set(
      neighbours.flatMap(({ resource, singular, shortNames = [] }) => [resource, singular, ...shortNames]),
    ),
    kinds: new Set(neighbours.flatMap(({ kind, listKind }) => [kind, listKind])),
  };
}

function setNameConditions(
  crd: KubeObject,
  wasEstablished: boolean,
  conflict: { readonly reason: string; readonly message: string },
  nowMs: number,
): void {
  const isAccepted = conflict.reason === '';
  setCondition(
    crd,
    isAccepted
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...conflict },
    nowMs,
  );
  // Once established it stays so: what it serves does not go because of a name that it would like to have.
  if (wasEstablished) return;
  setCondition(
    crd,
    isAccepted
      ? {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        }
      : {
          type: 'Established',
          status: 'False',
          reason: 'NotAccepted',
          message: 'not all names are accepted',
        },
    nowMs,
  );
}
