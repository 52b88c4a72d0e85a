/** What a project has configured makes this server call nothing that is not public; what the platform has, may. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
  condition,
  configmap,
  createOrganization,
  createProject,
  type Manifest,
  must,
  plane,
  until,
  untilGone,
} from './control-planes.ts';
import { trickledCreate } from './trickled-create.ts';
import { allow, WebhookServer } from './webhook-server.ts';

let server: ApiServer;
let webhooks: WebhookServer;
before(async () => {
  // One special range is admitted: it admits no other.
  server = await ApiServer.start({ projectEgressCidrs: ['127.1.0.0/16'] });
  webhooks = await WebhookServer.start(['localhost']);
  await createOrganization(server, 'acme');
  for (const name of ['p', 'q']) await createProject(server, name, 'Organization/acme');
});
after(async () => {
  await server.stop();
  await webhooks.stop();
});

const p = plane('p');
const maps = '/api/v1/namespaces/default/configmaps';
const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const services = '/api/v1/namespaces/default/services';
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

let made = 0;
/** What a write answers that a webhook has a say in. */
async function written(root: string, clientConfig: object, failurePolicy = 'Fail'): Promise<Manifest> {
  const name = `w${made++}`;
  const configuration = {
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy,
        clientConfig,
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
    ],
  };
  await must(server.post(`${root}${configurations}`, configuration), 201);
  const { json } = await server.post(`${root}${maps}`, configmap(name));
  await must(server.remove(`${root}${configurations}/${name}`), 200);
  return json;
}
const serviceTo = (name: string, externalName: string): Manifest => ({
  metadata: { name },
  spec: { type: 'ExternalName', externalName },
});

describe('a webhook of a project', () => {
  const check = (host: string, address: string, what: string): void => {
    test(`at ${host} is refused, and is not asked`, async () => {
      webhooks.at('/guarded', allow);
      const url = `https://${host}:${webhooks.port}/guarded`;
      const connections = webhooks.connections;
      const { code, message } = await written(p, { url, caBundle: webhooks.caBundle });
      assert.equal(code, 500);
      assert.match(message, /^Internal error occurred: failed calling webhook "w\d+\.example\.com": /);
      const end = `dial tcp ${address}:${webhooks.port}: the address is ${what}, and projects may have only public ones called`;
      assert.ok(message.endsWith(end), message);
      assert.equal(webhooks.connections, connections);
    });
  };
  check('127.0.0.1', '127.0.0.1', 'loopback');
  // What names lead to is not told.
  check('localhost', 'localhost', 'not public');
  check('inner.localhost', 'inner.localhost', 'not public');
  check('[::1]', '[::1]', 'loopback');
  check('[::ffff:127.0.0.1]', '[::ffff:7f00:1]', 'loopback');
  check('2130706433', '127.0.0.1', 'loopback');
  check('0.0.0.0', '0.0.0.0', 'unspecified');
  check('169.254.169.254', '169.254.169.254', 'link-local');
  check('10.0.0.1', '10.0.0.1', 'private');
  check('[fd00:ec2::254]', '[fd00:ec2::254]', 'private');

  test('that may be ignored is', async () => {
    const connections = webhooks.connections;
    assert.equal((await written(p, webhooks.at('/ignored', allow), 'Ignore')).kind, 'ConfigMap');
    assert.equal(webhooks.connections, connections);
  });

  test('behind a Service is refused as well', async () => {
    await must(server.post(`${p}${services}`, serviceTo('inside', 'localhost')), 201);
    const service = { namespace: 'default', name: 'inside', port: webhooks.port };
    const { message } = await written(p, { service, caBundle: webhooks.caBundle });
    assert.match(message, /dial tcp localhost:\d+: the address is not public/);
  });

  test('is called at what the operator admits', async () => {
    const { message } = await written(p, { url: 'https://127.1.2.3:1/' });
    assert.match(message, /dial tcp 127\.1\.2\.3:1: connect: connection refused$/);
  });
});

