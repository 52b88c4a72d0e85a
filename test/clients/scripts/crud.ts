/** Create, get, describe, replace and delete of the kinds everyone has. */
import { configMap, manifest, type Script } from '../script.ts';

const duration = '[0-9]+(ms|s|m)';

export const crud: Script = {
  name: 'crud',
  steps: [
    { kubectl: 'create configmap a --from-literal=k=v --from-literal=num=1', stdout: 'configmap/a created' },
    {
      kubectl: 'get configmap a -o json',
      fields: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        'metadata.name': 'a',
        'metadata.namespace': '$NS',
        'metadata.uid': /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/,
        'metadata.resourceVersion': /^[1-9][0-9]*$/,
        'metadata.creationTimestamp': /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
        data: { k: 'v', num: '1' },
        status: 'absent',
      },
    },
    {
      kubectl: 'get cm',
      stdout: [/^NAME +DATA +AGE$/m, new RegExp(`^a +2 +${duration}$`, 'm')],
    },
    { kubectl: 'get cm a -o yaml', stdout: [/^apiVersion: v1$/m, /^kind: ConfigMap$/m, /^ {2}num: "1"$/m] },
    { kubectl: 'get cm a -o name', stdout: /^configmap\/a\n$/ },
    { kubectl: 'get cm a -o wide', stdout: /^NAME +DATA +AGE$/m },
    { kubectl: 'get cm a --no-headers', stdout: /^a +2/, absent: ['NAME'] },
    { kubectl: 'get cm a -o jsonpath={.data.k}', stdout: /^v$/ },
    { kubectl: 'get cm a -o custom-columns=N:.metadata.name,V:.data.k', stdout: /^N +V\na +v\n$/ },
    { kubectl: 'describe configmap a', stdout: [/^Name: +a$/m, /^Namespace: +\$NS$/m, /^k:\n-+\nv$/m] },

    { kubectl: 'create secret generic s --from-literal=p=secret', stdout: 'secret/s created' },
    { kubectl: 'get secret s', stdout: [/^NAME +TYPE +DATA +AGE$/m, /^s +Opaque +1 /m] },
    { kubectl: 'get secret s -o json', fields: { type: 'Opaque', 'data.p': 'c2VjcmV0' } },
    { kubectl: 'describe secret s', stdout: [/^Type: +Opaque$/m, /^p: +6 bytes$/m] },
    { kubectl: 'create serviceaccount builder', stdout: 'serviceaccount/builder created' },
    { kubectl: 'get sa builder', stdout: [/^NAME +AGE$/m, /^builder +/m] },
    { kubectl: 'describe sa builder', stdout: /^Name: +builder$/m },

    {
      kubectl: 'create configmap a',
      exit: 1,
      stderr: 'error: failed to create configmap: configmaps "a" already exists',
    },
    {
      kubectl: 'create -f -',
      stdin: manifest(configMap('a', {})),
      exit: 1,
      stderr: 'Error from server (AlreadyExists): error when creating "STDIN": configmaps "a" already exists',
    },
    {
      kubectl: 'get cm missing',
      exit: 1,
      stderr: 'Error from server (NotFound): configmaps "missing" not found',
    },
    {
      kubectl: 'create -f -',
      stdin: manifest(configMap('Bad_Name', {})),
      exit: 1,
      stderr: [
        'The ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name"',
        'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
      ],
    },
    {
      kubectl: 'create configmap b --namespace=nowhere',
      exit: 1,
      stderr: 'namespaces "nowhere" not found',
    },

    {
      kubectl: 'create -f -',
      stdin: `apiVersion: v1
kind: Secret
metadata:
  name: from-yaml
stringData:
  password: hunter2
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: from-yaml
data:
  text: |
    two
    lines
  number: "007"
`,
      stdout: ['secret/from-yaml created', 'configmap/from-yaml created'],
    },
    {
      kubectl: 'get secret from-yaml -o json',
      fields: { data: { password: 'aHVudGVyMg==' }, stringData: 'absent' },
    },
    { kubectl: 'get cm from-yaml -o json', fields: { data: { text: 'two\nlines\n', number: '007' } } },
    {
      kubectl: 'get cm/from-yaml secret/from-yaml',
      stdout: [/^NAME +DATA +AGE$/m, /^configmap\/from-yaml +2 /m, /^secret\/from-yaml +Opaque +1 /m],
    },
    {
      kubectl: 'create -f -',
      stdin: manifest({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'made-' } }),
      stdout: /^configmap\/made-[a-z0-9]{5} created$/m,
    },
    {
      kubectl: 'create configmap dry --from-literal=k=v --dry-run=server -o json',
      fields: { 'metadata.name': 'dry', 'metadata.uid': /./, 'data.k': 'v' },
    },
    { kubectl: 'get cm dry', exit: 1, stderr: 'NotFound' },

    {
      kubectl: 'replace -f -',
      stdin: manifest(configMap('a', { only: 'this' }, { labels: { replaced: 'yes' } })),
      stdout: 'configmap/a replaced',
    },
    {
      kubectl: 'get cm a -o json',
      fields: { data: { only: 'this' }, 'metadata.labels': { replaced: 'yes' } },
    },
    {
      kubectl: 'replace -f -',
      stdin: manifest(configMap('a', {}, { resourceVersion: '1' })),
      exit: 1,
      stderr:
        'Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    },
    { kubectl: 'replace -f -', stdin: manifest(configMap('new', {})), exit: 1, stderr: 'NotFound' },
    {
      kubectl: 'replace --force -f -',
      stdin: manifest(configMap('a', { forced: 'yes' })),
      stdout: ['configmap "a" deleted', 'configmap/a replaced'],
    },
    { kubectl: 'get cm a -o json', fields: { data: { forced: 'yes' } } },

    {
      kubectl: 'create -f -',
      stdin: manifest({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'leader' },
        spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-01-02T03:04:05.678901Z' },
      }),
      stdout: 'lease.coordination.k8s.io/leader created',
    },
    {
      kubectl: 'get lease leader -o json',
      fields: { 'spec.leaseDurationSeconds': 15, 'spec.renewTime': '2026-01-02T03:04:05.678901Z' },
    },
    { kubectl: 'get leases', stdout: [/^NAME +HOLDER +AGE$/m, /^leader +me /m] },

    { kubectl: 'create namespace $NS-other', stdout: 'namespace/$NS-other created' },
    { kubectl: 'get ns $NS-other', stdout: [/^NAME +STATUS +AGE$/m, /^\$NS-other +Active /m] },
    {
      kubectl: 'get ns $NS-other -o json',
      fields: {
        'metadata.labels.kubernetes\\.io/metadata\\.name': '$NS-other',
        'spec.finalizers': ['kubernetes'],
        'status.phase': 'Active',
      },
    },
    { kubectl: 'describe namespace $NS-other', stdout: [/^Name: +\$NS-other$/m, /^Status: +Active$/m] },
    { kubectl: 'delete namespace $NS-other', stdout: 'namespace "$NS-other" deleted' },
    { kubectl: 'get ns $NS-other', exit: 1, stderr: 'namespaces "$NS-other" not found' },
  ],
};
