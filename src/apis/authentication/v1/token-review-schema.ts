/** Fields of a TokenReview. Field numbers are those of k8s.io/api/authentication/v1/generated.proto. */
import { kindSchema } from '../../../apimachinery/schema/meta.ts';
import { boolean, byValue, field, object, required, string } from '../../../apimachinery/schema/schema.ts';
import { atomicStrings, authenticationComponent as component, userInfoSchema } from './user-info.ts';

const spec = object(
  {
    token: field(1, string(), 'The bearer token.'),
    audiences: field(2, atomicStrings, 'For whom the token should be; the API server when not given.'),
  },
  { name: component('TokenReviewSpec'), description: 'The token that is asked about.' },
);

const status = object(
  {
    authenticated: field(1, boolean(), 'Whether the token is that of a user.'),
    user: byValue(2, userInfoSchema, 'The user.'),
    audiences: field(4, atomicStrings, 'Those asked about that the token is for.'),
    error: field(3, string(), 'Why the token could not be checked.'),
  },
  { name: component('TokenReviewStatus'), description: 'Whose token it is.' },
);

export const tokenReviewSchema = kindSchema({
  name: component('TokenReview'),
  description: 'TokenReview asks whose a token is.',
  fields: {
    spec: required(2, spec, 'The token that is asked about.'),
    status: byValue(3, status, 'Whose token it is.'),
  },
});