test('webhooks of the platform lead anywhere, for its projects too', async () => {
  const connections = webhooks.connections;
  assert.equal((await written('', webhooks.at('/platform', allow))).kind, 'ConfigMap');
  assert.ok(webhooks.connections > connections);
  const name = 'platform-wide';
  await must(
    server.post(configurations, {
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.com`,
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: webhooks.at('/wide', allow),
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
        },
      ],
    }),
    201,
  );
  await must(server.post(`${p}${maps}`, configmap('wide')), 201);
  assert.equal(webhooks.reviewsAt('/wide').length, 1);
  // The connection that is open by now is the platform's.
  const { message } = await written(p, webhooks.at('/wide', allow));
  assert.match(message, /the address is loopback/);
  await must(server.remove(`${configurations}/${name}`), 200);
});

function converted(plural: string, kind: string): Manifest {
  const version = (name: string): Manifest => ({
    name,
    served: true,
    storage: name === 'v1',
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'integer' } } } },
  });
  const conversion = {
    strategy: 'Webhook',
    webhook: { clientConfig: webhooks.at('/convert', allow), conversionReviewVersions: ['v1'] },
  };
  return {
    metadata: { name: `${plural}.ship.example` },
    spec: {
      group: 'ship.example',
      scope: 'Cluster',
      names: { plural, kind },
      versions: [version('v1'), version('v2')],
      conversion,
    },
  };
}

test('a conversion webhook of a project is refused', async () => {
  await must(server.post(`${p}${definitions}`, converted('ropes', 'Rope')), 201);
  const rope = { apiVersion: 'ship.example/v1', kind: 'Rope', metadata: { name: 'a' } };
  await must(server.post(`${p}/apis/ship.example/v1/ropes`, rope), 201);
  const { status, json } = await server.get(`${p}/apis/ship.example/v2/ropes/a`);
  assert.equal(status, 500);
  assert.match(
    json.message,
    /conversion webhook for ship\.example\/v1, Kind=Rope failed: dial tcp 127\.0\.0\.1:\d+: the address is loopback/,
  );
  assert.equal(webhooks.reviewsAt('/convert').length, 0);
});

test('a conversion webhook of a project is not asked either when its definition is gone meanwhile', async () => {
  await must(server.post(`${p}${definitions}`, converted('sails', 'Sail')), 201);
  const sail = {
    apiVersion: 'ship.example/v1',
    kind: 'Sail',
    metadata: {
      name: 'a',
      // Tracking looks at the object in the version of each entry.
      managedFields: [
        {
          manager: 'm',
          operation: 'Update',
          apiVersion: 'ship.example/v2',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': {} },
        },
      ],
    },
    spec: 1,
  };
  const path = `${p}${definitions}/sails.ship.example`;
  const { status, text } = await trickledCreate(server, `${p}/apis/ship.example/v1/sails`, sail, async () => {
    await must(server.remove(path), 200);
    await untilGone(server, path);
  });
  // That it cannot be converted is no reason to refuse it; that its kind is gone is one.
  assert.equal(status, 404, text);
  assert.equal(webhooks.reviewsAt('/convert').length, 0);
});

// Those of the platform are served at this address in aggregation-streams.test.ts.
test('the service behind an APIService of a project is not connected to', async () => {
  const group = 'inner.example';
  const root = plane('q');
  const apiService: Manifest = {
    metadata: { name: `v1.${group}` },
    spec: {
      group,
      version: 'v1',
      groupPriorityMinimum: 1500,
      versionPriority: 10,
      insecureSkipTLSVerify: true,
      service: { namespace: 'default', name: 'api', port: webhooks.port },
    },
  };
  const connections = webhooks.connections;
  await must(server.post(`${root}${services}`, serviceTo('api', 'localhost')), 201);
  await must(server.post(`${root}${apiServices}`, apiService), 201);
  const path = `${root}${apiServices}/v1.${group}`;
  const isLookedAt = (answer: { json: Manifest }): boolean =>
    condition(answer.json, 'Available') !== undefined;
  const { json } = await until(server, path, isLookedAt, 'looked at');
  assert.match(condition(json, 'Available').message, /localhost:\d+: the address is not public/);
  assert.equal((await server.get(`${root}/apis/${group}/v1/things`)).status, 503);
  assert.equal(webhooks.connections, connections);
});
