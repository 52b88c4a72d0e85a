/** An object of each kind with most of its fields set, to change one after the other. */
import type { JsonObject } from '../../../src/apimachinery/object-meta.ts';
import { sampleCertificateRequest } from '../../sample-certificate-request.ts';

/** What it is called, where it is made, its fields, annotations that it needs. */
export const fullObjects: readonly (readonly [
  name: string,
  path: string,
  fields: JsonObject,
  annotations?: Readonly<Record<string, string>>,
])[] = [
  [
    'ConfigMap',
    '/api/v1/namespaces/{ns}/configmaps',
    { data: { a: 'b', 'c.d': '' }, binaryData: { bin: 'AQI=' }, immutable: false },
  ],
  [
    'Secret',
    '/api/v1/namespaces/{ns}/secrets',
    { data: { a: 'Yg==' }, stringData: { c: 'd' }, type: 'Opaque', immutable: false },
  ],
  [
    'SecretSAToken',
    '/api/v1/namespaces/{ns}/secrets',
    {
      type: 'kubernetes.io/service-account-token',
      data: { token: 'eA==', 'ca.crt': 'eQ==', namespace: 'eg==' },
    },
    { 'kubernetes.io/service-account.name': 'default', 'kubernetes.io/service-account.uid': 'x' },
  ],
  [
    'SecretSsh',
    '/api/v1/namespaces/{ns}/secrets',
    { type: 'kubernetes.io/ssh-auth', stringData: { 'ssh-privatekey': 'u' } },
  ],
  [
    'SecretBootstrap',
    '/api/v1/namespaces/{ns}/secrets',
    { type: 'bootstrap.kubernetes.io/token', stringData: { 'token-id': 'abcdef' } },
  ],
  [
    'ServiceAccount',
    '/api/v1/namespaces/{ns}/serviceaccounts',
    {
      secrets: [
        { name: 's1' },
        {
          name: 's2',
          kind: 'Secret',
          namespace: 'x',
          apiVersion: 'v1',
          uid: 'u',
          resourceVersion: '7',
          fieldPath: 'p',
        },
      ],
      imagePullSecrets: [{ name: 'p1' }, { name: 'p2' }],
      automountServiceAccountToken: false,
    },
  ],
  [
    'CoreEvent',
    '/api/v1/namespaces/{ns}/events',
    {
      involvedObject: {
        kind: 'Pod',
        namespace: '{ns}',
        name: 'p',
        uid: 'u1',
        apiVersion: 'v1',
        resourceVersion: '5',
        fieldPath: 'spec.x',
      },
      reason: 'Why',
      message: 'what',
      source: { component: 'c', host: 'h' },
      firstTimestamp: '2024-01-02T03:04:05Z',
      lastTimestamp: '2024-01-02T03:04:06Z',
      count: 3,
      type: 'Normal',
    },
  ],
  [
    'CoreEventNew',
    '/api/v1/namespaces/{ns}/events',
    {
      involvedObject: { kind: 'ConfigMap', apiVersion: 'v1', namespace: '{ns}', name: 'x' },
      related: { kind: 'Node', name: 'n', apiVersion: 'v1' },
      eventTime: '2024-01-02T03:04:05.123456Z',
      series: { count: 2, lastObservedTime: '2024-01-02T03:05:05.000001Z' },
      reportingComponent: 'a.b/c',
      reportingInstance: 'i',
      action: 'act',
      reason: 'R',
      type: 'Warning',
      message: 'm',
    },
  ],
  [
    'EventsEvent',
    '/apis/events.k8s.io/v1/namespaces/{ns}/events',
    {
      regarding: { kind: 'ConfigMap', apiVersion: 'v1', namespace: '{ns}', name: 'x' },
      related: { kind: 'Node', name: 'n', apiVersion: 'v1' },
      eventTime: '2024-01-02T03:04:05.123456Z',
      series: { count: 2, lastObservedTime: '2024-01-02T03:05:05.000001Z' },
      reportingController: 'a.b/c',
      reportingInstance: 'i',
      action: 'act',
      reason: 'R',
      type: 'Warning',
      note: 'm',
    },
  ],
  [
    'ServiceExt',
    '/api/v1/namespaces/{ns}/services',
    {
      spec: {
        type: 'ExternalName',
        externalName: 'x.example.com',
        ports: [
          { name: 'a', port: 80, protocol: 'TCP', targetPort: 'web', appProtocol: 'http' },
          { name: 'b', port: 53, protocol: 'UDP', targetPort: 5353 },
        ],
        externalIPs: ['8.8.8.8'],
        sessionAffinity: 'None',
        selector: { a: 'b' },
      },
    },
  ],
  [
    'ServiceHeadless',
    '/api/v1/namespaces/{ns}/services',
    {
      spec: {
        clusterIP: 'None',
        clusterIPs: ['None'],
        type: 'ClusterIP',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 53, protocol: 'UDP', targetPort: 'dns' },
        ],
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 100 } },
        publishNotReadyAddresses: true,
        internalTrafficPolicy: 'Local',
        trafficDistribution: 'PreferClose',
        selector: { app: 'x' },
        externalIPs: ['1.2.3.4'],
      },
    },
  ],
  [
    'Endpoints',
    '/api/v1/namespaces/{ns}/endpoints',
    {
      subsets: [
        {
          addresses: [
            {
              ip: '10.0.0.2',
              hostname: 'h',
              nodeName: 'n1',
              targetRef: { kind: 'Pod', name: 'p', namespace: '{ns}' },
            },
            { ip: '10.0.0.1' },
          ],
          notReadyAddresses: [{ ip: '10.0.0.3' }],
          ports: [
            { name: 'a', port: 80, protocol: 'TCP', appProtocol: 'http' },
            { name: 'b', port: 53, protocol: 'UDP' },
          ],
        },
      ],
    },
  ],
  [
    'EndpointSlice',
    '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices',
    {
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.1.2.3'],
          conditions: { ready: true, serving: false, terminating: true },
          hostname: 'h',
          nodeName: 'n',
          zone: 'z',
          hints: { forZones: [{ name: 'z1' }], forNodes: [{ name: 'n1' }] },
          targetRef: { kind: 'Pod', name: 'p' },
          deprecatedTopology: { k: 'v' },
        },
        { addresses: ['10.1.2.4'] },
      ],
      ports: [
        { name: 'a', port: 80, protocol: 'TCP', appProtocol: 'http' },
        { name: 'b', protocol: 'UDP' },
      ],
    },
  ],
  [
    'EndpointSliceFqdn',
    '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices',
    { addressType: 'IPv6', endpoints: [{ addresses: ['2001:db8::1'] }], ports: [{ port: 1 }] },
  ],
  [
    'Lease',
    '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases',
    {
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: '2024-01-02T03:04:05.123456Z',
        renewTime: '2024-01-02T03:04:06.000000Z',
        leaseTransitions: 2,
        strategy: 'OldestEmulationVersion',
        preferredHolder: 'you',
      },
    },
  ],
  [
    'Role',
    '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles',
    {
      rules: [
        {
          verbs: ['get', 'list'],
          apiGroups: ['', 'apps'],
          resources: ['pods', 'pods/log'],
          resourceNames: ['a'],
        },
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      ],
    },
  ],
  [
    'ClusterRole',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    {
      rules: [
        { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
        { verbs: ['get'], nonResourceURLs: ['/healthz', '/x/*'] },
      ],
    },
  ],
  [
    'ClusterRoleAgg',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    {
      rules: null,
      aggregationRule: {
        clusterRoleSelectors: [
          {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          { matchLabels: { c: 'd' } },
        ],
      },
    },
  ],
  [
    'RoleBinding',
    '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings',
    {
      subjects: [
        { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'Group', name: 'g' },
        { kind: 'ServiceAccount', name: 's', namespace: '{ns}' },
      ],
      roleRef: { kind: 'ClusterRole', name: 'x' },
    },
  ],
  [
    'ClusterRoleBinding',
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    {
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'Group', name: 'g', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 's', namespace: '{ns}' },
      ],
      roleRef: { kind: 'ClusterRole', name: 'x', apiGroup: 'rbac.authorization.k8s.io' },
    },
  ],
  [
    'CSR',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    {
      spec: {
        request: Buffer.from(sampleCertificateRequest).toString('base64'),
        signerName: 'example.com/s',
        usages: ['client auth', 'digital signature'],
        expirationSeconds: 3600,
        username: 'root',
        groups: ['x'],
        uid: 'y',
        extra: { a: ['b'] },
      },
    },
  ],
  [
    'PriorityLevel',
    '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    {
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 20,
          lendablePercent: 30,
          borrowingLimitPercent: 40,
          limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 } },
        },
      },
    },
  ],
  [
    'ValidatingWebhook',
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    {
      webhooks: [
        {
          name: 'a.example.com',
          clientConfig: { service: { namespace: '{ns}', name: 's', path: '/x', port: 8443 } },
          rules: [
            {
              operations: ['CREATE', 'UPDATE'],
              apiGroups: ['apps'],
              apiVersions: ['v1'],
              resources: ['deployments', 'deployments/scale'],
              scope: 'Namespaced',
            },
          ],
          failurePolicy: 'Ignore',
          matchPolicy: 'Exact',
          namespaceSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          objectSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          sideEffects: 'None',
          timeoutSeconds: 5,
          admissionReviewVersions: ['v1', 'v1beta1'],
          matchConditions: [{ name: 'x', expression: 'true' }],
        },
        {
          name: 'b.example.com',
          clientConfig: { url: 'https://x.example.com/y' },
          sideEffects: 'NoneOnDryRun',
          admissionReviewVersions: ['v1'],
          rules: [
            { operations: ['*'], apiGroups: ['zzz.example.com'], apiVersions: ['*'], resources: ['*'] },
          ],
        },
      ],
    },
  ],
  [
    'VAP',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    {
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: {
          namespaceSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          objectSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          resourceRules: [
            {
              operations: ['CREATE'],
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              resourceNames: ['one'],
              scope: '*',
            },
          ],
          excludeResourceRules: [
            {
              operations: ['CREATE'],
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              resourceNames: ['two'],
              scope: '*',
            },
          ],
          matchPolicy: 'Exact',
        },
        validations: [
          {
            expression: 'object.metadata.name == "x"',
            message: 'no',
            reason: 'Forbidden',
            messageExpression: '"a" + "b"',
          },
          { expression: 'variables.v' },
        ],
        failurePolicy: 'Ignore',
        auditAnnotations: [{ key: 'k', valueExpression: '"v"' }],
        matchConditions: [{ name: 'c', expression: 'true' }],
        variables: [{ name: 'v', expression: 'true' }],
      },
    },
  ],
  [
    'VAPB',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    {
      spec: {
        policyName: 'nope',
        paramRef: { name: 'p', namespace: '{ns}', parameterNotFoundAction: 'Deny' },
        matchResources: {
          namespaceSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          objectSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          resourceRules: [
            {
              operations: ['CREATE'],
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              resourceNames: ['one'],
              scope: '*',
            },
          ],
          excludeResourceRules: [
            {
              operations: ['CREATE'],
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              resourceNames: ['one'],
              scope: '*',
            },
          ],
          matchPolicy: 'Exact',
        },
        validationActions: ['Warn', 'Audit'],
      },
    },
  ],
  [
    'MAP',
    '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
    {
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: {
          namespaceSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          objectSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'k', operator: 'In', values: ['v', 'w'] },
              { key: 'e', operator: 'Exists' },
            ],
          },
          resourceRules: [
            {
              operations: ['CREATE'],
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              resourceNames: ['one'],
              scope: '*',
            },
          ],
          excludeResourceRules: [
            {
              operations: ['CREATE'],
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              resourceNames: ['one'],
              scope: '*',
            },
          ],
          matchPolicy: 'Exact',
        },
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
        failurePolicy: 'Ignore',
        reinvocationPolicy: 'IfNeeded',
        matchConditions: [{ name: 'c', expression: 'true' }],
        variables: [{ name: 'v', expression: 'true' }],
      },
    },
  ],
];
