/**
 * May this user do this? One small interface, a room per engine, chain.ts for the order. An authorizer looks at
 * attributes only: it neither resolves tenants nor reads the request.
 */
import type { Narrowing, ResourceRequest, Surface, UserInfo } from '../request/context.ts';

/** What is asked; a request's (request-attributes.ts), or one that an access review makes up. */
export interface Attributes {
  readonly user: UserInfo;
  readonly surface: Surface;
  /** The API verb, or the lower-case HTTP method when there is no resource. A review may ask for `*`. */
  readonly verb: string;
  /** The path behind the surface's prefix. */
  readonly path: string;
  /** Its name is also that of the one object which a list or watch selects by field. */
  readonly resource?: ResourceRequest;
  /** Of the collection, only objects for which all of this holds. May be left out of account. */
  readonly fields?: Narrowing['fields'];
  readonly labels?: Narrowing['labels'];
}

/** 'no-opinion' passes the question on; at the end of the chain it is a refusal. */
export interface Decision {
  readonly verdict: 'allow' | 'deny' | 'no-opinion';
  /** For the refused user to read; may be empty. */
  readonly reason: string;
}
export const allow: Decision = { verdict: 'allow', reason: '' };
export const noOpinion: Decision = { verdict: 'no-opinion', reason: '' };

/** What a user may do in a namespace, as far as it can be listed. Everything may be `*`. */
export interface Rules {
  readonly resources: readonly ResourceRule[];
  readonly paths: readonly PathRule[];
  /** There may be more that is allowed. */
  readonly isIncomplete: boolean;
  /** What could not be found out, and why; empty when nothing. */
  readonly problem: string;
}
export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  /** Empty for all. */
  readonly names: readonly string[];
}
export interface PathRule {
  readonly verbs: readonly string[];
  readonly paths: readonly string[];
}

export interface Authorizer {
  /** Answers at once where it can; rejects only when it cannot find out, which the caller treats as a refusal. */
  authorize(attributes: Attributes): Decision | Promise<Decision>;
  /** Absent where an engine cannot list what it allows. Rejects only when it cannot find out. */
  rulesFor?(user: UserInfo, surface: Surface, namespace: string): Rules | Promise<Rules>;
}

/** A list of rules that is all there is. */
export const completeRules = (rules: Partial<Pick<Rules, 'resources' | 'paths'>>): Rules => ({
  resources: [],
  paths: [],
  isIncomplete: false,
  problem: '',
  ...rules,
});
