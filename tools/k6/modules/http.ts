/** `import http from 'k6/http'`, of which `request` and `expectedStatuses`. */
import type { Tags } from '../samples.ts';
import { vuState } from '../vu-state.ts';

type ResponseCallback = (status: number) => boolean;

interface Params {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tags?: Tags;
  readonly responseCallback?: ResponseCallback;
}

const isSuccess: ResponseCallback = (status) => status >= 200 && status < 400;

function request(
  method: string,
  url: string,
  body: string | null = null,
  { headers = {}, tags = {}, responseCallback = isSuccess }: Params = {},
): object {
  const answer = vuState.ask({ method, url, body, headers });
  const isFailed = !responseCallback(answer.status);
  vuState.record({ metric: 'http_reqs', kind: 'counter', value: 1, tags });
  vuState.record({ metric: 'http_req_duration', kind: 'trend', value: answer.durationMs, tags });
  vuState.record({ metric: 'http_req_failed', kind: 'rate', value: isFailed ? 1 : 0, tags });
  return {
    status: answer.status,
    body: answer.body,
    error: answer.error,
    timings: { duration: answer.durationMs },
    json: (): unknown => JSON.parse(answer.body),
  };
}

const expectedStatuses =
  (...statuses: readonly number[]): ResponseCallback =>
  (status) =>
    statuses.includes(status);

// biome-ignore lint/style/noDefaultExport: scripts import the module by its default, as k6's documentation does
export default { request, expectedStatuses };
