/**
 * A PKCS#10 certificate request (RFC 2986), as far as to know that it is one and that whoever made it has the private
 * key. What it asks for is not read: signers do that.
 */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { DerError, derSequence, derTags, objectIdOf } from './der.ts';

interface Algorithm {
  readonly key: 'rsa' | 'ec' | 'ed25519';
  /** Undefined where the key says it. */
  readonly hash?: string;
  readonly isPss?: boolean;
}
const algorithms: Readonly<Record<string, Algorithm>> = {
  '1.2.840.113549.1.1.5': { key: 'rsa', hash: 'sha1' },
  '1.2.840.113549.1.1.11': { key: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', hash: 'sha512' },
  '1.2.840.113549.1.1.10': { key: 'rsa', isPss: true },
  '1.2.840.10045.4.1': { key: 'ec', hash: 'sha1' },
  '1.2.840.10045.4.3.2': { key: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', hash: 'sha512' },
  '1.3.101.112': { key: 'ed25519' },
};
const pssHashes: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const failures = {
  rsa: 'crypto/rsa: verification error',
  ec: 'x509: ECDSA verification failure',
  ed25519: 'x509: Ed25519 verification failure',
} as const;
const unimplemented = 'x509: cannot verify signature: algorithm unimplemented';

/** Why the bytes are no request signed by its own key, worded as Go's crypto/x509 does; undefined when they are. */
export function certificateRequestProblem(der: Buffer): string | undefined {
  try {
    const [info, algorithm, signature] = derSequence(der);
    if (info === undefined || algorithm === undefined || signature === undefined) {
      return 'asn1: syntax error: sequence truncated';
    }
    const [, , publicKey] = derSequence(info.whole);
    if (publicKey === undefined || signature.tag !== derTags.bitString) {
      return "asn1: structure error: tags don't match";
    }
    // The first byte of a bit string counts the bits that its last one lacks.
    return signatureProblem(info.whole, algorithm.whole, publicKey.whole, signature.content.subarray(1));
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

function signatureProblem(
  signed: Buffer,
  algorithmId: Buffer,
  publicKey: Buffer,
  signature: Buffer,
): string | undefined {
  const [id, parameters] = derSequence(algorithmId);
  const algorithm = id?.tag === derTags.objectId ? algorithms[objectIdOf(id.content)] : undefined;
  const hash = algorithm?.isPss === true ? pssHash(parameters?.whole) : algorithm?.hash;
  if (algorithm === undefined || (hash === undefined && algorithm.key !== 'ed25519')) return unimplemented;
  const key = keyOf(publicKey);
  if (key === undefined) return 'x509: failed to parse public key';
  const isOfKey = key.asymmetricKeyType === algorithm.key;
  if (!isOfKey) return `x509: signature algorithm specifies an ${algorithm.key.toUpperCase()} public key`;
  const padding = algorithm.isPss === true ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const verifier = algorithm.key === 'rsa' ? { key, padding } : key;
  return isVerified(hash, signed, verifier, signature) ? undefined : failures[algorithm.key];
}

/** A key or signature that cannot even be used proves nothing either. */
function isVerified(
  hash: string | undefined,
  signed: Buffer,
  key: Parameters<typeof verify>[2],
  signature: Buffer,
): boolean {
  try {
    return verify(hash, signed, key, signature);
  } catch {
    return false;
  }
}

/** RSASSA-PSS-params: the hash stands in the first, explicitly tagged field. */
function pssHash(parameters: Buffer | undefined): string | undefined {
  if (parameters === undefined) return undefined;
  const [first] = derSequence(parameters);
  if (first?.tag !== 0xa0) return undefined;
  const [id] = derSequence(first.content);
  return id?.tag === derTags.objectId ? pssHashes[objectIdOf(id.content)] : undefined;
}

function keyOf(spki: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
