/** `/metrics/slis`: the health checks as they last came out, under upstream's names (KEP-3466). */
import { limits } from '../apimachinery/limits.ts';
import type { CheckListener } from '../http/health.ts';
import { Registry } from '../metrics/registry.ts';

export function healthMetrics(): { readonly registry: Registry; readonly onChecked: CheckListener } {
  const registry = new Registry(limits);
  const last = registry.gauge(
    'kubernetes_healthcheck',
    'This metric records the result of a single healthcheck.',
    ['name', 'type'],
  );
  const total = registry.counter(
    'kubernetes_healthchecks_total',
    'This metric records the results of all healthcheck.',
    ['name', 'type', 'status'],
  );
  return {
    registry,
    onChecked(endpoint, check, isWell) {
      last.with(check, endpoint).value = isWell ? 1 : 0;
      total.with(check, endpoint, isWell ? 'success' : 'error').value++;
    },
  };
}
