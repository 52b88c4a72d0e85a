/** The body of every refusal, field by field, as upstream's clients know them; those of what a request brings are beside. */
import assert from 'node:assert/strict';
import type { ClientHttp2Session } from 'node:http2';
import { after, before, test } from 'node:test';
import { decodeEnvelope } from '../../src/apimachinery/codec/protobuf.ts';
import { limits } from '../../src/apimachinery/limits.ts';
import { ApiServer, makeProjects, type Send } from '../api-client.ts';
import { checkStatus, type Expected } from './check-status.ts';
import { protobuf } from './protobuf-body.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const resourceManager = '/apis/resourcemanager.miloapis.com/v1alpha1';
const tables = 'application/json;as=Table;v=v1;g=meta.k8s.io';

let server: ApiServer;
let anonymous: ClientHttp2Session;
before(async () => {
  server = await ApiServer.start({ tokens: 'secret-of-bob,bob,uid-of-bob,"builders"\n' });
  anonymous = server.connectAnonymously();
  await makeProjects(server, 'acme', ['p']);
  await server.post(configMaps, { metadata: { name: 'here' } });
});
after(async () => {
  anonymous.close();
  await server.stop();
});

const check = (path: string, send: Send, expected: Expected): Promise<void> =>
  checkStatus(server, path, send, expected);

test('401: credentials that prove nothing', async () => {
  const unauthorized = { code: 401, message: 'Unauthorized', reason: 'Unauthorized' };
  for (const authorization of ['Bearer wrong', 'Bearer secret-of-bo', 'bearer secret-of-bobb']) {
    await check(configMaps, { session: anonymous, headers: { authorization } }, unauthorized);
  }
  await check('/version', { session: anonymous, headers: { authorization: 'Bearer wrong' } }, unauthorized);
});

test('403: who may not', async () => {
  const forbidden = (message: string, details: object): Expected => ({
    code: 403,
    message,
    reason: 'Forbidden',
    details,
  });
  const nobody = { session: anonymous };
  const bob = { session: anonymous, headers: { authorization: 'Bearer secret-of-bob' } };
  await check(
    `${configMaps}/here`,
    nobody,
    forbidden(
      'configmaps "here" is forbidden: User "system:anonymous" cannot get resource "configmaps" in API group "" in the namespace "default"',
      { name: 'here', kind: 'configmaps' },
    ),
  );
  await check(
    `${resourceManager}/projects`,
    bob,
    forbidden(
      'projects.resourcemanager.miloapis.com is forbidden: User "bob" cannot list resource "projects" in API group "resourcemanager.miloapis.com" at the cluster scope',
      { group: 'resourcemanager.miloapis.com', kind: 'projects' },
    ),
  );
  await check('/metrics', bob, forbidden('forbidden: User "bob" cannot get path "/metrics"', {}));
  // Somebody without a right learns nothing of what exists.
  for (const project of ['p', 'no-such-project']) {
    await check(
      `/projects/${project}/control-plane${configMaps}?watch=1`,
      bob,
      forbidden(
        'configmaps is forbidden: User "bob" cannot watch resource "configmaps" in API group "" in the namespace "default"',
        { kind: 'configmaps' },
      ),
    );
  }
  await check(
    '/api/v1/namespaces/default',
    { method: 'DELETE' },
    forbidden('namespaces "default" is forbidden: this namespace may not be deleted', {
      name: 'default',
      kind: 'namespaces',
    }),
  );
});

