/**
 * Addresses of host names, without the threads that getaddrinfo would take from those who sync and read files: a name
 * server that does not answer must delay nobody else. Knows the hosts file and DNS; no search domains.
 */
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

export interface ResolveOptions {
  readonly timeoutMs: number;
  readonly tries: number;
  readonly hostsFile?: string;
}

export class HostResolver {
  readonly #resolver: Resolver;
  readonly #hostsFile: string;

  constructor({ timeoutMs, tries, hostsFile = '/etc/hosts' }: ResolveOptions) {
    this.#resolver = new Resolver({ timeout: timeoutMs, tries });
    this.#hostsFile = hostsFile;
  }

  /** One address. Rejects with Node's DNS error (`code` ENOTFOUND, ETIMEOUT, …). */
  async resolve(host: string): Promise<string> {
    if (isIP(host) !== 0) return host;
    const name = host.toLowerCase();
    const known = this.#inHostsFile(name);
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

  #inHostsFile(name: string): string | undefined {
    let text: string;
    try {
      text = readFileSync(this.#hostsFile, 'utf8');
    } catch {
      return undefined;
    }
    const found: string[] = [];
    for (const line of text.split('\n')) {
      const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
      if (address !== undefined && isIP(address) !== 0 && names.some((each) => each.toLowerCase() === name)) {
        found.push(address);
      }
    }
    return found.find((address) => isIP(address) === 4) ?? found[0];
  }
}

function first(addresses: readonly string[], name: string): string {
  const [address] = addresses;
  if (address !== undefined) return address;
  throw Object.assign(new Error(`no address of ${name}`), { code: 'ENOTFOUND' });
}
