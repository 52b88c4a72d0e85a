/** How requests pass to services and back: bodies, streams, upgrades, paths, and the ends of all of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiServer } from '../api-client.ts';
import { condition, createOrganization, createProject, must, plane, until } from './control-planes.ts';
import { ExtensionServer } from './extension-server.ts';

const group = 'stars.example';
const root = `/apis/${group}/v1`;
const stars = `${root}/namespaces/default/stars`;
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
let server: ApiServer;
let extension: ExtensionServer;

before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
  const { data } = await must(
    server.get('/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication'),
    200,
  );
  const service = { namespace: 'default', name: 'stars' };
  extension = await ExtensionServer.start({
    group,
    service,
    frontProxyCa: data['requestheader-client-ca-file'],
  });
  await must(
    server.post('/api/v1/namespaces/default/services', {
      metadata: { name: 'stars' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    }),
    201,
  );
  await must(
    server.post(apiServices, {
      metadata: { name: `v1.${group}`, annotations: { 'aggregation.miloapis.com/project-paths': 'Plain' } },
      spec: {
        group,
        version: 'v1',
        groupPriorityMinimum: 1500,
        versionPriority: 10,
        caBundle: extension.caBundle,
        service: { ...service, port: extension.port },
      },
    }),
    201,
  );
  const isThere = ({ json }: { json: unknown }): boolean => condition(json, 'Available')?.status === 'True';
  await until(server, `${apiServices}/v1.${group}`, isThere, 'available');
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
  await check(`${stars}/sol/a/b`, 404);
  await check(`${root}/namespaces/a/../stars`, 404);
  await check(`${stars}/%2e%2e`, 404);
  await check(`${stars}/x%2Fy`, 404);
  await check(`${root}//stars`, 404);
  await check(root, 200);
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
  const request = https.request(`${server.url}${plane('p')}${stars}/sol/exec`, options);
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
  const apiService = await must(server.get(`${apiServices}/v1.${group}`), 200);
  const { caBundle } = apiService.spec;
  const [ca] = [server.credentials.ca.toString('base64')];
  await must(server.patch(`${apiServices}/v1.${group}`, { spec: { caBundle: ca } }), 200);
  const { json } = await server.get(`${stars}/sol`);
  assert.equal(
    json.message,
    'error trying to reach service: tls: failed to verify certificate: x509: certificate signed by unknown authority',
  );
  await must(server.patch(`${apiServices}/v1.${group}`, { spec: { caBundle } }), 200);
  await must(server.get(`${stars}/sol`), 200);
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
  const ended = once(stream, 'end');
  const began = performance.now();
  await server.restart();
  await ended;
  assert.ok(performance.now() - began < 5_000);
  session.close();
  await settles(() => extension.open === 0);
});
