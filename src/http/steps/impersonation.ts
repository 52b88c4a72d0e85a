/**
 * Requests to act as somebody else (the Impersonate- headers): refused for everybody, administrators too, until
 * authorization can say who may. Never ignored: the client would act as itself and believe otherwise. Statuses and
 * sentences are those of apiserver/pkg/endpoints/filters/impersonation.
 */
import { goQuote } from '../../apimachinery/apply/go-text.ts';
import { badRequest } from '../../apimachinery/status.ts';
import type { Attributes } from '../../authz/authorizer.ts';
import { forbiddenError } from '../../authz/forbidden.ts';
import type { RequestInfo, ResourceRequest, UserInfo } from '../../request/context.ts';
import type { Exchange } from '../exchange.ts';

const extraPrefix = 'impersonate-extra-';
const reason = 'this server does not offer impersonation yet, to no user';

/** Throws 403, and 400 where something is to be impersonated but no user; returns where nothing is. */
export function refuseImpersonation(exchange: Exchange, info: RequestInfo, user: UserInfo): void {
  const names = exchange.headerNames('impersonate-');
  if (names.length === 0) return;
  const name = exchange.header('impersonate-user') ?? '';
  const wish: Wish = {
    uid: exchange.header('impersonate-uid') ?? '',
    groups: valuesOf(exchange, 'impersonate-group'),
    extra: extraOf(exchange, names),
  };
  if (name === '' && wish.uid === '' && wish.groups.length === 0 && wish.extra.size === 0) return;
  // The message repeats what the client sent: no browser may take it for a page.
  exchange.setHeader('x-content-type-options', 'nosniff');
  if (name === '') throw badRequest(`requested ${goText(wish)} without impersonating a user name`);
  throw forbiddenError(attributesOf(name, info, user), reason);
}

/** Whom a client wants to be, beside the name. */
interface Wish {
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

function extraOf(exchange: Exchange, names: readonly string[]): Wish['extra'] {
  const extra = new Map<string, readonly string[]>();
  for (const name of names) {
    if (!name.startsWith(extraPrefix)) continue;
    const key = unescaped(name.slice(extraPrefix.length));
    extra.set(key, [...(extra.get(key) ?? []), ...valuesOf(exchange, name)]);
  }
  return extra;
}

/** Lines of one header; the exchange has joined them. */
const valuesOf = (exchange: Exchange, name: string): string[] => exchange.header(name)?.split(', ') ?? [];

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch (error) {
    if (error instanceof URIError) return key;
    throw error;
  }
}

/** As Go prints the user that was asked for, its name empty. */
function goText({ uid, groups, extra }: Wish): string {
  const texts = (values: readonly string[]): string =>
    values.length === 0 ? '[]string(nil)' : `[]string{${values.map(goQuote).join(', ')}}`;
  const keys = [...extra.keys()].sort();
  const pairs = keys.map((key) => `${goQuote(key)}:${texts(extra.get(key) ?? [])}`);
  const extraText = pairs.length === 0 ? '(nil)' : `{${pairs.join(', ')}}`;
  return `&user.DefaultInfo{Name:"", UID:${goQuote(uid)}, Groups:${texts(groups)}, Extra:map[string][]string${extraText}}`;
}

function attributesOf(asked: string, info: RequestInfo, user: UserInfo): Attributes {
  const [, namespace = '', account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(asked) ?? [];
  const resource: ResourceRequest = {
    group: '',
    version: '',
    namespace,
    resource: account === undefined ? 'users' : 'serviceaccounts',
    name: account ?? asked,
    subresource: '',
  };
  return { user, surface: info.surface, verb: 'impersonate', path: info.path, resource };
}
