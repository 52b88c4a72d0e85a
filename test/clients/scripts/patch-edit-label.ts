/** Changing one object: patch in its three types, edit, label, annotate. */
import { configMap, manifest, type Script } from '../script.ts';

const patch = (
  type: string,
  target: string,
  document: object,
  ...rest: readonly string[]
): readonly string[] => [
  ...['patch', ...target.split(' '), `--type=${type}`, '-p', JSON.stringify(document)],
  ...rest,
];

export const patchEditLabel: Script = {
  name: 'patch',
  steps: [
    { kubectl: 'create configmap a --from-literal=k=v --from-literal=l=w', stdout: 'created' },
    { kubectl: patch('merge', 'cm a', { data: { k: 'merged', l: null } }), stdout: 'configmap/a patched' },
    { kubectl: 'get cm a -o json', fields: { data: { k: 'merged' } } },
    { kubectl: patch('merge', 'cm a', { data: { k: 'merged' } }), stdout: 'configmap/a patched (no change)' },
    {
      kubectl: patch('json', 'cm a', [
        { op: 'test', path: '/data/k', value: 'merged' },
        { op: 'add', path: '/data/a~1b', value: 'slash' },
        { op: 'replace', path: '/data/k', value: 'json' },
        { op: 'copy', from: '/data/k', path: '/data/copied' },
      ]),
      exit: 1,
      stderr: 'data[a/b]: Invalid value: "a/b"',
    },
    {
      kubectl: patch('json', 'cm a', [
        { op: 'test', path: '/data/k', value: 'merged' },
        { op: 'replace', path: '/data/k', value: 'json' },
        { op: 'copy', from: '/data/k', path: '/data/copied' },
        { op: 'add', path: '/metadata/annotations', value: { 'example.com/a': 'b' } },
      ]),
      stdout: 'configmap/a patched',
    },
    {
      kubectl: 'get cm a -o json',
      fields: {
        data: { k: 'json', copied: 'json' },
        'metadata.annotations': { 'example.com/a': 'b' },
      },
    },
    {
      kubectl: patch('json', 'cm a', [{ op: 'test', path: '/data/k', value: 'other' }]),
      exit: 1,
      stderr: 'The request is invalid: the server rejected our request due to an error in our request',
    },
    {
      kubectl: patch('strategic', 'cm a', {
        data: { k: 'strategic' },
        metadata: { finalizers: ['example.com/one'] },
      }),
      stdout: 'configmap/a patched',
    },
    {
      kubectl: patch('strategic', 'cm a', { metadata: { finalizers: ['example.com/two'] } }),
      stdout: 'patched',
    },
    {
      kubectl: 'get cm a -o json',
      fields: { 'data.k': 'strategic', 'metadata.finalizers': ['example.com/two', 'example.com/one'] },
    },
    {
      kubectl: patch('strategic', 'cm a', {
        metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/one', 'example.com/two'] },
      }),
      stdout: 'configmap/a patched',
    },
    { kubectl: 'get cm a -o json', fields: { 'metadata.finalizers': 'absent' } },
    { kubectl: patch('strategic', 'cm a', { data: { $patch: 'replace', only: 'this' } }), stdout: 'patched' },
    { kubectl: 'get cm a -o json', fields: { data: { only: 'this' } } },
    {
      kubectl: patch('merge', 'cm a', { metadata: { resourceVersion: '1' }, data: { k: 'x' } }),
      exit: 1,
      stderr: 'Operation cannot be fulfilled on configmaps "a": the object has been modified',
    },
    {
      kubectl: patch('merge', 'cm a', { metadata: { name: 'b' } }),
      exit: 1,
      stderr: 'the name of the object (b) does not match the name on the URL (a)',
    },
    {
      kubectl: patch('merge', 'cm missing', { data: {} }),
      exit: 1,
      stderr: 'configmaps "missing" not found',
    },
    { kubectl: patch('merge', 'cm a', { data: { dry: 'run' } }, '--dry-run=server'), stdout: 'patched' },
    { kubectl: 'get cm a -o json', fields: { 'data.dry': 'absent' } },
    { kubectl: 'create serviceaccount robot', stdout: 'created' },
    { kubectl: patch('strategic', 'sa robot', { secrets: [{ name: 'one' }] }), stdout: 'patched' },
    { kubectl: patch('strategic', 'sa robot', { secrets: [{ name: 'two' }] }), stdout: 'patched' },
    {
      kubectl: patch('strategic', 'sa robot', { secrets: [{ name: 'one', $patch: 'delete' }] }),
      stdout: 'patched',
    },
    { kubectl: 'get sa robot -o json', fields: { secrets: [{ name: 'two' }] } },
    {
      kubectl: 'create -f -',
      stdin: manifest({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'fixed' },
        immutable: true,
        stringData: { a: 'b' },
      }),
      stdout: 'created',
    },
    {
      kubectl: patch('merge', 'secret fixed', { stringData: { a: 'c' } }),
      exit: 1,
      stderr: 'data: Forbidden: field is immutable when `immutable` is set',
    },

    {
      kubectl: 'edit cm a',
      env: { KUBE_EDITOR: 'sed -i s/this/edited/' },
      stdout: 'configmap/a edited',
    },
    { kubectl: 'get cm a -o json', fields: { data: { only: 'edited' } } },
    { kubectl: 'edit cm a', env: { KUBE_EDITOR: 'true' }, stderr: 'Edit cancelled, no changes made.' },
    {
      kubectl: 'edit cm a -o json',
      env: { KUBE_EDITOR: 'sed -i s/edited/twice/' },
      fields: { data: { only: 'twice' } },
    },
    { kubectl: 'get cm a -o jsonpath={.data.only}', stdout: /^twice$/ },

    { kubectl: 'label cm a x=y z=1', stdout: 'configmap/a labeled' },
    {
      kubectl: 'label cm a x=n',
      exit: 1,
      stderr: "error: 'x' already has a value (y), and --overwrite is false",
    },
    { kubectl: 'label cm a x=n --overwrite', stdout: 'configmap/a labeled' },
    { kubectl: 'label cm a z-', stdout: 'configmap/a unlabeled' },
    { kubectl: 'label cm a x=n', stdout: 'configmap/a not labeled' },
    { kubectl: 'label cm a x=-bad- --overwrite', exit: 1, stderr: 'a valid label must be an empty string' },
    { kubectl: 'get cm a -o json', fields: { 'metadata.labels': { x: 'n' } } },
    {
      kubectl: ['annotate', 'cm', 'a', 'note=some words', 'example.com/b=c'],
      stdout: 'configmap/a annotate',
    },
    { kubectl: 'annotate cm a note-', stdout: 'configmap/a annotate' },
    {
      kubectl: 'get cm a -o json',
      fields: { 'metadata.annotations': { 'example.com/a': 'b', 'example.com/b': 'c' } },
    },
    { kubectl: 'create -f -', stdin: manifest(configMap('b', {})), stdout: 'created' },
    { kubectl: 'label cm --all round=one', stdout: ['configmap/a labeled', 'configmap/b labeled'] },
    { kubectl: 'label ns $NS team=blue', stdout: 'namespace/$NS labeled' },
    { kubectl: 'get ns -o name -l team=blue', stdout: 'namespace/$NS\n' },
  ],
};
