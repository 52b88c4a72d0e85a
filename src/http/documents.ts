/** Everything a GET may answer that is not a resource: discovery, OpenAPI, version, health and metrics. */
import { indentJson } from '../apimachinery/codec/indent-json.ts';
import { limits } from '../apimachinery/limits.ts';
import { pathMethodNotAllowed, pathNotFound } from '../apimachinery/status.ts';
import type { RequestInfo, Tenant } from '../request/context.ts';
import { acceptsGzip, compressedDocument, sendBody, varyWithEncoding } from './compression.ts';
import type { Discovery } from './discovery/discovery.ts';
import type { Exchange } from './exchange.ts';
import type { Health } from './health.ts';
import type { MetricsDocument } from './metrics/metrics-document.ts';
import { isPretty } from './negotiation/negotiate-object.ts';
import type { OpenApi } from './openapi/openapi.ts';
import type { StaticDocument } from './static-document.ts';

export interface Documents {
  readonly discovery: Discovery;
  readonly openApi: OpenApi;
  readonly health: Health;
  readonly metrics: MetricsDocument;
  readonly version: StaticDocument;
}

/** Throws 404 where there is nothing, 405 for other methods. Large documents go compressed to who accepts that. */
export async function answerDocument(
  documents: Documents,
  exchange: Exchange,
  info: RequestInfo,
  tenant: Tenant,
): Promise<void> {
  const document = await find(documents, exchange, info, tenant);
  if (document === undefined) throw pathNotFound();
  const isHead = exchange.method === 'HEAD' && !hasOnlyGet.test(info.path);
  if (exchange.method !== 'GET' && !isHead) throw pathMethodNotAllowed();
  for (const [name, value] of Object.entries(document.headers)) exchange.setHeader(name.toLowerCase(), value);
  const { status, contentType, headers, body, isKept } = document;
  if (isIndented(exchange, info, document)) {
    await sendBody(exchange, status, contentType, indented(body), headers.vary);
  } else if (isKept !== true) await sendBody(exchange, status, contentType, body, headers.vary);
  else await sendKept(exchange, document);
}

async function sendKept(exchange: Exchange, document: StaticDocument): Promise<void> {
  const { status, contentType, headers, body } = document;
  let sent = body;
  if (body.length > limits.gzipDocumentBytes) {
    // Caches between keep these: they must know that there are two forms.
    exchange.setHeader('vary', varyWithEncoding(headers.vary));
    const compressed = acceptsGzip(exchange) ? await compressedDocument(body) : undefined;
    if (compressed !== undefined) {
      sent = compressed;
      // The time may have been over meanwhile, and said so.
      if (!exchange.isStarted) exchange.setHeader('content-encoding', 'gzip');
    }
  }
  exchange.send(status, contentType, sent);
}

/** Discovery is read by people too; OpenAPI is not, and the rest is a line. */
function isIndented(exchange: Exchange, { path, query }: RequestInfo, document: StaticDocument): boolean {
  const isDiscovery = /^\/apis?(?:\/|$)/.test(path) && document.contentType.startsWith('application/json');
  return isDiscovery && document.status === 200 && isPretty(query, exchange.header('user-agent') ?? '');
}

function indented(body: Buffer): Buffer {
  return Buffer.from(indentJson(body.toString().trimEnd()));
}

/** Upstream's router has no HEAD; health and OpenAPI are not behind it. */
const hasOnlyGet = /^\/(?:api|apis|version)(?:\/|$)/;

async function find(
  documents: Documents,
  exchange: Exchange,
  info: RequestInfo,
  tenant: Tenant,
): Promise<StaticDocument | undefined> {
  const { path, query } = info;
  const accept = exchange.header('accept');
  const conditions = {
    ifNoneMatch: exchange.header('if-none-match'),
    ifModifiedSince: exchange.header('if-modified-since'),
  };
  if (path === '/version' || path === '/version/') return documents.version;
  if (path.startsWith('/metrics')) return await documents.metrics.respond(path, tenant);
  if (path.startsWith('/openapi')) {
    return documents.openApi.respond(tenant, { path, query, accept, ...conditions });
  }
  return (
    documents.discovery.respond(tenant, { path, accept, ifNoneMatch: conditions.ifNoneMatch }) ??
    (await documents.health.respond(path, query))
  );
}
