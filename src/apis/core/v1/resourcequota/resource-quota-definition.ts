/** ResourceQuota, core/v1. Refusing and charging is admission's work, keeping the status current a controller's. */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  type ResourceQuotaStatus,
  resourceQuotaDescription,
  resourceQuotaSchema,
} from './resource-quota-schema.ts';
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from './resource-quota-validation.ts';

export const resourceQuotaDefinition: ResourceDefinition = {
  group: '',
  resource: 'resourcequotas',
  singular: 'resourcequota',
  kind: 'ResourceQuota',
  listKind: 'ResourceQuotaList',
  shortNames: ['quota'],
  scope: 'Namespaced',
  description: resourceQuotaDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: resourceQuotaSchema }],
  storage: { group: '', version: 'v1', kind: 'ResourceQuota', resource: 'resourcequotas' },
  strategy: {
    hasQualifiedFinalizers: true,
    returnsDeleted: true,
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: false,
    defaults(quota) {
      quota.spec ??= {};
      quota.status ??= {};
    },
    prepareForCreate(quota) {
      quota.status = {};
    },
    validate: validateResourceQuota,
    validateUpdate: validateResourceQuotaUpdate,
  },
  subresources: [statusSubresource({ metadata: 'written', validate: validateResourceQuotaStatus })],
  columns: [
    nameColumn,
    {
      name: 'Request',
      type: 'string',
      description: 'Each bound with how much of it is used.',
      value: (quota) => usageText(quota, (name) => !isLimit(name)),
    },
    {
      name: 'Limit',
      type: 'string',
      description: 'The bounds on limits, with how much of each is used.',
      value: (quota) => usageText(quota, isLimit),
    },
    ageColumn,
  ],
  strategicMergePatch: true,
};

const isLimit = (name: string): boolean => name.startsWith('limits.');

function usageText(quota: KubeObject, isShown: (name: string) => boolean): string {
  const { hard = {}, used = {} }: ResourceQuotaStatus = quota.status ?? {};
  const shown = Object.keys(hard).filter(isShown).sort();
  return shown.map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`).join(', ');
}
