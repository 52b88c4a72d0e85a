/**
 * Fields of the three kinds that ask whether somebody may do something. They differ in who is asked about and where.
 * Field numbers are those of k8s.io/api/authorization/v1/generated.proto.
 */
import { kindSchema } from '../../../apimachinery/schema/meta.ts';
import {
  boolean,
  byValue,
  field,
  list,
  map,
  object,
  required,
  string,
} from '../../../apimachinery/schema/schema.ts';
import {
  atomicStrings,
  authorizationComponent as component,
  nonResourceAttributesSchema,
  resourceAttributesSchema,
} from './access-attributes.ts';

const attributes = {
  resourceAttributes: field(1, resourceAttributesSchema, 'A request for resources.'),
  nonResourceAttributes: field(2, nonResourceAttributesSchema, 'A request for another path.'),
};

const subjectSpec = object(
  {
    ...attributes,
    user: field(3, string(), 'Name of the user who is asked about.'),
    groups: field(4, atomicStrings, 'Groups to take the user to be in.'),
    extra: field(5, map(list(string())), 'What else is known of the user.'),
    uid: field(6, string(), 'UID of the user.'),
  },
  { name: component('SubjectAccessReviewSpec'), description: 'What is asked, and of whom.' },
);
const selfSpec = object(attributes, {
  name: component('SelfSubjectAccessReviewSpec'),
  description: 'What is asked of whoever asks.',
});

const status = object(
  {
    allowed: required(1, boolean(), 'Whether it is allowed.'),
    denied: field(4, boolean(), 'Whether it is denied whatever others say. Neither means no opinion.'),
    reason: field(2, string(), 'Why.'),
    evaluationError: field(3, string(), 'What went wrong while this was found out.'),
  },
  { name: component('SubjectAccessReviewStatus'), description: 'Whether it is allowed.' },
);

export const subjectAccessReviewSchema = kindSchema({
  name: component('SubjectAccessReview'),
  description: 'SubjectAccessReview asks whether a user may do something.',
  fields: {
    spec: required(2, subjectSpec, 'What is asked, and of whom.'),
    status: byValue(3, status, 'The answer.'),
  },
});

export const localSubjectAccessReviewSchema = kindSchema({
  name: component('LocalSubjectAccessReview'),
  description: 'LocalSubjectAccessReview asks whether a user may do something in one namespace.',
  fields: {
    spec: required(2, subjectSpec, 'What is asked, and of whom. Its namespace is that of the request.'),
    status: byValue(3, status, 'The answer.'),
  },
});

export const selfSubjectAccessReviewSchema = kindSchema({
  name: component('SelfSubjectAccessReview'),
  description: 'SelfSubjectAccessReview asks whether oneself may do something.',
  fields: {
    spec: required(2, selfSpec, 'What is asked.'),
    status: byValue(3, status, 'The answer.'),
  },
});
