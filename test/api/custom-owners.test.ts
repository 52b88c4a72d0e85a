/** Dependents of custom resources, when the kind of their owner comes and goes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
  configmap,
  createOrganization,
  createProject,
  type Manifest,
  must,
  plane,
  until,
  untilGone,
} from './control-planes.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'owners.example';
const planes = ['', plane('p'), plane('q')];

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  for (const name of ['p', 'q']) await createProject(server, name, 'Organization/acme');
});
after(() => server.stop());

const kindOf = (plural: string): string => plural[0]!.toUpperCase() + plural.slice(1, -1);
const definition = (plural: string, metadata: object = {}): Manifest => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}`, ...metadata },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural, kind: kindOf(plural) },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
});
const define = (root: string, plural: string, metadata: object = {}): Promise<Manifest> =>
  must(server.post(`${root}${crds}`, definition(plural, metadata)), 201);
async function undefine(root: string, plural: string): Promise<void> {
  await must(server.remove(`${root}${crds}/${plural}.${group}`), 200);
  await untilGone(server, `${root}${crds}/${plural}.${group}`);
}
const own = (root: string, plural: string): string => `${root}/apis/${group}/v1/namespaces/default/${plural}`;
const configmaps = (root: string): string => `${root}/api/v1/namespaces/default/configmaps`;

const reference = (plural: string, name: string, uid: string): object => ({
  apiVersion: `${group}/v1`,
  kind: kindOf(plural),
  name,
  uid,
});
async function createOwner(root: string, plural: string, name: string): Promise<object> {
  const object = { apiVersion: `${group}/v1`, kind: kindOf(plural), metadata: { name } };
  const { metadata } = await must(server.post(own(root, plural), object), 201);
  return reference(plural, name, metadata.uid);
}
const createDependent = (root: string, name: string, ...ownerReferences: object[]): Promise<Manifest> =>
  must(server.post(configmaps(root), configmap(name, { ownerReferences })), 201);
const nobody = '00000000-0000-4000-8000-000000000000';

/** The collector has looked at all that it was woken for before. */
async function settled(root: string): Promise<void> {
  const { metadata } = await must(server.post(configmaps(root), configmap('zz-marker')), 201);
  const marker = { apiVersion: 'v1', kind: 'ConfigMap', name: 'zz-marker', uid: metadata.uid };
  await must(server.remove(`${configmaps(root)}/zz-marker`), 200);
  await createDependent(root, 'zz-last', marker);
  await untilGone(server, `${configmaps(root)}/zz-last`);
}

for (const root of planes.slice(0, 2)) {
  const where = root === '' ? 'platform' : 'project';

  test(`a definition takes objects along, and what depends on them (${where})`, async () => {
    await define(root, 'gones', { annotations: { 'discovery.miloapis.com/parent-contexts': 'Platform' } });
    for (let i = 0; i < 30; i++) {
      await createDependent(root, `of-gone-${i}`, await createOwner(root, 'gones', `gone-${i}`));
    }
    await undefine(root, 'gones');
    for (let i = 0; i < 30; i++) await untilGone(server, `${configmaps(root)}/of-gone-${i}`);
  });

  test(`what depends on what is not served waits until it is (${where})`, async () => {
    const absent = await createDependent(root, 'waits', reference('lates', 'nobody', nobody));
    await settled(root);
    const { json } = await server.get(`${configmaps(root)}/waits`);
    assert.equal(json.metadata.resourceVersion, absent.metadata.resourceVersion);
    await define(root, 'lates', { annotations: { 'discovery.miloapis.com/parent-contexts': 'Platform' } });
    await untilGone(server, `${configmaps(root)}/waits`);
    // What has a living owner stays, and forgets who is none.
    await createDependent(
      root,
      'stays',
      await createOwner(root, 'lates', 'alive'),
      reference('nevers', 'x', nobody),
    );
    await settled(root);
    await define(root, 'nevers', { annotations: { 'discovery.miloapis.com/parent-contexts': 'Platform' } });
    const { json: kept } = await until(
      server,
      `${configmaps(root)}/stays`,
      ({ json }) => json.metadata.ownerReferences.length === 1,
      'left with one owner',
    );
    assert.equal(kept.metadata.ownerReferences[0].name, 'alive');
    await undefine(root, 'nevers');
    await undefine(root, 'lates');
    await untilGone(server, `${configmaps(root)}/stays`);
  });
}

