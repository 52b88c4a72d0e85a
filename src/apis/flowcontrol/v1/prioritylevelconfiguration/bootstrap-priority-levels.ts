/**
 * The priority levels that every control plane has from its start: two of which nobody may change what matters, and
 * those that upstream suggests. Source: apiserver pkg/apis/flowcontrol/bootstrap.
 */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { bootstrapMetadata } from '../bootstrap-metadata.ts';
import { flowControlGroup } from '../conditions.ts';

function level(name: string, spec: NonNullable<KubeObject['spec']>): KubeObject {
  return {
    kind: 'PriorityLevelConfiguration',
    apiVersion: `${flowControlGroup}/v1`,
    metadata: bootstrapMetadata(name),
    spec,
  };
}

interface Shares {
  readonly shares: number;
  readonly lendable: number;
  readonly queues: number;
  readonly hand: number;
}

const queued = (name: string, { shares, lendable, queues, hand }: Shares): KubeObject =>
  level(name, {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      limitResponse: { type: 'Queue', queuing: { queues, handSize: hand, queueLengthLimit: 50 } },
      lendablePercent: lendable,
    },
  });

/** Nobody may change it. */
export const catchAllSpec = {
  type: 'Limited',
  limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
};

export const bootstrapPriorityLevels: readonly KubeObject[] = [
  level('catch-all', catchAllSpec),
  level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
  queued('global-default', { shares: 20, lendable: 50, queues: 128, hand: 6 }),
  queued('leader-election', { shares: 10, lendable: 0, queues: 16, hand: 4 }),
  queued('node-high', { shares: 40, lendable: 25, queues: 64, hand: 6 }),
  queued('system', { shares: 30, lendable: 33, queues: 64, hand: 6 }),
  queued('workload-high', { shares: 40, lendable: 50, queues: 128, hand: 6 }),
  queued('workload-low', { shares: 100, lendable: 90, queues: 128, hand: 6 }),
];
