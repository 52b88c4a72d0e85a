/** A run in a table, from the summary that k6 wrote, or ours in its form. */
import { table } from '../perf/table.ts';
import type { MetricSummary } from './samples.ts';

const latencyOf = /^milo_latency\{op:(.+)\}$/;
const milliseconds = (value: unknown): string => (typeof value === 'number' ? value.toFixed(1) : '');

export function summaryTable(metrics: Readonly<Record<string, MetricSummary>>): string {
  const rows = Object.entries(metrics).flatMap(([name, metric]) => {
    const label = latencyOf.exec(name)?.[1] ?? (name.startsWith('milo_project_') ? name : undefined);
    if (label === undefined || metric.med === undefined) return [];
    const { count, med, 'p(90)': p90, 'p(99)': p99 } = metric;
    const crossed = Object.entries(metric.thresholds ?? {}).flatMap(([text, isCrossed]) =>
      isCrossed === true ? [text] : [],
    );
    return [[label, String(count ?? ''), ...[med, p90, p99].map(milliseconds), crossed.join(' ')]];
  });
  return table([['operation', 'count', 'p50 ms', 'p90 ms', 'p99 ms', 'threshold crossed'], ...rows]);
}

/** Whether any threshold was crossed. */
export function hasCrossed(metrics: Readonly<Record<string, MetricSummary>>): boolean {
  return Object.values(metrics).some(({ thresholds = {} }) => Object.values(thresholds).includes(true));
}
