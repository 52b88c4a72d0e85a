/** What a client learns of the server before it does anything. */
import { configMap, manifest, type Script } from '../script.ts';

export const discoveryAndExplain: Script = {
  name: 'discovery',
  steps: [
    {
      kubectl: 'api-resources',
      stdout: [
        /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND$/m,
        /^configmaps +cm +v1 +true +ConfigMap$/m,
        /^namespaces +ns +v1 +false +Namespace$/m,
        /^serviceaccounts +sa +v1 +true +ServiceAccount$/m,
        /^leases +coordination\.k8s\.io\/v1 +true +Lease$/m,
        /^events +ev +events\.k8s\.io\/v1 +true +Event$/m,
      ],
    },
    { kubectl: 'api-resources --namespaced=false -o name', stdout: /^namespaces$/m, absent: ['configmaps'] },
    {
      kubectl: 'api-resources --api-group=coordination.k8s.io -o name',
      stdout: /^leases\.coordination\.k8s\.io\n$/,
    },
    {
      kubectl: 'api-resources -o wide',
      stdout: /^configmaps .*create,delete,deletecollection,get,list,patch,update,watch/m,
    },
    { kubectl: 'api-resources --verbs=deletecollection -o name', stdout: /^secrets$/m },
    { kubectl: 'api-versions', stdout: [/^v1$/m, /^coordination\.k8s\.io\/v1$/m, /^events\.k8s\.io\/v1$/m] },
    { kubectl: 'version -o json', fields: { 'serverVersion.major': '1', 'serverVersion.minor': /^[0-9]+$/ } },
    { kubectl: 'get --raw $PREFIX/healthz', stdout: /^ok$/ },
    { kubectl: 'get --raw $PREFIX/livez?verbose', stdout: [/^\[\+\]ping ok$/m, 'livez check passed'] },
    { kubectl: 'get --raw $PREFIX/readyz', stdout: /^ok$/ },
    { kubectl: 'get --raw $PREFIX/api', fields: { kind: 'APIVersions', versions: ['v1'] } },
    { kubectl: 'get --raw $PREFIX/apis', fields: { kind: 'APIGroupList' } },
    {
      kubectl: 'get --raw $PREFIX/apis/coordination.k8s.io',
      fields: { kind: 'APIGroup', name: 'coordination.k8s.io' },
    },
    { kubectl: 'get --raw $PREFIX/api/v1', fields: { kind: 'APIResourceList', groupVersion: 'v1' } },
    {
      kubectl: 'get --raw $PREFIX/apis/nothing.example.com/v1',
      exit: 1,
      stderr: /NotFound|could not find the requested resource/,
    },
    { kubectl: 'get widgets', exit: 1, stderr: 'error: the server doesn\'t have a resource type "widgets"' },

    {
      kubectl: 'explain configmaps',
      stdout: [/^KIND: +ConfigMap$/m, /^VERSION: +v1$/m, 'binaryData', 'immutable'],
    },
    { kubectl: 'explain cm.data', stdout: [/data/i, /map\[string\]string/] },
    {
      kubectl: 'explain configmaps --recursive',
      stdout: ['finalizers', 'ownerReferences', 'blockOwnerDeletion'],
    },
    { kubectl: 'explain sa.secrets', stdout: 'ObjectReference' },
    { kubectl: 'explain ns.status.phase', stdout: 'string' },
    { kubectl: 'explain lease.spec', stdout: [/leaseDurationSeconds/, 'holderIdentity'] },
    { kubectl: 'explain events.involvedObject', stdout: 'fieldPath' },
    { kubectl: 'explain cm.nothing', exit: 1, stderr: 'field "nothing" does not exist' },

    {
      kubectl: 'create -f - --validate=ignore',
      stdin: manifest({ ...configMap('ignored', {}), unknown: 1 }),
      stdout: 'configmap/ignored created',
    },
    { kubectl: 'get cm ignored -o json', fields: { unknown: 'absent' } },
  ],
};
