/** What a request asks of the authorizers. Source: GetAuthorizerAttributes of apiserver/pkg/endpoints/filters. */
import type { RequestInfo, UserInfo } from '../request/context.ts';
import type { Attributes } from './authorizer.ts';

export function requestAttributes(user: UserInfo, info: RequestInfo): Attributes {
  const { surface, verb, path, resource, narrowed } = info;
  if (resource === undefined) return { user, surface, verb, path };
  if (narrowed === undefined) return { user, surface, verb, path, resource };
  const { name, fields, labels } = narrowed;
  return {
    user,
    surface,
    verb,
    path,
    resource: resource.name === '' && name !== '' ? { ...resource, name } : resource,
    fields,
    labels,
  };
}
