/** CertificateSigningRequest, certificates.k8s.io/v1. Cluster-scoped; nothing here signs or approves. */
import { humanDuration } from '../../../../apimachinery/human-duration.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  certificateSigningRequestDescription,
  certificateSigningRequestSchema,
} from './certificate-signing-request-schema.ts';
import {
  certificateSigningRequestStrategy,
  requestApprovalSubresource,
  requestStatusSubresource,
} from './certificate-signing-request-strategy.ts';
import { conditionsOf } from './certificate-signing-request-validation.ts';

export const certificateSigningRequestDefinition: ResourceDefinition = {
  group: 'certificates.k8s.io',
  resource: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  kind: 'CertificateSigningRequest',
  listKind: 'CertificateSigningRequestList',
  shortNames: ['csr'],
  scope: 'Cluster',
  description: certificateSigningRequestDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: certificateSigningRequestSchema }],
  storage: {
    group: 'certificates.k8s.io',
    version: 'v1',
    kind: 'CertificateSigningRequest',
    resource: 'certificatesigningrequests',
  },
  strategy: certificateSigningRequestStrategy,
  subresources: [requestApprovalSubresource, requestStatusSubresource],
  resetFields: [['spec'], ['status']],
  columns: [
    nameColumn,
    ageColumn,
    {
      name: 'SignerName',
      type: 'string',
      description: 'Who is asked to sign.',
      value: ({ spec }) => spec?.signerName || '<none>',
    },
    {
      name: 'Requestor',
      type: 'string',
      description: 'Who asked.',
      value: ({ spec }) => spec?.username ?? '',
    },
    {
      name: 'RequestedDuration',
      type: 'string',
      description: 'For how long the certificate should hold.',
      value: ({ spec }) =>
        spec?.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
    },
    {
      name: 'Condition',
      type: 'string',
      description: 'What became of the request.',
      value: conditionCell,
    },
  ],
  selectableFields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '' },
  strategicMergePatch: true,
};

function conditionCell(request: KubeObject): string {
  const types = conditionsOf(request).map(({ type }) => type);
  const decision = ['Denied', 'Approved'].find((type) => types.includes(type)) ?? 'Pending';
  const failed = types.includes('Failed') ? ',Failed' : '';
  const issued = (request.status?.certificate ?? '') === '' ? '' : ',Issued';
  return `${decision}${failed}${issued}`;
}
