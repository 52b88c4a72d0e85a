/** Deletion with its waits, cascades, finalizers and namespaces, and `wait` itself. */
import { configMap, manifest, type Script, type Step } from '../script.ts';

const held = (name: string): object => configMap(name, {}, { finalizers: ['example.com/hold'] });
const release = (name: string): readonly string[] => [
  ...['patch', 'cm', name, '--type=merge', '-p'],
  '{"metadata":{"finalizers":null}}',
];

export const deleteAndWait: Script = {
  name: 'delete',
  steps: [
    {
      kubectl: 'create -f -',
      stdin: manifest(...['a', 'b', 'c', 'd', 'e'].map((name) => configMap(name, { k: 'v' }))),
      stdout: 'created',
    },
    { kubectl: 'delete cm a', stdout: 'configmap "a" deleted' },
    { kubectl: 'get cm a', exit: 1, stderr: 'NotFound' },
    { kubectl: 'delete cm a', exit: 1, stderr: 'Error from server (NotFound): configmaps "a" not found' },
    { kubectl: 'delete cm a --ignore-not-found', stdout: /^$/ },
    { kubectl: 'delete cm b --cascade=background', stdout: 'configmap "b" deleted' },
    { kubectl: 'delete cm c --cascade=orphan', stdout: 'configmap "c" deleted' },
    { kubectl: 'delete cm d --cascade=foreground', stdout: 'configmap "d" deleted' },
    { kubectl: 'delete cm e --dry-run=server', stdout: 'configmap "e" deleted (server dry run)' },
    { kubectl: 'delete cm e --now', stdout: 'configmap "e" deleted' },
    { kubectl: 'get cm -o name', absent: [/configmap\/[a-e]$/m] },

    { kubectl: 'create -f -', stdin: manifest(held('h'), held('i')), stdout: 'configmap/i created' },
    { kubectl: 'delete cm h --wait=false', stdout: 'configmap "h" deleted' },
    {
      kubectl: 'get cm h -o json',
      fields: {
        'metadata.deletionTimestamp': /^20/,
        'metadata.deletionGracePeriodSeconds': 0,
        'metadata.finalizers': ['example.com/hold'],
      },
    },
    {
      kubectl: 'delete cm h --timeout=1s',
      exit: 1,
      stdout: 'configmap "h" deleted',
      stderr: 'timed out waiting for the condition on configmaps/h',
    },
    { start: 'waiting', kubectl: 'wait --for=delete cm/h --timeout=20s' },
    { start: 'deleting', kubectl: 'delete cm i --timeout=20s', until: 'configmap "i" deleted' },
    { kubectl: release('h'), stdout: 'configmap/h patched' },
    { kubectl: release('i'), stdout: 'configmap/i patched' },
    { finish: 'waiting', endsItself: true, stdout: 'configmap/h condition met' },
    { finish: 'deleting', endsItself: true },
    { kubectl: 'get cm h', exit: 1, stderr: 'NotFound' },
    { kubectl: 'get cm i', exit: 1, stderr: 'NotFound' },
    { kubectl: 'wait --for=delete cm/h --timeout=5s', exit: 0 },

    { kubectl: 'create configmap w --from-literal=k=v', stdout: 'created' },
    { kubectl: 'wait --for=jsonpath={.data.k}=v cm/w --timeout=5s', stdout: 'configmap/w condition met' },
    { start: 'changing', kubectl: 'wait --for=jsonpath={.data.k}=changed cm/w --timeout=20s' },
    { kubectl: ['patch', 'cm', 'w', '-p', '{"data":{"k":"changed"}}'], stdout: 'patched' },
    { finish: 'changing', endsItself: true, stdout: 'configmap/w condition met' },
    {
      kubectl: 'wait --for=jsonpath={.data.k}=never cm/w --timeout=1s',
      exit: 1,
      stderr: 'error: timed out waiting for the condition on configmaps/w',
    },
    { kubectl: 'wait --for=jsonpath={.status.phase}=Active ns/$NS --timeout=5s', stdout: 'condition met' },
    { kubectl: 'delete cm --all', stdout: 'configmap "w" deleted' },
    {
      kubectl: 'create -f -',
      stdin: manifest(configMap('x', {}), configMap('y', {})),
      stdout: 'created',
    },
    {
      kubectl: 'delete -f -',
      stdin: manifest(configMap('x', {}), configMap('y', {})),
      stdout: ['configmap "x" deleted', 'configmap "y" deleted'],
    },

    // A namespace goes with what is in it, and not before.
    { kubectl: 'create namespace $NS-gone', stdout: 'created' },
    { kubectl: 'create configmap inside --namespace=$NS-gone', stdout: 'created' },
    { kubectl: 'create secret generic inside --namespace=$NS-gone', stdout: 'created' },
    { kubectl: 'delete namespace $NS-gone', stdout: 'namespace "$NS-gone" deleted' },
    { kubectl: 'get ns $NS-gone', exit: 1, stderr: 'NotFound' },
    { kubectl: 'get cm,secret --namespace=$NS-gone', stderr: 'No resources found', stdout: /^$/ },
    { kubectl: 'create namespace $NS-gone', stdout: 'created' },
    { kubectl: 'get cm,secret --namespace=$NS-gone -o name', absent: ['inside'] },
    { kubectl: 'create -f - --namespace=$NS-gone', stdin: manifest(held('holds')), stdout: 'created' },
    { kubectl: 'delete namespace $NS-gone --wait=false', stdout: 'deleted' },
    { kubectl: 'get ns $NS-gone', stdout: /Terminating/ },
    {
      kubectl: 'create configmap late --namespace=$NS-gone',
      exit: 1,
      stderr: [
        'configmaps "late" is forbidden: unable to create new content in namespace $NS-gone because it is being terminated',
      ],
    },
    {
      kubectl: 'get ns $NS-gone -o json',
      eventually: true,
      fields: { 'status.conditions.length': 5 },
    },
    { kubectl: [...release('holds'), '--namespace=$NS-gone'], stdout: 'patched', eventually: true },
    { kubectl: 'wait --for=delete ns/$NS-gone --timeout=20s' },
    { kubectl: 'get ns $NS-gone', exit: 1, stderr: 'NotFound' },
    {
      kubectl: 'delete ns default',
      exit: 1,
      stderr: 'namespaces "default" is forbidden: this namespace may not be deleted',
    },

    // What becomes of dependents.
    ...family('bg'),
    { kubectl: 'delete cm bg-owner', stdout: 'configmap "bg-owner" deleted' },
    { kubectl: 'wait --for=delete cm/bg-child --timeout=20s' },
    ...family('fg'),
    { kubectl: 'delete cm fg-owner --cascade=foreground', stdout: 'configmap "fg-owner" deleted' },
    { kubectl: 'get cm fg-child', exit: 1, stderr: 'NotFound' },
    ...family('or'),
    { kubectl: 'delete cm or-owner --cascade=orphan', stdout: 'configmap "or-owner" deleted' },
    { kubectl: 'get cm or-owner', exit: 1, stderr: 'NotFound' },
    { kubectl: 'get cm or-child -o json', fields: { 'metadata.ownerReferences': 'absent' } },
  ],
};

/** An object and one that depends on it. */
function family(prefix: string): Step[] {
  const reference = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', name: `${prefix}-owner`, uid: '$OWNER' },
    blockOwnerDeletion: true,
  };
  return [
    {
      kubectl: 'create -f - -o json',
      stdin: manifest(configMap(`${prefix}-owner`, {})),
      remember: { $OWNER: 'metadata.uid' },
    },
    {
      kubectl: 'create -f -',
      stdin: manifest(configMap(`${prefix}-child`, {}, { ownerReferences: [reference] })),
      stdout: `configmap/${prefix}-child created`,
    },
  ];
}
