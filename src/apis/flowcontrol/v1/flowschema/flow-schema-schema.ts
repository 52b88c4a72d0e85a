/** Fields of a FlowSchema. Field numbers are those of k8s.io/api/flowcontrol/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  boolean,
  byValue,
  field,
  type Infer,
  integer,
  list,
  object,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { flowControlComponent as component, statusSchema } from '../conditions.ts';

export const flowSchemaDescription =
  'FlowSchema sorts requests into flows, and sends them to a priority level that shares out what the server can do.';

const words = list(string(), { listType: 'set' });

const subject = object(
  {
    kind: required(1, string(), 'User, Group or ServiceAccount; it says which other field is set.'),
    user: field(
      2,
      object(
        { name: required(1, string(), 'Name of the user, or * for every user.') },
        { name: component('UserSubject'), description: 'UserSubject is a user by name.' },
      ),
      'A user, for kind User.',
    ),
    group: field(
      3,
      object(
        { name: required(1, string(), 'Name of the group, or * for every group.') },
        { name: component('GroupSubject'), description: 'GroupSubject is all users of a group.' },
      ),
      'A group, for kind Group.',
    ),
    serviceAccount: field(
      4,
      object(
        {
          namespace: required(1, string(), 'Namespace of the service account.'),
          name: required(2, string(), 'Name of the service account, or * for every one of the namespace.'),
        },
        {
          name: component('ServiceAccountSubject'),
          description: 'ServiceAccountSubject is a service account, or all of a namespace.',
        },
      ),
      'A service account, for kind ServiceAccount.',
    ),
  },
  { name: component('Subject'), description: 'Subject is somebody who sends requests.' },
);

const resourceRule = object(
  {
    verbs: required(1, words, 'What the request does; * alone is everything.'),
    apiGroups: required(2, words, 'API groups of the resource; * alone is every group.'),
    resources: required(3, words, 'Resources in the plural, or resource/subresource; * alone is every one.'),
    clusterScope: field(4, boolean(), 'Whether requests that name no namespace are meant.'),
    namespaces: byValue(5, words, 'Namespaces that are meant; * alone is every one.'),
  },
  {
    name: component('ResourcePolicyRule'),
    description: 'ResourcePolicyRule matches requests for resources.',
  },
);

const nonResourceRule = object(
  {
    verbs: required(1, words, 'What the request does; * alone is everything.'),
    nonResourceURLs: required(
      6,
      words,
      'Paths, as /healthz, or all below one, as /healthz/*. * alone is every path.',
    ),
  },
  {
    name: component('NonResourcePolicyRule'),
    description: 'NonResourcePolicyRule matches requests for other paths than those of resources.',
  },
);

const rule = object(
  {
    subjects: required(1, list(subject, { listType: 'atomic' }), 'Who sends the request: one of them.'),
    resourceRules: field(
      2,
      list(resourceRule, { listType: 'atomic' }),
      'What is asked for, among resources: one of them.',
    ),
    nonResourceRules: field(
      3,
      list(nonResourceRule, { listType: 'atomic' }),
      'What is asked for, among other paths: one of them.',
    ),
  },
  {
    name: component('PolicyRulesWithSubjects'),
    description: 'PolicyRulesWithSubjects matches requests by who sends them and what they ask for.',
  },
);
export type FlowRule = Infer<typeof rule>;
export type FlowSubject = Infer<typeof subject>;
export type FlowResourceRule = Infer<typeof resourceRule>;
export type FlowNonResourceRule = Infer<typeof nonResourceRule>;

const spec = object(
  {
    priorityLevelConfiguration: required(
      1,
      object(
        { name: required(1, string(), 'Name of the priority level.') },
        {
          name: component('PriorityLevelConfigurationReference'),
          description: 'PriorityLevelConfigurationReference names a priority level.',
        },
      ),
      'Where the requests go.',
    ),
    matchingPrecedence: byValue(
      2,
      integer('int32'),
      'Of the flow schemas that match a request, the one with the lowest number takes it: 1 to 10000, or 1000.',
    ),
    distinguisherMethod: field(
      3,
      object(
        { type: required(1, string(), 'ByUser or ByNamespace.') },
        {
          name: component('FlowDistinguisherMethod'),
          description: 'FlowDistinguisherMethod says what tells one flow from another.',
        },
      ),
      'What tells one flow from another; without it, all requests are one flow.',
    ),
    rules: field(4, list(rule, { listType: 'atomic' }), 'Which requests match: those that one of them does.'),
  },
  { name: component('FlowSchemaSpec'), description: 'Which requests match, and where they go.' },
);

export const flowSchemaSchema = kindSchema({
  name: component('FlowSchema'),
  description: flowSchemaDescription,
  fields: {
    spec: byValue(2, spec, 'Which requests match, and where they go.'),
    status: byValue(3, statusSchema('FlowSchema'), 'The state of the flow schema.'),
  },
});
