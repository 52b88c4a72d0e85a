/** `kubectl apply --server-side`: managers, conflicts and their resolution, hand-over from client-side apply, diff. */
import { configMap, manifest, type Script } from '../script.ts';

const config = (data: Readonly<Record<string, string>>, name = 'a'): string =>
  manifest(configMap(name, data, { labels: { app: 'a' } }));
const first = config({ kept: '1', changed: 'old', gone: 'x' });
const second = config({ kept: '1', changed: 'new', added: 'z' });
/** One object of each of several kinds. */
const several = manifest({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    configMap('b', { k: 'v' }),
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, type: 'Opaque', data: { token: 'dA==' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'r' }, secrets: [{ name: 's' }] },
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15 },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'v' },
      spec: { type: 'ExternalName', externalName: 'example.com' },
    },
  ],
});

export const serverSideApply: Script = {
  name: 'server-side-apply',
  steps: [
    { kubectl: 'diff --server-side -f -', stdin: first, exit: 1, stdout: /^\+kind: ConfigMap$/m },
    { kubectl: 'apply --server-side -f -', stdin: first, stdout: 'configmap/a serverside-applied' },
    {
      kubectl: 'get cm a -o json --show-managed-fields',
      remember: { $REVISION: 'metadata.resourceVersion' },
      fields: {
        'metadata.managedFields.length': 1,
        'metadata.managedFields.0.manager': 'kubectl',
        'metadata.managedFields.0.operation': 'Apply',
        'metadata.managedFields.0.fieldsV1': {
          'f:data': { 'f:changed': {}, 'f:gone': {}, 'f:kept': {} },
          'f:metadata': { 'f:labels': { 'f:app': {} } },
        },
        'metadata.annotations': 'absent',
      },
    },
    { kubectl: 'get cm a -o json', fields: { 'metadata.managedFields': 'absent' } },

    // The same again is not written, and differs in nothing.
    { kubectl: 'apply --server-side -f -', stdin: first, stdout: 'configmap/a serverside-applied' },
    { kubectl: 'diff --server-side -f -', stdin: first, stdout: /^$/ },
    { kubectl: 'get cm a -o json', fields: { 'metadata.resourceVersion': '$REVISION' } },

    // What is no longer applied goes.
    {
      kubectl: 'diff --server-side -f -',
      stdin: second,
      exit: 1,
      stdout: [/^- {2}changed: old$/m, /^\+ {2}changed: new$/m, /^- {2}gone: x$/m, /^\+ {2}added: z$/m],
    },
    {
      kubectl: 'apply --server-side --dry-run=server -f -',
      stdin: second,
      stdout: 'configmap/a serverside-applied (server dry run)',
    },
    { kubectl: 'get cm a -o json', fields: { 'metadata.resourceVersion': '$REVISION' } },
    { kubectl: 'apply --server-side -f -', stdin: second, stdout: 'configmap/a serverside-applied' },
    { kubectl: 'get cm a -o json', fields: { data: { kept: '1', changed: 'new', added: 'z' } } },

    // Another manager meets a conflict, shares what is the same, and takes what it is told to.
    {
      kubectl: 'apply --server-side --field-manager=robot -f -',
      stdin: config({ changed: 'mine' }),
      exit: 1,
      stderr: ['Apply failed with 1 conflict: conflict with "kubectl": .data.changed', '--force-conflicts'],
    },
    {
      kubectl: 'apply --server-side --field-manager=robot -f -',
      stdin: config({ kept: '1' }),
      stdout: 'configmap/a serverside-applied',
    },
    {
      kubectl: 'apply --server-side --field-manager=robot --force-conflicts -f -',
      stdin: config({ kept: '1', changed: 'mine' }),
      stdout: 'configmap/a serverside-applied',
    },
    {
      kubectl: 'get cm a -o json --show-managed-fields',
      fields: {
        data: { kept: '1', changed: 'mine', added: 'z' },
        'metadata.managedFields.length': 2,
      },
    },
    // The first manager gives up the field, and with that everything is settled.
    {
      kubectl: 'apply --server-side -f -',
      stdin: config({ kept: '1', added: 'z' }),
      stdout: 'configmap/a serverside-applied',
    },
    {
      kubectl: 'apply --server-side --field-manager=robot -f -',
      stdin: config({ changed: 'again' }),
      stdout: 'configmap/a serverside-applied',
    },
    { kubectl: 'get cm a -o json', fields: { data: { kept: '1', changed: 'again', added: 'z' } } },

    // From client-side apply: kubectl takes its own over, and nobody else may.
    { kubectl: 'apply -f -', stdin: config({ c: '1', d: '1' }, 'm'), stdout: 'configmap/m created' },
    {
      kubectl: 'apply --server-side --field-manager=robot -f -',
      stdin: config({ c: '2' }, 'm'),
      exit: 1,
      stderr: 'conflict with "kubectl-client-side-apply" using v1: .data.c',
    },
    {
      kubectl: 'apply --server-side -f -',
      stdin: config({ c: '2', d: '1' }, 'm'),
      stdout: 'configmap/m serverside-applied',
    },
    {
      kubectl: 'get cm m -o json --show-managed-fields',
      fields: {
        'data.c': '2',
        // Before it, with no time since it changed nothing, the manager under which kubectl hands the annotation over.
        'metadata.managedFields.0.manager': 'kubectl-last-applied',
        'metadata.managedFields.1.manager': 'kubectl',
        'metadata.managedFields.1.operation': 'Apply',
        'metadata.managedFields.length': 2,
        'metadata.annotations.kubectl\\.kubernetes\\.io/last-applied-configuration': /"c":"2"/,
      },
    },
    // And back: the annotation has kept up.
    { kubectl: 'apply -f -', stdin: config({ c: '3' }, 'm'), stdout: 'configmap/m configured' },
    { kubectl: 'get cm m -o json', fields: { data: { c: '3' } } },

    // Other kinds: nothing differs once applied.
    {
      kubectl: 'apply --server-side -f -',
      stdin: several,
      stdout: [
        'configmap/b serverside-applied',
        'secret/s serverside-applied',
        'service/v serverside-applied',
      ],
    },
    { kubectl: 'diff --server-side -f -', stdin: several, stdout: /^$/ },
    {
      kubectl: 'apply --server-side -f -',
      stdin: several,
      stdout: 'lease.coordination.k8s.io/l serverside-applied',
    },

    // Ordinary commands are managers too.
    { kubectl: 'create cm made --from-literal=a=1', stdout: 'configmap/made created' },
    { kubectl: 'label cm made x=y', stdout: 'configmap/made labeled' },
    {
      kubectl: 'get cm made -o json --show-managed-fields',
      fields: {
        'metadata.managedFields.length': 2,
        'metadata.managedFields.0.manager': /^kubectl-(create|label)$/,
        'metadata.managedFields.1.manager': /^kubectl-(create|label)$/,
      },
    },
    {
      kubectl: 'apply --server-side -f -',
      stdin: manifest({ ...configMap('a', {}), specification: {} }),
      exit: 1,
      stderr: /unknown field|field not declared in schema/,
    },
  ],
};
