/**
 * PriorityLevelConfiguration, flowcontrol.apiserver.k8s.io/v1. Kept for those who keep one; this server does not
 * queue by it yet.
 */
import type { JsonValue, KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ColumnDefinition, ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';
import { flowControlGroup } from '../conditions.ts';
import { bootstrapPriorityLevels } from './bootstrap-priority-levels.ts';
import {
  type ExemptLevel,
  type LimitedLevel,
  priorityLevelConfigurationDescription,
  priorityLevelConfigurationSchema,
} from './priority-level-configuration-schema.ts';
import { priorityLevelErrors } from './priority-level-configuration-validation.ts';

/** Whatever upstream fills in where nothing is given. */
const defaults = {
  shares: 30,
  exemptShares: 0,
  lendablePercent: 0,
  queues: 64,
  handSize: 8,
  queueLength: 50,
};

function setDefaults({ spec }: KubeObject): void {
  const limited: LimitedLevel | undefined = spec?.limited;
  const exempt: ExemptLevel | undefined = spec?.exempt;
  if (exempt !== undefined) {
    exempt.nominalConcurrencyShares ??= defaults.exemptShares;
    exempt.lendablePercent ??= defaults.lendablePercent;
  }
  if (limited === undefined) return;
  limited.nominalConcurrencyShares ??= defaults.shares;
  limited.lendablePercent ??= defaults.lendablePercent;
  const queuing = limited.limitResponse?.queuing;
  if (queuing === undefined) return;
  queuing.queues ||= defaults.queues;
  queuing.handSize ||= defaults.handSize;
  queuing.queueLengthLimit ||= defaults.queueLength;
}

function limitColumn(
  name: string,
  description: string,
  value: (limited: LimitedLevel) => JsonValue | undefined,
): ColumnDefinition {
  return {
    name,
    type: 'string',
    description,
    value: ({ spec }) => (spec?.limited === undefined ? undefined : value(spec.limited)) ?? '<none>',
  };
}

export const priorityLevelConfigurationDefinition: ResourceDefinition = {
  group: flowControlGroup,
  resource: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  kind: 'PriorityLevelConfiguration',
  listKind: 'PriorityLevelConfigurationList',
  scope: 'Cluster',
  description: priorityLevelConfigurationDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: priorityLevelConfigurationSchema }],
  storage: {
    group: flowControlGroup,
    version: 'v1',
    kind: 'PriorityLevelConfiguration',
    resource: 'prioritylevelconfigurations',
  },
  strategy: {
    hasGeneration: true,
    allowUnconditionalUpdate: true,
    hasQualifiedFinalizers: true,
    defaults: setDefaults,
    validate: priorityLevelErrors,
  },
  subresources: [statusSubresource({ metadata: 'kept' })],
  columns: [
    nameColumn,
    {
      name: 'Type',
      type: 'string',
      description: 'Exempt or Limited.',
      value: ({ spec }) => spec?.type ?? '',
    },
    limitColumn('NominalConcurrencyShares', 'The share of the level.', (limited) => {
      return limited.nominalConcurrencyShares;
    }),
    limitColumn(
      'Queues',
      'How many queues there are.',
      ({ limitResponse }) => limitResponse?.queuing?.queues,
    ),
    limitColumn('HandSize', 'How many queues a flow may be put into.', ({ limitResponse }) => {
      return limitResponse?.queuing?.handSize;
    }),
    limitColumn('QueueLengthLimit', 'How many requests a queue holds.', ({ limitResponse }) => {
      return limitResponse?.queuing?.queueLengthLimit;
    }),
    ageColumn,
  ],
  sharedObjects: bootstrapPriorityLevels,
  strategicMergePatch: true,
};
