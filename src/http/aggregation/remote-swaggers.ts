/**
 * OpenAPI v2 of the servers behind APIServices, asked for when a client asks for that of a control plane that has some,
 * and at no other time. What a server said is kept for a while, bounded; after that it is asked whether it has changed
 * while the next client is given what is known. A server that is not there, or has no such document, has none. Upstream
 * asks all of them every minute; it too leaves out what it cannot get.
 */
import { createHash } from 'node:crypto';
import { parseJson, stringifyJson } from '../../apimachinery/codec/json.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import { BoundedCache } from '../../lib/bounded-cache.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AggregatedService, AggregatedServices } from '../../registry/aggregated-services.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import type { ObjectKey } from '../../storage/store.ts';
import { type RemoteSwagger, readSwagger } from '../openapi/remote-swagger.ts';
import { jsonIn, remoteDocument } from './remote-document.ts';

export interface SwaggerSource {
  /** Equal where the content is. */
  readonly hash: string;
  read(): RemoteSwagger;
}

interface Known {
  /** Which server said it: an APIService may come to name another. */
  readonly server: string;
  readonly askedAt: number;
  /** As the server has it; "" where it has none. */
  readonly etag: string;
  /** Of all that it said. */
  readonly digest: string;
  readonly hash: string;
  /** The parts that are shown; undefined for a server without a document. */
  readonly content: Buffer | undefined;
}
const none: readonly SwaggerSource[] = [];

export class RemoteSwaggers {
  readonly #services: AggregatedServices;
  readonly #client: ServiceClient;
  readonly #clock: Clock;
  readonly #known = new BoundedCache<Known>({
    entriesMax: limits.customLayers,
    weightMax: limits.documentBytes,
    weightOf: ({ content }) => content?.length ?? 0,
  });
  /** By APIService: what is being asked, and of which server. */
  readonly #asking = new Map<string, { readonly server: string; readonly answer: Promise<Known> }>();

  constructor(services: AggregatedServices, client: ServiceClient, clock: Clock) {
    this.#services = services;
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * Of those that a control plane has, in their order. Whoever has not answered in time is left out, and so is what would
   * be too much.
   */
  async of(tenant: string): Promise<readonly SwaggerSource[]> {
    const services = this.#services.of(tenant);
    if (services.length === 0) return none;
    const there = services.filter(({ isMissing }) => !isMissing).slice(0, limits.mergedServices);
    const known = await Promise.all(there.map((service) => this.#find(service)));
    let bytes = 0;
    return known.flatMap(({ hash, content }) => {
      if (content === undefined || bytes + content.length > limits.mergedSwaggerBytes) return [];
      bytes += content.length;
      return [{ hash, read: () => fromContent(content) }];
    });
  }

  forget({ tenant, name }: Pick<ObjectKey, 'tenant' | 'name'>): void {
    this.#known.delete(`${tenant}\0${name}`);
    this.#asking.delete(`${tenant}\0${name}`);
  }

  async #find(service: AggregatedService): Promise<Known> {
    const known = this.#known.get(keyOf(service));
    if (known === undefined || known.server !== serverOf(service)) return await this.#ask(service, undefined);
    const age = this.#clock.now() - known.askedAt;
    if (known.content === undefined) {
      return age < limits.serviceProbeRetryMs ? known : await this.#ask(service, undefined);
    }
    // Who asks now has what is known, and whoever asks next what there is.
    if (age >= limits.serviceProbeIntervalMs) void this.#ask(service, known);
    return known;
  }

  /**
   * One question at a time for each service. What is answered when it is another server's turn by then, or nobody's, is
   * for who asked and is not kept.
   */
  #ask(service: AggregatedService, before: Known | undefined): Promise<Known> {
    const key = keyOf(service);
    const server = serverOf(service);
    const current = this.#asking.get(key);
    if (current?.server === server) return current.answer;
    const asking = { server, answer: this.#download(service, before) };
    this.#asking.set(key, asking);
    void asking.answer.then((known) => {
      if (this.#asking.get(key) !== asking) return;
      this.#asking.delete(key);
      this.#known.set(key, known);
    });
    return asking.answer;
  }

  /** Never rejects: a service whose document cannot be had has none. */
  async #download(service: AggregatedService, before: Known | undefined): Promise<Known> {
    const base = { server: serverOf(service), askedAt: this.#clock.now() };
    const nothing = { ...base, etag: '', digest: '', hash: '', content: undefined };
    const headers = {
      accept: 'application/json',
      ...(before === undefined || before.etag === '' ? {} : { 'if-none-match': before.etag }),
    };
    const signal = AbortSignal.timeout(limits.serviceProbeTimeoutMs);
    try {
      const answer = await remoteDocument(this.#client, service, '/openapi/v2', headers, signal);
      if (answer.status === 304 && before !== undefined) return { ...before, ...base };
      if (answer.status !== 200) return nothing;
      // Most servers that have no ETag say the same again.
      const digest = hashOf(answer.text);
      if (digest === before?.digest) return { ...before, ...base };
      const content = toContent(readSwagger(jsonIn(answer), service));
      return { ...base, etag: answer.headers.etag ?? '', digest, hash: hashOf(content), content };
    } catch {
      // What is wrong with the service, its APIService says; clients have the document of all the others.
      return nothing;
    }
  }
}

const hashOf = (text: string | Buffer): string => createHash('sha256').update(text).digest('base64url');
const keyOf = ({ home, name }: AggregatedService): string => `${home}\0${name}`;
const serverOf = ({ service: { namespace, name, port } }: AggregatedService): string =>
  `${namespace}/${name}:${port}`;

const parts = ['paths', 'definitions', 'parameters'] as const;

function toContent(swagger: RemoteSwagger): Buffer {
  return Buffer.from(stringifyJson(parts.map((part) => Object.fromEntries(swagger[part]))));
}

function fromContent(content: Buffer): RemoteSwagger {
  const maps = (parseJson(content) as JsonObject[]).map((map) => new Map(Object.entries(map)));
  const [paths, definitions, parameters] = maps as RemoteSwagger[keyof RemoteSwagger][];
  return { paths: paths!, definitions: definitions!, parameters: parameters! };
}
