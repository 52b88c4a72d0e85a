/** Secret, core/v1. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import { secretSchema } from './secret-schema.ts';
import { secretStrategy } from './secret-strategy.ts';

export const secretDefinition: ResourceDefinition = {
  group: '',
  resource: 'secrets',
  singular: 'secret',
  kind: 'Secret',
  listKind: 'SecretList',
  scope: 'Namespaced',
  description: 'Secret holds what only few may read, such as passwords, tokens and keys.',
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: secretSchema }],
  storage: { group: '', version: 'v1', kind: 'Secret', resource: 'secrets' },
  strategy: secretStrategy,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: 'Type',
      type: 'string',
      description: 'What the data means.',
      value: (secret) => secret.type,
    },
    {
      name: 'Data',
      type: 'string',
      description: 'How many keys it has.',
      value: (secret) => Object.keys(secret.data ?? {}).length,
    },
    ageColumn,
  ],
  selectableFields: { type: (secret) => secret.type ?? '' },
  strategicMergePatch: true,
};
