/** SelfSubjectReview and TokenReview, authentication.k8s.io/v1. kubectl 1.27 knows the former as v1beta1 alone. */
import { reviewDefinition } from '../../review-definition.ts';
import { selfSubjectReviewSchema } from './self-subject-review-schema.ts';
import { tokenReviewSchema } from './token-review-schema.ts';

const group = 'authentication.k8s.io';

export const selfSubjectReviewDefinition = reviewDefinition({
  group,
  kind: 'SelfSubjectReview',
  schema: selfSubjectReviewSchema('v1'),
  older: [{ version: 'v1beta1', schema: selfSubjectReviewSchema('v1beta1') }],
});

export const tokenReviewDefinition = reviewDefinition({
  group,
  kind: 'TokenReview',
  schema: tokenReviewSchema,
});
