/** Rules of a ResourceQuota. Source of fields and messages: kubernetes pkg/apis/core/validation. */
import { type FieldError, invalidValue, requiredValue } from '../../../../apimachinery/field-error.ts';
import { labelKeyProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { Quantity } from '../../../../apimachinery/quantity.ts';
import {
  isCountName,
  isScope,
  isStandardName,
  isStandardQuotaName,
  mayBeInScope,
} from './quota-resources.ts';
import type { ResourceQuotaSpec, ResourceQuotaStatus } from './resource-quota-schema.ts';

const existsOnly: readonly string[] = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'Terminating',
];
const conflicting = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

export function validateResourceQuota(quota: KubeObject): FieldError[] {
  const spec: ResourceQuotaSpec = quota.spec ?? {};
  return [
    ...listErrors(spec.hard ?? {}, 'spec.hard'),
    ...scopesErrors(spec),
    ...scopeSelectorErrors(spec),
    ...validateResourceQuotaStatus(quota),
  ];
}

export function validateResourceQuotaStatus(quota: KubeObject): FieldError[] {
  const status: ResourceQuotaStatus = quota.status ?? {};
  return [...listErrors(status.hard ?? {}, 'status.hard'), ...listErrors(status.used ?? {}, 'status.used')];
}

export function validateResourceQuotaUpdate(quota: KubeObject, old: KubeObject): FieldError[] {
  const scopes: string[] = quota.spec?.scopes ?? [];
  const before: string[] = old.spec?.scopes ?? [];
  const isSame =
    scopes.every((scope) => before.includes(scope)) && before.every((scope) => scopes.includes(scope));
  return isSame ? [] : [invalidValue('spec.scopes', quota.spec?.scopes ?? null, 'field is immutable')];
}

function listErrors(quantities: Readonly<Record<string, string>>, path: string): FieldError[] {
  return Object.entries(quantities).flatMap(([name, text]) => {
    const at = `${path}[${name}]`;
    const quantity = Quantity.parse(text);
    const errors = nameErrors(name, at);
    if (quantity.sign < 0) errors.push(invalidValue(at, text, 'must be greater than or equal to 0'));
    if (isCountName(name) && !quantity.isInteger) errors.push(invalidValue(at, text, 'must be an integer'));
    return errors;
  });
}

function nameErrors(name: string, path: string): FieldError[] {
  const errors = labelKeyProblems(name).map((problem) => invalidValue(path, name, problem));
  if (name.includes('/')) return errors;
  if (errors.length === 0 && !isStandardName(name)) {
    errors.push(invalidValue(path, name, 'must be a standard resource type or fully qualified'));
  }
  if (!isStandardQuotaName(name)) {
    errors.push(invalidValue(path, name, 'must be a standard resource for quota'));
  }
  return errors;
}

function scopesErrors({ hard = {}, scopes = [] }: ResourceQuotaSpec): FieldError[] {
  const path = 'spec.scopes';
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (!isScope(scope)) errors.push(invalidValue(path, scopes, 'unsupported scope'));
    errors.push(...unscopedErrors(scope, hard, path, scopes));
  }
  return [...errors, ...conflictErrors(scopes, scopes, path)];
}

function scopeSelectorErrors({ hard = {}, scopes = [], scopeSelector }: ResourceQuotaSpec): FieldError[] {
  if (scopeSelector === undefined) return [];
  const path = 'spec.scopeSelector.matchExpressions';
  const errors: FieldError[] = [];
  const expressions = scopeSelector.matchExpressions ?? [];
  for (const { scopeName = '', operator = '', values = [] } of expressions) {
    if (!isScope(scopeName)) errors.push(invalidValue(`${path}.scopeName`, scopeName, 'unsupported scope'));
    errors.push(...unscopedErrors(scopeName, hard, path, scopeSelector));
    if (existsOnly.includes(scopeName) && operator !== 'Exists') {
      const detail =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      errors.push(invalidValue(`${path}.operator`, operator, detail));
    }
    errors.push(...operatorErrors(operator, values, path));
  }
  const names = expressions.map(({ scopeName }) => scopeName);
  return [...errors, ...conflictErrors(names, scopes, path)];
}

function operatorErrors(operator: string, values: readonly string[], path: string): FieldError[] {
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    return values.length === 0 ? [requiredValue(`${path}.values`, detail)] : [];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    return values.length > 0 ? [invalidValue(`${path}.values`, values, detail)] : [];
  }
  return [invalidValue(`${path}.operator`, operator, 'not a valid selector operator')];
}

/** One error for each bound that nothing in the scope can come under. */
function unscopedErrors(scope: string, hard: object, path: string, shown: unknown): FieldError[] {
  return Object.keys(hard)
    .filter((name) => isStandardQuotaName(name) && !mayBeInScope(scope, name))
    .map(() => invalidValue(path, shown, 'unsupported scope applied to resource'));
}

function conflictErrors(names: readonly string[], shown: readonly string[], path: string): FieldError[] {
  return conflicting
    .filter((pair) => pair.every((scope) => names.includes(scope)))
    .map(() => invalidValue(path, shown, 'conflicting scopes'));
}
