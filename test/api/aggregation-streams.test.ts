/** How requests pass to services and back: bodies, streams, upgrades, paths, and the ends of all of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiServer } from '../api-client.ts';
import { condition, createOrganization, createProject, must, plane, until } from './control-planes.ts';
import type { ExtensionServer } from './extension-server.ts';
import { apiServices, registeredExtension } from './registered-extension.ts';

const group = 'stars.example';
const root = `/apis/${group}/v1`;
const stars = `${root}/namespaces/default/stars`;
let server: ApiServer;
let extension: ExtensionServer;

before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
  extension = await registeredExtension(server, group, {
    annotations: { 'aggregation.miloapis.com/project-paths': 'Plain' },
  });
});
after(async () => {
  await server.stop();
  await extension.stop();
});
afterEach(() => {
  extension.behaviour = undefined;
});

async function settles(isSettled: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isSettled()) {
    if (Date.now() > deadline) assert.fail('it never settled');
    await sleep(5);
  }
}

test('bodies pass whole, whatever their size', async () => {
  extension.behaviour = (request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    request.pipe(response);
  };
  const check = async (method: string, body: string): Promise<void> =>
    assert.equal((await server.send(stars, { method, body })).text, body);
  await check('POST', 'short');
  await check('PATCH', 'é'.repeat(3_000_000));
  const request = https.request(`${server.url}${stars}`, {
    ...server.credentials,
    agent: false,
    method: 'PUT',
    headers: { 'content-type': 'text/plain' },
  });
  request.end('x'.repeat(5_000_000));
  const [response] = await once(request, 'response');
  let bytes = 0;
  for await (const chunk of response) bytes += chunk.length;
  assert.equal(bytes, 5_000_000);
});

test('what was authorized as something else goes nowhere', async () => {
  const check = async (path: string, status: number): Promise<void> =>
    assert.equal((await server.get(path)).status, status, path);
  await check(`${root}/namespaces/a/../stars`, 404);
  await check(`${stars}/%2e%2e`, 404);
  await check(`${stars}/x%2Fy`, 404);
  await check(`${root}//stars`, 404);
  await check(`${stars}/sol/proxy/../../../stars`, 404);
  await check(`${stars}/sol/proxy/%2e%2E/x`, 404);
  await check(`${stars}/sol/proxy/a%2f..%2f..`, 404);
  await check(`${stars}/sol/proxy/a%5C..`, 404);
  await check(`${stars}//proxy/a`, 404);
  await check(root, 200);
});

test('paths below a subresource pass as they are, authorized as the subresource', async () => {
  const check = async (path: string, method = 'GET'): Promise<void> => {
    const { json } = await server.send(`${plane('p')}${path}`, { method });
    assert.deepEqual([json.url, json.method], [path, method]);
  };
  await check(`${stars}/sol/proxy/`);
  await check(`${stars}/sol/proxy/a/b`);
  await check(`${stars}/sol/proxy/a//b/?c=/d`, 'POST');
  await check(`${root}/stars/sol/proxy/%C3%A9/~x`, 'DELETE');
  const anonymous = server.connectAnonymously();
  const refused = await server.send(`${stars}/sol/proxy/a/b`, { session: anonymous });
  anonymous.close();
  assert.equal(refused.status, 403);
  assert.match(
    refused.json.message,
    /^stars\.stars\.example "sol" is forbidden: User "system:anonymous" cannot get resource "stars\/proxy"/,
  );
  // This server's own kinds have nothing there.
  assert.equal((await server.get('/api/v1/namespaces/default/configmaps/a/proxy/b')).status, 404);
  assert.equal((await server.get('/apis/apps/v1/namespaces/default/x/y/scale/z')).status, 404);
});

test('a plain path is told in a header too, and the query passes as it was written', async () => {
  const { json } = await server.get(`${plane('p')}${stars}/sol?a=%20+b`);
  assert.equal(json.url, `${stars}/sol?a=%20+b`);
  extension.behaviour = (request, response) => response.end(JSON.stringify(request.headers));
  const headers = JSON.parse((await server.get(`${plane('p')}${stars}/sol`)).text);
  assert.equal(headers['x-forwarded-uri'], `${plane('p')}${stars}/sol`);
});

test('a client that reads slowly slows the service down', async () => {
  let written = 0;
  extension.behaviour = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const chunk = Buffer.alloc(64 * 1024);
    const write = (): void => {
      while (!response.destroyed && written < 256 * 1024 * 1024) {
        written += chunk.length;
        if (!response.write(chunk)) break;
      }
    };
    response.on('drain', write);
    response.on('error', () => {});
    write();
  };
  const session = server.connect();
  const stream = session.request({ ':path': `${stars}?watch=1` });
  await once(stream, 'response');
  await sleep(300);
  const before = written;
  await sleep(200);
  assert.equal(written, before);
  assert.ok(written < 32 * 1024 * 1024, `${written}`);
  stream.close();
  session.close();
  await settles(() => extension.open === 0);
});

test('a connection may become another protocol over HTTP/1.1', async () => {
  const headers = { connection: 'Upgrade', upgrade: 'echo', 'x-remote-user': 'root' };
  const options = { ...server.credentials, agent: false, headers } as const;
  const request = https.request(`${server.url}${plane('p')}${stars}/sol/proxy/a/b`, options);
  request.end();
  const [response, socket] = (await once(request, 'upgrade')) as [{ headers: { upgrade?: string } }, Duplex];
  assert.equal(response.headers.upgrade, 'echo');
  socket.write('ping');
  const [echoed] = (await once(socket, 'data')) as [Buffer];
  assert.equal(echoed.toString(), 'ping');
  assert.equal(extension.upgraded['x-remote-user'], 'admin');
  socket.destroy();
  // Where nobody takes it, the request is answered like any other.
  const plain = https.request(`${server.url}/api/v1/namespaces/default`, options);
  plain.end();
  const [ordinary] = await once(plain, 'response');
  assert.equal(ordinary.statusCode, 200);
  ordinary.resume();
});

test('a service with another certificate than its own is not spoken to', async () => {
  const { spec } = await must(server.get(`${apiServices}/v1.${group}`), 200);
  const check = async (caBundle: string, status: string, said: RegExp, code: number): Promise<void> => {
    await must(server.patch(`${apiServices}/v1.${group}`, { spec: { caBundle } }), 200);
    const isSo = ({ json }: { json: unknown }): boolean => condition(json, 'Available')?.status === status;
    const { json } = await until(server, `${apiServices}/v1.${group}`, isSo, `Available=${status}`);
    assert.match(condition(json, 'Available').message, said);
    assert.equal((await server.get(`${stars}/sol`)).status, code);
  };
  const untrusted = /tls: failed to verify certificate: x509: certificate signed by unknown authority$/;
  await check(server.credentials.ca.toString('base64'), 'False', untrusted, 503);
  await check(spec.caBundle, 'True', /^all checks passed$/, 200);
});

test('the condition follows the Service', async () => {
  const path = '/api/v1/namespaces/default/services/stars';
  const check = async (reason: string, said: string): Promise<void> => {
    const isSo = ({ json }: { json: unknown }): boolean => condition(json, 'Available')?.reason === reason;
    const { json } = await until(server, `${apiServices}/v1.${group}`, isSo, reason);
    assert.equal(condition(json, 'Available').message, said);
  };
  const service = await must(server.get(path), 200);
  await must(server.remove(path), 200);
  await check('ServiceNotFound', 'service/stars in "default" is not present');
  const withPort = (port: number) => ({
    metadata: { name: 'stars' },
    spec: { ports: [{ name: 'https', port }] },
  });
  await must(server.post('/api/v1/namespaces/default/services', withPort(1)), 201);
  await check('ServicePortError', `service/stars in "default" is not listening on port ${extension.port}`);
  await must(server.remove(path), 200);
  await must(server.post('/api/v1/namespaces/default/services', withPort(extension.port)), 201);
  await check('EndpointsNotFound', 'cannot find endpointslices for service/stars in "default"');
  const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
  const slice = {
    metadata: { name: 'stars', labels: { 'kubernetes.io/service-name': 'stars' } },
    addressType: 'IPv4',
    endpoints: [],
    ports: [{ name: 'https', port: extension.port }],
  };
  await must(server.post(slices, slice), 201);
  await check(
    'MissingEndpoints',
    'endpointslices for service/stars in "default" have no addresses with port name "https"',
  );
  await must(server.remove(path), 200);
  const { type, externalName } = service.spec;
  await must(
    server.post('/api/v1/namespaces/default/services', {
      metadata: { name: 'stars' },
      spec: { type, externalName },
    }),
    201,
  );
  await check('Passed', 'all checks passed');
});

test('every version that is served here has a local APIService, stored nowhere', async () => {
  const namesIn = async (prefix: string): Promise<string[]> => {
    const { items } = await must(server.get(`${prefix}${apiServices}`), 200);
    return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  };
  const { groups } = await must(server.get('/apis'), 200);
  const served = groups.flatMap((each: { name: string; versions: { version: string }[] }) =>
    each.versions.map(({ version }) => `${version}.${each.name}`),
  );
  assert.deepEqual((await namesIn('')).sort(), ['v1.', ...served].sort());
  const ofProject = await namesIn(plane('p'));
  assert.ok(ofProject.includes('v1.') && ofProject.includes('v1.rbac.authorization.k8s.io'));
  assert.ok(!ofProject.includes('v1alpha1.resourcemanager.miloapis.com'));
  const local = await must(server.get(`${plane('p')}${apiServices}/v1.`), 200);
  assert.equal(condition(local, 'Available').reason, 'Local');
  assert.equal(local.metadata.labels['kube-aggregator.kubernetes.io/automanaged'], 'onstart');
  const taken = await server.patch(`${plane('p')}${apiServices}/v1.batch`, {});
  assert.equal(taken.status, 404);
  const stolen = { spec: { service: { namespace: 'default', name: 'stars' } } };
  const refused = await server.patch(`${plane('p')}${apiServices}/v1.rbac.authorization.k8s.io`, stolen);
  assert.equal(refused.status, 403);
});

test('what streams ends with the server, and nothing of it is left', async () => {
  extension.behaviour = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{}\n');
  };
  const session = server.connect();
  const stream = session.request({ ':path': `${stars}?watch=1` });
  await once(stream, 'data');
  stream.resume();
  const began = performance.now();
  const ended = once(stream, 'end').then(() => performance.now() - began);
  await server.restart();
  assert.ok((await ended) < 5_000);
  // Several processes take their time to begin, which is not this test's matter.
  if (server.processes === 1) assert.ok(performance.now() - began < 5_000);
  session.close();
  await settles(() => extension.open === 0);
});
