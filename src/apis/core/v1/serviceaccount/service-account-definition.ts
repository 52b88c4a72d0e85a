/** ServiceAccount, core/v1. Field numbers are those of k8s.io/api/core/v1/generated.proto. */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { boolean, field, list, pointer } from '../../../../apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { localObjectReferenceSchema, objectReferenceSchema } from '../../../object-reference.ts';
import { objectVerbs } from '../../../verbs.ts';

const description = 'ServiceAccount is an identity for programs, with tokens of its own to authenticate by.';

const serviceAccountSchema = kindSchema({
  name: 'io.k8s.api.core.v1.ServiceAccount',
  description,
  fields: {
    secrets: field(
      2,
      list(objectReferenceSchema, {
        listType: 'map',
        listMapKeys: ['name'],
        patchStrategy: 'merge',
        patchMergeKey: 'name',
      }),
      'Secrets in the same namespace that belong to the account. Only their names are kept.',
    ),
    imagePullSecrets: field(
      3,
      list(localObjectReferenceSchema, { listType: 'atomic' }),
      'Secrets in the same namespace to pull images with.',
    ),
    automountServiceAccountToken: pointer(
      4,
      boolean(),
      'Whether those who run as the account are given its token unasked.',
    ),
  },
});

export const serviceAccountDefinition: ResourceDefinition = {
  group: '',
  resource: 'serviceaccounts',
  singular: 'serviceaccount',
  kind: 'ServiceAccount',
  listKind: 'ServiceAccountList',
  shortNames: ['sa'],
  scope: 'Namespaced',
  description,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: serviceAccountSchema }],
  storage: { group: '', version: 'v1', kind: 'ServiceAccount', resource: 'serviceaccounts' },
  strategy: {
    hasQualifiedFinalizers: true,
    returnsDeleted: true,
    allowUnconditionalUpdate: true,
    prepareForCreate: keepSecretNames,
    prepareForUpdate: keepSecretNames,
  },
  subresources: [],
  columns: [nameColumn, ageColumn],
  strategicMergePatch: true,
};

/** A reference to a secret means one of that name here; anything else it says could only mislead. */
function keepSecretNames(account: KubeObject): void {
  const secrets: readonly { readonly name?: string }[] | undefined = account.secrets;
  if (secrets === undefined) return;
  account.secrets = secrets.map(({ name }) => (name === undefined ? {} : { name }));
}
