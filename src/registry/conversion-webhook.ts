/**
 * Has custom resources converted by the webhook that their definition names. What comes back must be the same objects in
 * the version that was wanted: of their metadata a webhook may change labels and annotations, and nothing else. Source:
 * apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go.
 */
import { randomUUID } from 'node:crypto';
import { parseJson, stringifyJson } from '../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../apimachinery/codec/json-parser.ts';
import { limits } from '../apimachinery/limits.ts';
import type { JsonObject, JsonValue, KubeObject, ObjectMeta } from '../apimachinery/object-meta.ts';
import { bareError } from '../apimachinery/status.ts';
import { HttpsCaller } from '../lib/https-caller.ts';
import { networkProblem } from '../lib/network-problem.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import type { Store, TenantId } from '../storage/store.ts';
import type { Egress } from './egress.ts';
import type { ConversionRequest, RemoteConverter } from './stored-objects.ts';
import { type WebhookEndpoint, webhookEndpoint } from './webhook-endpoint.ts';

const knownVersions = ['v1', 'v1beta1'];

export class ConversionWebhooks implements RemoteConverter {
  readonly #store: Store;
  readonly #egress: Egress;
  readonly #random: () => number;
  readonly #https = new HttpsCaller({
    callsMax: limits.webhookCalls,
    callsPerOwnerMax: limits.webhookCallsPerPlane,
    callsPerEndpointMax: limits.webhookCallsPerEndpoint,
    waitingPerOwnerMax: limits.webhookCallsWaiting,
    replyBytesMax: limits.conversionReplyBytes,
    serversMax: limits.webhookServers,
    idleConnectionsPerServer: limits.webhookIdleConnections,
    idleConnectionMs: limits.webhookIdleConnectionMs,
    resolveTimeoutMs: limits.webhookResolveTimeoutMs,
  });

  constructor(store: Store, egress: Egress, random: () => number) {
    this.#store = store;
    this.#egress = egress;
    this.#random = random;
  }

  async convert(request: ConversionRequest): Promise<KubeObject[]> {
    const { served, apiVersion, objects } = request;
    const kind = `${served.definition.group}/${objects[0]?.apiVersion.split('/')[1]}, Kind=${served.definition.kind}`;
    const fail = (problem: string, cause?: unknown): Error => {
      const error = bareError(`conversion webhook for ${kind} ${problem}`);
      error.cause = cause;
      return error;
    };
    let answer: JsonObject;
    const uid = randomUUID();
    try {
      answer = responseIn(await this.#ask(request, uid), uid);
    } catch (error) {
      throw fail(`failed: ${(error as Error).message}`, error);
    }
    const converted = answer.convertedObjects;
    const count = Array.isArray(converted) ? converted.length : 0;
    if (!Array.isArray(converted) || count !== objects.length) {
      throw fail(`returned ${count} objects, expected ${objects.length}`);
    }
    return objects.map((object, i) => {
      const problem = identityProblem(object, converted[i]!, apiVersion);
      if (problem !== undefined) throw fail(`returned invalid converted object at index ${i}: ${problem}`);
      return withMetadataOf(object, converted[i] as unknown as KubeObject);
    });
  }

  close(): void {
    this.#https.close();
  }

  async #ask(
    { conversion, served, tenant, apiVersion, objects }: ConversionRequest,
    uid: string,
  ): Promise<Buffer> {
    const version = conversion.conversionReviewVersions.find((each) => knownVersions.includes(each));
    if (version === undefined) throw new Error('no supported conversion review versions');
    // Whoever wrote the definition has the webhook called, also where it is gone by now.
    const home = served.definition.definedBy === 'Platform' ? tenantOfPlatform : (tenant.id as TenantId);
    const { clientConfig } = conversion;
    const endpoint: WebhookEndpoint = webhookEndpoint(this.#store, home, clientConfig, this.#random);
    const posting = this.#https.post(
      {
        owner: tenant.id,
        pool: home,
        host: endpoint.host,
        port: endpoint.port,
        serverName: endpoint.serverName,
        path: `${endpoint.path}?timeout=${limits.webhookTimeoutMsMax / 1000}s`,
        ...(clientConfig.caBundle === undefined
          ? {}
          : { ca: Buffer.from(clientConfig.caBundle, 'base64').toString() }),
        headers: {
          accept: 'application/json, */*',
          'content-type': 'application/json',
          'user-agent': 'milo-conversion',
        },
        body: stringifyJson({
          kind: 'ConversionReview',
          apiVersion: `apiextensions.k8s.io/${version}`,
          request: { uid, desiredAPIVersion: apiVersion, objects: objects as unknown as JsonValue[] },
        }),
        checkAddress: (address) => this.#egress.check(home, endpoint, address),
      },
      AbortSignal.timeout(limits.webhookTimeoutMsMax),
    );
    const reply = await posting.catch((error: NodeJS.ErrnoException) => {
      // Node would say to which address the name has led.
      throw new Error(networkProblem(error, endpoint.shown), { cause: error });
    });
    if (reply.status < 200 || reply.status > 206)
      throw new Error(`the server answered with status ${reply.status}`);
    return reply.body;
  }
}

function responseIn(body: Buffer, uid: string): JsonObject {
  let review: JsonValue;
  try {
    review = parseJson(body);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new Error(`the reply is no JSON: ${error.message}`, { cause: error });
  }
  if (!isObject(review) || review.kind !== 'ConversionReview') {
    const kind = isObject(review) ? String(review.kind ?? '') : '';
    throw new Error(`expected webhook response of Kind=ConversionReview, got Kind=${kind}`);
  }
  const { response } = review;
  if (!isObject(response)) throw new Error('no response provided');
  if (response.uid !== uid)
    throw new Error(`expected response.uid="${uid}", got "${String(response.uid ?? '')}"`);
  const { status, message } = isObject(response.result) ? response.result : {};
  if (status === 'Success') return response;
  throw new Error(
    typeof message === 'string' && message !== ''
      ? message
      : `response.result.status was '${String(status ?? '')}', not 'Success'`,
  );
}

function identityProblem(object: KubeObject, converted: JsonValue, apiVersion: string): string | undefined {
  if (!isObject(converted) || !isObject(converted.metadata)) return 'it is no object with metadata';
  if (converted.apiVersion !== apiVersion) {
    return `invalid groupVersion (expected ${apiVersion}, received ${String(converted.apiVersion ?? '')})`;
  }
  if (converted.kind !== object.kind)
    return `must have the same kind: ${String(converted.kind)} != ${object.kind}`;
  const metadata = converted.metadata as ObjectMeta;
  for (const [field, shown] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const before = object.metadata[field] ?? '';
    const after = metadata[field] ?? '';
    if (before !== after) return `must have the same ${shown}: ${after} != ${before}`;
  }
  return undefined;
}

function withMetadataOf(object: KubeObject, converted: KubeObject): KubeObject {
  const { labels: _l, annotations: _a, ...kept } = object.metadata;
  const { labels, annotations } = converted.metadata;
  return {
    ...converted,
    metadata: {
      ...kept,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
