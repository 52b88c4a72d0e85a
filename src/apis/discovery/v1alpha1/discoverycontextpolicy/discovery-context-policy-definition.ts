/**
 * DiscoveryContextPolicy, discovery.miloapis.com/v1alpha1: on which surfaces resources are seen, where their own
 * definition does not say it, or says something else. On the platform only.
 */
import { type FieldError, invalidValue, requiredValue } from '../../../../apimachinery/field-error.ts';
import { dns1035LabelProblems, dnsSubdomainProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { contextKinds } from '../../../../apimachinery/parent-contexts.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  enumeration,
  field,
  type Infer,
  integer,
  list,
  object,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { dateAgeColumn, nameColumn } from '../../../columns.ts';
import { conditionsSchema } from '../../../conditions.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';

const group = 'discovery.miloapis.com';
const component = (type: string): string => `com.miloapis.discovery.v1alpha1.${type}`;
const description = 'DiscoveryContextPolicy says on which surfaces resources are seen.';

const rule = object(
  {
    group: required(0, string(), 'API group of the resources; empty for the core group.'),
    resources: required(
      0,
      list(string(), { minItems: 1 }),
      'Plural names of the resources, or * for all of the group. What is under a resource goes with it.',
    ),
    contexts: required(
      0,
      list(enumeration(contextKinds), { listType: 'set', minItems: 1 }),
      'The surfaces that show them, beside the platform itself: Organization, Folder, Project, User.',
    ),
  },
  {
    name: component('DiscoveryContextRule'),
    description: 'DiscoveryContextRule says on which surfaces some resources of a group are seen.',
  },
);
const spec = object(
  { rules: required(0, list(rule, { minItems: 1 }), 'What is seen where.') },
  { name: component('DiscoveryContextPolicySpec'), description: 'What is seen where.' },
);
const status = object(
  {
    conditions: field(0, conditionsSchema, 'What is known of the policy.'),
    observedGeneration: field(0, integer('int64'), 'The metadata.generation that this status is about.'),
  },
  { name: component('DiscoveryContextPolicyStatus'), description: 'The state of the policy.' },
);

type Spec = Infer<typeof spec>;

export const discoveryContextPolicyDefinition: ResourceDefinition = {
  group,
  resource: 'discoverycontextpolicies',
  singular: 'discoverycontextpolicy',
  kind: 'DiscoveryContextPolicy',
  listKind: 'DiscoveryContextPolicyList',
  shortNames: ['dcp'],
  categories: ['milo'],
  scope: 'Cluster',
  description,
  verbs: objectVerbs,
  contexts: ['Platform'],
  versions: [
    {
      version: 'v1alpha1',
      schema: kindSchema({
        name: component('DiscoveryContextPolicy'),
        description,
        fields: {
          spec: field(0, spec, 'What is seen where.'),
          status: field(0, status, 'The state of the policy, written by the server.'),
        },
      }),
    },
  ],
  storage: {
    group,
    version: 'v1alpha1',
    kind: 'DiscoveryContextPolicy',
    resource: 'discoverycontextpolicies',
  },
  strategy: { hasGeneration: true, validate: ruleErrors },
  subresources: [statusSubresource({ metadata: 'kept' })],
  columns: [nameColumn, dateAgeColumn],
  strategicMergePatch: false,
};

/** A rule that names nothing there could be would say nothing, and nobody would notice. */
function ruleErrors(policy: KubeObject): FieldError[] {
  const { rules = [] }: Partial<Spec> = policy.spec ?? {};
  return rules.flatMap((each, i) => {
    const { group: ofGroup = '', resources = [] }: Partial<Spec['rules'][number]> = each;
    const path = `spec.rules[${i}]`;
    const errors =
      ofGroup === ''
        ? []
        : dnsSubdomainProblems(ofGroup).map((problem) => invalidValue(`${path}.group`, ofGroup, problem));
    for (const [j, resource] of resources.entries()) {
      const at = `${path}.resources[${j}]`;
      if (resource === '') errors.push(requiredValue(at, 'a plural name, or *'));
      else if (resource !== '*') {
        for (const problem of dns1035LabelProblems(resource))
          errors.push(invalidValue(at, resource, problem));
      }
    }
    return errors;
  });
}
