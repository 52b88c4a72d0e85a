/**
 * Policies at work, and what is wrong with policies, webhook configurations and APIServices. Every policy is bound to the
 * namespace of its case alone. No webhook is called.
 */
import type { JsonObject } from '../../../src/apimachinery/object-meta.ts';
import { type Case, get, patch, post, put, type Request, remove, until } from '../case.ts';
import { defined, undefinedAgain } from './custom-resources.ts';
import { version } from './definitions.ts';
import { changes } from './wrong-fields.ts';

const admission = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/{ns}/configmaps';
const map = (name: string, data: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  metadata: { name, ...metadata },
  data,
});
const here = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{ns}' } } };
const configMaps = (...operations: string[]): JsonObject => ({
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations }],
});

interface Bound {
  readonly name: string;
  readonly spec: JsonObject;
  readonly binding?: JsonObject;
}
function bound(kind: 'validating' | 'mutating', { name, spec, binding = {} }: Bound): Request[] {
  const policy = `${name}.{ns}`;
  const matchConstraints = configMaps('CREATE', 'UPDATE');
  return [
    post(`${admission}/${kind}admissionpolicies`, {
      metadata: { name: policy },
      spec: { matchConstraints, ...spec },
    }),
    post(`${admission}/${kind}admissionpolicybindings`, {
      metadata: { name: policy },
      spec: { policyName: policy, matchResources: here, ...binding },
    }),
  ];
}
const unbound = (kind: 'validating' | 'mutating', name: string): Request[] => [
  remove(`${admission}/${kind}admissionpolicybindings/${name}.{ns}`),
  remove(`${admission}/${kind}admissionpolicies/${name}.{ns}`),
];
const deny = { validationActions: ['Deny'] };

/** Of the object `probe`: refused once the policy is in force. */
const inForce = (text: RegExp, at = 'body.message'): Request =>
  until([at, text], post(`${maps}?dryRun=All`, map('probe', { probe: 'x' })));

const validations: readonly JsonObject[] = [
  { expression: '!("probe" in object.data)', message: 'probed' },
  { expression: '!("plain" in object.data)' },
  { expression: '!("told" in object.data)', message: 'told so' },
  { expression: '!("made" in object.data)', messageExpression: '"made of " + object.data.made' },
  { expression: '!("failing" in object.data)', messageExpression: 'object.data.nope', message: 'fallback' },
  { expression: '!("lines" in object.data)', messageExpression: '"a\\nb"' },
  ...['Unauthorized', 'Forbidden', 'Invalid', 'RequestEntityTooLarge'].map((reason) => ({
    expression: `!("${reason.toLowerCase()}" in object.data)`,
    reason,
  })),
  { expression: '!("broken" in object.data) || object.data.nope == "x"' },
  { expression: '!("var" in object.data) || variables.short', message: 'too long' },
  {
    expression: '!("who" in object.data) || request.userInfo.username != "admin"',
    messageExpression:
      'request.userInfo.username + " " + request.operation + " " + request.name + " " + namespaceObject.metadata.name',
  },
  {
    expression:
      '!("auth" in object.data) || authorizer.group("").resource("pods").namespace("default").check("get").allowed()',
  },
  {
    expression:
      'oldObject == null || !("fixed" in oldObject.data) || object.data.fixed == oldObject.data.fixed',
    message: 'fixed',
  },
];
const keysTried = [
  'plain',
  'told',
  'made',
  'failing',
  'lines',
  'unauthorized',
  'forbidden',
  'invalid',
  'requestentitytoolarge',
  'broken',
  'var',
  'who',
  'auth',
  'none',
];

const service = { name: 'api', namespace: '{ns}', port: 443 };
const fullService: JsonObject = {
  group: '{ns}.example.com',
  version: 'v1',
  groupPriorityMinimum: 1000,
  versionPriority: 15,
  insecureSkipTLSVerify: true,
  service,
};
const fullHook: JsonObject = {
  webhooks: [
    {
      name: 'a.example.com',
      clientConfig: { url: 'https://x.example.com/y', caBundle: '' },
      rules: [
        {
          operations: ['CREATE'],
          apiGroups: ['zzz.example.com'],
          apiVersions: ['v1'],
          resources: ['things'],
        },
      ],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      reinvocationPolicy: 'IfNeeded',
      failurePolicy: 'Fail',
      timeoutSeconds: 5,
    },
  ],
};
const hooks: readonly JsonObject[] = [
  { clientConfig: {} },
  { clientConfig: { url: 'http://x' } },
  { clientConfig: { url: 'https://x?y#z' } },
  { clientConfig: { url: 'https://u@x/y' } },
  { clientConfig: { url: 'https://x', service: { name: 's', namespace: 'n' } } },
  { clientConfig: { service: { name: '', namespace: '', path: 'x//y', port: 70_000 } } },
  { admissionReviewVersions: ['v2'] },
  { admissionReviewVersions: ['v1', 'v1'] },
  { admissionReviewVersions: [] },
  { sideEffects: 'Some' },
  { timeoutSeconds: 31 },
  {
    rules: [
      {
        operations: ['*', 'CREATE'],
        apiGroups: ['*', 'a'],
        apiVersions: ['*', 'v1'],
        resources: ['*', 'a', '*/*', 'a/*', '*/b', 'a/b/c'],
        scope: 'Nope',
      },
    ],
  },
  { rules: [{}] },
  {
    matchConditions: [
      { name: 'a', expression: '1' },
      { name: 'a', expression: 'params.x' },
      { name: '', expression: '' },
    ],
  },
  { name: 'nodots' },
];
const query = (label: string): string => `?dryRun=All&change=${encodeURIComponent(label)}`;
const serviceName = 'v1.{ns}.example.com';
const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const wrongServices = [...changes(fullService)];

