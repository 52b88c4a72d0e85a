/**
 * Fields of a SelfSubjectReview, the same in every version. Field numbers are those of
 * k8s.io/api/authentication/v1/generated.proto.
 */
import { kindSchema } from '../../../apimachinery/schema/meta.ts';
import { byValue, type ObjectSchema, object } from '../../../apimachinery/schema/schema.ts';
import { authenticationComponent, userInfoSchema } from './user-info.ts';

export function selfSubjectReviewSchema(version: 'v1' | 'v1beta1'): ObjectSchema {
  const component = (type: string): string => authenticationComponent(type, version);
  const status = object(
    { userInfo: byValue(1, userInfoSchema, 'Who asked.') },
    { name: component('SelfSubjectReviewStatus'), description: 'Who asked.' },
  );
  return kindSchema({
    name: component('SelfSubjectReview'),
    description: 'SelfSubjectReview asks who oneself is, to the server.',
    fields: { status: byValue(2, status, 'Who asked.') },
  });
}
