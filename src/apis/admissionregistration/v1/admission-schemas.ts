/**
 * What the kinds of admissionregistration.k8s.io have in common: rules, conditions, parameters. Field numbers are
 * those of k8s.io/api/admissionregistration/v1/generated.proto.
 */
import {
  embedded,
  field,
  type Infer,
  list,
  object,
  pointer,
  required,
  string,
} from '../../../apimachinery/schema/schema.ts';
import { labelSelectorSchema } from '../../label-selector.ts';

export const admissionGroup = 'admissionregistration.k8s.io';
export const component = (type: string): string => `io.k8s.api.admissionregistration.v1.${type}`;

const strings = list(string(), { listType: 'atomic' });

const ruleFields = {
  apiGroups: field(1, strings, 'API groups of the resources; "*" alone for all.'),
  apiVersions: field(2, strings, 'Versions of the resources; "*" alone for all.'),
  resources: field(3, strings, 'Resources, and subresources as `pods/log`; `*` and `*/*` for all.'),
  scope: pointer(
    4,
    string({ knownValues: ['*', 'Cluster', 'Namespaced'] }),
    'Cluster, Namespaced, or * for both, which is the default.',
  ),
};
const ruleWithOperationsFields = {
  operations: field(
    1,
    list(string({ knownValues: ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'] }), { listType: 'atomic' }),
    'CREATE, UPDATE, DELETE, CONNECT, or "*" alone for all.',
  ),
  ...embedded(2, ruleFields),
};

export const ruleWithOperationsSchema = object(ruleWithOperationsFields, {
  name: component('RuleWithOperations'),
  description: 'RuleWithOperations says which operations on which resources are meant.',
});

const namedRuleSchema = object(
  {
    resourceNames: field(1, strings, 'Names of the objects meant; all when empty.'),
    ...embedded(2, ruleWithOperationsFields),
  },
  {
    name: component('NamedRuleWithOperations'),
    description: 'NamedRuleWithOperations says which operations on which resources and objects are meant.',
    mapType: 'atomic',
  },
);

const matchConditionSchema = object(
  {
    name: required(1, string(), 'Name of the condition, for messages and logs; unique in its list.'),
    expression: required(2, string(), 'CEL expression that must be true for the request to be looked at.'),
  },
  { name: component('MatchCondition'), description: 'MatchCondition is one condition on a request.' },
);
export const matchConditionsSchema = list(matchConditionSchema, {
  listType: 'map',
  listMapKeys: ['name'],
  patchStrategy: 'merge',
  patchMergeKey: 'name',
});

export const matchResourcesSchema = object(
  {
    namespaceSelector: field(1, labelSelectorSchema, 'Labels of the namespaces meant; all when empty.'),
    objectSelector: field(2, labelSelectorSchema, 'Labels of the objects meant; all when empty.'),
    resourceRules: field(3, list(namedRuleSchema, { listType: 'atomic' }), 'Operations and resources meant.'),
    excludeResourceRules: field(
      4,
      list(namedRuleSchema, { listType: 'atomic' }),
      'Operations and resources not meant, although a rule has them.',
    ),
    matchPolicy: pointer(
      7,
      string({ knownValues: ['Equivalent', 'Exact'] }),
      'Exact: only the versions named. Equivalent: other versions of the same resource too, the default.',
    ),
  },
  {
    name: component('MatchResources'),
    description: 'MatchResources says which requests a policy is about.',
    mapType: 'atomic',
  },
);

export const paramKindSchema = object(
  {
    apiVersion: field(1, string(), 'Group and version of the parameters.'),
    kind: field(2, string(), 'Kind of the parameters.'),
  },
  {
    name: component('ParamKind'),
    description: 'ParamKind is the kind of object that a policy takes its parameters from.',
    mapType: 'atomic',
  },
);

export const paramRefSchema = object(
  {
    name: field(1, string(), 'Name of the one object with the parameters. Not together with selector.'),
    namespace: field(2, string(), "Namespace of the parameters; the request's own when empty."),
    selector: field(3, labelSelectorSchema, 'Labels of the objects with the parameters, each used.'),
    parameterNotFoundAction: pointer(4, string(), 'Allow or Deny: what happens where there are none.'),
  },
  {
    name: component('ParamRef'),
    description: 'ParamRef says where a binding takes the parameters of its policy from.',
    mapType: 'atomic',
  },
);

export const variableSchema = object(
  {
    name: required(1, string(), 'Name of the variable: a CEL identifier, read as `variables.name`.'),
    expression: required(2, string(), 'CEL expression of its value.'),
  },
  {
    name: component('Variable'),
    description: 'Variable names a CEL expression for others to use.',
    mapType: 'atomic',
  },
);

export type RuleWithOperations = Infer<typeof ruleWithOperationsSchema>;
export type NamedRule = Infer<typeof namedRuleSchema>;
export type MatchCondition = Infer<typeof matchConditionSchema>;
export type MatchResources = Infer<typeof matchResourcesSchema>;
export type ParamKind = Infer<typeof paramKindSchema>;
export type ParamRef = Infer<typeof paramRefSchema>;
export type Variable = Infer<typeof variableSchema>;
