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
  await check(configMaps, post('{'), badRequest(/^ConfigMap in version "v1" cannot be read: /));
  await check(configMaps, post(''), badRequest(/^ConfigMap in version "v1" cannot be read: /));
  await check(configMaps, post('a: [', 'application/yaml'), badRequest(/cannot be read: /));
  await check(configMaps, post('', 'application/yaml'), badRequest(/the body must be an object/));
  await check(configMaps, post('k8s\0\x0a', 'application/vnd.kubernetes.protobuf'), badRequest(/./));
  await check(configMaps, post('', 'application/vnd.kubernetes.protobuf'), badRequest(/./));
  for (const body of ['[]', '"x"', 'null', '7', 'true']) {
    await check(configMaps, post(body), badRequest(/the body must be an object/));
    await check(`${configMaps}/here`, { method: 'PUT', body }, badRequest(/the body must be an object/));
  }
  await check(`${configMaps}/here`, { method: 'PUT' }, badRequest(/cannot be read: /));
  const typed = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: ';
  await check(
    configMaps,
    post({ metadata: { name: 7 } }),
    badRequest(
      `${typed}json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string`,
    ),
  );
  await check(
    configMaps,
    post({ apiVersion: 'v2', kind: 'ConfigMap' }),
    badRequest('the API version in the data (v2) does not match the expected API version (v1)'),
  );
  await check(
    configMaps,
    post({ apiVersion: 'v1', kind: 'Secret' }),
    badRequest(
      'Secret in version "v1" cannot be handled as a ConfigMap: the kind in the data does not match',
    ),
  );
  for (const field of ['apiVersion', 'kind']) {
    const object = JSON.stringify({ [field]: {} });
    await check(
      configMaps,
      post(object),
      badRequest(new RegExp(`cannot unmarshal object into Go struct field .*${field} of type string`)),
    );
    const deep = `{"${field}":${'['.repeat(900)}${']'.repeat(900)}}`;
    await check(configMaps, post(deep), badRequest(/cannot unmarshal array/));
  }
  const tooDeep = `{"data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  await check(configMaps, post(tooDeep), badRequest(/cannot be read: /));
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
  const patches = [
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
  ];
  await check(configMaps, { method: 'POST', body: '<a/>', type: 'text/xml' }, unsupported(...all));
  await check(
    `${configMaps}/here`,
    { method: 'DELETE', body: '<a/>', type: 'text/xml' },
    unsupported(...all),
  );
  await check(
    `${configMaps}/here`,
    { method: 'PATCH', body: {}, type: 'application/json' },
    unsupported(...patches),
  );
  await check(`${configMaps}/here`, { method: 'PATCH' }, unsupported(...patches));
  await check(
    `${configMaps}/here`,
    { method: 'PATCH', body: {}, type: 'application/apply-patch+yaml' },
    unsupported(...patches),
  );
  const projects = `${resourceManager}/projects`;
  await check(
    projects,
    { method: 'POST', body: 'k8s', type: 'application/vnd.kubernetes.protobuf' },
    unsupported(...all.slice(0, 2)),
  );
  await check(
    `${projects}/p`,
    { method: 'PATCH', body: {}, type: 'application/strategic-merge-patch+json' },
    unsupported(...patches.slice(0, 2)),
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
