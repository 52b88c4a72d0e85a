/**
 * Requests to act as somebody else (the Impersonate- headers): refused for everybody, administrators too, until
 * authorization can say who may. Never ignored: the client would act as itself and believe otherwise. Statuses and
 * sentences are those of apiserver/pkg/endpoints/filters/impersonation.
 */
import { badRequest } from '../../apimachinery/status.ts';
import type { Attributes } from '../../authz/authorizer.ts';
import { forbiddenError } from '../../authz/forbidden.ts';
import type { RequestInfo, ResourceRequest, UserInfo } from '../../request/context.ts';
import type { Exchange } from '../exchange.ts';

const extraPrefix = 'impersonate-extra-';
const reason = 'this server does not offer impersonation yet, to no user';

/** What one header wants to be: an object reference, as upstream makes one to authorize. */
interface Wish {
  readonly kind: 'User' | 'ServiceAccount' | 'Group' | 'UserExtra' | 'UID';
  readonly namespace: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly fieldPath: string;
}

/** Throws 403, and 400 where something is to be impersonated but no user; returns where nothing is. */
export function refuseImpersonation(exchange: Exchange, info: RequestInfo, user: UserInfo): void {
  const names = exchange.headerNames('impersonate-');
  if (names.length === 0) return;
  const [first, ...more] = wishesOf(exchange, names);
  if (first === undefined) return;
  if (first.kind !== 'User' && first.kind !== 'ServiceAccount') {
    const shown = [first, ...more].map(goText).join(' ');
    throw badRequest(`requested [${shown}] without impersonating a user`);
  }
  throw forbiddenError(attributesOf(first, info, user), reason);
}

function wishesOf(exchange: Exchange, names: readonly string[]): Wish[] {
  const wish = (kind: Wish['kind'], name: string, rest: Partial<Wish> = {}): Wish => ({
    kind,
    namespace: '',
    name,
    apiVersion: '',
    fieldPath: '',
    ...rest,
  });
  const apiVersion = 'authentication.k8s.io/v1';
  const wishes: Wish[] = [];
  const asked = exchange.header('impersonate-user') ?? '';
  if (asked !== '') {
    const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(asked);
    wishes.push(
      account === null
        ? wish('User', asked)
        : wish('ServiceAccount', account[2]!, { namespace: account[1]! }),
    );
  }
  for (const group of valuesOf(exchange, 'impersonate-group')) wishes.push(wish('Group', group));
  for (const name of names) {
    if (!name.startsWith(extraPrefix)) continue;
    const fieldPath = unescaped(name.slice(extraPrefix.length));
    for (const value of valuesOf(exchange, name)) {
      wishes.push(wish('UserExtra', value, { apiVersion, fieldPath }));
    }
  }
  const uid = exchange.header('impersonate-uid') ?? '';
  if (uid !== '') wishes.push(wish('UID', uid, { apiVersion }));
  return wishes;
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

/** An ObjectReference as Go prints it: kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath. */
const goText = ({ kind, namespace, name, apiVersion, fieldPath }: Wish): string =>
  `{${kind} ${namespace} ${name}  ${apiVersion}  ${fieldPath}}`;

function attributesOf({ kind, namespace, name }: Wish, info: RequestInfo, user: UserInfo): Attributes {
  const resource: ResourceRequest = {
    group: '',
    version: '',
    namespace,
    resource: kind === 'User' ? 'users' : 'serviceaccounts',
    name,
    subresource: '',
  };
  return { user, surface: info.surface, verb: 'impersonate', path: info.path, resource };
}
