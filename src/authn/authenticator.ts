/**
 * Who is asking? One small interface, a room per method, and union.ts for the order. Authentication reads the
 * credentials of a request and nothing else: what the user may do is authz's question.
 */
import type { UserInfo } from '../request/context.ts';

/** What an exchange shows of its client; http's Exchange is one. */
export interface Credentials {
  header(name: string): string | undefined;
  readonly peer: ClientCertificate | 'invalid' | undefined;
}
export interface ClientCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/**
 * 'none': the request carries no credentials of this method. 'invalid': it does, and they prove nothing; such a
 * request is refused with 401 unless another method knows the user, and never becomes anonymous.
 */
export type Authentication = Authenticated | 'none' | 'invalid';
export interface Authenticated {
  readonly user: UserInfo;
}

export interface Authenticator {
  /** Answers at once where it can; rejects only when it cannot find out. */
  authenticate(credentials: Credentials): Authentication | Promise<Authentication>;
}

export const allAuthenticated = 'system:authenticated';
export const allUnauthenticated = 'system:unauthenticated';
export const anonymousName = 'system:anonymous';
