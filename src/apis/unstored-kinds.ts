/**
 * Kinds that are sent and answered but never stored: reviews, token requests, scales. They have no definition, for
 * they are not resources of their own; here is how their bodies look.
 */
import type { GroupVersionKind } from '../apimachinery/gvk.ts';
import { scaleSchema } from '../apimachinery/scale/scale-schema.ts';
import type { ObjectSchema } from '../apimachinery/schema/schema.ts';
import { selfSubjectReviewSchema } from './authentication/v1/self-subject-review-schema.ts';
import { tokenRequestSchema } from './authentication/v1/token-request-schema.ts';
import { tokenReviewSchema } from './authentication/v1/token-review-schema.ts';
import {
  localSubjectAccessReviewSchema,
  selfSubjectAccessReviewSchema,
  subjectAccessReviewSchema,
} from './authorization/v1/access-review-schemas.ts';
import { selfSubjectRulesReviewSchema } from './authorization/v1/self-subject-rules-review-schema.ts';

export interface UnstoredKind extends GroupVersionKind {
  readonly schema: ObjectSchema;
}

const kinds = (group: string, schemas: Readonly<Record<string, ObjectSchema>>): UnstoredKind[] =>
  Object.entries(schemas).map(([kind, schema]) => ({ group, version: 'v1', kind, schema }));

export const unstoredKinds: readonly UnstoredKind[] = [
  ...kinds('authentication.k8s.io', {
    SelfSubjectReview: selfSubjectReviewSchema,
    TokenRequest: tokenRequestSchema,
    TokenReview: tokenReviewSchema,
  }),
  ...kinds('authorization.k8s.io', {
    LocalSubjectAccessReview: localSubjectAccessReviewSchema,
    SelfSubjectAccessReview: selfSubjectAccessReviewSchema,
    SelfSubjectRulesReview: selfSubjectRulesReviewSchema,
    SubjectAccessReview: subjectAccessReviewSchema,
  }),
  ...kinds('autoscaling', { Scale: scaleSchema }),
];
