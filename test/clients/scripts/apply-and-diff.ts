/** Client-side apply, which merges three ways in kubectl and patches strategically, and diff. */
import { configMap, manifest, type Script } from '../script.ts';

const first = manifest(configMap('a', { kept: '1', changed: 'old', gone: 'x' }, { labels: { app: 'a' } }));
const second = manifest(configMap('a', { kept: '1', changed: 'new', added: 'y' }, { labels: { app: 'a' } }));
const account = (...secrets: readonly string[]): string =>
  manifest({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'robot' },
    secrets: secrets.map((name) => ({ name })),
  });

export const applyAndDiff: Script = {
  name: 'apply',
  steps: [
    {
      kubectl: 'diff -f -',
      stdin: first,
      exit: 1,
      stdout: [/^\+ {2}changed: old$/m, /^\+kind: ConfigMap$/m],
    },
    { kubectl: 'apply -f -', stdin: first, stdout: 'configmap/a created' },
    { kubectl: 'apply -f -', stdin: first, stdout: 'configmap/a unchanged' },
    { kubectl: 'diff -f -', stdin: first, stdout: /^$/ },
    {
      kubectl: 'diff -f -',
      stdin: second,
      exit: 1,
      stdout: [/^- {2}changed: old$/m, /^\+ {2}changed: new$/m, /^- {2}gone: x$/m, /^\+ {2}added: "?y"?$/m],
    },
    { kubectl: 'get cm a -o jsonpath={.data.changed}', stdout: /^old$/ },
    {
      kubectl: 'apply --dry-run=server -f -',
      stdin: second,
      stdout: 'configmap/a configured (server dry run)',
    },
    { kubectl: 'get cm a -o jsonpath={.data.changed}', stdout: /^old$/ },
    { kubectl: ['patch', 'cm', 'a', '-p', '{"data":{"foreign":"z"}}'], stdout: 'configmap/a patched' },
    { kubectl: 'apply -f -', stdin: second, stdout: 'configmap/a configured' },
    {
      kubectl: 'get cm a -o json',
      fields: {
        data: { kept: '1', changed: 'new', added: 'y', foreign: 'z' },
        'metadata.labels': { app: 'a' },
        'metadata.annotations.kubectl\\.kubernetes\\.io/last-applied-configuration': /"added":"y"/,
      },
    },
    { kubectl: 'apply view-last-applied cm/a', stdout: /^ {2}added: "?y"?$/m },
    { kubectl: 'apply --dry-run=client -f -', stdin: first, stdout: 'configmap/a configured (dry run)' },

    // Lists merged by key: what another party added stays.
    { kubectl: 'apply -f -', stdin: account('one', 'two'), stdout: 'serviceaccount/robot created' },
    { kubectl: ['patch', 'sa', 'robot', '-p', '{"secrets":[{"name":"three"}]}'], stdout: 'patched' },
    { kubectl: 'get sa robot -o json', fields: { 'secrets.length': 3 } },
    { kubectl: 'apply -f -', stdin: account('two'), stdout: 'serviceaccount/robot configured' },
    {
      kubectl: 'get sa robot -o jsonpath={.secrets[*].name}',
      stdout: /^(two three|three two)$/,
    },

    {
      kubectl: 'apply -f -',
      stdin: manifest({
        apiVersion: 'v1',
        kind: 'List',
        items: [
          configMap('b', { k: 'v' }),
          { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { token: 't' } },
        ],
      }),
      stdout: ['configmap/b created', 'secret/s created'],
    },
    { kubectl: 'get secret s -o json', fields: { 'data.token': 'dA==' } },
    {
      kubectl: 'apply -f -',
      stdin: manifest({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: '$NS-applied', labels: { a: 'b' } },
      }),
      stdout: 'namespace/$NS-applied created',
    },
    { kubectl: 'get ns $NS-applied -o json', fields: { 'metadata.labels.a': 'b', 'status.phase': 'Active' } },
    {
      kubectl: 'apply -f -',
      stdin: manifest({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: '$NS-applied' } }),
      stdout: 'namespace/$NS-applied configured',
    },
    { kubectl: 'get ns $NS-applied -o json', fields: { 'metadata.labels.a': 'absent' } },
    { kubectl: 'delete ns $NS-applied', stdout: 'deleted' },

    { kubectl: 'delete -f - --ignore-not-found', stdin: second, stdout: 'configmap "a" deleted' },
    { kubectl: 'delete -f - --ignore-not-found', stdin: second, stdout: /^$/ },
  ],
};
