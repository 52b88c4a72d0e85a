/**
 * The Gateway API as a service provider would bring it: its definitions, the resources that must be accepted, and those
 * that must be refused, with a cause that names the field.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadAll } from 'js-yaml';
import { type Manifest, must } from '../api/control-planes.ts';
import { ApiServer } from '../api-client.ts';
import { corpusFolder, corpusMissing } from '../corpus.ts';

const folder = corpusFolder('gateway-api');
const skip = folder === undefined ? corpusMissing('gateway-api') : false;

function manifestsIn(part: string): { readonly file: string; readonly manifests: Manifest[] }[] {
  const root = join(folder!, part);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ file, manifests: loadAll(readFileSync(join(root, file), 'utf8')) as Manifest[] }));
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const plurals: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  Service: 'services',
  Deployment: '',
  GatewayClass: 'gatewayclasses',
  Gateway: 'gateways',
  HTTPRoute: 'httproutes',
  ReferenceGrant: 'referencegrants',
};

function pathOf({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const isCluster = kind === 'GatewayClass' || kind === 'Namespace';
  return `${root}${isCluster ? '' : `/namespaces/${metadata.namespace ?? 'default'}`}/${plurals[kind]}`;
}

describe('Gateway API', { skip }, () => {
  let server: ApiServer;
  before(async () => {
    server = await ApiServer.start();
    for (const { manifests } of manifestsIn('crds')) {
      for (const manifest of manifests) {
        if (manifest?.kind !== 'CustomResourceDefinition') continue;
        const { status } = await must(server.post(definitions, manifest), 201);
        const established = status.conditions.find(({ type }: Manifest) => type === 'Established');
        assert.equal(established?.status, 'True', manifest.metadata.name);
      }
    }
    for (const { manifests } of manifestsIn('valid')) {
      for (const { kind, metadata } of manifests) {
        const names = [kind === 'Namespace' ? metadata.name : undefined, metadata.namespace].filter(Boolean);
        for (const name of names) {
          const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
          await must(server.post('/api/v1/namespaces', namespace), 201, 409);
        }
      }
    }
  });
  after(() => server.stop());

  test('what is valid is accepted', async () => {
    let count = 0;
    for (const { file, manifests } of manifestsIn('valid')) {
      for (const manifest of manifests) {
        if (!manifest.apiVersion.startsWith('gateway.networking.k8s.io/')) continue;
        const { status, text } = await server.post(pathOf(manifest), manifest);
        // Some files have the same object.
        assert.ok(status === 201 || status === 409, `${file}: ${text}`);
        count++;
      }
    }
    assert.ok(count > 50, `${count} resources`);
  });

  for (const { file, manifests } of skip === false ? manifestsIn('invalid') : []) {
    test(`${file} is refused`, async () => {
      const [manifest] = manifests;
      const { status, json } = await server.post(pathOf(manifest), manifest);
      assert.equal(status, 422, JSON.stringify(json));
      const causes = json.details.causes.map((cause: Manifest) => `${cause.field}: ${cause.message}`);
      assert.ok(causes.length > 0 && causes.some((cause: string) => /spec\b/.test(cause)), causes.join('\n'));
    });
  }
});
