/** Who answers which review. They ask the very authenticators and authorizers that judge requests. */
import type { Authenticator } from '../authn/authenticator.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { selfAccessReview, subjectAccessReview } from './access-review.ts';
import { rulesReview } from './rules-review.ts';
import { selfReview } from './self-review.ts';
import { tokenReview } from './token-review.ts';
import type { Answerer, VirtualResources } from './virtual-resource.ts';

export function reviews(authenticator: Authenticator, authorizer: Authorizer): VirtualResources {
  return new Map<string, Answerer>([
    ['selfsubjectreviews.authentication.k8s.io', selfReview],
    ['tokenreviews.authentication.k8s.io', tokenReview(authenticator)],
    ['subjectaccessreviews.authorization.k8s.io', subjectAccessReview(authorizer)],
    ['localsubjectaccessreviews.authorization.k8s.io', subjectAccessReview(authorizer)],
    ['selfsubjectaccessreviews.authorization.k8s.io', selfAccessReview(authorizer)],
    ['selfsubjectrulesreviews.authorization.k8s.io', rulesReview(authorizer)],
  ]);
}
