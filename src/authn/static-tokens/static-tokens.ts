/**
 * Bearer tokens that the operator wrote into a file, for development and for machines. Tokens are kept as
 * digests: a lookup tells by its time nothing of a token, and a heap dump shows none.
 */
import { createHash } from 'node:crypto';
import type { Authentication, Authenticator, Credentials } from '../authenticator.ts';
import { bearerToken } from '../bearer-token.ts';
import type { TokenEntry } from './token-file.ts';

const digest = (token: string): string => createHash('sha256').update(token).digest('base64');

export class StaticTokenAuthenticator implements Authenticator {
  readonly #users: ReadonlyMap<string, Authentication>;

  constructor(entries: readonly TokenEntry[]) {
    this.#users = new Map(entries.map(({ token, user }) => [digest(token), { user }]));
  }

  authenticate(credentials: Credentials): Authentication {
    const token = bearerToken(credentials.header('authorization'));
    if (token === undefined) return 'none';
    return this.#users.get(digest(token)) ?? 'invalid';
  }
}
