/**
 * The server a kubeconfig names: client certificates, bearer tokens and authorities, in the file or in files beside it.
 * What starts other programs to get credentials (`exec`, `auth-provider`) is refused: a token from it would run out in
 * the middle of a run.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { load } from 'js-yaml';
import { UsageError } from '../run/usage-error.ts';
import type { Target } from './target.ts';

export interface NamedServer {
  readonly target: Target;
  /** Path of the server's URL, without a slash at its end: often empty. */
  readonly basePath: string;
}

type Fields = Readonly<Record<string, unknown>>;
const httpsPort = 443;

/** The current context when none is named. Throws UsageError. */
export function readKubeconfig(file: string, context?: string): NamedServer {
  const config = new KubeconfigReader(file);
  const name = context ?? config.text(config.root, 'current-context');
  if (name === undefined) throw config.error('has no current context; name one with --context');
  const chosen = config.named('contexts', 'context', name);
  const cluster = config.named('clusters', 'cluster', config.text(chosen, 'cluster') ?? '');
  const userName = config.text(chosen, 'user');
  const user = userName === undefined ? {} : config.named('users', 'user', userName);
  for (const field of ['exec', 'auth-provider', 'username', 'impersonate', 'as']) {
    if (field in user) {
      throw config.error(`has a user with ${field}; give one with a certificate, a token or a token file`);
    }
  }
  const server = config.text(cluster, 'server') ?? '';
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== 'https:') throw config.error('names no server whose URL begins with https://');
  const tokenFile = config.text(user, 'tokenFile');
  const fields = {
    ca: config.pem(cluster, 'certificate-authority'),
    certificate: config.pem(user, 'client-certificate'),
    key: config.pem(user, 'client-key'),
    token: config.text(user, 'token') ?? (tokenFile && config.read(tokenFile).trim()),
    serverName: config.text(cluster, 'tls-server-name'),
  };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const target: Target = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? httpsPort : Number(url.port),
    isInsecure: cluster['insecure-skip-tls-verify'] === true,
    ...given,
  };
  if ((target.certificate === undefined) !== (target.key === undefined)) {
    throw config.error('has a client certificate without its key, or a key without its certificate');
  }
  return { target, basePath: url.pathname.replace(/\/+$/, '') };
}

class KubeconfigReader {
  readonly root: Fields;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    let loaded: unknown;
    try {
      loaded = load(readFileSync(file, 'utf8'));
    } catch (error) {
      throw this.error(`cannot be read: ${(error as Error).message.split('\n')[0]}`);
    }
    if (!isFields(loaded)) throw this.error('is not a kubeconfig');
    this.root = loaded;
  }

  error(what: string): UsageError {
    return new UsageError(`--kubeconfig ${this.#file} ${what}.`);
  }

  text(fields: Fields, name: string): string | undefined {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** An entry of one of the file's lists. */
  named(list: string, field: string, name: string): Fields {
    const entries = this.root[list];
    const found = Array.isArray(entries)
      ? entries.find((entry) => isFields(entry) && entry.name === name)
      : undefined;
    const value: unknown = found?.[field];
    if (!isFields(value)) throw this.error(`has no ${field} ${JSON.stringify(name)}`);
    return value;
  }

  /** `NAME-data` in base64, or the file that `NAME` is the path of. */
  pem(fields: Fields, name: string): string | undefined {
    const data = this.text(fields, `${name}-data`);
    if (data !== undefined) return Buffer.from(data, 'base64').toString();
    const path = this.text(fields, name);
    return path === undefined ? undefined : this.read(path);
  }

  /** Paths are relative to the kubeconfig. */
  read(path: string): string {
    try {
      return readFileSync(resolve(dirname(this.#file), path), 'utf8');
    } catch (error) {
      throw this.error(`names a file that cannot be read: ${(error as Error).message}`);
    }
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
