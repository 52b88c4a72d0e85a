/** Bounds of histograms. Those with an upstream name have upstream's, so that dashboards and rules of others fit. */

/** Seconds; apiserver_request_duration_seconds and etcd_request_duration_seconds. */
export const requestSeconds: readonly number[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
/** Seconds; apiserver_request_sli_duration_seconds. */
export const sliSeconds: readonly number[] = requestSeconds.slice(2);
/** Seconds; apiserver_watch_list_duration_seconds. */
export const watchListSeconds: readonly number[] = [
  0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60,
];
/** Bytes; apiserver_response_sizes. */
export const responseBytes: readonly number[] = exponential(1_000, 10, 7);
/** Bytes; apiserver_watch_events_sizes. */
export const watchEventBytes: readonly number[] = exponential(1_024, 2, 8);

/** `first`, and each next one `factor` times the one before. */
export function exponential(first: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first * factor ** i);
}