const contexts = 'discovery.miloapis.com/parent-contexts';

test('what the platform defines is judged in every project that sees it, and from then on', async () => {
  for (const root of planes) await createDependent(root, 'far', reference('fars', 'nobody', nobody));
  await define('', 'fars', { annotations: { [contexts]: 'Platform' } });
  await untilGone(server, `${configmaps('')}/far`);
  for (const root of planes.slice(1)) {
    await settled(root);
    await must(server.get(`${configmaps(root)}/far`), 200);
  }
  const annotations = { [contexts]: 'Platform,Project' };
  await must(server.patch(`${crds}/fars.${group}`, { metadata: { annotations } }), 200);
  for (const root of planes.slice(1)) await untilGone(server, `${configmaps(root)}/far`);
  await undefine('', 'fars');
});

test('a policy that lets projects see a kind lets its dependents be judged', async () => {
  const policies = '/apis/discovery.miloapis.com/v1alpha1/discoverycontextpolicies';
  const seenIn = (...contexts: string[]): object => ({
    spec: { rules: [{ group, resources: ['seens'], contexts }] },
  });
  const metadata = { name: 'seen' };
  const policy = {
    apiVersion: 'discovery.miloapis.com/v1alpha1',
    kind: 'DiscoveryContextPolicy',
    metadata,
    ...seenIn('Platform'),
  };
  await must(server.post(policies, policy), 201);
  await define('', 'seens');
  const path = `${configmaps(planes[1]!)}/of-seen`;
  await createDependent(planes[1]!, 'of-seen', reference('seens', 'nobody', nobody));
  await settled(planes[1]!);
  await must(server.get(path), 200);
  await must(server.patch(`${policies}/seen`, seenIn('Platform', 'Project')), 200);
  await untilGone(server, path);
  await undefine('', 'seens');
  await must(server.remove(`${policies}/seen`), 200);
});

test('a kind that is defined in one project is not judged in another', async () => {
  const [, p, q] = planes as [string, string, string];
  for (const root of [p, q]) await createDependent(root, 'apart', reference('aparts', 'nobody', nobody));
  await define(p, 'aparts');
  await untilGone(server, `${configmaps(p)}/apart`);
  await settled(q);
  await must(server.get(`${configmaps(q)}/apart`), 200);
  await undefine(p, 'aparts');
  await server.remove(`${configmaps(q)}/apart`);
});

test('a dependent that nobody can judge does not hold a definition for ever', async () => {
  const [, p] = planes as [string, string];
  await define(p, 'heldups');
  const owner = await createOwner(p, 'heldups', 'a');
  await createDependent(p, 'heldup', owner, reference('unknowns', 'x', nobody));
  await must(server.remove(`${p}${crds}/heldups.${group}`), 200);
  const { json } = await until(
    server,
    `${p}${crds}/heldups.${group}`,
    ({ json }) =>
      json.status.conditions.some(
        ({ type, status }: Manifest) => type === 'Terminating' && status === 'False',
      ),
    'without objects',
  );
  const said = json.status.conditions.find(({ type }: Manifest) => type === 'Terminating');
  assert.equal(said.reason, 'InstanceDeletionCompleted');
  await untilGone(server, `${p}${crds}/heldups.${group}`);
  await must(server.get(`${configmaps(p)}/heldup`), 200);
  // Once both are served, it goes.
  await define(p, 'heldups');
  await define(p, 'unknowns');
  await untilGone(server, `${configmaps(p)}/heldup`);
});
