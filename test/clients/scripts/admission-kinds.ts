/** Kinds of admission and aggregation, as kubectl applies, shows and refuses them. They are about nobody. */
import { manifest, type Script } from '../script.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';
/** Meant for nobody: no namespace has the label. */
const nobody = { matchLabels: { 'example.com/none': 'none' } };
const rule = {
  operations: ['CREATE'],
  apiGroups: ['example.com'],
  apiVersions: ['v1'],
  resources: ['widgets'],
};

const webhooks = (kind: string, ...names: readonly string[]): string =>
  manifest({
    apiVersion,
    kind,
    metadata: { name: '$ID' },
    webhooks: names.map((name) => ({
      name,
      clientConfig: { service: { namespace: '$NS', name: 'hook', path: '/review' } },
      rules: [rule],
      namespaceSelector: nobody,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    })),
  });
const policy = (kind: string, spec: object): string =>
  manifest({
    apiVersion,
    kind,
    metadata: { name: '$ID' },
    spec: { matchConstraints: { namespaceSelector: nobody, resourceRules: [rule] }, ...spec },
  });
const binding = (kind: string, spec: object): string =>
  manifest({ apiVersion, kind, metadata: { name: '$ID' }, spec: { policyName: '$ID', ...spec } });
const apiService = (name: string): string =>
  manifest({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    // The project in which this runs beside the platform has one of its own.
    metadata: { name, annotations: { 'discovery.miloapis.com/parent-contexts': 'Platform' } },
    spec: {
      group: '$ID.example.com',
      version: 'v1',
      groupPriorityMinimum: 1000,
      versionPriority: 10,
      service: { namespace: '$NS', name: 'api' },
      insecureSkipTLSVerify: true,
    },
  });

const validating = policy('ValidatingAdmissionPolicy', {
  validations: [{ expression: 'true', message: 'never' }],
  matchConditions: [{ name: 'all', expression: 'true' }],
});
const mutating = policy('MutatingAdmissionPolicy', {
  reinvocationPolicy: 'Never',
  mutations: [
    {
      patchType: 'JSONPatch',
      jsonPatch: { expression: '[JSONPatch{op: "add", path: "/data/x", value: "y"}]' },
    },
  ],
});
const manifests: readonly (readonly [resource: string, text: string, shown: RegExp])[] = [
  [
    'validatingwebhookconfigurations',
    webhooks('ValidatingWebhookConfiguration', 'a.example.com'),
    /^\$ID +1 /m,
  ],
  [
    'mutatingwebhookconfigurations',
    webhooks('MutatingWebhookConfiguration', 'a.example.com', 'b.example.com'),
    /^\$ID +2 /m,
  ],
  ['validatingadmissionpolicies', validating, /^\$ID +1 +<unset> /m],
  [
    'validatingadmissionpolicybindings',
    binding('ValidatingAdmissionPolicyBinding', { validationActions: ['Deny'] }),
    /^\$ID +\$ID +<unset> /m,
  ],
  ['mutatingadmissionpolicies', mutating, /^\$ID +1 +<unset> /m],
  [
    'mutatingadmissionpolicybindings',
    binding('MutatingAdmissionPolicyBinding', {}),
    /^\$ID +\$ID +<unset> /m,
  ],
];

export const admissionKinds: Script = {
  name: 'admission',
  steps: [
    ...manifests.flatMap(([resource, stdin, shown]) => [
      { kubectl: 'apply -f -', stdin, stdout: '/$ID created' },
      { kubectl: 'diff -f -', stdin, stdout: /^$/ },
      { kubectl: `get ${resource}`, stdout: shown },
      { kubectl: `get ${resource} $ID -o json`, fields: { 'metadata.generation': 1 } },
      { kubectl: `explain ${resource} --recursive`, stdout: 'metadata' },
    ]),
    {
      kubectl: 'apply -f -',
      stdin: webhooks('MutatingWebhookConfiguration', 'b.example.com'),
      stdout: '/$ID configured',
    },
    {
      kubectl: 'get mutatingwebhookconfiguration $ID -o json',
      fields: {
        'metadata.generation': 2,
        'webhooks.length': 1,
        'webhooks.0.timeoutSeconds': 10,
        'webhooks.0.clientConfig.service.port': 443,
        'webhooks.0.rules.0.scope': '*',
      },
    },
    {
      kubectl: 'apply -f -',
      stdin: webhooks('MutatingWebhookConfiguration', 'short'),
      exit: 1,
      stderr: 'should be a domain with at least three segments separated by dots',
    },

    { kubectl: 'apply -f -', stdin: apiService('v1.$ID.example.com'), stdout: 'created' },
    { kubectl: 'diff -f -', stdin: apiService('v1.$ID.example.com'), stdout: /^$/ },
    {
      kubectl: 'get apiservices',
      stdout: [
        /^NAME +SERVICE +AVAILABLE +AGE$/m,
        /^v1\.\$ID\.example\.com +\$NS\/api +(?:Unknown|False \(ServiceNotFound\)) /m,
      ],
    },
    {
      kubectl: 'apply -f -',
      stdin: apiService('other.$ID'),
      exit: 1,
      stderr: 'must be `spec.version+"."+spec.group`: "v1.$ID.example.com"',
    },
    { kubectl: 'delete apiservice v1.$ID.example.com', stdout: 'deleted' },
    ...manifests.map(([resource]) => ({ kubectl: `delete ${resource} $ID`, stdout: 'deleted' })),
  ],
};
