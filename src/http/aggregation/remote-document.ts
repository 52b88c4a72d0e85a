/** Reads a document that a service behind an APIService has of itself, asked in this server's own name, within bounds. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonValue } from '../../apimachinery/object-meta.ts';
import type { AggregatedService } from '../../registry/aggregated-services.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import type { UserInfo } from '../../request/context.ts';

export interface RemoteAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Whom services answer when the server itself asks. */
const aggregator: UserInfo = {
  name: 'system:kube-aggregator',
  uid: '',
  groups: ['system:masters'],
  extra: {},
};

/** The answer, whatever its status. Rejects where there is none, where it is too long, and with the signal's reason. */
export async function remoteDocument(
  client: ServiceClient,
  service: AggregatedService,
  path: string,
  headers: { readonly accept: string; readonly 'if-none-match'?: string },
  signal: AbortSignal,
): Promise<RemoteAnswer> {
  const answer = await client.send(service, {
    method: 'GET',
    path,
    headers: { ...headers, 'user-agent': 'milo-aggregation' },
    user: aggregator,
    signal,
  });
  if (answer === undefined) throw new Error('the connection was upgraded');
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await collected(answer) };
}

async function collected(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.serviceDocumentBytes) {
      answer.destroy();
      throw new Error(`the answer is longer than ${limits.serviceDocumentBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

export function jsonIn({ text }: RemoteAnswer): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new Error(`the answer is no JSON: ${error.message}`);
    throw error;
  }
}
