/**
 * Calls of webhooks under upstream's names (apiserver/pkg/admission/metrics/metrics.go). A webhook that a project has
 * configured has the name of all such, since projects choose names and there is no end to them.
 */
import type { WebhookObserver } from '../admission/webhooks/webhook-observer.ts';
import { codeLabel, projectDefined } from '../http/metrics/request-labels.ts';
import type { Registry } from '../metrics/registry.ts';
import { tenantOfPlatform } from '../storage/keys.ts';

const seconds: readonly number[] = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];

export function webhookMetrics(registry: Registry): WebhookObserver {
  const durations = registry.histogram(
    'apiserver_admission_webhook_admission_duration_seconds',
    'Admission webhook latency histogram in seconds, identified by name and broken out for each operation and type (validating or admit).',
    seconds,
    ['name', 'type', 'operation', 'rejected'],
  );
  const requests = registry.counter(
    'apiserver_admission_webhook_request_total',
    'Admission webhook request total, identified by name and broken out for each admission type (validating or admit) and operation.',
    ['name', 'type', 'operation', 'code', 'rejected'],
  );
  const rejections = registry.counter(
    'apiserver_admission_webhook_rejection_count',
    'Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation.',
    ['name', 'type', 'operation', 'error_type', 'rejection_code'],
  );
  const failOpens = registry.counter(
    'apiserver_admission_webhook_fail_open_count',
    'Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).',
    ['name', 'type'],
  );
  return (call) => {
    const name = call.home === tenantOfPlatform ? call.name : projectDefined;
    const type = call.isMutating ? 'admit' : 'validating';
    const { operation, outcome } = call;
    const isFailOpen = outcome === 'failed' && call.ignoresFailure;
    const isRejected = outcome !== 'allowed' && !isFailOpen;
    const rejected = String(isRejected);
    const denial = outcome === 'denied' ? codeLabel(call.code) : '0';
    const code = outcome === 'allowed' ? '200' : outcome === 'denied' ? denial : '500';
    durations.with(name, type, operation, rejected).observe(call.seconds);
    requests.with(name, type, operation, code, rejected).value++;
    if (isFailOpen) failOpens.with(name, type).value++;
    if (!isRejected) return;
    const errorType = outcome === 'denied' ? 'no_error' : 'calling_webhook_error';
    rejections.with(name, type, operation, errorType, denial).value++;
  };
}