test('404: what is not there', async () => {
  const unknown = {
    code: 404,
    message: 'the server could not find the requested resource',
    reason: 'NotFound',
    details: {},
  };
  for (const path of [
    '/nowhere',
    '/api/v2',
    '/api/v1/pods',
    '/api/v1/namespaces/default/widgets/w',
    '/apis/example.com/v1/widgets',
    '/apis/coordination.k8s.io/v2/leases',
    `${configMaps}/here/status`,
    `${configMaps}/here/status/more`,
    '/api/v1/namespaces//configmaps',
    `/projects/p/control-plane${resourceManager}/projects`,
    '/projects/p/control-plane/nowhere',
    '/constructor',
    '/__proto__/x/control-plane/api',
  ]) {
    await check(path, {}, unknown);
  }
  // A subresource that nobody has is unknown to every method.
  await check(`${configMaps}/here/token`, { method: 'POST', body: {} }, unknown);
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
    await check(
      `${configMaps}/gone`,
      {
        method,
        ...(method === 'PUT' ? { body: { metadata: { name: 'gone' } } } : {}),
        ...(method === 'PATCH' ? { body: {}, type: 'application/merge-patch+json' } : {}),
      },
      {
        code: 404,
        message: 'configmaps "gone" not found',
        reason: 'NotFound',
        details: { name: 'gone', kind: 'configmaps' },
      },
    );
  }
  await check(
    `${leases}/gone`,
    {},
    {
      code: 404,
      message: 'leases.coordination.k8s.io "gone" not found',
      reason: 'NotFound',
      details: { name: 'gone', group: 'coordination.k8s.io', kind: 'leases' },
    },
  );
  const project = {
    code: 404,
    message: 'projects.resourcemanager.miloapis.com "none" not found',
    reason: 'NotFound',
    details: { name: 'none', group: 'resourcemanager.miloapis.com', kind: 'projects' },
  };
  await check('/projects/none/control-plane/api', {}, project);
  await check(`/projects/none/control-plane${configMaps}?watch=1`, {}, project);
  await check(`${resourceManager}/projects/none/control-plane${configMaps}`, {}, project);
  await check(
    '/api/v1/namespaces/none/configmaps',
    { method: 'POST', body: { metadata: { name: 'a' } } },
    {
      code: 404,
      message: 'namespaces "none" not found',
      reason: 'NotFound',
      details: { name: 'none', kind: 'namespaces' },
    },
  );
});

test('405: verbs that a path does not have', async () => {
  const unrouted: Expected = {
    code: 405,
    message: 'the server does not allow this method on the requested resource',
    reason: 'MethodNotAllowed',
    details: {},
  };
  await check(`${configMaps}/here`, { method: 'POST', body: {} }, unrouted);
  await check(configMaps, { method: 'PUT', body: {} }, unrouted);
  await check(configMaps, { method: 'PATCH', body: {} }, unrouted);
  for (const method of ['OPTIONS', 'TRACE', 'PROPFIND']) {
    await check(configMaps, { method }, unrouted);
    await check(`${configMaps}/here`, { method }, unrouted);
  }
  // Writing over all namespaces at once.
  await check('/api/v1/configmaps', { method: 'POST', body: {} }, unrouted);
  await check('/api/v1/configmaps', { method: 'DELETE' }, unrouted);
  await check('/api/v1/namespaces', { method: 'DELETE' }, unrouted);
  await check('/api/v1/namespaces/default/status', { method: 'DELETE' }, unrouted);
  await check(`${resourceManager}/projects/p/status`, { method: 'POST', body: {} }, unrouted);
  await check('/version', { method: 'POST', body: {} }, unrouted);
});

test('406: forms that are not written', async () => {
  const check406 = (path: string, accept: string, message: string) =>
    check(path, { headers: { accept } }, { code: 406, message, reason: 'NotAcceptable' });
  const unrouted = (path: string, accept: string, offered: string) =>
    check(
      path,
      { headers: { accept } },
      {
        code: 406,
        message: `406: Not Acceptable\n\nAvailable representations: ${offered}`,
        reason: 'NotAcceptable',
        details: {},
      },
    );
  const objects = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  const lists = `${objects}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`;
  await unrouted(`${configMaps}/here`, 'text/html', objects);
  await unrouted(configMaps, 'application/cbor', lists);
  await unrouted(`${configMaps}?watch=1`, 'text/html', lists);
  await check406(
    configMaps,
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    'you requested PartialObjectMetadata, but the requested object is a list',
  );
});

