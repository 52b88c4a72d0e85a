/** Fields of a ResourceQuota. Field numbers are those of k8s.io/api/core/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  byValue,
  field,
  type Infer,
  list,
  map,
  object,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { scopeNames } from './quota-resources.ts';

const component = (type: string): string => `io.k8s.api.core.v1.${type}`;
const quantities = map(string({ format: 'quantity' }));

const scope = string({ knownValues: scopeNames });
const requirement = object(
  {
    scopeName: required(1, scope, 'The scope that is asked for.'),
    operator: required(
      2,
      string({ knownValues: ['DoesNotExist', 'Exists', 'In', 'NotIn'] }),
      'In, NotIn, Exists, or DoesNotExist.',
    ),
    values: field(3, list(string(), { listType: 'atomic' }), 'The values of In and NotIn.'),
  },
  {
    name: component('ScopedResourceSelectorRequirement'),
    description: 'ScopedResourceSelectorRequirement is a rule on one scope.',
  },
);
const scopeSelector = object(
  { matchExpressions: field(1, list(requirement, { listType: 'atomic' }), 'Rules that must all hold.') },
  {
    name: component('ScopeSelector'),
    description: 'ScopeSelector chooses what a quota counts by scopes.',
    mapType: 'atomic',
  },
);
const spec = object(
  {
    hard: field(
      1,
      quantities,
      'How much there may be, by resource: `configmaps`, `count/roles.rbac.authorization.k8s.io`.',
    ),
    scopes: field(2, list(scope, { listType: 'atomic' }), 'Counts only what is in all of these scopes.'),
    scopeSelector: field(3, scopeSelector, 'As scopes, with rules on their values.'),
  },
  { name: component('ResourceQuotaSpec'), description: 'How much of what a namespace may hold.' },
);
const status = object(
  {
    hard: field(1, quantities, 'The bounds that are in force.'),
    used: field(2, quantities, 'How much there is.'),
  },
  { name: component('ResourceQuotaStatus'), description: 'The bounds in force, and how much there is.' },
);

export const resourceQuotaDescription = 'ResourceQuota bounds how much a namespace may hold.';

export type ResourceQuotaSpec = Infer<typeof spec>;
export type ResourceQuotaStatus = Infer<typeof status>;

export const resourceQuotaSchema = kindSchema({
  name: component('ResourceQuota'),
  description: resourceQuotaDescription,
  fields: {
    spec: byValue(2, spec, 'How much of what a namespace may hold.'),
    status: byValue(3, status, 'The bounds in force and how much there is, written by the server.'),
  },
});
