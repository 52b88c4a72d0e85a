/**
 * TokenReview: whose is this token? Asked of the authenticators, with nothing but the token. Source:
 * pkg/registry/authentication/tokenreview.
 */
import { badRequest } from '../apimachinery/status.ts';
import type { Authentication, Authenticator, Credentials } from '../authn/authenticator.ts';
import { bearerToken } from '../authn/bearer-token.ts';
import { userInfoOf } from './user-info.ts';
import type { Answerer } from './virtual-resource.ts';

export function tokenReview(authenticator: Authenticator): Answerer {
  return async ({ object }) => {
    const { token = '', audiences = [] } = object.spec ?? {};
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    // The tokens known so far name nobody they are for, so they are for nobody who must be named.
    const found = audiences.length > 0 ? 'invalid' : await authenticate(authenticator, token);
    const status =
      typeof found === 'string'
        ? { user: {}, error: 'invalid bearer token' }
        : { authenticated: true, user: userInfoOf(found.user) };
    return { ...object, status };
  };
}

/** What is no token at all would be no credentials, and the user of those is the anonymous one. */
async function authenticate(authenticator: Authenticator, token: string): Promise<Authentication> {
  const authorization = `Bearer ${token}`;
  if (bearerToken(authorization) === undefined) return 'invalid';
  const credentials: Credentials = {
    peer: undefined,
    header: (name) => (name === 'authorization' ? authorization : undefined),
  };
  return await authenticator.authenticate(credentials);
}
