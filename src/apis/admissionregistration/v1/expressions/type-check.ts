/**
 * Whether the expressions of a policy fit the types of what it is about: warnings for whoever wrote it, of no effect on
 * what the policy does. Source: apiserver pkg/admission/plugin/policy/validating/typechecking.go.
 */

import { type CelType, dynType } from '../../../../apimachinery/cel/types.ts';
import { apiVersionOf, type GroupVersionKind, parseApiVersion } from '../../../../apimachinery/gvk.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { MatchResources, ParamKind, Variable } from '../admission-schemas.ts';
import { typedEnvironment } from './admission-environment.ts';

export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}
export interface TypedKind extends GroupVersionKind {
  readonly type: CelType;
}
/** What a control plane serves; undefined for what it does not. */
export interface KnownKinds {
  ofResource(group: string, version: string, resource: string): TypedKind | undefined;
  ofKind(apiVersion: string, kind: string): TypedKind | undefined;
}

interface Spec {
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: MatchResources;
  readonly variables?: readonly Variable[];
  readonly validations?: readonly { readonly expression: string; readonly messageExpression?: string }[];
}

export function expressionWarnings({ spec }: KubeObject, known: KnownKinds): ExpressionWarning[] {
  const wanted: Spec = spec ?? {};
  const kinds = kindsIn(wanted.matchConstraints ?? {}, known);
  const { apiVersion = '', kind = '' } = wanted.paramKind ?? {};
  const params = parseApiVersion(apiVersion) === undefined ? undefined : known.ofKind(apiVersion, kind);
  const check = (fieldRef: string, source: string | undefined): ExpressionWarning[] => {
    if (source === undefined || source === '') return [];
    const problems = kinds.flatMap((each) => {
      const issues = issuesWith(source, wanted.variables ?? [], each.type, params?.type);
      return issues === undefined ? [] : [`${apiVersionText(each)}, Kind=${each.kind}: ${issues}\n`];
    });
    return problems.length === 0 ? [] : [{ fieldRef, warning: problems.join('\n') }];
  };
  return (wanted.validations ?? []).flatMap(({ expression, messageExpression }, i) => [
    ...check(`spec.validations[${i}].expression`, expression),
    ...check(`spec.validations[${i}].messageExpression`, messageExpression),
  ]);
}

/** As Go prints it: of the core group nothing stands before the slash. */
const apiVersionText = (kind: GroupVersionKind): string =>
  kind.group === '' ? `/${kind.version}` : apiVersionOf(kind);

function issuesWith(
  source: string,
  variables: readonly Variable[],
  object: CelType,
  params: CelType | undefined,
): string | undefined {
  const types = new Map<string, CelType>();
  for (const { name, expression } of variables) {
    const { program } = typedEnvironment({ object, params, variables: new Map(types) }).compile(expression);
    types.set(name, program?.checked.type ?? dynType);
  }
  const compiled = typedEnvironment({ object, params, variables: types }).compile(source);
  return compiled.program === undefined ? compiled.text : undefined;
}

/** Of rules that name all they mean; of each so many at most. */
function kindsIn({ resourceRules = [] }: MatchResources, known: KnownKinds): TypedKind[] {
  const found = new Map<string, TypedKind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of resourceRules) {
    if ([...apiGroups, ...apiVersions].some((name) => name.includes('*'))) continue;
    const named = resources.filter((name) => !/[*/]/.test(name)).sort();
    for (const group of [...apiGroups].sort()) {
      for (const version of [...apiVersions].sort()) {
        for (const resource of named) {
          const kind = known.ofResource(group, version, resource);
          if (kind !== undefined) found.set(`${group}\0${version}\0${kind.kind}`, kind);
          if (found.size === limits.checkedPolicyKinds) return sorted(found);
        }
      }
    }
  }
  return sorted(found);
}

const sorted = (kinds: ReadonlyMap<string, TypedKind>): TypedKind[] =>
  [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
