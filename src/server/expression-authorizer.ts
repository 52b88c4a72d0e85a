/**
 * What expressions of admission ask about permissions, answered by the authorizers that judge requests. Source: the
 * attributes that apiserver/pkg/cel/library/authz.go makes of a check.
 */
import type {
  AuthorizationAnswer,
  AuthorizationQuestion,
} from '../apimachinery/cel/libraries/authorization.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import type { DynamicWrite } from '../registry/admission.ts';
import type { UserInfo } from '../request/context.ts';
import { type ReviewSpec, reviewedAttributes } from '../virtual/reviewed-attributes.ts';

export function expressionAuthorizer(
  authorizer: Authorizer,
): (question: AuthorizationQuestion, write: DynamicWrite) => Promise<AuthorizationAnswer> {
  return async (question, { user, tenant }) => {
    const { serviceAccount } = question;
    const asking = serviceAccount === undefined ? user : userOf(serviceAccount);
    const { attributes } = reviewedAttributes(specOf(question), asking, tenant.surface);
    const { verdict, reason } = await authorizer.authorize(attributes);
    return { isAllowed: verdict === 'allow', reason };
  };
}

function specOf({ verb, path, resource }: AuthorizationQuestion): ReviewSpec {
  if (resource === undefined) return { nonResourceAttributes: { path: path ?? '', verb } };
  const { fieldSelector, labelSelector, ...named } = resource;
  return {
    resourceAttributes: {
      ...named,
      version: '*',
      verb,
      ...(fieldSelector === '' ? {} : { fieldSelector: { rawSelector: fieldSelector } }),
      ...(labelSelector === '' ? {} : { labelSelector: { rawSelector: labelSelector } }),
    },
  };
}

const userOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): UserInfo => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  uid: '',
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  extra: {},
});
