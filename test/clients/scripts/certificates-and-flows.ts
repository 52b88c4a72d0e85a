/** Certificate requests from asking to approval, and the kinds of flow control. */
import { sampleCertificateRequest } from '../../sample-certificate-request.ts';
import { manifest, type Script } from '../script.ts';

const request = (name: string): string =>
  manifest({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(sampleCertificateRequest).toString('base64'),
      signerName: 'example.com/signer',
      expirationSeconds: 3600,
      usages: ['digital signature', 'client auth'],
    },
  });
const level = (queues: number): string =>
  manifest({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: '$ID' },
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: { queues } } } },
  });
const flowSchema = manifest({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'FlowSchema',
  metadata: { name: '$ID' },
  spec: {
    priorityLevelConfiguration: { name: '$ID' },
    distinguisherMethod: { type: 'ByUser' },
    rules: [
      {
        subjects: [{ kind: 'Group', group: { name: 'devs' } }],
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
      },
    ],
  },
});
const csr = 'certificatesigningrequest.certificates.k8s.io';

export const certificatesAndFlows: Script = {
  name: 'csr',
  steps: [
    { kubectl: 'create -f -', stdin: request('$ID-a'), stdout: `${csr}/$ID-a created` },
    { kubectl: 'apply -f -', stdin: request('$ID-b'), stdout: `${csr}/$ID-b created` },
    {
      kubectl: 'get csr $ID-a',
      stdout: [
        /^NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION$/m,
        /^\$ID-a +\S+ +example\.com\/signer +\S+ +60m +Pending$/m,
      ],
    },
    { kubectl: 'certificate approve $ID-a', stdout: `${csr}/$ID-a approved` },
    { kubectl: 'get csr $ID-a', stdout: / Approved$/m },
    {
      kubectl: 'get csr $ID-a -o json',
      fields: {
        'status.conditions.0.type': 'Approved',
        'status.conditions.0.status': 'True',
        'status.conditions.0.lastTransitionTime': /^20/,
      },
    },
    { kubectl: 'certificate deny $ID-b', stdout: `${csr}/$ID-b denied` },
    { kubectl: 'get csr $ID-b', stdout: / Denied$/m },
    {
      kubectl: 'describe csr $ID-b',
      stdout: [/^Status: +Denied$/m, /^Requesting User: +\S+$/m, /Common Name: +ann/],
    },
    { kubectl: 'diff -f -', stdin: request('$ID-b'), stdout: /^$/ },
    {
      kubectl: 'get csr --field-selector=spec.signerName=example.com/signer -o name',
      stdout: `${csr}/$ID-a`,
    },
    { kubectl: 'delete csr $ID-a $ID-b', stdout: ['"$ID-a" deleted', '"$ID-b" deleted'] },

    { kubectl: 'apply -f -', stdin: level(16), stdout: 'created' },
    {
      kubectl: 'get prioritylevelconfiguration $ID',
      stdout: [
        /^NAME +TYPE +NOMINALCONCURRENCYSHARES +QUEUES +HANDSIZE +QUEUELENGTHLIMIT +AGE$/m,
        /^\$ID +Limited +30 +16 +8 +50 +\S+$/m,
      ],
    },
    { kubectl: 'diff -f -', stdin: level(16), stdout: /^$/ },
    { kubectl: 'apply -f -', stdin: level(4), exit: 1, stderr: 'should not be greater than queues (4)' },
    { kubectl: 'apply -f -', stdin: flowSchema, stdout: 'created' },
    {
      kubectl: 'get flowschema $ID',
      stdout: [
        /^NAME +PRIORITYLEVEL +MATCHINGPRECEDENCE +DISTINGUISHERMETHOD +AGE +MISSINGPL$/m,
        /^\$ID +\$ID +1000 +ByUser +\S+ +\?$/m,
      ],
    },
    { kubectl: 'describe flowschema $ID', stdout: /Matching Precedence: +1000/ },
    { kubectl: 'delete flowschema,prioritylevelconfiguration $ID', stdout: 'deleted' },
  ],
};
