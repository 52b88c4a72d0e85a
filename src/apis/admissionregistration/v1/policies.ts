/** What admission policies and their bindings of either sort have in common. */
import { type CelType, dynType } from '../../../apimachinery/cel/types.ts';
import { type FieldError, notSupported, requiredValue } from '../../../apimachinery/field-error.ts';
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import type {
  ColumnDefinition,
  ResourceDefinition,
  ResourceStrategy,
  SubresourceDefinition,
} from '../../../apimachinery/resource-definition.ts';
import type { ObjectSchema } from '../../../apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../columns.ts';
import { labelSelectorText } from '../../label-selector.ts';
import { objectVerbs } from '../../verbs.ts';
import {
  admissionGroup,
  type MatchCondition,
  type MatchResources,
  type ParamKind,
  type ParamRef,
  type Variable,
} from './admission-schemas.ts';
import type { Declarations } from './expressions/compiled-expressions.ts';
import { admissionExpressions, problemsOf } from './expressions/expression-errors.ts';
import { defaultMatchResources } from './matching-defaults.ts';
import {
  failurePolicies,
  matchConditionsErrors,
  matchResourcesErrors,
  paramKindErrors,
  paramRefErrors,
  policyNameErrors,
  supportedErrors,
  variableErrors,
} from './matching-validation.ts';

interface PolicySpec {
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: MatchResources;
  readonly failurePolicy?: string;
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly Variable[];
}

/** What is wrong with a policy of either sort, and what its expressions may speak of. */
export interface PolicyJudgement {
  readonly errors: FieldError[];
  readonly declarations: Declarations;
}

/**
 * `operations` are those that the policy may be about, where they are not all; `hasPatchTypes` where its expressions
 * make patches.
 */
export function judgePolicy(
  spec: PolicySpec,
  { operations, hasPatchTypes }: { readonly operations?: readonly string[]; readonly hasPatchTypes: boolean },
): PolicyJudgement {
  const { failurePolicy, paramKind, matchConstraints } = spec;
  const errors: FieldError[] = [];
  if (failurePolicy === undefined) errors.push(requiredValue('spec.failurePolicy'));
  errors.push(...supportedErrors('spec.failurePolicy', failurePolicy, failurePolicies));
  if (paramKind !== undefined) errors.push(...paramKindErrors(paramKind, 'spec.paramKind'));
  if (matchConstraints === undefined) errors.push(requiredValue('spec.matchConstraints'));
  else {
    errors.push(...matchResourcesErrors(matchConstraints, 'spec.matchConstraints'));
    if ((matchConstraints.resourceRules ?? []).length === 0) {
      errors.push(requiredValue('spec.matchConstraints.resourceRules'));
    }
    if (operations !== undefined)
      errors.push(...operationErrors(matchConstraints.resourceRules ?? [], operations));
  }
  const hasParams = paramKind !== undefined;
  errors.push(...matchConditionsErrors(spec.matchConditions ?? [], 'spec.matchConditions', hasParams));
  const base = { hasParams, hasAuthorizer: true, hasPatchTypes };
  const types = new Map<string, CelType>();
  for (const [i, variable] of (spec.variables ?? []).entries()) {
    const path = `spec.variables[${i}]`;
    const own = variableErrors(variable, path);
    errors.push(...own);
    if (own.length > 0) continue;
    const declared = { ...base, variables: new Map(types) };
    const compiled = admissionExpressions.compile(variable.expression, declared, []);
    errors.push(...problemsOf(`${path}.expression`, compiled));
    types.set(variable.name, compiled.program?.type ?? dynType);
  }
  // Who declares no variables knows none by that name either, unless it makes patches.
  const hasVariables = hasPatchTypes || types.size > 0 || (spec.variables ?? []).length > 0;
  return { errors, declarations: { ...base, variables: hasVariables ? types : undefined } };
}

interface BindingSpec {
  readonly policyName?: string;
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

/** `matchPath` is where errors of matchResources are reported. */
function operationErrors(
  rules: readonly { readonly operations?: readonly string[] }[],
  supported: readonly string[],
): FieldError[] {
  return rules
    .flatMap(({ operations = [] }) => operations)
    .filter((operation) => !supported.includes(operation))
    .map((operation) => notSupported('spec.matchConstraints.resourceRules.operations', operation, supported));
}

export function bindingErrors(spec: BindingSpec, matchPath: string): FieldError[] {
  const { policyName, paramRef, matchResources } = spec;
  return [
    ...policyNameErrors(policyName, 'spec.policyName'),
    ...(paramRef === undefined ? [] : paramRefErrors(paramRef, 'spec.paramRef')),
    ...(matchResources === undefined ? [] : matchResourcesErrors(matchResources, matchPath)),
  ];
}

export function defaultBinding(binding: KubeObject): void {
  binding.spec ??= {};
  const { matchResources }: BindingSpec = binding.spec;
  defaultMatchResources(matchResources);
}

export const paramKindColumn: ColumnDefinition = {
  name: 'ParamKind',
  type: 'string',
  description: 'Kind of the parameters.',
  value(policy) {
    const kind: ParamKind | undefined = policy.spec?.paramKind;
    return kind === undefined ? '<unset>' : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`;
  },
};

export const bindingColumns: readonly ColumnDefinition[] = [
  nameColumn,
  {
    name: 'PolicyName',
    type: 'string',
    description: 'The policy that is bound.',
    value: (binding) => binding.spec?.policyName ?? '',
  },
  {
    name: 'ParamRef',
    type: 'string',
    description: 'Where the parameters are.',
    value: (binding) => paramRefText(binding.spec?.paramRef),
  },
  ageColumn,
];

/** Whether parameters without a namespace are cluster-scoped cannot be told from here. */
function paramRefText(ref: ParamRef | undefined): string {
  const { name = '', namespace = '', selector } = ref ?? {};
  if (name !== '') return `${namespace === '' ? '*' : namespace}/${name}`;
  return selector === undefined ? '<unset>' : labelSelectorText(selector);
}

export function policyDefinition(options: {
  readonly kind: string;
  readonly resource: string;
  readonly description: string;
  readonly schema: ObjectSchema;
  readonly strategy: ResourceStrategy;
  readonly subresources: readonly SubresourceDefinition[];
  readonly columns: readonly ColumnDefinition[];
}): ResourceDefinition {
  const { kind, resource, description, schema, strategy, subresources, columns } = options;
  return {
    group: admissionGroup,
    resource,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    categories: ['api-extensions'],
    scope: 'Cluster',
    description,
    verbs: objectVerbs,
    contexts: ['Platform', 'Project'],
    versions: [{ version: 'v1', schema }],
    storage: { group: admissionGroup, version: 'v1', kind, resource },
    strategy: {
      ...strategy,
      hasGeneration: true,
      allowUnconditionalUpdate: false,
      allowCreateOnUpdate: false,
    },
    subresources,
    columns,
    strategicMergePatch: true,
  };
}
