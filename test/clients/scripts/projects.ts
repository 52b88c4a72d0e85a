/** The hierarchy of the platform: organizations, folders, projects, and the control plane each project is. */
import { configMap, manifest, type Script } from '../script.ts';

const apiVersion = 'resourcemanager.miloapis.com/v1alpha1';
const organization = {
  apiVersion,
  kind: 'Organization',
  metadata: { name: '$ID' },
  spec: { type: 'Standard' },
};
const folder = {
  apiVersion,
  kind: 'Folder',
  metadata: { name: 'f-$ID' },
  spec: { parentRef: { kind: 'Organization', name: '$ID' } },
};
const project = (name: string, owner: { readonly kind: string; readonly name: string }): object => ({
  apiVersion,
  kind: 'Project',
  metadata: { name },
  spec: { ownerRef: owner },
});
const inOrganization = { kind: 'Organization', name: '$ID' };
const inFolder = { kind: 'Folder', name: 'f-$ID' };

export const projects: Script = {
  name: 'hierarchy',
  platformOnly: true,
  steps: [
    {
      kubectl: 'apply -f -',
      stdin: manifest(organization, folder, project('p-$ID', inOrganization), project('q-$ID', inFolder)),
      stdout: [
        'organization.resourcemanager.miloapis.com/$ID created',
        'folder.resourcemanager.miloapis.com/f-$ID created',
        'project.resourcemanager.miloapis.com/p-$ID created',
        'project.resourcemanager.miloapis.com/q-$ID created',
      ],
    },
    {
      kubectl: 'wait --for=condition=Ready project/p-$ID project/q-$ID --timeout=20s',
      stdout: 'condition met',
    },
    { kubectl: 'get projects p-$ID', stdout: [/^NAME +READY +AGE$/m, /^p-\$ID +True /m] },
    { kubectl: 'get organizations $ID', stdout: /^\$ID .*Standard/m },
    { kubectl: 'get folders', stdout: /^f-\$ID /m },
    {
      kubectl: 'apply -f -',
      stdin: manifest(organization, project('p-$ID', inOrganization)),
      stdout: ['$ID unchanged', 'p-$ID unchanged'],
    },
    { kubectl: 'explain projects.spec.ownerRef', stdout: ['kind', 'name'] },
    {
      kubectl: 'api-resources --api-group=resourcemanager.miloapis.com -o name',
      stdout: /^projects\.resourcemanager\.miloapis\.com$/m,
    },
    { kubectl: 'describe project p-$ID', stdout: [/^Name: +p-\$ID$/m, 'Owner Ref'] },
    { kubectl: 'annotate project p-$ID kubernetes.io/display-name=Mine', stdout: 'annotate' },
    {
      kubectl: 'create -f -',
      stdin: manifest(project('x-$ID', { kind: 'Organization', name: 'nowhere-$ID' })),
      exit: 1,
      stderr: 'nowhere-$ID',
    },
    {
      kubectl: 'delete organization $ID --wait=false',
      exit: 1,
      stderr: 'the organization still has children',
    },

    // The control plane of a project has its own objects and shows nothing else.
    { inProject: 'p-$ID', kubectl: 'get ns', stdout: /^default +Active /m, absent: ['$NS'] },
    {
      inProject: 'p-$ID',
      kubectl: 'create -f - --namespace=default',
      stdin: manifest(configMap('only-here', { k: 'v' })),
      stdout: 'created',
    },
    {
      inProject: 'p-$ID',
      kubectl: 'get cm only-here --namespace=default -o json',
      fields: { 'data.k': 'v' },
    },
    { inProject: 'q-$ID', kubectl: 'get cm only-here --namespace=default', exit: 1, stderr: 'NotFound' },
    { kubectl: 'get cm only-here --namespace=default', exit: 1, stderr: 'NotFound' },
    {
      inProject: 'p-$ID',
      kubectl: 'get projects',
      exit: 1,
      stderr: 'the server doesn\'t have a resource type "projects"',
    },
    { inProject: 'p-$ID', kubectl: 'create namespace team', stdout: 'created' },
    {
      inProject: 'p-$ID',
      kubectl: 'get ns -o name',
      stdout: [/^namespace\/default$/m, /^namespace\/team$/m],
    },

    // Deleting one takes everything with it; a namesake starts empty.
    { kubectl: 'delete project p-$ID --timeout=20s', stdout: 'deleted' },
    { kubectl: 'get project p-$ID', exit: 1, stderr: 'NotFound' },
    { inProject: 'q-$ID', kubectl: 'get ns -o name', stdout: 'namespace/default', absent: ['team'] },
    { kubectl: 'create -f -', stdin: manifest(project('p-$ID', inFolder)), stdout: 'created' },
    { kubectl: 'wait --for=condition=Ready project/p-$ID --timeout=20s', stdout: 'condition met' },
    { inProject: 'p-$ID', kubectl: 'get ns -o name', stdout: 'namespace/default', absent: ['team'] },
    { inProject: 'p-$ID', kubectl: 'get cm -A -o name', absent: ['only-here'] },
    { kubectl: 'delete project p-$ID q-$ID --timeout=20s', stdout: 'deleted' },
    { kubectl: 'delete folder f-$ID --timeout=20s', stdout: 'deleted' },
    { kubectl: 'delete organization $ID --timeout=20s', stdout: 'deleted' },
  ],
};
