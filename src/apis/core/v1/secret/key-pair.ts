/**
 * What is wrong with the certificate and key of a TLS secret, for a warning: such a secret is stored all the same. The
 * order of the checks and the messages are those of Go's tls.X509KeyPair.
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type PemBlock, pemBlocks } from '../../../../lib/pem.ts';

/** `data` as the secret has it, in base64. */
export function keyPairWarnings(data: Readonly<Record<string, string>>): string[] {
  const problem = keyPairProblem(blocksOf(data['tls.crt']), blocksOf(data['tls.key']));
  return problem === undefined ? [] : [problem];
}

const blocksOf = (base64 = ''): PemBlock[] => [
  ...pemBlocks(Buffer.from(base64, 'base64').toString('latin1')),
];
const isKey = ({ type }: PemBlock): boolean => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY');

function keyPairProblem(certificates: readonly PemBlock[], keys: readonly PemBlock[]): string | undefined {
  const leaf = certificates.find(({ type }) => type === 'CERTIFICATE');
  if (leaf === undefined) return missingCertificate(certificates);
  const key = keys.find(isKey);
  if (key === undefined) return missingKey(keys);
  const certificate = readOrNothing(() => new X509Certificate(leaf.bytes));
  if (certificate === undefined) return 'x509: malformed certificate';
  const publicKey = readOrNothing(() => certificate.publicKey);
  if (publicKey === undefined || !knownKeys.has(publicKey.asymmetricKeyType ?? '')) {
    return 'tls: unknown public key algorithm';
  }
  const privateKey = privateKeyOf(key.bytes);
  if (privateKey === undefined) return 'tls: failed to parse private key';
  if (privateKey.asymmetricKeyType !== publicKey.asymmetricKeyType) {
    return 'tls: private key type does not match public key type';
  }
  return createPublicKey(privateKey).equals(publicKey)
    ? undefined
    : 'tls: private key does not match public key';
}
const knownKeys: ReadonlySet<string> = new Set(['rsa', 'ec', 'ed25519']);

function missingCertificate(blocks: readonly PemBlock[]): string {
  const [first, ...others] = blocks;
  if (first === undefined) return 'tls: failed to find any PEM data in certificate input';
  if (others.length === 0 && isKey(first)) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${typesOf(blocks)}`;
}

function missingKey(blocks: readonly PemBlock[]): string {
  const [first, ...others] = blocks;
  if (first === undefined) return 'tls: failed to find any PEM data in key input';
  if (others.length === 0 && first.type === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key';
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${typesOf(blocks)}`;
}

/** As Go prints a list of strings. */
const typesOf = (blocks: readonly PemBlock[]): string => `[${blocks.map(({ type }) => type).join(' ')}]`;

/** The label of the block says nothing: Go tries one form after the other. */
function privateKeyOf(der: Buffer): KeyObject | undefined {
  for (const type of ['pkcs1', 'pkcs8', 'sec1'] as const) {
    const key = readOrNothing(() => createPrivateKey({ key: der, format: 'der', type }));
    if (key !== undefined) return key;
  }
  return undefined;
}

/** What cannot be read is a warning of its own here, never a fault. */
function readOrNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
