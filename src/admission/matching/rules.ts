/**
 * Which requests the rules of a webhook or policy are about: operations, resources in one of their versions, scope.
 * Source: apiserver pkg/admission/plugin/webhook/predicates/rules and pkg/admission/plugin/policy/matching.
 */
import type { NamedRule, RuleWithOperations } from '../../apis/admissionregistration/v1/admission-schemas.ts';
import { admissionGroup } from '../../apis/admissionregistration/v1/admission-schemas.ts';
import type { AdmissionOperation } from '../../registry/admission.ts';
import { configurationResources } from '../configurations/plane-configurations.ts';
import type { Attempt, GroupVersionResource, SentAs } from './attempt.ts';

/** Nobody can make it impossible to take back what refuses everything. */
export function isExempt({ group, resource }: GroupVersionResource): boolean {
  return group === admissionGroup && (configurationResources as readonly string[]).includes(resource);
}

/** As what the attempt is sent to whom the rules are of; undefined where they are not about it. */
export function matchedAs(
  rules: readonly RuleWithOperations[],
  matchPolicy: string | undefined,
  attempt: Attempt,
): SentAs | undefined {
  const { asked } = attempt;
  if (rules.some((rule) => isAbout(rule, attempt, asked.resource))) return asked;
  if (matchPolicy !== 'Equivalent') return undefined;
  // Earlier rules come first, in whatever version they match.
  for (const rule of rules) {
    for (const equivalent of attempt.equivalents()) {
      if (isAbout(rule, attempt, equivalent.resource)) return equivalent;
    }
  }
  return undefined;
}

/** The same for rules that may name objects. */
export function matchedNamedAs(
  rules: readonly NamedRule[],
  matchPolicy: string | undefined,
  attempt: Attempt,
): SentAs | undefined {
  const named = rules.filter(
    ({ resourceNames = [] }) => resourceNames.length === 0 || resourceNames.includes(attempt.name),
  );
  return matchedAs(named, matchPolicy, attempt);
}

function isAbout(rule: RuleWithOperations, attempt: Attempt, resource: GroupVersionResource): boolean {
  return (
    hasOperation(rule, attempt.operation) &&
    isResource(rule, resource, attempt.subresource) &&
    isInScope(rule.scope, attempt, resource)
  );
}

export const hasOperation = (
  { operations = [] }: RuleWithOperations,
  operation: AdmissionOperation,
): boolean => operations.some((wanted) => wanted === '*' || wanted === operation);

/** Whether a rule is about a resource and subresource, whatever is done with it. */
export function isResource(
  { apiGroups = [], apiVersions = [], resources = [] }: RuleWithOperations,
  { group, version, resource }: GroupVersionResource,
  subresource: string,
): boolean {
  return (
    apiGroups.some((wanted) => wanted === '*' || wanted === group) &&
    apiVersions.some((wanted) => wanted === '*' || wanted === version) &&
    resources.some((wanted) => {
      const [name, sub = ''] = wanted.split('/', 2);
      return (name === '*' || name === resource) && (sub === '*' || sub === subresource);
    })
  );
}

/** Namespaces lie in none, though their requests carry one: their own name. */
function isInScope(scope: string | undefined, attempt: Attempt, { version }: GroupVersionResource): boolean {
  const isNamespace = attempt.isNamespace && version === 'v1';
  if (scope === 'Namespaced') return !isNamespace && attempt.namespace !== '';
  if (scope === 'Cluster') return isNamespace || attempt.namespace === '';
  return true;
}
