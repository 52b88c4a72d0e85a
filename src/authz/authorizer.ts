/**
 * May this user do this? One small interface, a room per engine, chain.ts for the order. An authorizer looks at
 * attributes only: it neither resolves tenants nor reads the request.
 */
import type { ResourceRequest, Surface, UserInfo } from '../request/context.ts';

/** What is asked; a request's, or one that an access review makes up. */
export interface Attributes {
  readonly user: UserInfo;
  readonly surface: Surface;
  /** The API verb, or the lower-case HTTP method when there is no resource. */
  readonly verb: string;
  /** The path behind the surface's prefix. */
  readonly path: string;
  readonly resource?: ResourceRequest;
}

/** 'no-opinion' passes the question on; at the end of the chain it is a refusal. */
export interface Decision {
  readonly verdict: 'allow' | 'deny' | 'no-opinion';
  /** For the refused user to read; may be empty. */
  readonly reason: string;
}
export const allow: Decision = { verdict: 'allow', reason: '' };
export const noOpinion: Decision = { verdict: 'no-opinion', reason: '' };

export interface Authorizer {
  /** Answers at once where it can; rejects only when it cannot find out, which the caller treats as a refusal. */
  authorize(attributes: Attributes): Decision | Promise<Decision>;
}
