/** What every control plane shows from its start, as kubectl reads, changes and deletes it inside a project. */
import { manifest, type Script } from '../script.ts';

const apiVersion = 'resourcemanager.miloapis.com/v1alpha1';
const organization = {
  apiVersion,
  kind: 'Organization',
  metadata: { name: '$ID' },
  spec: { type: 'Standard' },
};
const project = (name: string): object => ({
  apiVersion,
  kind: 'Project',
  metadata: { name },
  spec: { ownerRef: { kind: 'Organization', name: '$ID' } },
});
const widgets = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'widgets', labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' } },
  rules: [{ verbs: ['get'], apiGroups: ['example.com'], resources: ['widgets'] }],
};
const inProject = 'd-$ID';

export const sharedDefaults: Script = {
  name: 'shared-defaults',
  platformOnly: true,
  steps: [
    {
      kubectl: 'create -f -',
      stdin: manifest(organization, project('d-$ID'), project('e-$ID')),
      stdout: 'created',
    },

    {
      inProject,
      kubectl: 'get ns -o name',
      stdout:
        /^namespace\/default\nnamespace\/kube-node-lease\nnamespace\/kube-public\nnamespace\/kube-system\n$/,
    },
    {
      inProject,
      kubectl: 'get clusterroles',
      stdout: [/^NAME +CREATED AT$/m, /^admin +\d/m, /^cluster-admin +\d/m, /^system:discovery +\d/m],
    },
    { inProject, kubectl: 'get clusterrolebindings -o wide', stdout: /^cluster-admin .*system:masters/m },
    {
      inProject,
      kubectl: 'get flowschemas',
      stdout: [/^exempt +exempt +1 /m, /^catch-all +catch-all +10000 /m],
    },
    { inProject, kubectl: 'get prioritylevelconfigurations', stdout: /^workload-low +Limited +100 /m },
    {
      inProject,
      kubectl: 'describe clusterrole view',
      stdout: ['kubernetes.io/bootstrapping=rbac-defaults', /^ +configmaps +\[\]/m],
    },
    { inProject, kubectl: 'create configmap a --namespace=kube-system', stdout: 'created' },
    {
      inProject,
      kubectl: 'delete ns kube-system',
      exit: 1,
      stderr: 'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    },

    // Changed here, and as it was next door.
    { inProject, kubectl: 'get clusterrole view -o json', remember: { $UID: 'metadata.uid' } },
    {
      inProject,
      kubectl: ['patch', 'clusterrole', 'view', '-p', '{"metadata":{"labels":{"mine":"yes"}}}'],
      stdout: 'patched',
    },
    {
      inProject,
      kubectl: 'get clusterrole view -o json',
      fields: { 'metadata.labels.mine': 'yes', 'metadata.uid': '$UID' },
    },
    {
      inProject: 'e-$ID',
      kubectl: 'get clusterrole view -o json',
      fields: { 'metadata.labels.mine': 'absent' },
    },
    { inProject, kubectl: 'create -f -', stdin: manifest(widgets), stdout: 'created' },
    { inProject, kubectl: 'get clusterrole edit -o yaml', stdout: /- widgets$/m, eventually: true },

    // Deleted, with the wait that kubectl ends when the uid is another.
    { inProject, kubectl: 'delete clusterrole view edit --timeout=20s', stdout: '"view" deleted' },
    {
      inProject,
      kubectl: 'get clusterrole view -o json',
      fields: {
        'metadata.labels.mine': 'absent',
        'metadata.labels.kubernetes\\.io/bootstrapping': 'rbac-defaults',
      },
    },
    { inProject, kubectl: 'get clusterrole edit -o yaml', stdout: /- widgets$/m, eventually: true },
    { inProject, kubectl: 'delete clusterrole widgets --timeout=20s', stdout: 'deleted' },
    { inProject, kubectl: 'get clusterrole edit -o yaml', absent: [/- widgets$/m], eventually: true },

    { kubectl: 'delete project d-$ID e-$ID --timeout=20s', stdout: 'deleted' },
    { kubectl: 'delete organization $ID --timeout=20s', stdout: 'deleted' },
  ],
};
