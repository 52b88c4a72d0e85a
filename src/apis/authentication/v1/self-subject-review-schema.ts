/** Fields of a SelfSubjectReview. Field numbers are those of k8s.io/api/authentication/v1/generated.proto. */
import { kindSchema } from '../../../apimachinery/schema/meta.ts';
import { byValue, object } from '../../../apimachinery/schema/schema.ts';
import { authenticationComponent as component, userInfoSchema } from './user-info.ts';

const status = object(
  { userInfo: byValue(1, userInfoSchema, 'Who asked.') },
  { name: component('SelfSubjectReviewStatus'), description: 'Who asked.' },
);

export const selfSubjectReviewSchema = kindSchema({
  name: component('SelfSubjectReview'),
  description: 'SelfSubjectReview asks who oneself is, to the server.',
  fields: { status: byValue(2, status, 'Who asked.') },
});
