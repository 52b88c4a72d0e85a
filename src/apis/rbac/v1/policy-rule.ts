/**
 * What roles are made of: their rules, as schema and as what must hold of each. Field numbers are those of
 * k8s.io/api/rbac/v1/generated.proto; rules and messages those of kubernetes pkg/apis/rbac/validation. Whether a
 * rule allows a request is not asked here.
 */
import { type FieldError, invalidValue, requiredValue } from '../../../apimachinery/field-error.ts';
import { field, type Infer, list, object, required, string } from '../../../apimachinery/schema/schema.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

/** OpenAPI component name of a type of this group. */
export const rbacComponent = (type: string): string => `io.k8s.api.rbac.v1.${type}`;

const words = list(string(), { listType: 'atomic' });

const policyRuleSchema = object(
  {
    verbs: required(1, words, 'What may be done: get, list, create, …; * is everything.'),
    apiGroups: field(
      2,
      words,
      'API groups of the resources; the empty one is that of core, * stands for all.',
    ),
    resources: field(
      3,
      words,
      'Resources in the plural, with subresources as resource/subresource. * is everything.',
    ),
    resourceNames: field(4, words, 'Names of single objects. Without any, the rule is for all of them.'),
    nonResourceURLs: field(
      5,
      words,
      'Paths outside the resources, for cluster roles only. A * may only be the whole end of a path.',
    ),
  },
  {
    name: rbacComponent('PolicyRule'),
    description: 'PolicyRule says what may be done with what, but not by whom or in which namespace.',
  },
);

export type PolicyRule = Infer<typeof policyRuleSchema>;

export const policyRulesSchema = list(policyRuleSchema, { listType: 'atomic' });

/** Rules of a Role may not reach outside resources. */
export function policyRulesErrors(rules: readonly PolicyRule[], scope: 'Role' | 'ClusterRole'): FieldError[] {
  return rules.flatMap((rule, index) => ruleErrors(rule, scope, `rules[${index}]`));
}

function ruleErrors(rule: PolicyRule, scope: 'Role' | 'ClusterRole', path: string): FieldError[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors: FieldError[] = [];
  if (verbs.length === 0) {
    errors.push(requiredValue(`${path}.verbs`, 'verbs must contain at least one value'));
  }
  if (nonResourceURLs.length > 0) {
    const at = `${path}.nonResourceURLs`;
    if (scope === 'Role') {
      errors.push(invalidValue(at, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    }
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalidValue(at, nonResourceURLs, detail));
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(requiredValue(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(requiredValue(`${path}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}
