/**
 * Addresses of host names, without the threads that getaddrinfo would take from those who sync and read files: a name
 * server that does not answer must delay nobody else. Knows the hosts file and DNS; no search domains.
 */
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HostsFile } from './hosts-file.ts';

export interface ResolveOptions {
  readonly timeoutMs: number;
  readonly tries: number;
}

export class HostResolver {
  readonly #resolver: Resolver;
  readonly #hosts = new HostsFile('/etc/hosts');

  constructor({ timeoutMs, tries }: ResolveOptions) {
    this.#resolver = new Resolver({ timeout: timeoutMs, tries });
  }

  /** One address. Rejects with Node's DNS error (`code` ENOTFOUND, ETIMEOUT, …). */
  async resolve(host: string): Promise<string> {
    if (isIP(host) !== 0) return host;
    const name = host.toLowerCase();
    const known = this.#hosts.find(name);
    if (known !== undefined) return known;
    if (name === 'localhost' || name.endsWith('.localhost')) return '127.0.0.1';
    try {
      return first(await this.#resolver.resolve4(name), name);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENODATA' && code !== 'ENOTFOUND') throw error;
      return first(await this.#resolver.resolve6(name), name);
    }
  }
}

function first(addresses: readonly string[], name: string): string {
  const [address] = addresses;
  if (address !== undefined) return address;
  throw Object.assign(new Error(`no address of ${name}`), { code: 'ENOTFOUND' });
}
