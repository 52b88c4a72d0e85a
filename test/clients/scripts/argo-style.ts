/**
 * What tools that keep a cluster as their repository says do with kubectl: three-way apply that leaves others' fields
 * alone, pruning of what is no longer declared, replacement by force, and the hand-over between the two sorts of apply.
 */
import { configMap, manifest, type Script } from '../script.ts';

const declared = (...ports: readonly number[]): string =>
  manifest({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop', labels: { app: 'shop' }, annotations: { 'example.com/tracking': 'shop' } },
    spec: { selector: { app: 'shop' }, ports: ports.map((port) => ({ name: `p${port}`, port })) },
  });
const part = (...names: readonly string[]): string =>
  manifest(...names.map((name) => configMap(name, { k: 'v' }, { labels: { 'part-of': 'shop' } })));
const prune = [
  ...'apply --prune --selector part-of=shop --prune-allowlist=core/v1/ConfigMap'.split(' '),
  ...'--prune-allowlist=core/v1/Secret -f -'.split(' '),
];

export const argoStyle: Script = {
  name: 'argo',
  steps: [
    { kubectl: 'apply -f -', stdin: declared(80, 81), stdout: 'service/shop created' },
    // Others change it live: a field of their own, a label, an item of a list, and one of the declared fields.
    {
      kubectl: [
        'patch',
        'svc',
        'shop',
        '-p',
        '{"spec":{"sessionAffinity":"ClientIP","ports":[{"port":99}]}}',
      ],
      exit: 1,
      stderr: 'spec.ports[0].name: Required value',
    },
    {
      kubectl: [
        ...['patch', 'svc', 'shop', '-p'],
        '{"spec":{"sessionAffinity":"ClientIP","ports":[{"name":"theirs","port":99}]}}',
      ],
      stdout: 'service/shop patched',
    },
    { kubectl: 'label svc shop theirs=yes', stdout: 'labeled' },
    { kubectl: 'annotate svc shop example.com/tracking=changed --overwrite', stdout: 'annotate' },
    {
      kubectl: 'diff -f -',
      stdin: declared(80, 82),
      exit: 1,
      stdout: [/^- +example\.com\/tracking: changed$/m, /^\+ +example\.com\/tracking: shop$/m, /^\+.*p82$/m],
      absent: ['- theirs'],
    },
    { kubectl: 'apply -f -', stdin: declared(80, 82), stdout: 'service/shop configured' },
    {
      kubectl: 'get svc shop -o json',
      fields: {
        'metadata.labels': { app: 'shop', theirs: 'yes' },
        'metadata.annotations.example\\.com/tracking': 'shop',
        'spec.sessionAffinity': 'ClientIP',
        'spec.ports.length': 3,
      },
    },
    {
      kubectl: 'get svc shop -o jsonpath={.spec.ports[*].name}',
      stdout: [/p80/, /p82/, /theirs/],
      absent: ['p81'],
    },
    { kubectl: 'diff -f -', stdin: declared(80, 82), stdout: /^$/ },
    // kubectl sends the order of its ports each time, beside which theirs stands; it changes nothing.
    { kubectl: 'get svc shop -o json', remember: { $REVISION: 'metadata.resourceVersion' } },
    { kubectl: 'apply -f -', stdin: declared(80, 82), stdout: /^service\/shop (unchanged|configured)$/m },
    { kubectl: 'get svc shop -o json', fields: { 'metadata.resourceVersion': '$REVISION' } },
    {
      kubectl: 'apply --server-side --field-manager=argocd-controller -f -',
      stdin: declared(80),
      stdout: 'service/shop serverside-applied',
    },
    // A port and its protocol are the key, so that the item of another is met there.
    {
      kubectl: 'apply --server-side --field-manager=argocd-controller -f -',
      stdin: declared(80, 99),
      exit: 1,
      stderr: 'conflict with "kubectl-patch" using v1: .spec.ports[port=99,protocol="TCP"].name',
    },
    {
      kubectl: 'apply --server-side --field-manager=argocd-controller --force-conflicts -f -',
      stdin: declared(80, 99),
      stdout: 'service/shop serverside-applied',
    },
    // What client-side apply owned was handed over, so that p82, no longer declared, is gone.
    { kubectl: 'get svc shop -o jsonpath={.spec.ports[*].name}', stdout: /^(p80 p99|p99 p80)$/ },

    // What is no longer declared goes, of the kinds named, and nothing else.
    { kubectl: 'create cm foreign', stdout: 'created' },
    { kubectl: 'label cm foreign part-of=shop', stdout: 'labeled' },
    { kubectl: prune, stdin: part('a', 'b'), stdout: ['configmap/a created', 'configmap/b created'] },
    { kubectl: prune, stdin: part('a'), stdout: ['configmap/a unchanged', 'configmap/b pruned'] },
    { kubectl: 'get cm -l part-of=shop -o name', stdout: [/\/a$/m, /\/foreign$/m], absent: ['/b'] },

    // Replacement by force makes another object.
    { kubectl: 'get cm a -o json', remember: { $UID: 'metadata.uid' } },
    { kubectl: 'replace --force -f -', stdin: part('a'), stdout: ['"a" deleted', 'configmap/a replaced'] },
    { kubectl: 'get cm a -o jsonpath={.metadata.uid}', absent: ['$UID'] },
    { kubectl: 'replace -f -', stdin: part('none'), exit: 1, stderr: 'configmaps "none" not found' },

    // Sets of manifests that remember what they hold: 1.27 and later, at a stage that must be asked for.
    {
      kubectl: 'apply --prune --applyset=set -f -',
      env: { KUBECTL_APPLYSET: 'true' },
      stdin: part('s-one', 's-two'),
      stdout: ['configmap/s-one created', 'configmap/s-two created'],
    },
    {
      kubectl: 'apply --prune --applyset=set -f -',
      env: { KUBECTL_APPLYSET: 'true' },
      stdin: part('s-one'),
      stdout: ['configmap/s-one unchanged', 'configmap/s-two pruned'],
    },
  ],
};
