/**
 * Rules of what admission kinds match: operations, resources, selectors, conditions, parameters. Source of fields and messages: kubernetes pkg/apis/admissionregistration/validation.
 */
import { boolType } from '../../../apimachinery/cel/types.ts';
import {
  duplicateValue,
  type FieldError,
  forbidden,
  invalidValue,
  notSupported,
  requiredValue,
  tooMany,
} from '../../../apimachinery/field-error.ts';
import { limits } from '../../../apimachinery/limits.ts';
import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  labelKeyProblems,
  pathSegmentProblems,
} from '../../../apimachinery/names.ts';
import { labelSelectorErrors } from '../../label-selector.ts';
import type {
  MatchCondition,
  MatchResources,
  NamedRule,
  ParamKind,
  ParamRef,
  RuleWithOperations,
  Variable,
} from './admission-schemas.ts';
import { expressionErrors } from './expressions/expression-errors.ts';

export const failurePolicies: readonly string[] = ['Fail', 'Ignore'];
export const matchPolicies: readonly string[] = ['Equivalent', 'Exact'];
const operations: readonly string[] = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes: readonly string[] = ['*', 'Cluster', 'Namespaced'];
const notFoundActions: readonly string[] = ['Deny', 'Allow'];

export function supportedErrors(
  path: string,
  value: string | undefined,
  supported: readonly string[],
): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

export function ruleErrors(rule: RuleWithOperations, path: string): FieldError[] {
  const { operations: wanted = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  const errors = wildcardErrors(`${path}.operations`, wanted, 'operations');
  for (const [i, operation] of wanted.entries()) {
    errors.push(...supportedErrors(`${path}.operations[${i}]`, operation, operations));
  }
  errors.push(...wildcardErrors(`${path}.apiGroups`, apiGroups, 'API groups'));
  errors.push(...wildcardErrors(`${path}.apiVersions`, apiVersions, 'API versions'));
  for (const [i, version] of apiVersions.entries()) {
    if (version === '') errors.push(requiredValue(`${path}.apiVersions[${i}]`));
  }
  errors.push(...resourcesErrors(`${path}.resources`, resources));
  errors.push(...supportedErrors(`${path}.scope`, scope, scopes));
  return errors;
}

function wildcardErrors(path: string, values: readonly string[], what: string): FieldError[] {
  if (values.length === 0) return [requiredValue(path)];
  if (values.length === 1 || !values.includes('*')) return [];
  return [invalidValue(path, values, `if '*' is present, must not specify other ${what}`)];
}

function resourcesErrors(path: string, resources: readonly string[]): FieldError[] {
  if (resources.length === 0) return [requiredValue(path)];
  const errors: FieldError[] = [];
  const allSubresourcesOf = new Set<string>();
  const ofAllResources = new Set<string>();
  let isLastWithoutSubresource = false;
  for (const [i, resource] of resources.entries()) {
    if (resource === '') {
      errors.push(requiredValue(`${path}[${i}]`));
      continue;
    }
    const slash = resource.indexOf('/');
    if (slash === -1) {
      // As upstream: the last one decides, not any.
      isLastWithoutSubresource = resource !== '*';
      continue;
    }
    const [name, subresource] = [resource.slice(0, slash), resource.slice(slash + 1)];
    if (allSubresourcesOf.has(name)) {
      const detail = `if '${name}/*' is present, must not specify ${resource}`;
      errors.push(invalidValue(`${path}[${i}]`, resource, detail));
    }
    if (ofAllResources.has(subresource)) {
      const detail = `if '*/${subresource}' is present, must not specify ${resource}`;
      errors.push(invalidValue(`${path}[${i}]`, resource, detail));
    }
    if (subresource === '*') allSubresourcesOf.add(name);
    if (name === '*') ofAllResources.add(subresource);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    const detail = "if '*/*' is present, must not specify other resources";
    errors.push(invalidValue(path, resources, detail));
  }
  if (resources.includes('*') && isLastWithoutSubresource) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalidValue(path, resources, detail));
  }
  return errors;
}

export function matchResourcesErrors(match: MatchResources, path: string): FieldError[] {
  const { matchPolicy, namespaceSelector, objectSelector } = match;
  return [
    ...(matchPolicy === undefined ? [requiredValue(`${path}.matchPolicy`)] : []),
    ...supportedErrors(`${path}.matchPolicy`, matchPolicy, matchPolicies),
    ...selectorErrors(namespaceSelector, `${path}.namespaceSelector`),
    ...selectorErrors(objectSelector, `${path}.objectSelector`),
    ...(match.resourceRules ?? []).flatMap((rule, i) => namedRuleErrors(rule, `${path}.resourceRules[${i}]`)),
    ...(match.excludeResourceRules ?? []).flatMap((rule, i) =>
      namedRuleErrors(rule, `${path}.excludeResourceRules[${i}]`),
    ),
  ];
}

