/**
 * Requests for a version of a group that another server serves go there, with the identity of who asks in headers that
 * only this server may set. Answers stream through, at the pace of the client. A server that cannot be reached is a 503
 * of its group alone. Source: kube-aggregator pkg/apiserver/handler_proxy.go.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { limits } from '../../apimachinery/limits.ts';
import { ForeignFailure, StatusError, serviceUnavailable, timeout } from '../../apimachinery/status.ts';
import type { AggregatedService } from '../../registry/aggregated-services.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import type { RequestInfo, Tenant, UserInfo } from '../../request/context.ts';
import { userIn } from '../../request/parent-extras.ts';
import { surfacePrefix } from '../../request/request-info.ts';
import type { Exchange } from '../exchange.ts';

export interface ProxiedRequest {
  readonly exchange: Exchange;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly tenant: Tenant;
  readonly timeoutMs: number;
}

/** Headers of one hop, and those by which only this server speaks. */
const notPassedOn: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
  'authorization',
  'http2-settings',
]);

export async function proxyToService(
  client: ServiceClient,
  service: AggregatedService,
  request: ProxiedRequest,
  projectGroup: string,
): Promise<void> {
  const { exchange, info, tenant } = request;
  const body = await exchange.readBody(limits.requestBodyBytes);
  const ending = new AbortController();
  const stop = (): void => ending.abort();
  exchange.signal.addEventListener('abort', stop, { once: true });
  let isOver = false;
  // A watch lives as long as its client wants; everything else has a deadline, however slowly it streams.
  const timer =
    info.verb === 'watch'
      ? undefined
      : setTimeout(() => {
          isOver = true;
          stop();
        }, request.timeoutMs);
  try {
    const answer = await client.send(service, {
      method: exchange.method,
      path: pathFor(service, info, tenant),
      headers: passedOn(exchange),
      body,
      user: userIn(request.user, tenant, projectGroup),
      signal: ending.signal,
    });
    await passBack(exchange, answer);
  } catch (error) {
    stop();
    if (exchange.signal.aborted) return;
    if (exchange.isStarted) exchange.destroy();
    else if (isOver) throw timeout('request did not complete within the allotted timeout');
    else if (error instanceof ForeignFailure) throw error;
    else if (error instanceof StatusError && error.code !== 503) throw error;
    else if (error instanceof StatusError) throw unreachable(error.message, error);
    else throw unreachable(`error trying to reach service: ${(error as Error).message}`, error);
  } finally {
    clearTimeout(timer);
    exchange.signal.removeEventListener('abort', stop);
  }
}

/** Nothing that this server could mend. */
const unreachable = (message: string, cause?: unknown): ForeignFailure =>
  new ForeignFailure(message, cause, serviceUnavailable);

function pathFor({ hasPlainPaths }: AggregatedService, { path, query }: RequestInfo, tenant: Tenant): string {
  const text = query.toString();
  return `${hasPlainPaths ? '' : surfacePrefix(tenant.surface)}${path}${text === '' ? '' : `?${text}`}`;
}

function passedOn(exchange: Exchange): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'x-forwarded-for': exchange.remoteAddress };
  const named = new Set((exchange.header('connection') ?? '').toLowerCase().split(/\s*,\s*/));
  for (const name of exchange.headerNames('')) {
    const isOurs = name.startsWith('x-remote-') || name.startsWith('impersonate-') || name.startsWith(':');
    if (notPassedOn.has(name) || named.has(name) || isOurs) continue;
    const value = exchange.header(name);
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

async function passBack(exchange: Exchange, answer: IncomingMessage): Promise<void> {
  const { statusCode = 502, headers } = answer;
  if (statusCode >= 300 && statusCode < 400 && statusCode !== 304 && headers.location !== undefined) {
    answer.destroy();
    throw unreachable('the backend attempted to redirect this request, which is not permitted');
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || notPassedOn.has(name) || name === 'content-type' || name === 'audit-id')
      continue;
    exchange.setHeader(name, value);
  }
  exchange.start(statusCode, headers['content-type'] ?? '');
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (exchange.signal.aborted) break;
    if (!exchange.write(chunk)) await exchange.drained();
  }
  exchange.end();
}
