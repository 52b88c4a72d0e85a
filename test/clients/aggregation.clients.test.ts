/** Every kubectl finds and reads what another server serves, on the platform and in a project. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { kubeconfigFile } from '../../src/server/kubeconfig.ts';
import { createOrganization, createProject, plane } from '../api/control-planes.ts';
import type { ExtensionServer } from '../api/extension-server.ts';
import { registeredExtension } from '../api/registered-extension.ts';
import { ApiServer } from '../api-client.ts';
import { kubectls } from './kubectl-versions.ts';

const run = promisify(execFile);
const group = 'stars.example';
let server: ApiServer;
let extension: ExtensionServer;

before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
  extension = await registeredExtension(server, group);
  // In the older form: in the newer one kubectl asks the service itself.
  const kind = { group, version: 'v1', kind: 'Star' };
  const name = { in: 'path', name: 'name', type: 'string' };
  const schema = { $ref: '#/definitions/example.stars.v1.Star' };
  const read = { responses: { 200: { schema } }, 'x-kubernetes-group-version-kind': kind };
  extension.documents.set('/openapi/v2', {
    body: {
      swagger: '2.0',
      paths: { [`/apis/${group}/v1/namespaces/{namespace}/stars/{name}`]: { get: read, parameters: [name] } },
      definitions: {
        'example.stars.v1.Star': {
          description: 'A star, as its service says.',
          type: 'object',
          properties: { luminosity: { description: 'In suns.', type: 'number' } },
          'x-kubernetes-group-version-kind': [kind],
        },
      },
    },
  });
});
after(async () => {
  await server.stop();
  await extension.stop();
});

for (const { path, version } of kubectls()) {
  test(`kubectl ${version}`, { skip: path === undefined && 'not on this machine' }, async () => {
    const kubectl = async (prefix: string, ...args: readonly string[]): Promise<string> => {
      const config = ['--kubeconfig', kubeconfigFile(server.dataDir), '--server', `${server.url}${prefix}`];
      const cache = ['--cache-dir', `${server.dataDir}/kubectl-${version}`];
      return (await run(path ?? '', [...config, ...cache, ...args])).stdout;
    };
    for (const prefix of ['', plane('p')]) {
      const star = JSON.parse(await kubectl(prefix, 'get', 'st', 'sol', '-o', 'json'));
      assert.equal(star.kind, 'Star');
      assert.match(star.url, new RegExp(`^${prefix}/apis/${group}/v1/namespaces/default/stars/sol`));
      const explained = await kubectl(prefix, 'explain', 'stars', '--output', 'plaintext-openapiv2');
      assert.match(explained, /A star, as its service says\.[\s\S]*luminosity\s+<number>/);
      assert.match(await kubectl(prefix, 'api-resources'), /^stars +st +stars\.example\/v1 +true +Star$/m);
    }
    const listed = await kubectl('', 'get', 'apiservices');
    assert.match(listed, /^v1\.stars\.example +default\/stars +True /m);
    assert.match(listed, /^v1\. +Local +True /m);
  });
}
