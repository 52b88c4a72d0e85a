/** Fields of a SelfSubjectRulesReview. Field numbers are those of k8s.io/api/authorization/v1/generated.proto. */
import { kindSchema } from '../../../apimachinery/schema/meta.ts';
import {
  boolean,
  byValue,
  field,
  list,
  object,
  required,
  string,
} from '../../../apimachinery/schema/schema.ts';
import { atomicStrings, authorizationComponent as component } from './access-attributes.ts';

const resourceRule = object(
  {
    verbs: required(1, atomicStrings, 'What may be done; * is everything.'),
    apiGroups: field(2, atomicStrings, 'API groups of the resources; * is every group.'),
    resources: field(3, atomicStrings, 'Resources in the plural; * is every one.'),
    resourceNames: field(4, atomicStrings, 'Names of single objects; empty for all.'),
  },
  { name: component('ResourceRule'), description: 'ResourceRule is what may be done with resources.' },
);
const nonResourceRule = object(
  {
    verbs: required(1, atomicStrings, 'HTTP methods in lower case; * is every one.'),
    nonResourceURLs: field(2, atomicStrings, 'Paths; a * may be the whole end of one.'),
  },
  {
    name: component('NonResourceRule'),
    description: 'NonResourceRule is what may be done with other paths.',
  },
);

const spec = object(
  { namespace: field(1, string(), 'The namespace to look at.') },
  { name: component('SelfSubjectRulesReviewSpec'), description: 'Where rules are asked for.' },
);
const status = object(
  {
    resourceRules: required(
      1,
      list(resourceRule, { listType: 'atomic' }),
      'What may be done with resources.',
    ),
    nonResourceRules: required(
      2,
      list(nonResourceRule, { listType: 'atomic' }),
      'What may be done with other paths.',
    ),
    incomplete: required(3, boolean(), 'Whether there may be more than is listed.'),
    evaluationError: field(4, string(), 'What went wrong while this was found out.'),
  },
  { name: component('SubjectRulesReviewStatus'), description: 'What is allowed.' },
);

export const selfSubjectRulesReviewSchema = kindSchema({
  name: component('SelfSubjectRulesReview'),
  description: 'SelfSubjectRulesReview asks what oneself may do in a namespace.',
  fields: {
    spec: required(2, spec, 'Where rules are asked for.'),
    status: byValue(3, status, 'What is allowed.'),
  },
});
