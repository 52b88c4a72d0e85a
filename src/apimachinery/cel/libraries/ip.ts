/** IP addresses: Kubernetes' CEL library `ip`. No zones, no IPv4 in IPv6 form. Source: apiserver/pkg/cel/library/ip.go. */
import { goQuoteStart } from '../../apply/go-text.ts';
import {
  type Address,
  equalAddresses,
  isGlobalUnicast,
  isIPv4,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isMapped,
  isUnspecified,
  NetipError,
  parseAddress,
  textOfAddress,
} from '../../netip.ts';
import { type CelLibrary, declare, global, member } from '../library.ts';
import { boolType, intType, opaque, stringType } from '../types.ts';
import { CelError, CelOpaque, type Outcome } from '../values.ts';

export const ipType = opaque('net.IP');

export class IpValue extends CelOpaque {
  readonly celType = ipType;
  readonly address: Address;
  constructor(address: Address) {
    super();
    this.address = address;
  }
  /** Bytes, for the cost of comparing. */
  get size(): number {
    return this.address.bytes.length;
  }
  equalTo(other: CelOpaque): boolean {
    return other instanceof IpValue && equalAddresses(this.address, other.address);
  }
  override toString(): string {
    return textOfAddress(this.address);
  }
}

export function readIp(text: string): IpValue | CelError {
  const address = told(text);
  if (address instanceof CelError) return address;
  if (address.zone !== '')
    return new CelError(`IP address ${goQuoteStart(text)} with zone value is not allowed`);
  return isMapped(address)
    ? new CelError(`IPv4-mapped IPv6 address ${goQuoteStart(text)} is not allowed`)
    : new IpValue(address);
}
function told(text: string): Address | CelError {
  try {
    return parseAddress(text);
  } catch (error) {
    if (!(error instanceof NetipError)) throw error;
    return new CelError(
      `IP Address ${goQuoteStart(text)} parse error during conversion from string: ${error.message}`,
    );
  }
}

const isIp = (text: string): boolean => readIp(text) instanceof IpValue;

function isCanonical(text: string): Outcome {
  const ip = readIp(text);
  return ip instanceof CelError ? ip : ip.toString() === text;
}

const asks = (name: string, id: string, ask: (address: Address) => boolean) =>
  declare(
    name,
    member(id, [ipType], boolType, (ip: IpValue) => ask(ip.address)),
  );

export const ipLibrary: CelLibrary = {
  name: 'kubernetes.net.ip',
  types: { 'net.IP': ipType },
  functions: [
    declare('ip', global('string_to_ip', [stringType], ipType, readIp)),
    declare('isIP', global('is_ip', [stringType], boolType, isIp)),
    declare('ip.isCanonical', global('ip_is_canonical', [stringType], boolType, isCanonical)),
    declare('string', global('ip_to_string', [ipType], stringType, String)),
    declare(
      'family',
      member('ip_family', [ipType], intType, (ip: IpValue) => (isIPv4(ip.address) ? 4n : 6n)),
    ),
    asks('isUnspecified', 'ip_is_unspecified', isUnspecified),
    asks('isLoopback', 'ip_is_loopback', isLoopback),
    asks('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
    asks('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
    asks('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
  ],
};
