/** Fields of a CertificateSigningRequest. Field numbers are those of k8s.io/api/certificates/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  bytes,
  byValue,
  field,
  type Infer,
  integer,
  list,
  map,
  object,
  pointer,
  required,
  string,
  time,
} from '../../../../apimachinery/schema/schema.ts';

/** Sorted, as they are listed in messages. */
export const keyUsages: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

const component = (type: string): string => `io.k8s.api.certificates.v1.${type}`;

export const certificateSigningRequestDescription =
  'CertificateSigningRequest asks a signer for an X.509 certificate; once somebody has approved it, the signer issues one.';

const spec = object(
  {
    request: required(1, bytes(), 'The PKCS#10 request in PEM, as base64.'),
    signerName: required(
      7,
      string(),
      'Who is asked to sign, as a domain, a slash and a name. Lists can be filtered by it.',
    ),
    expirationSeconds: pointer(
      8,
      integer('int32'),
      'For how long the certificate should hold, at least 600. Signers may decide otherwise.',
    ),
    usages: field(
      5,
      list(string({ knownValues: keyUsages }), { listType: 'atomic' }),
      'What the certificate is for, e.g. "digital signature" and "client auth".',
    ),
    username: field(2, string(), 'Name of the user who asked. Set by the server.'),
    uid: field(3, string(), 'UID of the user who asked. Set by the server.'),
    groups: field(
      4,
      list(string(), { listType: 'atomic' }),
      'Groups of the user who asked. Set by the server.',
    ),
    extra: field(6, map(list(string())), 'What else is known of the user who asked. Set by the server.'),
  },
  {
    name: component('CertificateSigningRequestSpec'),
    description: 'What is asked for, and by whom. It cannot be changed.',
  },
);

const condition = object(
  {
    type: required(1, string(), 'Approved, Denied or Failed; signers may have further ones.'),
    status: required(6, string(), 'True, False, or Unknown. The known types are True wherever they are.'),
    reason: field(2, string(), 'Why, as one word for programs.'),
    message: field(3, string(), 'Why, in words for people.'),
    lastUpdateTime: byValue(4, time(), 'When the condition was last written.'),
    lastTransitionTime: byValue(5, time(), 'When the status last changed.'),
  },
  {
    name: component('CertificateSigningRequestCondition'),
    description: 'A decision on the request, or what came of it.',
  },
);
export type RequestCondition = Infer<typeof condition>;

const status = object(
  {
    conditions: field(
      1,
      list(condition, { listType: 'map', listMapKeys: ['type'] }),
      'Whether the request is approved or denied, and whether signing failed. What is there stays.',
    ),
    certificate: field(
      2,
      bytes(),
      'The certificate in PEM, as base64; those of issuers may follow it. Written once, by the signer.',
    ),
  },
  { name: component('CertificateSigningRequestStatus'), description: 'What became of the request.' },
);

export const certificateSigningRequestSchema = kindSchema({
  name: component('CertificateSigningRequest'),
  description: certificateSigningRequestDescription,
  fields: {
    spec: required(2, spec, 'What is asked for, and by whom.'),
    status: byValue(3, status, 'What became of the request.'),
  },
});
