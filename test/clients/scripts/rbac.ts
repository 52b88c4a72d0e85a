/** Roles and bindings, as kubectl makes, shows, applies and refuses them. */
import { manifest, type Script } from '../script.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const role = (...verbs: readonly string[]): string =>
  manifest({
    apiVersion,
    kind: 'Role',
    metadata: { name: 'applied' },
    rules: [{ verbs, apiGroups: ['', 'apps'], resources: ['configmaps'] }],
  });
const binding = (name: string, ...users: readonly string[]): string =>
  manifest({
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: 'applied' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: users.map((user) => ({ kind: 'User', name: user })),
  });

export const rbac: Script = {
  name: 'rbac',
  steps: [
    {
      kubectl: 'create role reader --verb=get,list --resource=configmaps,secrets',
      stdout: 'role.rbac.authorization.k8s.io/reader created',
    },
    { kubectl: 'get role reader', stdout: [/^NAME +CREATED AT$/m, /^reader +20\d\d-\d\d-\d\dT[\d:]+Z$/m] },
    {
      kubectl: 'describe role reader',
      stdout: [/^Name: +reader$/m, /^ +configmaps +\[\] +\[\] +\[get list\]$/m],
    },
    {
      kubectl:
        'create rolebinding readers --role=reader --user=ann --user=bob --group=devs --serviceaccount=$NS:bot',
      stdout: 'rolebinding.rbac.authorization.k8s.io/readers created',
    },
    { kubectl: 'get rolebinding readers', stdout: [/^NAME +ROLE +AGE$/m, /^readers +Role\/reader +\d+/m] },
    {
      kubectl: 'get rolebinding readers -o wide',
      stdout: [
        /^NAME +ROLE +AGE +USERS +GROUPS +SERVICEACCOUNTS$/m,
        /^readers +Role\/reader +\S+ +ann, bob +devs +\$NS\/bot$/m,
      ],
    },
    {
      kubectl: 'describe rolebinding readers',
      stdout: [/^ +Kind: +Role$/m, /^ +ServiceAccount +bot +\$NS$/m],
    },

    { kubectl: 'apply -f -', stdin: role('get'), stdout: 'role.rbac.authorization.k8s.io/applied created' },
    { kubectl: 'diff -f -', stdin: role('get'), stdout: /^$/ },
    { kubectl: 'diff -f -', stdin: role('get', 'list'), exit: 1, stdout: /^\+ {2}- list$/m },
    {
      kubectl: 'apply -f -',
      stdin: role('get', 'list'),
      stdout: 'role.rbac.authorization.k8s.io/applied configured',
    },
    { kubectl: 'get role applied -o json', fields: { 'rules.0.verbs': ['get', 'list'] } },
    {
      kubectl: 'apply -f -',
      stdin: binding('applied', 'ann'),
      stdout: 'rolebinding.rbac.authorization.k8s.io/applied created',
    },
    {
      kubectl: 'get rolebinding applied -o json',
      fields: { 'subjects.0.apiGroup': 'rbac.authorization.k8s.io', 'subjects.length': 1 },
    },
    { kubectl: 'diff -f -', stdin: binding('applied', 'ann'), stdout: /^$/ },
    { kubectl: 'apply -f -', stdin: binding('reader', 'ann'), exit: 1, stderr: 'cannot change roleRef' },
    {
      kubectl:
        'create role nothing --verb=get --resource=configmaps --resource-name=a --dry-run=server -o json',
      fields: { 'rules.0.resourceNames': ['a'] },
    },

    {
      kubectl: ['create', 'clusterrole', '$ID-all', '--aggregation-rule=part-of=$ID'],
      stdout: 'clusterrole.rbac.authorization.k8s.io/$ID-all created',
    },
    {
      kubectl: 'create clusterrole $ID:events --verb=watch --resource=events',
      stdout: 'clusterrole.rbac.authorization.k8s.io/$ID:events created',
    },
    { kubectl: 'label clusterrole $ID:events part-of=$ID', stdout: 'labeled' },
    {
      kubectl: 'get clusterrole $ID-all -o json',
      eventually: true,
      fields: { 'rules.0.verbs': ['watch'], 'rules.0.resources': ['events'], 'rules.length': 1 },
    },
    { kubectl: 'describe clusterrole $ID-all', stdout: /^ +events +\[\] +\[\] +\[watch\]$/m },
    {
      kubectl: 'create clusterrole $ID:urls --verb=get --non-resource-url=/healthz',
      stdout: 'created',
    },
    {
      kubectl: 'create clusterrolebinding $ID --clusterrole=$ID-all --user=ann',
      stdout: 'clusterrolebinding.rbac.authorization.k8s.io/$ID created',
    },
    {
      kubectl: 'get clusterrolebinding $ID -o wide',
      stdout: [
        /^NAME +ROLE +AGE +USERS +GROUPS +SERVICEACCOUNTS$/m,
        /^\$ID +ClusterRole\/\$ID-all +\S+ +ann/m,
      ],
    },
    { kubectl: 'set subject rolebinding readers --user=eve', stdout: 'subjects updated' },
    { kubectl: 'get rolebinding readers -o wide', stdout: /ann, bob, eve/ },
    { kubectl: 'delete clusterrole $ID:events $ID:urls $ID-all', stdout: '"$ID:events" deleted' },
    { kubectl: 'delete clusterrolebinding $ID', stdout: 'deleted' },
    { kubectl: 'delete rolebinding readers', stdout: 'deleted' },
    { kubectl: 'get rolebinding readers', exit: 1, stderr: 'NotFound' },
  ],
};
