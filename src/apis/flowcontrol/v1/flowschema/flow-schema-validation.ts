/** What a FlowSchema must satisfy. Source of rules and messages: kubernetes pkg/apis/flowcontrol/validation. */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import {
  type FieldError,
  forbidden,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { flowConditionErrors } from '../conditions.ts';
import { mandatoryFlowSchemas } from './bootstrap-flow-schemas.ts';
import type { FlowNonResourceRule, FlowResourceRule, FlowRule, FlowSubject } from './flow-schema-schema.ts';

/** Sorted, as they are listed in messages. */
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const distinguishers = ['ByNamespace', 'ByUser'];
const subjectKinds = ['Group', 'ServiceAccount', 'User'];
const precedenceMax = 10_000;
const exempt = 'exempt';

const mandatorySpecs = new Map(mandatoryFlowSchemas.map(({ metadata, spec }) => [metadata.name, spec]));

export function flowSchemaErrors(flowSchema: KubeObject): FieldError[] {
  const { metadata, spec = {} } = flowSchema;
  const name = metadata.name ?? '';
  const errors = specErrors(name, spec);
  const mandatory = mandatorySpecs.get(name);
  if (mandatory !== undefined && !deepEqual(spec, mandatory)) {
    errors.push(invalidValue('spec', spec, `spec of '${name}' must equal the fixed value`));
  }
  return [...errors, ...flowConditionErrors(flowSchema)];
}

function specErrors(flowSchemaName: string, spec: Record<string, unknown>): FieldError[] {
  const errors = precedenceErrors(flowSchemaName, (spec.matchingPrecedence as number | undefined) ?? 0);
  const method = spec.distinguisherMethod as { type?: string } | undefined;
  if (method !== undefined && !distinguishers.includes(method.type ?? '')) {
    // Upstream prints its own struct, whose fields have the names of Go.
    const shown = { Type: method.type ?? '' };
    errors.push(notSupported('spec.distinguisherMethod.type', shown, distinguishers));
  }
  const level = (spec.priorityLevelConfiguration as { name?: string } | undefined)?.name ?? '';
  const path = 'spec.priorityLevelConfiguration.name';
  if (level === '') errors.push(requiredValue(path, 'must reference a priority level'));
  else errors.push(...dnsSubdomainProblems(level).map((problem) => invalidValue(path, level, problem)));
  for (const [i, rule] of ((spec.rules ?? []) as FlowRule[]).entries()) {
    errors.push(...ruleErrors(rule, `spec.rules[${i}]`));
  }
  return errors;
}

function precedenceErrors(flowSchemaName: string, precedence: number): FieldError[] {
  const problems: string[] = [];
  if (precedence <= 0) problems.push('must be a positive value');
  if (precedence > precedenceMax) problems.push(`must not be greater than ${precedenceMax}`);
  if (precedence === 1 && flowSchemaName !== exempt) {
    problems.push("only the schema named 'exempt' may have matchingPrecedence 1");
  }
  return problems.map((problem) => invalidValue('spec.matchingPrecedence', precedence, problem));
}

function ruleErrors(rule: FlowRule, path: string): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors = subjects.flatMap((subject, i) => subjectErrors(subject, `${path}.subjects[${i}]`));
  if (subjects.length === 0) {
    errors.push(requiredValue(`${path}.subjects`, 'subjects must contain at least one value'));
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    const detail = 'at least one of resourceRules and nonResourceRules has to be non-empty';
    errors.push(requiredValue(path, detail));
  }
  for (const [i, resourceRule] of resourceRules.entries()) {
    errors.push(...resourceRuleErrors(resourceRule, `${path}.resourceRules[${i}]`));
  }
  for (const [i, nonResourceRule] of nonResourceRules.entries()) {
    errors.push(...nonResourceRuleErrors(nonResourceRule, `${path}.nonResourceRules[${i}]`));
  }
  return errors;
}

/** Which field belongs to which kind, in the order in which upstream minds the others. */
const subjectFields = [
  ['serviceAccount', 'ServiceAccount'],
  ['user', 'User'],
  ['group', 'Group'],
] as const;

