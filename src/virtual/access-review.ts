/**
 * SubjectAccessReview, LocalSubjectAccessReview and SelfSubjectAccessReview: may somebody do something? Answered by
 * the authorizers as if it were done. Source: pkg/registry/authorization.
 */
import type { JsonObject } from '../apimachinery/object-meta.ts';
import type { Authorizer, Decision } from '../authz/authorizer.ts';
import { noOpinion } from '../authz/authorizer.ts';
import type { UserInfo } from '../request/context.ts';
import { type ReviewSpec, reviewedAttributes } from './reviewed-attributes.ts';
import type { Answerer, Question } from './virtual-resource.ts';

/** About the user that the review names, in no groups but those that it names. */
export function subjectAccessReview(authorizer: Authorizer): Answerer {
  return async (question) => {
    const { user = '', uid = '', groups = [], extra = {} } = question.object.spec;
    return await reviewed(authorizer, question, { name: user, uid, groups, extra });
  };
}

/** About who asks. */
export function selfAccessReview(authorizer: Authorizer): Answerer {
  return async (question) => await reviewed(authorizer, question, question.user);
}

async function reviewed(authorizer: Authorizer, { object, surface }: Question, user: UserInfo) {
  const { attributes, problems } = reviewedAttributes(object.spec as ReviewSpec, user, surface);
  let decision: Decision;
  try {
    decision = await authorizer.authorize(attributes);
  } catch (error) {
    // An engine that cannot find out has no opinion; whoever asked is told why.
    decision = noOpinion;
    problems.unshift((error as Error).message);
  }
  return { ...object, status: statusOf(decision, problems) };
}

const statusOf = ({ verdict, reason }: Decision, problems: readonly string[]): JsonObject => ({
  allowed: verdict === 'allow',
  ...(verdict === 'deny' ? { denied: true } : {}),
  ...(reason === '' ? {} : { reason }),
  ...(problems.length === 0 ? {} : { evaluationError: problems.join('; ') }),
});
