/**
 * TokenReview: whose is this token? Asked of the authenticators, with nothing but the token. Source:
 * pkg/registry/authentication/tokenreview.
 */
import type { JsonObject } from '../apimachinery/object-meta.ts';
import { badRequest } from '../apimachinery/status.ts';
import type { Authenticator, Credentials } from '../authn/authenticator.ts';
import { bearerToken } from '../authn/bearer-token.ts';
import { userInfoOf } from './user-info.ts';
import type { Answerer } from './virtual-resource.ts';

const unknownToken = 'invalid bearer token';

export function tokenReview(authenticator: Authenticator): Answerer {
  return async ({ object }) => {
    const { token = '', audiences = [] } = object.spec ?? {};
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    // The tokens known so far name nobody they are for, so they are for nobody who must be named.
    const status = audiences.length > 0 ? unproven(unknownToken) : await reviewed(authenticator, token);
    return { ...object, status };
  };
}

async function reviewed(authenticator: Authenticator, token: string): Promise<JsonObject> {
  const authorization = `Bearer ${token}`;
  // What is no token at all would be no credentials, and the user of those is the anonymous one.
  if (bearerToken(authorization) === undefined) return unproven(unknownToken);
  const credentials: Credentials = {
    peer: undefined,
    header: (name) => (name === 'authorization' ? authorization : undefined),
  };
  try {
    const found = await authenticator.authenticate(credentials);
    if (typeof found === 'string') return unproven(unknownToken);
    return { authenticated: true, user: userInfoOf(found.user) };
  } catch (error) {
    // A method that cannot find out proves nothing; whoever asked is told why.
    return unproven((error as Error).message);
  }
}

const unproven = (error: string): JsonObject => ({ user: {}, error });
