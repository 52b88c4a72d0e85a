/** Fair shares, with what becomes of requests that wait for theirs in the metrics. */
import { FairShares } from '../http/steps/fair-shares.ts';
import { exponential } from '../metrics/buckets.ts';
import type { Registry } from '../metrics/registry.ts';

const seconds = exponential(0.001, 2, 15);

export function fairShares(registry: Registry): FairShares {
  const waits = registry.histogram(
    'milo_fairness_wait_seconds',
    'Time that requests waited for the share of their project, those that did not wait apart.',
    seconds,
    [],
  );
  const refused = registry.counter(
    'milo_fairness_refused_requests_total',
    'Requests told 429 because too many of their project waited already, or because they had waited too long.',
    ['reason'],
  );
  const shares = new FairShares({
    waited: (waitedSeconds) => waits.with().observe(waitedSeconds),
    refused: (reason) => {
      refused.with(reason).value++;
    },
  });
  registry.gaugeOf(
    'milo_fairness_waiting_requests',
    'Requests that wait for the share of their project.',
    () => shares.waiting,
  );
  return shares;
}
