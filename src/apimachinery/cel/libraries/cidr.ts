/** Blocks of IP addresses: Kubernetes' CEL library `cidr`. Source: apiserver/pkg/cel/library/cidr.go. */
import { goQuoteStart } from '../../apply/go-text.ts';
import {
  equalAddresses,
  isMapped,
  maskedPrefix,
  NetipError,
  type Prefix,
  parsePrefix,
  prefixContains,
  textOfPrefix,
} from '../../netip.ts';
import { type CelLibrary, declare, global, member } from '../library.ts';
import { boolType, intType, opaque, stringType } from '../types.ts';
import { CelError, CelOpaque } from '../values.ts';
import { IpValue, ipType, readIp } from './ip.ts';

const cidrType = opaque('net.CIDR');

class CidrValue extends CelOpaque {
  readonly celType = cidrType;
  readonly prefix: Prefix;
  constructor(prefix: Prefix) {
    super();
    this.prefix = prefix;
  }
  /** Bytes that the prefix takes, for the cost of comparing. */
  get size(): number {
    return Math.ceil(this.prefix.bits / 8);
  }
  equalTo(other: CelOpaque): boolean {
    return (
      other instanceof CidrValue &&
      this.prefix.bits === other.prefix.bits &&
      equalAddresses(this.prefix.address, other.prefix.address)
    );
  }
  override toString(): string {
    return textOfPrefix(this.prefix);
  }
}

const conversion = 'network address parse error during conversion from string';

function readCidr(text: string): CidrValue | CelError {
  let prefix: Prefix;
  try {
    prefix = parsePrefix(text);
  } catch (error) {
    if (!(error instanceof NetipError)) throw error;
    // Upstream says it twice.
    return new CelError(`${conversion}: ${conversion}: ${error.message}`);
  }
  if (isMapped(prefix.address)) {
    return new CelError(`${conversion}: IPv4-mapped IPv6 address ${goQuoteStart(text)} is not allowed`);
  }
  return new CidrValue(prefix);
}

const isCidr = (text: string): boolean => readCidr(text) instanceof CidrValue;

const containsIp = (cidr: CidrValue, ip: IpValue): boolean => prefixContains(cidr.prefix, ip.address);
const containsCidr = ({ prefix }: CidrValue, { prefix: other }: CidrValue): boolean =>
  prefix.bits <= other.bits && prefixContains(prefix, other.address);

export const cidrLibrary: CelLibrary = {
  name: 'net.cidr',
  types: { 'net.CIDR': cidrType },
  functions: [
    declare('cidr', global('string_to_cidr', [stringType], cidrType, readCidr)),
    declare('isCIDR', global('is_cidr', [stringType], boolType, isCidr)),
    declare('string', global('cidr_to_string', [cidrType], stringType, String)),
    declare(
      'containsIP',
      member('cidr_contains_ip_string', [cidrType, stringType], boolType, (cidr: CidrValue, text: string) => {
        const ip = readIp(text);
        return ip instanceof CelError ? ip : containsIp(cidr, ip);
      }),
      member('cidr_contains_ip_ip', [cidrType, ipType], boolType, containsIp),
    ),
    declare(
      'containsCIDR',
      member(
        'cidr_contains_cidr_string',
        [cidrType, stringType],
        boolType,
        (cidr: CidrValue, text: string) => {
          const other = readCidr(text);
          return other instanceof CelError ? other : containsCidr(cidr, other);
        },
      ),
      member('cidr_contains_cidr', [cidrType, cidrType], boolType, containsCidr),
    ),
    declare(
      'ip',
      member('cidr_ip', [cidrType], ipType, (cidr: CidrValue) => new IpValue(cidr.prefix.address)),
    ),
    declare(
      'masked',
      member(
        'cidr_masked',
        [cidrType],
        cidrType,
        (cidr: CidrValue) => new CidrValue(maskedPrefix(cidr.prefix)),
      ),
    ),
    declare(
      'prefixLength',
      member('cidr_prefix_length', [cidrType], intType, (cidr: CidrValue) => BigInt(cidr.prefix.bits)),
    ),
  ],
};
