/**
 * `/healthz`, `/livez` and `/readyz`, whole or check by check (`/readyz/storage`). Runs the checks it is given; what
 * health is, they know. Texts follow apiserver/pkg/server/healthz, which probes and people grep for. A reason goes to
 * the caller's log and not to the anonymous reader, unless one check is asked for by name.
 */
import type { StaticDocument } from './static-document.ts';

export interface HealthCheck {
  readonly name: string;
  /** Undefined when well, else the reason why not. A rejection counts as a reason. */
  check(): string | undefined | Promise<string | undefined>;
}

export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';
export type HealthChecks = Readonly<Record<HealthEndpoint, readonly HealthCheck[]>>;

/** Told of every failed check, for the log. */
export type FailureListener = (endpoint: HealthEndpoint, check: string, reason: string) => void;

/** Told of every check that was made, and whether it was well. */
export type CheckListener = (endpoint: HealthEndpoint, check: string, isWell: boolean) => void;

/** Always well: that it answers is the check. */
export const pingCheck: HealthCheck = { name: 'ping', check: () => undefined };

interface Outcome {
  readonly name: string;
  readonly reason: string | undefined;
  readonly isExcluded: boolean;
}

export class Health {
  readonly #checks: HealthChecks;
  readonly #onFailure: FailureListener;
  readonly #onChecked: CheckListener;

  constructor(checks: HealthChecks, onFailure: FailureListener, onChecked: CheckListener = () => {}) {
    this.#checks = checks;
    this.#onFailure = onFailure;
    this.#onChecked = onChecked;
  }

  /** Every path served, for the index at `/`. */
  paths(): string[] {
    return Object.entries(this.#checks).flatMap(([endpoint, checks]) => [
      `/${endpoint}`,
      ...checks.map(({ name }) => `/${endpoint}/${name}`),
    ]);
  }

  /** The response to a GET of `path`, or undefined where nothing is served. */
  async respond(path: string, query: URLSearchParams): Promise<StaticDocument | undefined> {
    const [, endpoint = '', ...rest] = path.split('/');
    if (!isEndpoint(endpoint)) return undefined;
    const name = rest.join('/');
    if (name === '') return this.#all(endpoint, query);
    const check = this.#checks[endpoint].find((candidate) => candidate.name === name);
    return check === undefined ? undefined : this.#one(endpoint, check);
  }

  async #all(endpoint: HealthEndpoint, query: URLSearchParams): Promise<StaticDocument> {
    const excluded = new Set(query.getAll('exclude').filter((name) => name !== ''));
    const outcomes = await Promise.all(
      this.#checks[endpoint].map(async (check): Promise<Outcome> => {
        const isExcluded = excluded.delete(check.name);
        return {
          name: check.name,
          isExcluded,
          reason: isExcluded ? undefined : await this.#run(endpoint, check),
        };
      }),
    );
    const hasFailed = outcomes.some(({ reason }) => reason !== undefined);
    if (!hasFailed && !query.has('verbose')) return textDocument(200, 'ok');

    const unmatched = [...excluded].map((name) => JSON.stringify(name)).join(', ');
    const lines = [
      ...outcomes.map(line),
      ...(unmatched === ''
        ? []
        : [`warn: some health checks cannot be excluded: no matches for ${unmatched}`]),
      `${endpoint} check ${hasFailed ? 'failed' : 'passed'}`,
    ];
    return textDocument(hasFailed ? 500 : 200, `${lines.join('\n')}\n`);
  }

  async #one(endpoint: HealthEndpoint, check: HealthCheck): Promise<StaticDocument> {
    const reason = await this.#run(endpoint, check);
    return reason === undefined
      ? { ...textDocument(200, 'ok'), headers: {} }
      : textDocument(500, `internal server error: ${reason}\n`);
  }

  async #run(endpoint: HealthEndpoint, check: HealthCheck): Promise<string | undefined> {
    let reason: string | undefined;
    try {
      reason = await check.check();
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    this.#onChecked(endpoint, check.name, reason === undefined);
    if (reason !== undefined) this.#onFailure(endpoint, check.name, reason);
    return reason;
  }
}

/** `/readyz`, `/readyz/storage` and their likes. */
export function isHealthPath(path: string): boolean {
  return isEndpoint(path.split('/', 2)[1] ?? '');
}

function isEndpoint(name: string): name is HealthEndpoint {
  return name === 'healthz' || name === 'livez' || name === 'readyz';
}

function line({ name, reason, isExcluded }: Outcome): string {
  if (isExcluded) return `[+]${name} excluded: ok`;
  return reason === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`;
}

function textDocument(status: number, text: string): StaticDocument {
  return {
    status,
    body: Buffer.from(text),
    contentType: 'text/plain; charset=utf-8',
    etag: '',
    headers: { 'x-content-type-options': 'nosniff' },
  };
}
