/** The body of every refusal of what a request brings: its text, its form, its size, its values. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { ApiServer, makeProjects, type Send } from '../api-client.ts';
import { checkStatus, type Expected } from './check-status.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const resourceManager = '/apis/resourcemanager.miloapis.com/v1alpha1';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p']);
  await server.post(configMaps, { metadata: { name: 'here' } });
});
after(() => server.stop());

const check = (path: string, send: Send, expected: Expected): Promise<void> =>
  checkStatus(server, path, send, expected);

test('400: what cannot be read', async () => {
  const badRequest = (message: string | RegExp): Expected => ({ code: 400, message, reason: 'BadRequest' });
  const post = (body: unknown, type?: string): Send => ({
    method: 'POST',
    body,
    ...(type === undefined ? {} : { type }),
  });
  const unrecognized = (problem: string): Expected =>
    badRequest(`the object provided is unrecognized (must be of type ConfigMap): ${problem}`);
  const noKind = "couldn't get version/kind; json parse error: ";
  const struct =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  const texts: readonly (readonly [string | Buffer, string])[] = [
    ['', `${noKind}unexpected end of JSON input (<empty>)`],
    [' ', `${noKind}unexpected end of JSON input (20)`],
    ['{', `${noKind}unexpected end of JSON input ({)`],
    ['{"a":1} x', `${noKind}invalid character 'x' after top-level value ({"a":1} x)`],
    ['{}{}', `${noKind}invalid character '{' after top-level value ({}{})`],
    ['{"a":tru}', `${noKind}invalid character '}' in literal true (expecting 'e') ({"a":tru})`],
    ['{a:1}', `${noKind}invalid character 'a' looking for beginning of object key string ({a:1})`],
    ['{"a":NaN}', `${noKind}invalid character 'N' looking for beginning of value ({"a":NaN})`],
    ['{"a":-Infinity}', `${noKind}invalid character 'I' in numeric literal ({"a":-Infinity})`],
    ['{"a":01}', `${noKind}invalid character '1' after object key:value pair ({"a":01})`],
    ['{"a":"\n"}', `${noKind}invalid character '\\n' in string literal ({"a":"\n"})`],
    ['[]', `${noKind}json: cannot unmarshal array into Go value of type ${struct} (5b5d)`],
    ['"x"', `${noKind}json: cannot unmarshal string into Go value of type ${struct} (227822)`],
    ['7', `${noKind}json: cannot unmarshal number into Go value of type ${struct} (37)`],
    ['true', `${noKind}json: cannot unmarshal bool into Go value of type ${struct} (74727565)`],
    [
      '{"apiVersion":7}',
      `${noKind}json: cannot unmarshal number into Go struct field .apiVersion of type string ({"apiVersion":7})`,
    ],
    [
      '{"kind":{}}',
      `${noKind}json: cannot unmarshal object into Go struct field .kind of type string ({"kind":{}})`,
    ],
    ['{"apiVersion":"a/b/c"}', 'unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c"})'],
    // A byte order mark is no JSON, and what is not UTF-8 is shown as it can be.
    ['\ufeff{}', `${noKind}invalid character 'ï' looking for beginning of value (efbbbf7b7d)`],
  ];
  for (const [body, problem] of texts) {
    await check(configMaps, post(body), unrecognized(problem));
    await check(`${configMaps}/here`, { method: 'PUT', body }, unrecognized(problem));
  }
  await check(
    configMaps,
    post(`{"a":"${'x'.repeat(100)}`),
    unrecognized(`${noKind}unexpected end of JSON input ({"a":"xxxxxxxxxxxxxxxxxxxxxxxx ...)`),
  );
  await check(
    configMaps,
    post('a: [', 'application/yaml'),
    badRequest(
      /^the object provided is unrecognized .*: error converting YAML to JSON: yaml: line .* \(613a205b\)$/,
    ),
  );
  await check(
    configMaps,
    post('- a', 'application/yaml'),
    unrecognized(`${noKind}json: cannot unmarshal array into Go value of type ${struct} (2d2061)`),
  );
  // Nothing is an object of nothing, which then lacks its name.
  for (const [body, type] of [
    ['null', 'application/json'],
    ['', 'application/yaml'],
    ['null', 'application/yaml'],
  ] as const) {
    const { status, json } = await server.send(configMaps, { method: 'POST', body, type });
    assert.equal(status, 422);
    assert.equal(
      json.message,
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    );
  }
  const prefix = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]';
  for (const [body, problem] of [
    ['', 'empty data (<empty>)'],
    ['k8s\0', 'empty body (6b387300)'],
    ['k8', `${prefix} (6b38)`],
    ['{}', `${prefix} ({})`],
    ['k8s\0\x0a', 'unexpected EOF (6b3873000a)'],
  ] as const) {
    await check(configMaps, post(body, 'application/vnd.kubernetes.protobuf'), unrecognized(problem));
  }
  await check(
    configMaps,
    post('k8s\0\x12\x02\x0a\x05', 'application/vnd.kubernetes.protobuf'),
    badRequest('ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF'),
  );
  await check(`${configMaps}/here`, { method: 'PUT' }, unrecognized(texts[0]![1]));
  const typed = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: ';
  await check(
    configMaps,
    post({ metadata: { name: 7 } }),
    badRequest(
      `${typed}json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string`,
    ),
  );
  const tooDeep = `{"data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  await check(configMaps, post(tooDeep), badRequest(/: exceeded max depth \(\{"data":\[+ \.\.\.\)$/));
});

test('400: parameters that cannot be read', async () => {
  const get = (query: string, message: string | RegExp) =>
    check(`${configMaps}?${query}`, {}, { code: 400, message, reason: 'BadRequest' });
  await get('limit=many', 'strconv.ParseInt: parsing "many": invalid syntax');
  await get('resourceVersion=new', /^invalid resource version: resourceVersion: Invalid value: "new"/);
  await get('resourceVersion=-1', /resourceVersion/);
  await get(`resourceVersion=${2n ** 64n}`, /resourceVersion/);
  await get('labelSelector=a%20b', /unable to parse requirement/);
  await get(
    'fieldSelector=data.x%3D1',
    '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
  );
  await get('continue=%21', /^invalid continue token: /);
  await get('watch=1&timeoutSeconds=soon', 'strconv.ParseInt: parsing "soon": invalid syntax');
  await check(
    '/api/v1/namespaces/%zz/configmaps',
    {},
    { code: 400, message: /percent-encoding/, reason: 'BadRequest' },
  );
});

test('413: too much of it', async () => {
  const large = 'x'.repeat(limits.requestBodyBytes + 1);
  await check(
    configMaps,
    { method: 'POST', body: large },
    {
      code: 413,
      message: `Request entity too large: limit is ${limits.requestBodyBytes}`,
      reason: 'RequestEntityTooLarge',
    },
  );
  const operations = Array.from({ length: limits.jsonPatchOperations + 1 }, () => ({
    op: 'test',
    path: '',
    value: 1,
  }));
  await check(
    `${configMaps}/here`,
    { method: 'PATCH', body: operations, type: 'application/json-patch+json' },
    {
      code: 413,
      message: /The allowed maximum operations in a JSON patch is 10000, got 10001$/,
      reason: 'RequestEntityTooLarge',
    },
  );
  // Within every bound of its kind, and still more than the store takes.
  const annotations = { a: 'x'.repeat(limits.annotationsBytes - 10) };
  const binaryData = { b: Buffer.alloc(limits.configDataBytes - 10).toString('base64') };
  await check(
    configMaps,
    { method: 'POST', body: { metadata: { name: 'large', annotations }, binaryData } },
    {
      code: 413,
      message: /^Request entity too large: /,
      reason: 'RequestEntityTooLarge',
    },
  );
});

test('415: bodies of unknown form', async () => {
  const unsupported = (...types: string[]): Expected => ({
    code: 415,
    message: `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`,
    reason: 'UnsupportedMediaType',
  });
  const all = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
  const unrouted: Expected = {
    code: 415,
    message: '415: Unsupported Media Type',
    reason: 'UnsupportedMediaType',
    details: {},
  };
  await check(configMaps, { method: 'POST', body: '<a/>', type: 'text/xml' }, unsupported(...all));
  await check(
    `${configMaps}/here`,
    { method: 'DELETE', body: '<a/>', type: 'text/xml' },
    unsupported(...all),
  );
  await check(`${configMaps}/here`, { method: 'PATCH', body: {}, type: 'application/json' }, unrouted);
  await check(`${configMaps}/here`, { method: 'PATCH' }, unrouted);
  const projects = `${resourceManager}/projects`;
  await check(
    projects,
    { method: 'POST', body: 'k8s', type: 'application/vnd.kubernetes.protobuf' },
    unsupported(...all.slice(0, 2)),
  );
  await check(
    `${projects}/p`,
    { method: 'PATCH', body: {}, type: 'application/strategic-merge-patch+json' },
    unsupported(
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/apply-patch+yaml',
    ),
  );
});

test('422: objects and options that are not valid', async () => {
  const name = 'a lowercase RFC 1123 subdomain must consist of';
  const { json } = await server.post(configMaps, { metadata: { name: 'X' } });
  assert.equal(json.details.causes.length, 1);
  const [{ message }] = json.details.causes;
  assert.match(message, new RegExp(`^Invalid value: "X": ${name}`));
  await check(
    configMaps,
    { method: 'POST', body: { metadata: { name: 'X' } } },
    {
      code: 422,
      message: `ConfigMap "X" is invalid: metadata.name: ${message}`,
      reason: 'Invalid',
      details: {
        name: 'X',
        kind: 'ConfigMap',
        causes: [{ reason: 'FieldValueInvalid', message, field: 'metadata.name' }],
      },
    },
  );
  await check(
    configMaps,
    { method: 'POST', body: { metadata: {} } },
    {
      code: 422,
      message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      reason: 'Invalid',
      details: {
        kind: 'ConfigMap',
        causes: [
          {
            reason: 'FieldValueRequired',
            message: 'Required value: name or generateName is required',
            field: 'metadata.name',
          },
        ],
      },
    },
  );
  // Two causes, and a group.
  await check(
    leases,
    {
      method: 'POST',
      body: { metadata: { name: 'l' }, spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } },
    },
    {
      code: 422,
      message:
        'Lease.coordination.k8s.io "l" is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]',
      reason: 'Invalid',
      details: {
        name: 'l',
        group: 'coordination.k8s.io',
        kind: 'Lease',
        causes: [
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: 0: must be greater than 0',
            field: 'spec.leaseDurationSeconds',
          },
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: -1: must be greater than or equal to 0',
            field: 'spec.leaseTransitions',
          },
        ],
      },
    },
  );
});

test('422: options', async () => {
  const options = (kind: string, reason: string, field: string, message: string): Expected => ({
    code: 422,
    message: `${kind}.meta.k8s.io "" is invalid: ${field}: ${message}`,
    reason: 'Invalid',
    details: { group: 'meta.k8s.io', kind, causes: [{ reason, message, field }] },
  });
  const post = { method: 'POST', body: { metadata: { name: 'a' } } };
  const put = { method: 'PUT', body: { metadata: { name: 'here' } } };
  const patch = { method: 'PATCH', body: {}, type: 'application/merge-patch+json' };
  const dryRun = 'Unsupported value: ["yes"]: supported values: "All"';
  await check(
    `${configMaps}?dryRun=yes`,
    post,
    options('CreateOptions', 'FieldValueNotSupported', 'dryRun', dryRun),
  );
  await check(
    `${configMaps}/here?dryRun=yes`,
    put,
    options('UpdateOptions', 'FieldValueNotSupported', 'dryRun', dryRun),
  );
  await check(
    `${configMaps}/here?dryRun=yes`,
    patch,
    options('PatchOptions', 'FieldValueNotSupported', 'dryRun', dryRun),
  );
  await check(
    `${configMaps}/here?dryRun=yes`,
    { method: 'DELETE' },
    options('DeleteOptions', 'FieldValueNotSupported', 'dryRun', dryRun),
  );
  await check(
    `${configMaps}?fieldValidation=Maybe`,
    post,
    options(
      'CreateOptions',
      'FieldValueNotSupported',
      'fieldValidation',
      'Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn"',
    ),
  );
  await check(
    `${configMaps}?fieldManager=${'m'.repeat(limits.fieldManagerLength + 1)}`,
    post,
    options('CreateOptions', 'FieldValueTooLong', 'fieldManager', 'Too long: may not be more than 128 bytes'),
  );
  await check(
    `${configMaps}/here?force=true`,
    patch,
    options(
      'PatchOptions',
      'FieldValueForbidden',
      'force',
      'Forbidden: may not be specified for non-apply patch',
    ),
  );
});
