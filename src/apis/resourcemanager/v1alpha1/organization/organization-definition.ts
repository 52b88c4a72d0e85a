/** Organization, resourcemanager.miloapis.com/v1alpha1: on the platform only. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { conditionColumn, dateAgeColumn, nameColumn } from '../../../columns.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';
import { displayNameColumn, resourceManagerGroup, resourceManagerVersion } from '../hierarchy.ts';
import { organizationSchema } from './organization-schema.ts';
import { organizationStrategy } from './organization-strategy.ts';

export const organizationDefinition: ResourceDefinition = {
  group: resourceManagerGroup,
  resource: 'organizations',
  singular: 'organization',
  kind: 'Organization',
  listKind: 'OrganizationList',
  categories: ['datum'],
  scope: 'Cluster',
  description:
    'Organization is the top of a hierarchy: folders and projects lie under it, and its rules hold for them.',
  verbs: objectVerbs,
  contexts: ['Platform'],
  versions: [{ version: resourceManagerVersion, schema: organizationSchema }],
  storage: {
    group: resourceManagerGroup,
    version: resourceManagerVersion,
    kind: 'Organization',
    resource: 'organizations',
  },
  strategy: organizationStrategy,
  subresources: [statusSubresource({ metadata: 'kept' })],
  columns: [
    nameColumn,
    displayNameColumn,
    {
      name: 'Type',
      type: 'string',
      description: 'Personal or Standard.',
      value: (organization) => organization.spec?.type,
    },
    conditionColumn('Onboarding', 'OnboardingComplete'),
    conditionColumn('Ready', 'Ready'),
    dateAgeColumn,
  ],
  strategicMergePatch: false,
};
