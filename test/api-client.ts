/**
 * A whole server in this process on a data directory of its own, and a small HTTP/2 client with the
 * administrator's certificate: what tests of the API's behaviour drive. Real TLS, real store.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits } from '../src/apimachinery/limits.ts';
import type { ResourceDefinition } from '../src/apimachinery/resource-definition.ts';
import { type Clock, systemClock } from '../src/lib/clock.ts';
import { type Logger, silentLogger } from '../src/lib/logger.ts';
import { type RunningServer, startServer } from '../src/server/server.ts';

export const workersAsked = Number(process.env.MILO_TEST_WORKERS ?? 0);

export interface Answer {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
  /** The parsed body; undefined when it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every kind.
  readonly json: any;
}
export interface Send {
  readonly method?: string;
  /** A string or Buffer as it is; anything else as JSON. */
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  /** Another connection than the administrator's own. */
  readonly session?: http2.ClientHttp2Session;
}
export interface ApiServerOptions {
  readonly clock?: Clock;
  readonly compactionIntervalMs?: number;
  /** Content of the static token file. */
  readonly tokens?: string;
  /** Ranges that webhooks and APIServices of projects reach; public addresses alone when not given. */
  readonly projectEgressCidrs?: readonly string[];
  /** The kinds to serve; the built-in ones when not given. */
  readonly definitions?: readonly ResourceDefinition[];
  /** Processes that answer; MILO_TEST_WORKERS where a test does not say and needs nothing of this process. */
  readonly workers?: number;
}

export class ApiServer {
  readonly dataDir: string;
  /** What the server reported as its own fault. A test that expects one takes it out; `stop` rejects on the rest. */
  readonly faults: unknown[];
  readonly #options: ApiServerOptions;
  #server: RunningServer;
  #session: http2.ClientHttp2Session;

