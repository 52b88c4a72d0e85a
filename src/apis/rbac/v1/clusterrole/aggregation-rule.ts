/**
 * The aggregationRule of a ClusterRole: its schema and rules, the index by which roles that have one are found, and
 * which rules it takes from which roles. Putting them there is a controller's work (controllers/clusterrole-aggregation).
 * Source of the rules: ValidateClusterRole in kubernetes pkg/apis/rbac/validation.
 */
import { type FieldError, invalidValue, requiredValue } from '../../../../apimachinery/field-error.ts';
import type { LabelSelector } from '../../../../apimachinery/label-selector.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { IndexDefinition } from '../../../../apimachinery/resource-definition.ts';
import { field, type Infer, list, object } from '../../../../apimachinery/schema/schema.ts';
import { selectorOfObject } from '../../../../apimachinery/selector-object.ts';
import { labelSelectorErrors, labelSelectorSchema } from '../../../label-selector.ts';
import { type PolicyRule, rbacComponent } from '../policy-rule.ts';

export const aggregationRuleSchema = object(
  {
    clusterRoleSelectors: field(
      1,
      list(labelSelectorSchema, { listType: 'atomic' }),
      'Choose cluster roles by their labels. The rules of every role that any of them chooses are added.',
    ),
  },
  {
    name: rbacComponent('AggregationRule'),
    description: 'AggregationRule says from which other cluster roles a cluster role takes its rules.',
  },
);
type Selector = Infer<typeof labelSelectorSchema>;

const selectorsOf = (role: KubeObject): readonly Selector[] =>
  role.aggregationRule?.clusterRoleSelectors ?? [];

export function aggregationErrors(role: KubeObject): FieldError[] {
  if (role.aggregationRule === undefined) return [];
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = selectorsOf(role);
  if (selectors.length === 0) {
    const detail = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    return [requiredValue(path, detail)];
  }
  return selectors.flatMap((selector, index) => {
    const errors = labelSelectorErrors(selector, `${path}[${index}]`);
    // Upstream has lost the selector by the time it finds the fault a second time.
    return isSelector(selector)
      ? errors
      : [...errors, invalidValue(`${path}[${index}]`, null, 'invalid label selector.')];
  });
}

function isSelector(selector: Selector): boolean {
  try {
    selectorOfObject(selector);
    return true;
  } catch {
    return false;
  }
}

/** Cluster roles that take their rules from others: those of one control plane, and those of all. */
export const aggregationIndexes: readonly IndexDefinition[] = [
  { name: 'aggregated', scope: 'tenant', values: aggregationValues },
  { name: 'aggregated-anywhere', scope: 'store', values: aggregationValues },
];
export const aggregationIndexValue = 'true';

function aggregationValues(role: KubeObject): readonly string[] {
  return role.aggregationRule === undefined ? [] : [aggregationIndexValue];
}

/** Chooses, by labels, the cluster roles that a role takes its rules from, one for each of its selectors. */
export function aggregationSelectors(role: KubeObject): LabelSelector[] {
  return selectorsOf(role).map(selectorOfObject);
}

/** The rules of the chosen roles in the order given, each rule once. */
export function joinedRules(roles: readonly KubeObject[]): PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  for (const rule of roles.flatMap((role): PolicyRule[] => role.rules ?? [])) {
    const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    const identity = JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
    if (!joined.has(identity)) joined.set(identity, rule);
  }
  return [...joined.values()];
}
