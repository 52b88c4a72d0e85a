/**
 * Where this server may connect to when a configuration has it call out: webhooks, conversions, services behind
 * APIServices. What the platform has configured may lead anywhere. What a project has may lead to public addresses alone,
 * for the server stands where others do not: beside its own loopback, its cloud's metadata and its operator's network. The
 * operator admits ranges.
 */
import { isIP } from 'node:net';
import { AddressRanges, specialAddress } from '../lib/address-ranges.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import type { TenantId } from '../storage/store.ts';

/** What a configuration names: a name, or an address. */
interface Destination {
  readonly host: string;
  readonly port: number;
}

/**
 * The message is in the style of Go's network errors, and says no more than who has configured the destination knows:
 * what names lead to in the server's own network is for nobody else to learn.
 */
class AddressNotAdmitted extends Error {
  constructor({ host, port }: Destination, what: string) {
    const shown = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const told = isIP(host) === 0 ? 'not public' : what;
    super(`dial tcp ${shown}: the address is ${told}, and projects may have only public ones called`);
    this.name = 'AddressNotAdmitted';
  }
}

export class Egress {
  readonly #admitted: AddressRanges;

  /** Ranges that projects reach though they are not public. Throws a RangeError for what is none. */
  constructor(admitted: readonly string[]) {
    this.#admitted = new AddressRanges(admitted);
  }

  /**
   * Called with the very address that is connected to, each time: what a name resolved to before says nothing. Throws
   * where a configuration of this control plane may not lead there.
   */
  check(home: TenantId, destination: Destination, address: string): void {
    if (home === tenantOfPlatform) return;
    const what = specialAddress(address);
    if (what === undefined || this.#admitted.has(address)) return;
    throw new AddressNotAdmitted(destination, what);
  }
}