test('409: what is already so, or no longer', async () => {
  const conflict = (detail: string): Expected => ({
    code: 409,
    message: `Operation cannot be fulfilled on configmaps "here": ${detail}`,
    reason: 'Conflict',
    details: { name: 'here', kind: 'configmaps' },
  });
  await check(
    configMaps,
    { method: 'POST', body: { metadata: { name: 'here' } } },
    {
      code: 409,
      message: 'configmaps "here" already exists',
      reason: 'AlreadyExists',
      details: { name: 'here', kind: 'configmaps' },
    },
  );
  await check(
    `${configMaps}/here`,
    { method: 'PUT', body: { metadata: { name: 'here', resourceVersion: '1' } } },
    conflict('the object has been modified; please apply your changes to the latest version and try again'),
  );
  const { uid, resourceVersion } = (await server.get(`${configMaps}/here`)).json.metadata;
  await check(
    `${configMaps}/here`,
    { method: 'PUT', body: { metadata: { name: 'here', uid: 'other' } } },
    conflict(`Precondition failed: UID in precondition: other, UID in object meta: ${uid}`),
  );
  const preconditions: readonly (readonly [object, string])[] = [
    [
      { uid: 'other' },
      `the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    ],
    [
      { resourceVersion: '1' },
      `the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    ],
  ];
  for (const [demand, detail] of preconditions) {
    await check(
      `${configMaps}/here`,
      { method: 'DELETE', body: { preconditions: demand } },
      {
        code: 409,
        message: `Operation cannot be fulfilled on ConfigMap "here": ${detail}`,
        reason: 'Conflict',
        details: { name: 'here', kind: 'ConfigMap' },
      },
    );
  }
});

test('504: a resourceVersion that is yet to come', async () => {
  const current = (await server.get(configMaps)).json.metadata.resourceVersion;
  const future = (requested: string, retryAfterSeconds = 1) => ({
    code: 504,
    message: `Timeout: Too large resource version: ${requested}, current: ${current}`,
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    },
  });
  const soon = String(Number(current) + 1_000);
  await Promise.all([
    check(`${configMaps}?resourceVersion=${soon}`, {}, future(soon)),
    check(`${configMaps}/here?resourceVersion=${soon}`, {}, future(soon)),
    check(`${configMaps}?resourceVersion=${soon}&resourceVersionMatch=Exact`, {}, future(soon, 0)),
    check(`${configMaps}?watch=1&resourceVersion=${soon}`, {}, future(soon)),
    check(`${configMaps}?resourceVersion=18446744073709551615`, {}, future('18446744073709551615')),
  ]);
  const { headers } = await server.get(`${configMaps}?resourceVersion=18446744073709551615`);
  assert.equal(headers['retry-after'], '1');
});

test('a refusal is in the encoding that is accepted, and in JSON where none is', async () => {
  for (const [accept, type] of [
    ['application/yaml', 'application/yaml'],
    ['text/html', 'application/json'],
    [tables, 'application/json'],
    [protobuf, protobuf],
  ] as const) {
    const { headers, json, text, bytes } = await server.get(`${configMaps}/gone`, { accept });
    assert.equal(headers['content-type'], type);
    if (type === 'application/yaml') assert.match(text, /^kind: Status$/m);
    else assert.equal(type === protobuf ? decodeEnvelope(bytes).kind : json.kind, 'Status');
  }
});

test("the audit id is the client's own where it gives one", async () => {
  assert.equal((await server.get(configMaps, { 'audit-id': 'mine' })).headers['audit-id'], 'mine');
  const long = 'l'.repeat(1_000);
  assert.equal(
    (await server.get(configMaps, { 'audit-id': long })).headers['audit-id'],
    long.slice(0, limits.auditIdLength),
  );
  assert.match(
    String((await server.get(configMaps, { 'audit-id': '' })).headers['audit-id']),
    /^[0-9a-f-]{36}$/,
  );
});