  static async start(options: ApiServerOptions = {}): Promise<ApiServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'milo-api-'));
    const faults: unknown[] = [];
    return new ApiServer(dataDir, faults, await open(dataDir, options, faults), options);
  }

  private constructor(dataDir: string, faults: unknown[], server: RunningServer, options: ApiServerOptions) {
    this.dataDir = dataDir;
    this.faults = faults;
    this.#server = server;
    this.#options = options;
    this.#session = this.connect();
  }

  get url(): string {
    return this.#server.url;
  }

  /** How many there are: each with its workers is one server, but each counts and looks for itself. */
  get processes(): number {
    return 1 + workersOf(this.#options);
  }

  /** The administrator's certificate and key, and the CA of the server. */
  get credentials(): { ca: Buffer; cert: Buffer; key: Buffer } {
    return credentials(this.dataDir);
  }

  /** A further connection, as the administrator. */
  connect(): http2.ClientHttp2Session {
    const session = http2.connect(this.#server.url, this.credentials);
    // A connection that breaks is told by what was asked over it.
    session.on('error', () => {});
    return session;
  }

  /** A connection without a client certificate. */
  connectAnonymously(): http2.ClientHttp2Session {
    return http2.connect(this.#server.url, { ca: this.credentials.ca });
  }

  /** `whileDown` may look at the store, which nobody else has open then. */
  async restart(whileDown: (dataDir: string) => Promise<void> = async () => {}): Promise<void> {
    this.#session.close();
    await this.#server.close();
    await whileDown(this.dataDir);
    this.#server = await open(this.dataDir, this.#options, this.faults);
    this.#session = this.connect();
  }

  async stop(): Promise<void> {
    this.#session.close();
    await this.#server.close();
    rmSync(this.dataDir, { recursive: true, force: true });
    if (this.faults.length > 0) throw new AggregateError(this.faults, 'the server reported faults');
  }

  async send(
    path: string,
    { method = 'GET', body, type, headers = {}, session = this.#session }: Send = {},
  ): Promise<Answer> {
    const stream = session.request(
      {
        ':method': method,
        ':path': path,
        ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
        ...headers,
      },
      // Node takes a DELETE to have no body unless told.
      body === undefined ? {} : { endStream: false },
    );
    stream.end(
      body === undefined
        ? undefined
        : typeof body === 'string' || Buffer.isBuffer(body)
          ? body
          : JSON.stringify(body),
    );
    return await new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let answered: http2.IncomingHttpHeaders = {};
      stream.on('response', (h) => {
        answered = h;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        resolve({ status: Number(answered[':status']), headers: answered, text, bytes, json: parsed(text) });
      });
    });
  }

  get = (path: string, headers: Record<string, string> = {}): Promise<Answer> => this.send(path, { headers });
  post = (path: string, body: unknown): Promise<Answer> => this.send(path, { method: 'POST', body });
  put = (path: string, body: unknown): Promise<Answer> => this.send(path, { method: 'PUT', body });
  remove = (path: string, body?: unknown): Promise<Answer> => this.send(path, { method: 'DELETE', body });
  patch = (
    path: string,
    body: unknown,
    kind: 'merge' | 'json' | 'strategic-merge' = 'merge',
  ): Promise<Answer> => this.send(path, { method: 'PATCH', body, type: `application/${kind}-patch+json` });

  /** Opens a watch; `until` collects events. */
  watch(
    path: string,
    headers: Record<string, string> = {},
    session: http2.ClientHttp2Session = this.#session,
  ): EventStream {
    return new EventStream(session, path, headers);
  }
}

export interface WatchEvent {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
  readonly object: any;
}

export class EventStream {
  readonly events: WatchEvent[] = [];
  /** Everything received, as it came. */
  text = '';
  isEnded = false;
  /** Ended by the server as whole, not broken off. */
  isComplete = false;
  status = 0;
  readonly #stream: http2.ClientHttp2Stream;
  #rest = '';
  #changed: (() => void) | undefined;

  constructor(session: http2.ClientHttp2Session, path: string, headers: Record<string, string>) {
    const separator = path.includes('?') ? '&' : '?';
    this.#stream = session.request({ ':path': `${path}${separator}watch=1`, ...headers });
    this.#stream.on('response', (answered) => {
      this.status = Number(answered[':status']);
      this.#changed?.();
    });
    this.#stream.setEncoding('utf8');
    this.#stream.on('data', (text: string) => this.#take(text));
    this.#stream.on('end', () => {
      this.isComplete = !this.#stream.aborted;
    });
    this.#stream.on('error', () => {
      this.isEnded = true;
      this.#changed?.();
    });
    this.#stream.on('close', () => {
      this.isEnded = true;
      this.#changed?.();
    });
  }

  /** Stops reading, so that the server meets its flow control; `resume` goes on. */
  pause(): void {
    this.#stream.pause();
  }
  resume(): void {
    this.#stream.resume();
  }

  /** Resolves once the server takes the watch: what changes from then on is in its events. */
  async opened(): Promise<this> {
    await this.until(() => this.status !== 0, 'answer');
    return this;
  }

  /** Resolves with everything the stream held. */
  async ended(): Promise<readonly WatchEvent[]> {
    return await this.until(() => this.isEnded, 'end of the stream');
  }

  /** Resolves once the condition holds; rejects when it does not come in time. */
  async until(
    condition: (events: readonly WatchEvent[]) => boolean,
    what = 'events',
  ): Promise<readonly WatchEvent[]> {
    const deadline = Date.now() + limits.shutdownGraceMs * 3;
    while (!condition(this.events)) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(`no ${what} in time; got ${JSON.stringify(this.events).slice(0, 2_000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 50));
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.events;
  }

  close(): void {
    this.#stream.close();
  }

  #take(text: string): void {
    this.text += text;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.events.push(JSON.parse(line));
    this.#changed?.();
  }
}

/** With a clock or kinds of the test's own, only this process can answer. */
function workersOf({ clock = systemClock, definitions, workers }: ApiServerOptions): number {
  return workers ?? (clock === systemClock && definitions === undefined ? workersAsked : 0);
}

async function open(dataDir: string, options: ApiServerOptions, faults: unknown[]): Promise<RunningServer> {
  const {
    clock = systemClock,
    compactionIntervalMs = limits.compactionIntervalMs,
    tokens,
    projectEgressCidrs = [],
    definitions,
  } = options;
  let tokenFile: string | undefined;
  if (tokens !== undefined) {
    tokenFile = join(dataDir, 'tokens.csv');
    writeFileSync(tokenFile, tokens);
  }
  const logger: Logger = { ...silentLogger, error: (fields, message) => faults.push({ message, ...fields }) };
  return await startServer(
    {
      dataDir,
      bindAddress: '127.0.0.1',
      port: 0,
      tokenFile,
      compactionIntervalMs,
      projectEgressCidrs,
      workers: workersOf(options),
    },
    { logger, clock, progress: () => {}, ...(definitions === undefined ? {} : { definitions }) },
  );
}

/** Key, certificate and CA out of the administrator's kubeconfig. */
function credentials(dataDir: string): { ca: Buffer; cert: Buffer; key: Buffer } {
  const kubeconfig = readFileSync(join(dataDir, 'kubeconfig'), 'utf8');
  const field = (name: string): Buffer =>
    Buffer.from(new RegExp(`${name}: "?([A-Za-z0-9+/=]+)`).exec(kubeconfig)?.[1] ?? '', 'base64');
  return {
    ca: field('certificate-authority-data'),
    cert: field('client-certificate-data'),
    key: field('client-key-data'),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Makes an organization and projects under it. */
export async function makeProjects(
  server: ApiServer,
  organization: string,
  projects: readonly string[],
): Promise<void> {
  const group = '/apis/resourcemanager.miloapis.com/v1alpha1';
  const apiVersion = 'resourcemanager.miloapis.com/v1alpha1';
  await server.post(`${group}/organizations`, {
    apiVersion,
    kind: 'Organization',
    metadata: { name: organization },
  });
  for (const name of projects) {
    await server.post(`${group}/projects`, {
      apiVersion,
      kind: 'Project',
      metadata: { name },
      spec: { ownerRef: { kind: 'Organization', name: organization } },
    });
  }
}
