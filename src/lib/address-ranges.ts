/**
 * Ranges of IP addresses, and which addresses are no ordinary server's on the Internet. An IPv4 address that is written
 * in an IPv6 form (mapped, or behind a NAT64 prefix) is judged as what it leads to. Says what an address is; who may
 * connect where is others' business. Source: IANA's IPv4 and IPv6 special-purpose address registries.
 */
import { BlockList, isIP } from 'node:net';

/** Of what a text such as `10.0.0.0/8` or `fd00::/8` has; undefined where it is no range. */
function parseRange(text: string): { address: string; length: number; family: 4 | 6 } | undefined {
  const [, address = '', digits = ''] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const family = isIP(address);
  const length = Number(digits);
  if ((family !== 4 && family !== 6) || length > (family === 4 ? 32 : 128)) return undefined;
  return { address, length, family };
}

export const isAddressRange = (text: string): boolean => parseRange(text) !== undefined;

/** Throws a RangeError for a text that is no range. */
export class AddressRanges {
  readonly #list = new BlockList();

  constructor(ranges: readonly string[]) {
    for (const text of ranges) {
      const range = parseRange(text);
      if (range === undefined) throw new RangeError(`${text} is no range of addresses`);
      this.#list.addSubnet(range.address, range.length, range.family === 4 ? 'ipv4' : 'ipv6');
    }
  }

  /** A mapped IPv4 address (`::ffff:10.0.0.1`) is in the ranges of either family. */
  has(address: string): boolean {
    return this.#list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

/** What the addresses of ranges are, for people. The first that has an address names it. */
const specialV4: readonly (readonly [what: string, ranges: readonly string[]])[] = [
  ['unspecified', ['0.0.0.0/8']],
  ['loopback', ['127.0.0.0/8']],
  // Metadata services of clouds are here; Azure's has an address that looks public.
  ['link-local', ['169.254.0.0/16']],
  ['of a cloud platform', ['168.63.129.16/32']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
  ['shared by customers of a carrier', ['100.64.0.0/10']],
  ['multicast', ['224.0.0.0/4']],
  [
    'reserved',
    [
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '240.0.0.0/4',
    ],
  ],
];

const specialV6: readonly (readonly [what: string, ranges: readonly string[]])[] = [
  ['unspecified', ['::/128']],
  ['loopback', ['::1/128']],
  ['link-local', ['fe80::/10']],
  ['private', ['fc00::/7', 'fec0::/10']],
  ['multicast', ['ff00::/8']],
  // Tunnels (Teredo, 6to4) lead to IPv4 addresses, as does a NAT64 prefix of one's own.
  ['reserved', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '64:ff9b:1::/48']],
];

/** What `64:ff9b::/96` leads to, in hexadecimal groups. */
function behindNat64(range: string): string {
  const { address, length } = parseRange(range)!;
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const group = (high: number, low: number): string => ((high << 8) | low).toString(16);
  return `64:ff9b::${group(a, b)}:${group(c, d)}/${96 + length}`;
}

const special = [
  ...specialV4.map(
    ([what, ranges]) => [what, new AddressRanges([...ranges, ...ranges.map(behindNat64)])] as const,
  ),
  ...specialV6.map(([what, ranges]) => [what, new AddressRanges(ranges)] as const),
];
/** Mapped addresses among them, of which those above have judged the special ones. */
const ordinaryV6 = new AddressRanges(['2000::/3', '64:ff9b::/96', '::ffff:0:0/96']);

/** Why an address is no ordinary server's, in a word or some; undefined for one that could be anybody's. */
export function specialAddress(address: string): string | undefined {
  const [bare = '', zone] = address.split('%');
  if (zone !== undefined) return 'link-local';
  const family = isIP(bare);
  if (family === 0) return 'no address';
  const found = special.find(([, ranges]) => ranges.has(bare));
  if (found !== undefined) return found[0];
  return family === 4 || ordinaryV6.has(bare) ? undefined : 'reserved';
}
