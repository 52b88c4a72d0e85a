/** Services of one project that never answer keep those of another from nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
  condition,
  createOrganization,
  createProject,
  type Manifest,
  must,
  plane,
  until,
} from './control-planes.ts';
import { ExtensionServer } from './extension-server.ts';

let server: ApiServer;
let extension: ExtensionServer;
/** Takes connections, and says nothing. */
let silent: Server;
const sockets = new Set<Socket>();
before(async () => {
  server = await ApiServer.start({ projectEgressCidrs: ['127.0.0.0/8'] });
  await createOrganization(server, 'acme');
  for (const name of ['slow', 'quick']) await createProject(server, name, 'Organization/acme');
  const service = { namespace: 'default', name: 'api' };
  extension = await ExtensionServer.start({ group: 'quick.example', service, frontProxyCa: '' });
  extension.behavesAt = '/apis';
  extension.behaviour = (request, response) => {
    const isKnown = request.url === '/apis/quick.example/v1';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'APIResourceList', resources: [] }));
  };
  silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
after(async () => {
  await server.stop();
  await extension.stop();
  for (const socket of sockets) socket.destroy();
  silent.close();
});

const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const apiService = (group: string, port: number): Manifest => ({
  metadata: { name: `v1.${group}` },
  spec: {
    group,
    version: 'v1',
    groupPriorityMinimum: 1500,
    versionPriority: 10,
    insecureSkipTLSVerify: true,
    service: { namespace: 'default', name: 'api', port },
  },
});
const externalService = {
  metadata: { name: 'api' },
  spec: { type: 'ExternalName', externalName: 'localhost' },
};

test('a new service is available in seconds beside a project whose twenty services hang', async () => {
  for (const name of ['slow', 'quick']) {
    await must(server.post(`${plane(name)}/api/v1/namespaces/default/services`, externalService), 201);
  }
  const { port } = silent.address() as AddressInfo;
  const names = Array.from({ length: 20 }, (_, i) => `slow${i}.example`);
  await Promise.all(
    names.map((name) => must(server.post(`${plane('slow')}${apiServices}`, apiService(name, port)), 201)),
  );
  await until(server, '/version', () => sockets.size > 0, 'connected to');
  const began = performance.now();
  await must(
    server.post(`${plane('quick')}${apiServices}`, apiService('quick.example', extension.port)),
    201,
  );
  const isThere = ({ json }: { json: Manifest }): boolean => condition(json, 'Available')?.status === 'True';
  await until(server, `${plane('quick')}${apiServices}/v1.quick.example`, isThere, 'available');
  const tookMs = performance.now() - began;
  assert.ok(tookMs < 3_000, `${tookMs} ms`);
  assert.ok(sockets.size > 0 && sockets.size <= 4 * server.processes, `${sockets.size} at once`);
});

test('a project registers as much as it may, and no more', async () => {
  const root = plane('quick');
  const { port } = silent.address() as AddressInfo;
  const large = (i: number): Manifest => {
    const service = apiService(`large${i}.example`, port);
    service.metadata.annotations = { a: 'x'.repeat(250 * 1024) };
    return service;
  };
  for (let i = 0; i < 4; i++) await must(server.post(`${root}${apiServices}`, large(i)), 201);
  const { status, json } = await server.post(`${root}${apiServices}`, large(4));
  assert.equal(status, 403);
  assert.match(json.message, /APIServices of a control plane may take \d+ bytes in all, and would take \d+$/);
  // Others have their own measure.
  await must(server.post(`${plane('slow')}${apiServices}`, large(4)), 201);
});
