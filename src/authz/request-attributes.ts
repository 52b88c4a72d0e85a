/** What a request asks of the authorizers. Source: GetAuthorizerAttributes of apiserver/pkg/endpoints/filters. */
import type { RequestInfo, UserInfo } from '../request/context.ts';
import type { Attributes } from './authorizer.ts';

export function requestAttributes(user: UserInfo, info: RequestInfo): Attributes {
  const { surface, verb, path, resource, narrowed } = info;
  const asked = { user, surface, verb, path };
  if (resource === undefined) return asked;
  if (narrowed === undefined) return { ...asked, resource };
  const { name, fields, labels } = narrowed;
  return {
    ...asked,
    resource: resource.name === '' && name !== '' ? { ...resource, name } : resource,
    fields,
    labels,
  };
}
