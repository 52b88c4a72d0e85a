/** Certificates for the tests of the wire: an authority, a server, a client of it and a client of a stranger. */
import { issueAuthority, issueLeaf, type KeyPair } from '../../lib/issue-certificate.ts';

const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };

const ours = await issueAuthority('ours', validity);
const theirs = await issueAuthority('theirs', validity);

const client = async (issuer: KeyPair): Promise<{ key: string; cert: string }> => {
  const { key, certificate } = await issueLeaf(issuer, {
    ...validity,
    commonName: 'alice',
    organizations: ['a', 'b'],
    usage: 'client',
    names: [],
  });
  return { key, cert: certificate };
};

export const authority = ours.certificate;
export const servingCertificate = await issueLeaf(ours, {
  ...validity,
  commonName: 'server',
  organizations: [],
  usage: 'server',
  names: [
    { type: 'ip', value: '127.0.0.1' },
    { type: 'dns', value: 'localhost' },
  ],
});
export const clientCertificate = await client(ours);
export const foreignCertificate = await client(theirs);
