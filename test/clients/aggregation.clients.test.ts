/** Every kubectl finds and reads what another server serves, on the platform and in a project. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { kubeconfigFile } from '../../src/server/kubeconfig.ts';
import { condition, createOrganization, createProject, must, plane, until } from '../api/control-planes.ts';
import { ExtensionServer } from '../api/extension-server.ts';
import { ApiServer } from '../api-client.ts';
import { kubectls } from './kubectl-versions.ts';

const run = promisify(execFile);
const group = 'stars.example';
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
let server: ApiServer;
let extension: ExtensionServer;

before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
  const published = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
  const { data } = await must(server.get(published), 200);
  const service = { namespace: 'default', name: 'stars' };
  const frontProxyCa: string = data['requestheader-client-ca-file'];
  extension = await ExtensionServer.start({ group, service, frontProxyCa });
  await must(
    server.post('/api/v1/namespaces/default/services', {
      metadata: { name: 'stars' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    }),
    201,
  );
  await must(
    server.post(apiServices, {
      metadata: { name: `v1.${group}` },
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
      assert.match(await kubectl(prefix, 'api-resources'), /^stars +st +stars\.example\/v1 +true +Star$/m);
    }
    const listed = await kubectl('', 'get', 'apiservices');
    assert.match(listed, /^v1\.stars\.example +default\/stars +True /m);
    assert.match(listed, /^v1\. +Local +True /m);
  });
}
