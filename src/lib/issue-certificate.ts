/**
 * Makes keys and certificates, in memory: ECDSA P-256, signed with SHA-256. Loaded only on the day something
 * must be issued, for the library behind it takes longer to load than the rest of the server.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signature = { name: 'ECDSA', hash: 'SHA-256' } as const;
/** Clocks of clients differ a little. */
const backdateMs = 5 * 60_000;

/** PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}
export interface Validity {
  readonly nowMs: number;
  readonly lifetimeMs: number;
}
export interface LeafRequest extends Validity {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly usage: 'server' | 'client';
  /** DNS names and IP addresses. */
  readonly names: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
}

export async function issueAuthority(commonName: string, validity: Validity): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...serialAndTime(validity),
      name: [{ CN: [commonName] }],
      keys,
      signingAlgorithm: signature,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  return { certificate: pemOf(certificate), key: await exportKey(keys.privateKey) };
}

export async function issueLeaf(authority: KeyPair, request: LeafRequest): Promise<KeyPair> {
  const keys = await generateKeys();
  const issuer = new x509.X509Certificate(authority.certificate);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...serialAndTime(request),
      subject: [
        { CN: [request.commonName] },
        ...request.organizations.map((organization) => ({ O: [organization] })),
      ],
      issuer: issuer.subjectName,
      publicKey: keys.publicKey,
      signingKey: await importKey(authority.key),
      signingAlgorithm: signature,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          request.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(issuer, false, crypto),
        ...(request.names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...request.names])]),
      ],
    },
    crypto,
  );
  return { certificate: pemOf(certificate), key: await exportKey(keys.privateKey) };
}

const crypto = webcrypto;

function serialAndTime(validity: Validity): { serialNumber: string; notBefore: Date; notAfter: Date } {
  const serial = randomBytes(16);
  // Positive, and without a leading zero byte (RFC 5280, 4.1.2.2).
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return {
    serialNumber: serial.toString('hex'),
    notBefore: new Date(validity.nowMs - backdateMs),
    notAfter: new Date(validity.nowMs + validity.lifetimeMs),
  };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}
async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}
function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), algorithm, false, ['sign']);
}
const pemOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;
