/**
 * An extension API server, as a service provider would run one: it serves `/apis/<group>/v1`, believes the identity
 * headers of a front proxy alone, and tells what it was sent.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { issueAuthority, issueLeaf } from '../../src/lib/issue-certificate.ts';

const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };
const authority = await issueAuthority('extensions', validity);

export interface ExtensionOptions {
  readonly group: string;
  /** Namespace and name of the Service that stands for it. */
  readonly service: { readonly namespace: string; readonly name: string };
  /** PEM: whom it believes. */
  readonly frontProxyCa: string;
}
type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

export class ExtensionServer {
  readonly caBundle = Buffer.from(authority.certificate).toString('base64');
  readonly requests: { readonly method: string; readonly url: string; readonly user: string | undefined }[] =
    [];
  /** The headers of the last request that changed its protocol: whatever is sent comes back. */
  upgraded: IncomingMessage['headers'] = {};
  /** Requests that have begun and not ended. */
  open = 0;
  /** Instead of what it serves, at URLs that have this in them: what it says of itself stays as it is. */
  behavesAt = '/namespaces/';
  behaviour: Behaviour | undefined;
  /** What it has at further paths, in whatever media type. */
  readonly documents = new Map<
    string,
    { readonly body: unknown; readonly type?: string; readonly etag?: string }
  >();
  readonly #options: ExtensionOptions;
  readonly #server: Server;

  static async start(options: ExtensionOptions): Promise<ExtensionServer> {
    const { namespace, name } = options.service;
    const { certificate, key } = await issueLeaf(authority, {
      ...validity,
      commonName: 'extension',
      organizations: [],
      usage: 'server',
      names: [{ type: 'dns', value: `${name}.${namespace}.svc` }],
    });
    const tls = {
      key,
      cert: certificate,
      ca: options.frontProxyCa,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const server = new ExtensionServer(createServer(tls), options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor(server: Server, options: ExtensionOptions) {
    this.#server = server;
    this.#options = options;
    server.on('request', (request, response) => this.#answer(request, response));
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      this.upgraded = request.headers;
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.pipe(socket);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async connections(): Promise<number> {
    return await new Promise((resolve) => this.#server.getConnections((_, count) => resolve(count)));
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.open += 1;
    response.once('close', () => {
      this.open -= 1;
    });
    const { socket } = request;
    const isProxy =
      (socket as TLSSocket).authorized &&
      (socket as TLSSocket).getPeerCertificate().subject.CN === 'front-proxy-client';
    const user = isProxy ? String(request.headers['x-remote-user']) : undefined;
    const url = request.url ?? '';
    this.requests.push({ method: request.method ?? '', url, user });
    if (this.behaviour !== undefined && url.includes(this.behavesAt)) {
      this.behaviour(request, response);
      return;
    }
    if (user === undefined) {
      response.writeHead(401).end();
      return;
    }
    const { group } = this.#options;
    const path = url.replace(/\?.*/, '').replace(/^\/projects\/[^/]+\/control-plane/, '');
    const send = (code: number, body: object): void => {
      response.writeHead(code, { 'content-type': 'application/json', 'x-extension': 'yes' });
      response.end(JSON.stringify(body));
    };
    const document = this.documents.get(path);
    if (document !== undefined) {
      const { body, type = 'application/json', etag = '' } = document;
      const isKnown = etag !== '' && request.headers['if-none-match'] === etag;
      response.writeHead(isKnown ? 304 : 200, { 'content-type': type, ...(etag === '' ? {} : { etag }) });
      response.end(isKnown ? '' : JSON.stringify(body));
    } else if (path === `/apis/${group}/v1`) {
      send(200, {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: `${group}/v1`,
        resources: [
          {
            name: 'stars',
            singularName: 'star',
            namespaced: true,
            kind: 'Star',
            verbs: ['get', 'list'],
            shortNames: ['st'],
          },
          { name: 'stars/status', singularName: '', namespaced: true, kind: 'Star', verbs: ['get'] },
        ],
      });
    } else if (path.endsWith('/stars') && url.includes('watch=1')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"type":"ADDED"}\n');
      setTimeout(() => response.write('{"type":"MODIFIED"}\n'), 50);
    } else if (path.startsWith(`/apis/${group}/v1/`)) {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => name.startsWith('x-remote')),
      );
      send(200, {
        kind: 'Star',
        apiVersion: `${group}/v1`,
        metadata: { name: 'sol' },
        url,
        method: request.method,
        headers,
        authorization: request.headers.authorization,
      });
    } else send(404, { kind: 'Status', code: 404 });
  }
}
