/** Bodies of another kind or version than their path names, and bodies that Go reads otherwise than JSON.parse. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer, makeProjects } from '../api-client.ts';
import { checkStatus, type Expected } from './check-status.ts';

const core = '/api/v1/namespaces/default';
const configMaps = `${core}/configmaps`;
const projects = '/apis/resourcemanager.miloapis.com/v1alpha1/projects';
const scheme = 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p']);
  await server.post(configMaps, { metadata: { name: 'here' } });
});
after(() => server.stop());

const badRequest = (message: string): Expected => ({ code: 400, message, reason: 'BadRequest' });

test('POST and PUT of another kind', async () => {
  const cases: readonly (readonly [path: string, name: string, body: object, message: string])[] = [
    [
      configMaps,
      'here',
      { apiVersion: 'v1', kind: 'Secret' },
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      configMaps,
      'here',
      { kind: 'Secret' },
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      configMaps,
      'here',
      { apiVersion: 'v1', kind: 'ConfigMapList' },
      'ConfigMapList in version "v1" cannot be handled as a ConfigMap: converting (v1.ConfigMapList) to (core.ConfigMap): unknown conversion',
    ],
    [
      configMaps,
      'here',
      { apiVersion: 'v2', kind: 'ConfigMap' },
      `ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "${scheme}"`,
    ],
    [
      configMaps,
      'here',
      { apiVersion: 'v1', kind: 'Gadget' },
      `Gadget in version "v1" cannot be handled as a ConfigMap: no kind "Gadget" is registered for version "v1" in scheme "${scheme}"`,
    ],
    [
      configMaps,
      'here',
      { apiVersion: 'apps/v1', kind: 'ConfigMap' },
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "apps/v1" in scheme "${scheme}"`,
    ],
    // A custom resource is in no scheme of built-in kinds.
    [
      configMaps,
      'here',
      { apiVersion: 'resourcemanager.miloapis.com/v1alpha1', kind: 'Project' },
      `Project in version "v1alpha1" cannot be handled as a ConfigMap: no kind "Project" is registered for version "resourcemanager.miloapis.com/v1alpha1" in scheme "${scheme}"`,
    ],
    [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      'x',
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
      'Role in version "v1" cannot be handled as a ClusterRole: converting (v1.Role) to (rbac.ClusterRole): unknown conversion',
    ],
    [
      `${core}/events`,
      'x',
      { apiVersion: 'events.k8s.io/v1', kind: 'Event' },
      'the API version in the data (events.k8s.io/v1) does not match the expected API version (v1)',
    ],
    [
      '/apis/events.k8s.io/v1/namespaces/default/events',
      'x',
      { apiVersion: 'v1', kind: 'Event' },
      'the API version in the data (v1) does not match the expected API version (events.k8s.io/v1)',
    ],
    [
      projects,
      'p',
      { apiVersion: 'resourcemanager.miloapis.com/v1', kind: 'Project' },
      'the API version in the data (resourcemanager.miloapis.com/v1) does not match the expected API version (resourcemanager.miloapis.com/v1alpha1)',
    ],
  ];
  for (const [path, name, body, message] of cases) {
    const object = { ...body, metadata: { name } };
    await checkStatus(server, path, { method: 'POST', body: object }, badRequest(message));
    await checkStatus(server, `${path}/${name}`, { method: 'PUT', body: object }, badRequest(message));
  }
  await checkStatus(
    server,
    projects,
    { method: 'POST', body: { kind: 'Folder', metadata: { name: 'q' } } },
    {
      code: 422,
      message:
        'Folder.resourcemanager.miloapis.com "q" is invalid: kind: Invalid value: "Folder": must be Project',
      reason: 'Invalid',
      details: {
        name: 'q',
        group: 'resourcemanager.miloapis.com',
        kind: 'Folder',
        causes: [
          { reason: 'FieldValueInvalid', message: 'Invalid value: "Folder": must be Project', field: 'kind' },
        ],
      },
    },
  );
});

test('a patch that makes it another kind', async () => {
  const refused = async (patch: object, problem: RegExp): Promise<void> => {
    const { status, json } = await server.patch(`${configMaps}/here`, patch);
    assert.equal(status, 422);
    assert.match(json.message, problem);
  };
  await refused(
    { kind: 'Secret' },
    /: converting \(v1\.Secret\) to \(core\.ConfigMap\): unknown conversion$/,
  );
  await refused({ kind: 'Gadget' }, /: no kind "Gadget" is registered for version "v1" in scheme ".*"$/);
});

test('DeleteOptions come in every group version, and nothing else does', async () => {
  for (const apiVersion of ['v1', 'meta.k8s.io/v1', 'apps/v1', 'example.com/v7', undefined]) {
    await server.post(configMaps, { metadata: { name: 'gone' } });
    const answer = await server.remove(`${configMaps}/gone`, { apiVersion, kind: 'DeleteOptions' });
    assert.equal(answer.status, 200, `${apiVersion}: ${answer.text}`);
  }
  const unknown = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';
  for (const [body, message] of [
    [
      { apiVersion: 'v1', kind: 'ConfigMap' },
      `no kind "ConfigMap" is registered for version "v1" in scheme "${unknown}"`,
    ],
    [
      { kind: 'Gadget' },
      `no kind "Gadget" is registered for version "meta.k8s.io/v1" in scheme "${unknown}"`,
    ],
    [
      { apiVersion: 'v1', kind: 'CreateOptions' },
      'converting (v1.CreateOptions) to (v1.DeleteOptions): unknown conversion',
    ],
    [{ kind: 'PatchOptions' }, 'converting (v1.PatchOptions) to (v1.DeleteOptions): unknown conversion'],
  ] as const) {
    const { status, json } = await server.remove(`${configMaps}/here`, body);
    assert.deepEqual([status, json.message], [400, message]);
  }
  assert.equal((await server.get(`${configMaps}/here`)).status, 200);
});

test('numbers and repeated structs are read as Go reads them', async () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const json = (text: string) => server.send(leases, { method: 'POST', body: text });
  for (const number of ['1.0', '1e3', '1e400', '2147483648']) {
    const { status, json: refusal } = await json(
      `{"metadata":{"name":"n"},"spec":{"leaseTransitions":${number}}}`,
    );
    assert.equal(status, 400);
    assert.equal(
      refusal.message,
      `Lease in version "v1" cannot be handled as a Lease: json: cannot unmarshal number ${number} into Go struct field LeaseSpec.spec.leaseTransitions of type int32`,
    );
  }
  const yaml = await server.send(leases, {
    method: 'POST',
    type: 'application/yaml',
    body: 'metadata: {name: from-yaml}\nspec: {leaseTransitions: 1.0, leaseDurationSeconds: 1e3}\n',
  });
  assert.equal(yaml.status, 201, yaml.text);
  assert.deepEqual(yaml.json.spec, { leaseTransitions: 1, leaseDurationSeconds: 1000 });

  const twice = (name: string): string =>
    `{"metadata":{"name":"${name}"},"spec":{"holderIdentity":"a"},"spec":{"leaseTransitions":1}}`;
  for (const validation of ['Ignore', 'Warn']) {
    const answer = await server.send(`${leases}?fieldValidation=${validation}`, {
      method: 'POST',
      body: twice(validation.toLowerCase()),
    });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(answer.json.spec, { holderIdentity: 'a', leaseTransitions: 1 });
    assert.equal(
      answer.headers.warning,
      validation === 'Warn' ? '299 - "duplicate field \\"spec\\""' : undefined,
    );
  }
  const strict = await server.send(`${leases}?fieldValidation=Strict`, {
    method: 'POST',
    body: twice('strict'),
  });
  assert.deepEqual(
    [strict.status, strict.json.message],
    [
      400,
      'Lease in version "v1" cannot be handled as a Lease: strict decoding error: duplicate field "spec"',
    ],
  );
  const ignored = await json('{"metadata":{"name":"beyond"},"unknown":{"x":[1e400]}}');
  assert.equal(ignored.status, 201, ignored.text);
});

test('who asks for what is outdated is told, before all else, whatever comes of it', async () => {
  const endpoints = '/api/v1/namespaces/default/endpoints';
  const told = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"';
  const written = await server.post(endpoints, {
    metadata: { name: 'outdated' },
    subsets: [{ addresses: [{ ip: 'FD00::1' }] }],
  });
  assert.equal(written.status, 201, written.text);
  assert.equal(
    written.headers.warning,
    `${told}, 299 - "subsets[0].addresses[0].ip: IPv6 address \\"FD00::1\\" should be in RFC 5952 canonical format (\\"fd00::1\\")"`,
  );
  assert.equal((await server.get(endpoints)).headers.warning, told);
  assert.equal((await server.get(`${endpoints}/absent`)).headers.warning, told);
  assert.equal((await server.remove(`${endpoints}/outdated`)).headers.warning, told);
});
