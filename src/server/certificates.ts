/**
 * The certificates of a data directory: an authority of its own, the server's certificate, the administrator's.
 * Made on first start, reused afterwards, renewed in time. A file that is there and cannot be read is never
 * replaced: somebody trusts that authority.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../lib/atomic-file.ts';
import type { Clock } from '../lib/clock.ts';
import type { KeyPair } from '../lib/issue-certificate.ts';
import { makeDirectory } from '../lib/make-directory.ts';
import { fileProblem, UserError } from './user-error.ts';

const dayMs = 24 * 3_600_000;
const authorityLifetimeMs = 3_650 * dayMs;
export const leafLifetimeMs = 365 * dayMs;
/** A certificate with less than this left is renewed at start. */
export const renewBeforeMs = 30 * dayMs;

/** The one name that services accept of the front proxy. */
export const frontProxyName = 'front-proxy-client';
const projectsProxyName = 'projects-front-proxy-client';

export interface Certificates {
  /** PEM of the authority: what clients trust, and what vouches for client certificates. */
  readonly authority: string;
  readonly serving: KeyPair;
  /** In system:masters. */
  readonly admin: KeyPair;
  /** What services behind APIServices know this server by: an authority for nothing else, and its certificate. */
  readonly frontProxy: {
    readonly authority: string;
    readonly client: KeyPair;
    /**
     * For services that projects have registered. Those of the platform refuse its name: a project that registers a
     * service under somebody else's address makes nobody there believe in its users.
     */
    readonly projectsClient: KeyPair;
  };
  /** When the authority itself ends; it is not renewed, since every client holds it. */
  readonly authorityEndsMs: number;
  /** Names of what was made or renewed, for the progress report. */
  readonly issued: readonly string[];
}

/** Every name a client on this machine, or in a pod beside it, may call the server by. `host` is one more. */
export function servingNames(host: string, machine: string = hostname()): readonly string[] {
  const names = [
    'localhost',
    '127.0.0.1',
    '::1',
    'milo',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    machine,
    host,
  ];
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Call it while holding the data directory's lock. Throws a UserError for damaged files. */
export async function openCertificates(
  dataDir: string,
  clock: Clock,
  names: readonly string[],
): Promise<Certificates> {
  const directory = join(dataDir, 'pki');
  makePrivateDirectory(directory);
  const issued: string[] = [];
  const authority = await openAuthority(directory, 'ca', clock, issued);
  const issuer = new X509Certificate(authority.certificate);
  const proxyAuthority = await openAuthority(directory, 'front-proxy-ca', clock, issued);

  const isFresh = (certificate: X509Certificate, by: KeyPair): boolean =>
    Date.parse(certificate.validTo) - clock.now() >= renewBeforeMs &&
    certificate.checkIssued(new X509Certificate(by.certificate));
  const leaf = async (
    name: string,
    request: {
      commonName: string;
      organizations: string[];
      usage: 'server' | 'client';
      names: readonly string[];
    },
    by = authority,
  ): Promise<KeyPair> => {
    const found = readPair(directory, name);
    const isGood =
      found?.matches && isFresh(found.parsed, by) && request.names.every((n) => covers(found.parsed, n));
    if (isGood) return found;
    const { issueLeaf } = await import('../lib/issue-certificate.ts');
    const made = await issueLeaf(by, {
      ...request,
      names: request.names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      nowMs: clock.now(),
      lifetimeMs: leafLifetimeMs,
    });
    writePair(directory, name, made);
    issued.push(name);
    return made;
  };

  const serving = await leaf('serving', { commonName: 'milo', organizations: [], usage: 'server', names });
  const admin = await leaf('admin', {
    commonName: 'admin',
    organizations: ['system:masters'],
    usage: 'client',
    names: [],
  });
  const proxyClient = async (commonName: string): Promise<KeyPair> => {
    const request = { commonName, organizations: [], usage: 'client' as const, names: [] };
    const { certificate, key } = await leaf(commonName, request, proxyAuthority);
    return { certificate, key };
  };
  return {
    authority: authority.certificate,
    serving: { certificate: serving.certificate, key: serving.key },
    admin: { certificate: admin.certificate, key: admin.key },
    frontProxy: {
      authority: proxyAuthority.certificate,
      client: await proxyClient(frontProxyName),
      projectsClient: await proxyClient(projectsProxyName),
    },
    authorityEndsMs: Date.parse(issuer.validTo),
    issued,
  };
}

async function openAuthority(
  directory: string,
  name: 'ca' | 'front-proxy-ca',
  clock: Clock,
  issued: string[],
): Promise<KeyPair> {
  const found = readPair(directory, name);
  if (found !== undefined) {
    if (!found.matches) {
      throw new UserError(
        `${join(directory, `${name}.key`)} is missing or does not belong to ${name}.crt; restore it from a copy of ${directory}`,
      );
    }
    if (Date.parse(found.parsed.validTo) <= clock.now()) {
      throw new UserError(
        `the certificate authority in ${directory} has expired; move the directory away to have a new one made, which all clients must then trust`,
      );
    }
    return found;
  }
  const { issueAuthority } = await import('../lib/issue-certificate.ts');
  const made = await issueAuthority(`milo-${name}`, { nowMs: clock.now(), lifetimeMs: authorityLifetimeMs });
  writePair(directory, name, made);
  issued.push(name);
  return made;
}

function covers(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  return certificate.checkHost(name, { subject: 'never' }) !== undefined;
}

interface FoundPair extends KeyPair {
  readonly parsed: X509Certificate;
  /** The key is there and is the certificate's. */
  readonly matches: boolean;
}

/** Undefined when there is no certificate. A key alone is what a crash between the two writes leaves. */
function readPair(directory: string, name: string): FoundPair | undefined {
  const certificateFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  const certificate = readIfPresent(certificateFile);
  if (certificate === undefined) return undefined;
  const key = readIfPresent(keyFile);
  const parsed = parsing(certificateFile, 'certificate', () => new X509Certificate(certificate));
  if (key === undefined) return { certificate, key: '', parsed, matches: false };
  const privateKey = parsing(keyFile, 'private key', () => createPrivateKey(key));
  return { certificate, key, parsed, matches: parsed.checkPrivateKey(privateKey) };
}

/** The key first: a certificate is never there without its key, a key without its certificate is made anew. */
function writePair(directory: string, name: string, pair: KeyPair): void {
  for (const [suffix, content, mode] of [
    ['key', pair.key, 0o600],
    ['crt', pair.certificate, 0o644],
  ] as const) {
    const file = join(directory, `${name}.${suffix}`);
    try {
      writeFileAtomically(file, content, mode);
    } catch (error) {
      throw new UserError(`${file} cannot be written: ${fileProblem(error)}`, error);
    }
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`${file} cannot be read: ${fileProblem(error)}`, error);
  }
}

function parsing<T>(file: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UserError(
      `${file} is damaged: it holds no ${what}; restore it, or remove it together with its pair`,
      error,
    );
  }
}

function makePrivateDirectory(directory: string): void {
  try {
    makeDirectory(directory, 0o700);
  } catch (error) {
    throw new UserError(`${directory} cannot be used: ${fileProblem(error)}`, error);
  }
}