const selectorErrors = (selector: MatchResources['namespaceSelector'], path: string): FieldError[] =>
  selector === undefined ? [requiredValue(path)] : labelSelectorErrors(selector, path);

function namedRuleErrors(rule: NamedRule, path: string): FieldError[] {
  const { resourceNames = [] } = rule;
  const errors: FieldError[] = [];
  for (const [i, name] of resourceNames.entries()) {
    const at = `${path}.resourceNames[${i}]`;
    for (const problem of pathSegmentProblems(name)) errors.push(invalidValue(at, name, problem));
    if (resourceNames.indexOf(name) < i) errors.push(duplicateValue(at, name));
  }
  return [...errors, ...ruleErrors(rule, path)];
}

/** Conditions may ask about permissions; about parameters where there are some. */
export function matchConditionsErrors(
  conditions: readonly MatchCondition[],
  path: string,
  hasParams: boolean,
): FieldError[] {
  const declarations = {
    hasParams,
    hasAuthorizer: true,
    hasPatchTypes: false,
    variables: undefined,
  };
  const errors: FieldError[] = [];
  if (conditions.length > limits.matchConditions) {
    errors.push(tooMany(path, conditions.length, limits.matchConditions));
  }
  const names = new Set<string>();
  for (const [i, { name = '', expression = '' }] of conditions.entries()) {
    const at = `${path}[${i}]`;
    if (expression.trim() === '') errors.push(requiredValue(`${at}.expression`));
    else errors.push(...expressionErrors(`${at}.expression`, expression, declarations, [boolType]));
    if (name === '') {
      errors.push(requiredValue(`${at}.name`));
      continue;
    }
    for (const problem of labelKeyProblems(name)) errors.push(invalidValue(`${at}.name`, name, problem));
    if (names.has(name)) errors.push(duplicateValue(`${at}.name`, name));
    names.add(name);
  }
  return errors;
}

const reservedWords: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

export function variableErrors({ name = '', expression = '' }: Variable, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (name.trim() === '') errors.push(requiredValue(`${path}.name`, 'name is not specified'));
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reservedWords.has(name)) {
    errors.push(invalidValue(`${path}.name`, name, 'must be a valid CEL identifier'));
  }
  if (expression.trim() === '') {
    errors.push(requiredValue(`${path}.expression`, 'expression is not specified'));
  }
  return errors;
}

export function paramKindErrors({ apiVersion = '', kind = '' }: ParamKind, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const parts = apiVersion.split('/');
  const at = `${path}.apiVersion`;
  if (apiVersion === '') errors.push(requiredValue(at));
  else if (parts.length > 2) {
    errors.push(invalidValue(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else {
    const version = parts.at(-1)!;
    const group = parts.length === 2 ? parts[0]! : '';
    const groupProblems = group === '' ? [] : dnsSubdomainProblems(group);
    if (groupProblems.length > 0) errors.push(invalidValue(at, group, groupProblems.join(',')));
    const versionProblems = version === '' ? [] : dns1035LabelProblems(version);
    if (version === '') errors.push(invalidValue(at, apiVersion, 'version must be specified'));
    else if (versionProblems.length > 0) errors.push(invalidValue(at, version, versionProblems.join(',')));
  }
  if (kind === '') return [...errors, requiredValue(`${path}.kind`)];
  const kindProblems = dns1035LabelProblems(kind.toLowerCase());
  if (kindProblems.length > 0) {
    const detail = `may have mixed case, but should otherwise match: ${kindProblems.join(',')}`;
    errors.push(invalidValue(`${path}.kind`, kind, detail));
  }
  return errors;
}

export function policyNameErrors(policyName: string | undefined, path: string): FieldError[] {
  if (policyName === undefined || policyName === '') return [requiredValue(path)];
  return dnsSubdomainProblems(policyName).map((problem) => invalidValue(path, policyName, problem));
}

export function paramRefErrors(ref: ParamRef, path: string): FieldError[] {
  const { name = '', selector, parameterNotFoundAction = '' } = ref;
  const errors: FieldError[] = [];
  const exclusive = 'name and selector are mutually exclusive';
  if (name !== '') {
    for (const problem of pathSegmentProblems(name)) errors.push(invalidValue(`${path}.name`, name, problem));
    if (selector !== undefined) errors.push(forbidden(`${path}.name`, exclusive));
  }
  if (selector !== undefined) {
    errors.push(...labelSelectorErrors(selector, `${path}.selector`));
    if (name !== '') errors.push(forbidden(`${path}.selector`, exclusive));
  }
  if (name === '' && selector === undefined) {
    errors.push(requiredValue(path, 'one of name or selector must be specified'));
  }
  const action = `${path}.parameterNotFoundAction`;
  if (parameterNotFoundAction === '') errors.push(requiredValue(action));
  else errors.push(...supportedErrors(action, parameterNotFoundAction, notFoundActions));
  return errors;
}
