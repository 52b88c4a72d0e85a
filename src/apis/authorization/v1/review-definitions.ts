/** The reviews of authorization.k8s.io/v1: may somebody do something, and what may oneself do. */
import { reviewDefinition } from '../../review-definition.ts';
import {
  localSubjectAccessReviewSchema,
  selfSubjectAccessReviewSchema,
  subjectAccessReviewSchema,
} from './access-review-schemas.ts';
import {
  accessReviewErrors,
  localAccessReviewErrors,
  selfAccessReviewErrors,
} from './access-review-validation.ts';
import { selfSubjectRulesReviewSchema } from './self-subject-rules-review-schema.ts';

const group = 'authorization.k8s.io';

export const subjectAccessReviewDefinition = reviewDefinition({
  group,
  kind: 'SubjectAccessReview',
  schema: subjectAccessReviewSchema,
  strategy: { validate: accessReviewErrors },
});

export const localSubjectAccessReviewDefinition = reviewDefinition({
  group,
  kind: 'LocalSubjectAccessReview',
  schema: localSubjectAccessReviewSchema,
  scope: 'Namespaced',
  strategy: { validate: localAccessReviewErrors },
});

export const selfSubjectAccessReviewDefinition = reviewDefinition({
  group,
  kind: 'SelfSubjectAccessReview',
  schema: selfSubjectAccessReviewSchema,
  strategy: { validate: selfAccessReviewErrors },
});

export const selfSubjectRulesReviewDefinition = reviewDefinition({
  group,
  kind: 'SelfSubjectRulesReview',
  schema: selfSubjectRulesReviewSchema,
});
