/**
 * The order of authentication. The first method that knows the user decides; credentials that no method
 * accepts are invalid; only a request with none of them is anonymous.
 */
import type { UserInfo } from '../request/context.ts';
import { AnonymousAuthenticator } from './anonymous/anonymous.ts';
import {
  type Authenticated,
  type Authentication,
  type Authenticator,
  allAuthenticated,
  type Credentials,
} from './authenticator.ts';
import { ClientCertificateAuthenticator } from './client-certificate/client-certificate.ts';
import { StaticTokenAuthenticator } from './static-tokens/static-tokens.ts';
import type { TokenEntry } from './static-tokens/token-file.ts';

export function authenticators(options: { readonly tokens: readonly TokenEntry[] }): Authenticator {
  return new AuthenticatorUnion(
    [new ClientCertificateAuthenticator(), new StaticTokenAuthenticator(options.tokens)],
    new AnonymousAuthenticator(),
  );
}

export class AuthenticatorUnion implements Authenticator {
  readonly #methods: readonly Authenticator[];
  readonly #anonymous: Authenticator;
  /** The user with the group that all authenticated users have; made once for a user that a method caches. */
  readonly #members = new WeakMap<UserInfo, Authenticated>();

  constructor(methods: readonly Authenticator[], anonymous: Authenticator) {
    this.#methods = methods;
    this.#anonymous = anonymous;
  }

  authenticate(credentials: Credentials): Authentication | Promise<Authentication> {
    return this.#from(0, false, credentials);
  }

  /** Goes on without a promise for as long as the methods answer without one. */
  #from(
    first: number,
    isInvalid: boolean,
    credentials: Credentials,
  ): Authentication | Promise<Authentication> {
    let refused = isInvalid;
    for (let i = first; i < this.#methods.length; i++) {
      const outcome = this.#methods[i]!.authenticate(credentials);
      if (outcome instanceof Promise) {
        const before = refused;
        return outcome.then((later) =>
          typeof later === 'object'
            ? this.#member(later)
            : this.#from(i + 1, before || later === 'invalid', credentials),
        );
      }
      if (typeof outcome === 'object') return this.#member(outcome);
      if (outcome === 'invalid') refused = true;
    }
    return refused ? 'invalid' : this.#anonymous.authenticate(credentials);
  }

  #member(found: Authenticated): Authenticated {
    const { user } = found;
    let member = this.#members.get(user);
    if (member === undefined) {
      member = user.groups.includes(allAuthenticated)
        ? found
        : { user: { ...user, groups: [...user.groups, allAuthenticated] } };
      this.#members.set(user, member);
    }
    return member;
  }
}