function subjectErrors(subject: FlowSubject, path: string): FieldError[] {
  const kind = subject.kind ?? '';
  const own = subjectFields.find(([, of]) => of === kind)?.[0];
  if (own === undefined) return [notSupported(`${path}.kind`, kind, subjectKinds)];
  const errors = ownSubjectErrors(subject, own, kind, `${path}.${own}`);
  for (const [field, of] of subjectFields) {
    if (field === own || subject[field] === undefined) continue;
    errors.push(forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${of}'`));
  }
  return errors;
}

function ownSubjectErrors(
  subject: FlowSubject,
  field: 'serviceAccount' | 'user' | 'group',
  kind: string,
  path: string,
): FieldError[] {
  const given = subject[field];
  if (given === undefined) {
    return [requiredValue(path, `${field} is required when subject kind is '${kind}'`)];
  }
  const name = given.name ?? '';
  const errors: FieldError[] = [];
  if (name === '') errors.push(requiredValue(`${path}.name`));
  if (field !== 'serviceAccount') return errors;
  if (name !== '' && name !== '*') {
    const problems = dnsSubdomainProblems(name);
    errors.push(...problems.map((problem) => invalidValue(`${path}.name`, name, problem)));
  }
  const namespace = subject.serviceAccount?.namespace ?? '';
  if (namespace === '') {
    errors.push(requiredValue(`${path}.namespace`, 'must specify namespace for service account'));
  } else {
    const problems = dnsLabelProblems(namespace);
    errors.push(...problems.map((problem) => invalidValue(`${path}.namespace`, namespace, problem)));
  }
  return errors;
}

function resourceRuleErrors(rule: FlowResourceRule, path: string): FieldError[] {
  const { apiGroups = [], resources = [], namespaces = [], clusterScope = false } = rule;
  const errors = verbErrors(rule.verbs ?? [], path);
  if (apiGroups.length === 0) {
    errors.push(requiredValue(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  errors.push(...lonelyWildcardErrors(apiGroups, `${path}.apiGroups`, 'api groups'));
  if (resources.length === 0) {
    errors.push(requiredValue(`${path}.resources`, 'resource rules must supply at least one resource'));
  }
  errors.push(...lonelyWildcardErrors(resources, `${path}.resources`, 'resources'));
  if (namespaces.length === 0 && !clusterScope) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
    errors.push(requiredValue(`${path}.namespaces`, detail));
  }
  errors.push(...lonelyWildcardErrors(namespaces, `${path}.namespaces`, 'namespaces'));
  if (namespaces.includes('*')) return errors;
  for (const [i, namespace] of namespaces.entries()) {
    for (const problem of dnsLabelProblems(namespace)) {
      const detail = `each member of this list must be '*' or a DNS-1123 label; ${problem}`;
      errors.push(invalidValue(`${path}.namespaces[${i}]`, namespace, detail));
    }
  }
  return errors;
}

function nonResourceRuleErrors(rule: FlowNonResourceRule, path: string): FieldError[] {
  const urls = rule.nonResourceURLs ?? [];
  const errors = verbErrors(rule.verbs ?? [], path);
  const at = `${path}.nonResourceURLs`;
  if (urls.length === 0) {
    errors.push(requiredValue(at, 'nonResourceURLs must contain at least one value'));
  }
  errors.push(...lonelyWildcardErrors(urls, at, 'non-resource URLs'));
  if (urls.includes('*')) return errors;
  for (const [i, url] of urls.entries()) {
    const problem = pathProblem(url);
    if (problem !== undefined) errors.push(invalidValue(`${at}[${i}]`, url, problem));
  }
  return errors;
}

function verbErrors(given: readonly string[], path: string): FieldError[] {
  const at = `${path}.verbs`;
  if (given.length === 0) return [requiredValue(at, 'verbs must contain at least one value')];
  if (given.includes('*')) return lonelyWildcardErrors(given, at, 'verbs');
  return given.every((verb) => verbs.includes(verb)) ? [] : [notSupported(at, given, verbs)];
}

function lonelyWildcardErrors(values: readonly string[], path: string, what: string): FieldError[] {
  const isMixed = values.length > 1 && values.includes('*');
  return isMixed ? [invalidValue(path, values, `if '*' is present, must not specify other ${what}`)] : [];
}

function pathProblem(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'must start with slash';
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const first = path.indexOf('*');
  const isSuffix = first === -1 || (first === path.length - 1 && path.endsWith('/*'));
  return isSuffix ? undefined : 'wildcard can only do suffix matching';
}
