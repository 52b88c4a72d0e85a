/** Lists cut by labels, fields and pages. */
import { configMap, manifest, type Script } from '../script.ts';

const maps = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1', 'c2'].map((name) =>
  configMap(
    name,
    { k: name },
    { labels: { app: name[0], ...(name[0] === 'c' ? {} : { tier: `t${name[1]}` }) } },
  ),
);
const names = (list: string): RegExp =>
  new RegExp(
    `^${list
      .split(' ')
      .map((name) => `configmap/${name}\\n`)
      .join('')}$`,
  );

export const selectorsAndPages: Script = {
  name: 'selectors',
  steps: [
    { kubectl: 'create -f -', stdin: manifest(...maps), stdout: 'configmap/c2 created' },
    { kubectl: 'get cm -o name', stdout: names('a1 a2 a3 b1 b2 c1 c2') },
    { kubectl: 'get cm -o name -l app=a', stdout: names('a1 a2 a3') },
    { kubectl: ['get', 'cm', '-o', 'name', '-l', 'app in (b, c)'], stdout: names('b1 b2 c1 c2') },
    { kubectl: ['get', 'cm', '-o', 'name', '-l', 'app notin (a),tier'], stdout: names('b1 b2') },
    { kubectl: 'get cm -o name -l !tier', stdout: names('c1 c2') },
    { kubectl: 'get cm -o name -l app!=a,tier=t1', stdout: names('b1') },
    { kubectl: 'get cm -l app=zzz', stderr: 'No resources found in $NS namespace.', stdout: /^$/ },
    { kubectl: 'get cm -o name --field-selector metadata.name=a2', stdout: names('a2') },
    {
      kubectl: 'get cm -o name --field-selector metadata.name!=a2 -l app=a',
      stdout: names('a1 a3'),
    },
    { kubectl: 'get cm -A -o name --field-selector metadata.namespace=$NS -l app=c', stdout: names('c1 c2') },
    {
      kubectl: 'get cm --field-selector data.k=v',
      exit: 1,
      stderr: '"data.k" is not a known field selector',
    },
    { kubectl: 'get cm -l a=b=c', exit: 1, stderr: "found '=', expected: ',' or 'end of string'" },

    { kubectl: 'create secret generic plain --from-literal=a=b', stdout: 'created' },
    { kubectl: 'create secret generic typed --type=example.com/t', stdout: 'created' },
    { kubectl: 'get secrets -o name --field-selector type=example.com/t', stdout: /^secret\/typed\n$/ },
    { kubectl: 'get ns -o name --field-selector status.phase=Active', stdout: 'namespace/$NS\n' },
    { kubectl: 'get ns -o name --field-selector metadata.name=$NS', stdout: /^namespace\/\$NS\n$/ },

    { kubectl: 'get cm -o name --chunk-size=2', stdout: names('a1 a2 a3 b1 b2 c1 c2') },
    {
      kubectl: 'get cm --chunk-size=3 -v=6',
      stdout: [/^a1 /m, /^c2 /m],
      stderr: [/limit=3/, /continue=[A-Za-z0-9_-]+/],
    },
    { kubectl: 'get cm -o name --chunk-size=1 -l app=b', stdout: names('b1 b2') },
    {
      kubectl: 'get --raw $PREFIX/api/v1/namespaces/$NS/configmaps?limit=3',
      fields: {
        kind: 'ConfigMapList',
        'items.length': 3,
        'items.2.metadata.name': 'a3',
        'metadata.remainingItemCount': 4,
        'metadata.continue': /./,
      },
    },
    {
      kubectl: 'get --raw $PREFIX/api/v1/namespaces/$NS/configmaps?limit=1&labelSelector=app%3Da',
      fields: {
        'items.length': 1,
        'metadata.continue': /./,
        'metadata.remainingItemCount': 'absent',
      },
    },
    {
      kubectl: 'get --raw $PREFIX/api/v1/namespaces/$NS/configmaps?continue=nonsense',
      exit: 1,
      stderr: 'continue',
    },
    { kubectl: 'get cm -A', stdout: [/^NAMESPACE +NAME +DATA +AGE$/m, /^\$NS +a1 +1 /m] },
    {
      kubectl: 'get cm -L app --show-labels',
      stdout: [/^NAME +DATA +AGE +APP +LABELS$/m, /^b1 .* b +app=b,tier=t1$/m],
    },
    { kubectl: 'get cm --sort-by=.data.k -o name -l app=c', stdout: names('c1 c2') },

    { kubectl: 'label cm -l app=b moved=yes', stdout: ['configmap/b1 labeled', 'configmap/b2 labeled'] },
    { kubectl: 'delete cm -l moved', stdout: ['configmap "b1" deleted', 'configmap "b2" deleted'] },
    { kubectl: 'delete cm --field-selector metadata.name=a1', stdout: 'configmap "a1" deleted' },
    { kubectl: 'get cm -o name', stdout: names('a2 a3 c1 c2') },
  ],
};
