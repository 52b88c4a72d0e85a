/**
 * Requests for a version of a group that another server serves go there, with the identity of who asks in headers that
 * only this server may set. Answers stream through, at the pace of the client. A server that cannot be reached is a 503
 * of its group alone. Source: kube-aggregator pkg/apiserver/handler_proxy.go.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
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
  'expect',
  'authorization',
  'http2-settings',
]);

/** Subresources whose connections last as long as their client wants. */
const streams: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** What lasts as long as its client wants; everything else has a deadline, however slowly it streams. */
export function isStream({ exchange, info }: ProxiedRequest): boolean {
  const { verb, resource } = info;
  return verb === 'watch' || exchange.upgrade !== undefined || streams.has(resource?.subresource ?? '');
}

/** `ending` breaks off what is being passed on, and ends a stream that has begun. */
export async function proxyToService(
  client: ServiceClient,
  service: AggregatedService,
  request: ProxiedRequest,
  projectGroup: string,
  ending: AbortSignal,
): Promise<void> {
  const { exchange } = request;
  if (service.isMissing) throw unreachable('service unavailable');
  const broken = new AbortController();
  const stop = (): void => broken.abort();
  for (const signal of [exchange.signal, ending]) {
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  }
  let isOver = false;
  const timer = isStream(request)
    ? undefined
    : setTimeout(() => {
        isOver = true;
        // A client that takes nothing is not waited for either.
        if (exchange.isStarted) exchange.destroy();
        stop();
      }, request.timeoutMs);
  try {
    await pass(client, service, request, projectGroup, broken.signal);
  } catch (error) {
    if (exchange.isGone) return;
    if (exchange.isStarted) {
      if (ending.aborted) exchange.end();
      else exchange.destroy();
    } else if (isOver) throw timeout('request did not complete within the allotted timeout');
    else if (error instanceof ForeignFailure) throw error;
    // A Service that leads nowhere, or this server is ending.
    else if (error instanceof StatusError && error.code !== 404 && error.code !== 503) throw error;
    else if (error instanceof StatusError || ending.aborted) throw unreachable('service unavailable', error);
    else throw unreachable(`error trying to reach service: ${(error as Error).message}`, error);
  } finally {
    clearTimeout(timer);
    for (const signal of [exchange.signal, ending]) signal.removeEventListener('abort', stop);
    stop();
  }
}

async function pass(
  client: ServiceClient,
  service: AggregatedService,
  { exchange, info, tenant, user }: ProxiedRequest,
  projectGroup: string,
  signal: AbortSignal,
): Promise<void> {
  const sent = {
    method: exchange.method,
    path: pathFor(service, info, tenant, exchange.url),
    user: userIn(user, tenant, projectGroup),
    signal,
  };
  const { upgrade } = exchange;
  if (upgrade === undefined) {
    const answer = await client.send(service, {
      ...sent,
      headers: passedOn(exchange),
      body: exchange.takeBody(),
    });
    if (answer !== undefined) await passBack(exchange, answer);
    return;
  }
  let tunnel = Promise.resolve();
  const answer = await client.send(service, {
    ...sent,
    headers: { ...passedOn(exchange), connection: 'Upgrade', upgrade },
    onUpgrade(switched, socket, head) {
      tunnel = connect(exchange, switched, socket, head, signal);
    },
  });
  if (answer !== undefined) await passBack(exchange, answer);
  await tunnel;
}

/** The connection is what client and service have agreed on; nothing of it is looked at. */
async function connect(
  exchange: Exchange,
  switched: IncomingMessage,
  service: Duplex,
  head: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const { connection: _, ...headers } = switched.headers;
  const client = exchange.switchProtocols(headers);
  if (client === undefined) {
    service.destroy();
    return;
  }
  if (head.length > 0) client.write(head);
  await new Promise<void>((resolve) => {
    const end = (): void => {
      client.destroy();
      service.destroy();
      resolve();
    };
    for (const side of [client, service]) side.once('error', end).once('close', end);
    signal.addEventListener('abort', end, { once: true });
    client.pipe(service);
    service.pipe(client);
  });
}

/** Nothing that this server could mend. */
const unreachable = (message: string, cause?: unknown): ForeignFailure =>
  new ForeignFailure(message, cause, serviceUnavailable);

/** The path and the query as the client wrote them. */
function pathFor(
  { hasPlainPaths }: AggregatedService,
  { path }: RequestInfo,
  tenant: Tenant,
  url: string,
): string {
  const query = url.indexOf('?');
  const prefix = hasPlainPaths ? '' : surfacePrefix(tenant.surface);
  return `${prefix}${path}${query === -1 ? '' : url.slice(query)}`;
}

function passedOn(exchange: Exchange): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  const named = new Set((exchange.header('connection') ?? '').toLowerCase().split(/\s*,\s*/));
  for (const name of exchange.headerNames('')) {
    const isOurs = name.startsWith('x-remote-') || name.startsWith('impersonate-') || name.startsWith(':');
    if (notPassedOn.has(name) || named.has(name) || isOurs) continue;
    const value = exchange.header(name);
    if (value !== undefined) headers[name] = value;
  }
  const from = exchange.header('x-forwarded-for');
  return {
    ...headers,
    'x-forwarded-for': from === undefined ? exchange.remoteAddress : `${from}, ${exchange.remoteAddress}`,
    'x-forwarded-host': exchange.header('host') ?? '',
    'x-forwarded-proto': 'https',
    // With the project's prefix, also for services that are given plain paths.
    'x-forwarded-uri': exchange.url,
  };
}

async function passBack(exchange: Exchange, answer: IncomingMessage): Promise<void> {
  const { statusCode = 502, headers } = answer;
  if (statusCode >= 300 && statusCode < 400 && statusCode !== 304 && headers.location !== undefined) {
    answer.destroy();
    throw unreachable('the backend attempted to redirect this request, which is not permitted');
  }
  const named = new Set((headers.connection ?? '').toLowerCase().split(/\s*,\s*/));
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    // Other origins are this server's to admit.
    const isOurs = name === 'content-type' || name === 'audit-id' || name.startsWith('access-control-');
    if (isOurs || notPassedOn.has(name) || named.has(name)) continue;
    exchange.setHeader(name, values.length === 1 ? values[0]! : [...values]);
  }
  exchange.start(statusCode, headers['content-type'] ?? '');
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (!exchange.write(chunk)) await exchange.drained();
    if (exchange.isGone) return;
  }
  exchange.end();
}
