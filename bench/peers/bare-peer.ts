/** The bare server as a process of a run, with certificates of its own. */
import { fileURLToPath } from 'node:url';
import { issueAuthority, issueLeaf } from '../../src/lib/issue-certificate.ts';
import type { Target } from '../load/target.ts';
import type { Cleanup } from '../run/cleanup.ts';
import { Child } from '../server/child-process.ts';

/** The bytes a Milo server answered the same requests with. */
export interface AnswerBytes {
  readonly object: Buffer;
  readonly list: Buffer;
  /** One frame of a watch. */
  readonly event: Buffer;
}
export interface BareAnswers extends AnswerBytes {
  /** PEM. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** Where it keeps what is put durably. */
  readonly storeFile: string;
}

export interface Peer {
  readonly target: Target;
  /** Undefined where the process is not on this machine. */
  readonly pid: number | undefined;
}

const program = fileURLToPath(new URL('../bare-server.js', import.meta.url));
const startTimeoutMs = 20_000;
const lifetimeMs = 24 * 3600_000;

export async function startBareServer(
  answers: AnswerBytes,
  storeFile: string,
  cleanup: Cleanup,
): Promise<Peer> {
  const validity = { nowMs: Date.now(), lifetimeMs };
  const authority = await issueAuthority('bench-ca', validity);
  const leaf = (usage: 'server' | 'client') =>
    issueLeaf(authority, {
      ...validity,
      commonName: 'bench',
      organizations: [],
      usage,
      names: usage === 'server' ? [{ type: 'ip', value: '127.0.0.1' }] : [],
    });
  const server = await leaf('server');
  const child = new Child(program, { args: [] });
  cleanup.add(() => child.stop());
  child.process.send({ ...answers, ...server, storeFile, ca: authority.certificate } satisfies BareAnswers);
  const { port } = await child.until('bare server', startTimeoutMs, child.message<{ port: number }>());
  const client = await leaf('client');
  return { pid: child.pid, target: { host: '127.0.0.1', port, ca: authority.certificate, ...client } };
}