export const admissionCases: readonly Case[] = [
  {
    name: 'validating policies at work',
    requests: [
      ...bound('validating', {
        name: 'v',
        spec: {
          validations: [...validations],
          variables: [{ name: 'short', expression: 'object.data["var"].size() < 3' }],
        },
        binding: deny,
      }),
      inForce(/probed/),
      ...keysTried.map((key) => post(`${maps}?dryRun=All&change=${key}`, map('a', { [key]: 'value' }))),
      post(maps, map('old', { fixed: 'a' })),
      patch('merge', `${maps}/old`, { data: { fixed: 'b' } }),
      patch('apply', `${maps}/applied?fieldManager=m`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'applied' },
        data: { told: 'x' },
      }),
      post('/api/v1/namespaces/{ns}/secrets', { metadata: { name: 'not-matched' } }),
      ...unbound('validating', 'v'),
    ],
  },
  {
    name: 'warnings and parameters of policies',
    requests: [
      // Of a kind of its own: kube-apiserver watches ConfigMaps for parameters once, and no more when it has left off.
      ...defined('limits', 'Limit', { versions: [version({ max: { type: 'integer' } })] }),
      post('/apis/{ns}.example.com/v1/namespaces/{ns}/limits', {
        apiVersion: '{ns}.example.com/v1',
        kind: 'Limit',
        metadata: { name: 'params' },
        max: 3,
      }),
      ...bound('validating', {
        name: 'warn',
        spec: {
          validations: [
            { expression: '!("warn" in object.data)', message: 'do not "warn"' },
            { expression: '!("warn" in object.data)', messageExpression: '"ü " + object.data.warn' },
          ],
          auditAnnotations: [{ key: 'k', valueExpression: '"v"' }],
        },
        binding: { validationActions: ['Warn', 'Audit'] },
      }),
      ...bound('validating', {
        name: 'params',
        spec: {
          paramKind: { apiVersion: '{ns}.example.com/v1', kind: 'Limit' },
          validations: [
            {
              expression: 'object.data.size() <= params.max',
              messageExpression: '"at most " + string(params.max)',
            },
          ],
          matchConditions: [{ name: 'asked', expression: '!("skip" in object.data)' }],
        },
        binding: {
          ...deny,
          paramRef: { name: 'params', namespace: '{ns}', parameterNotFoundAction: 'Deny' },
        },
      }),
      until(
        ['body.message', /at most/],
        post(`${maps}?dryRun=All`, map('probe', { a: '', b: '', c: '', d: '' })),
      ),
      until(['headers.warning', /warn/], post(`${maps}?dryRun=All`, map('probe', { warn: 'x' }))),
      post(maps, map('warned', { warn: 'x' })),
      post(maps, map('many', { a: '', b: '', c: '', d: '', warn: 'x' })),
      post(maps, map('skipped', { a: '', b: '', c: '', d: '', skip: 'x' })),
      ...unbound('validating', 'warn'),
      ...unbound('validating', 'params'),
      undefinedAgain('limits'),
    ],
  },
  {
    name: 'parameters that are not there, and expressions that fail',
    requests: [
      ...bound('validating', {
        name: 'none',
        spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'true' }] },
        binding: { ...deny, paramRef: { name: 'nope', namespace: '{ns}', parameterNotFoundAction: 'Deny' } },
      }),
      inForce(/params/),
      post(maps, map('a')),
      ...unbound('validating', 'none'),
      until(['status', /^201$/], post(`${maps}?dryRun=All`, map('probe'))),
      ...bound('validating', {
        name: 'match',
        spec: {
          validations: [{ expression: 'true' }],
          matchConditions: [{ name: 'broken', expression: 'object.data.nope == "x"' }],
        },
        binding: deny,
      }),
      inForce(/nope/),
      post(maps, map('a', { a: 'b' })),
      ...unbound('validating', 'match'),
    ],
  },
  {
    name: 'mutating policies at work',
    requests: [
      ...bound('mutating', {
        name: 'm',
        spec: {
          reinvocationPolicy: 'Never',
          variables: [{ name: 'who', expression: 'request.userInfo.username' }],
          matchConditions: [{ name: 'asked', expression: 'has(object.data) && !("skip" in object.data)' }],
          mutations: [
            {
              patchType: 'ApplyConfiguration',
              applyConfiguration: {
                expression:
                  'Object{metadata: Object.metadata{labels: Object.metadata.labels{by: variables.who}}}',
              },
            },
            {
              patchType: 'JSONPatch',
              jsonPatch: {
                expression:
                  '[JSONPatch{op: "add", path: "/data/" + jsonpatch.escapeKey("a~b"), value: "added"}]',
              },
            },
          ],
        },
      }),
      until(['body.data.a~b', /added/], post(`${maps}?dryRun=All`, map('probe', { probe: 'x' }))),
      post(maps, map('one', { a: 'b' })),
      post(maps, map('two', { skip: 'x' })),
      post(maps, map('three')),
      patch('merge', `${maps}/two`, { data: { skip: null, b: 'c' } }),
      patch('apply', `${maps}/four?fieldManager=m`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'four' },
        data: { x: 'y' },
      }),
      get(`${maps}/four`),
      ...unbound('mutating', 'm'),
    ],
  },
  {
    name: 'mutating policies that fail',
    requests: [
      ...[
        'Object{data: Object.data{x: 1}}',
        'Object{nope: "x"}',
        'Object{metadata: Object.metadata{name: "other"}}',
        'Object{data: Object.data{x: object.data.nope}}',
      ].flatMap((expression, i) => [
        ...bound('mutating', {
          name: `m${i}`,
          spec: {
            reinvocationPolicy: 'Never',
            matchConditions: [{ name: 'asked', expression: `object.metadata.name == "try${i}"` }],
            mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
          },
        }),
        until(['status', /^(4|5)/], post(`${maps}?dryRun=All`, map(`try${i}`, { a: 'b' }))),
        ...unbound('mutating', `m${i}`),
      ]),
      ...['variables.x', 'object', 'Object{a: variables.x}', 'Nope{}', '[JSONPatch{}]'].map((expression) =>
        post(`${admission}/mutatingadmissionpolicies${query(expression)}`, {
          metadata: { name: 'bad' },
          spec: {
            reinvocationPolicy: 'Never',
            matchConstraints: configMaps('CREATE'),
            mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
          },
        }),
      ),
    ],
  },
  ...['validating', 'mutating'].map((kind): Case => {
    const path = `${admission}/${kind}webhookconfigurations`;
    const [hook] = fullHook.webhooks as [JsonObject];
    if (kind === 'validating') delete hook.reinvocationPolicy;
    return {
      name: `webhook configurations that are wrong: ${kind}`,
      requests: [
        ...hooks.map((wrong) =>
          post(`${path}${query(JSON.stringify(wrong))}`, {
            metadata: { name: 'hook' },
            webhooks: [{ ...hook, ...wrong }],
          }),
        ),
        post(`${path}?dryRun=All`, { metadata: { name: 'hook' }, webhooks: [hook, hook] }),
        post(path, { metadata: { name: 'hook-{ns}' }, ...fullHook }),
        ...hooks.map((wrong) =>
          patch('json', `${path}/hook-{ns}${query(JSON.stringify(wrong))}`, [
            { op: 'replace', path: '/webhooks/0', value: { ...hook, ...wrong } },
          ]),
        ),
        remove(`${path}/hook-{ns}`),
      ],
    };
  }),
  {
    name: 'wrong fields of APIService',
    requests: [
      ...wrongServices.map(({ label, fields }) =>
        post(`${services}${query(label)}`, { metadata: { name: serviceName }, spec: fields }),
      ),
      post(services, { metadata: { name: 'nope' }, spec: fullService }),
      post(services, { metadata: { name: serviceName } }),
      post(services, { metadata: { name: serviceName }, spec: fullService }),
      until(['body.status.conditions.0.type', /^Available$/], get(`${services}/${serviceName}`)),
      ...wrongServices.map(({ label, fields }) =>
        patch('json', `${services}/${serviceName}${query(label)}`, [
          { op: 'replace', path: '/spec', value: fields },
        ]),
      ),
      put(`${services}/${serviceName}`, { metadata: { name: serviceName }, spec: fullService }),
      remove(`${services}/${serviceName}`),
    ],
  },
];
