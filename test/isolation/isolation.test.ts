/**
 * Tenants that share every name, doing everything at random, never see or touch each other's objects. Each object
 * carries a mark of the control plane that wrote it (a new one each time a project is made again); an answer or
 * event with a foreign mark is a breach, and in the end each control plane holds exactly what its own model says.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Prng } from '../../src/lib/prng.ts';
import { type Answer, ApiServer, type EventStream, makeProjects } from '../api-client.ts';

const seed = Number(process.env.MILO_SEED ?? Math.floor(Math.random() * 2 ** 31));
const operations = Number(process.env.MILO_ISOLATION_OPERATIONS ?? 6_000);
const group = '/apis/resourcemanager.miloapis.com/v1alpha1';
const names = ['a', 'a-b', 'ab', 'b', 'c.d', 'e'];
const resources = ['configmaps', 'secrets', 'serviceaccounts'];

interface Plane {
  readonly project: string;
  mark: string;
  /** resource/name → value of its `v` annotation. */
  readonly objects: Map<string, string>;
  tokens: { path: string; token: string }[];
  revisions: string[];
  watches: EventStream[];
}

let server: ApiServer;
let marks = 0;
const planes: Plane[] = ['p', 'p-1', 'p1', 'q'].map((project) => ({
  project,
  mark: '',
  objects: new Map(),
  tokens: [],
  revisions: [],
  watches: [],
}));

before(async () => {
  server = await ApiServer.start();
  await makeProjects(
    server,
    'acme',
    planes.map(({ project }) => project),
  );
  for (const plane of planes) plane.mark = `mark-${plane.project}-${marks++}.`;
});
after(() => server.stop());

const collection = (plane: Plane, resource: string): string =>
  `/projects/${plane.project}/control-plane/api/v1/namespaces/default/${resource}`;

/** No mark but the plane's own may be in what its clients read. */
function checkMarks(plane: Plane, text: string, what: string): void {
  for (const mark of text.match(/mark-[a-z0-9-]+\./g) ?? []) {
    assert.equal(mark, plane.mark, `${what} of ${plane.project} shows ${mark} (seed ${seed})`);
  }
}

async function ask(plane: Plane, path: string, send: Parameters<ApiServer['send']>[1] = {}): Promise<Answer> {
  const answer = await server.send(path, send);
  checkMarks(plane, answer.text, `${send.method ?? 'GET'} ${path}`);
  assert.notEqual(answer.status, 500, `${path}: ${answer.text}`);
  return answer;
}

const body = (plane: Plane, resource: string, name: string, value: string) => ({
  apiVersion: 'v1',
  kind: { configmaps: 'ConfigMap', secrets: 'Secret', serviceaccounts: 'ServiceAccount' }[resource],
  metadata: { name, labels: { l: value }, annotations: { v: value, mark: plane.mark } },
});

type Operation = (plane: Plane, random: Prng) => Promise<void>;

const write: Operation = async (plane, random) => {
  const resource = random.pick(resources);
  const name = random.pick(names);
  const value = String(random.below(3));
  const known = plane.objects.has(`${resource}/${name}`);
  const path = collection(plane, resource);
  const answer = known
    ? await ask(plane, `${path}/${name}`, { method: 'PUT', body: body(plane, resource, name, value) })
    : await ask(plane, path, { method: 'POST', body: body(plane, resource, name, value) });
  assert.equal(answer.status, known ? 200 : 201, answer.text);
  plane.objects.set(`${resource}/${name}`, value);
  plane.revisions.push(answer.json.metadata.resourceVersion);
};

const patch: Operation = async (plane, random) => {
  const resource = random.pick(resources);
  const name = random.pick(names);
  const value = String(random.below(3));
  const answer = await ask(plane, `${collection(plane, resource)}/${name}`, {
    method: 'PATCH',
    type: 'application/merge-patch+json',
    body: { metadata: { labels: { l: value }, annotations: { v: value } } },
  });
  const known = plane.objects.has(`${resource}/${name}`);
  assert.equal(answer.status, known ? 200 : 404, answer.text);
  if (known) plane.objects.set(`${resource}/${name}`, value);
};

const remove: Operation = async (plane, random) => {
  const resource = random.pick(resources);
  const name = random.pick(names);
  const answer = await ask(plane, `${collection(plane, resource)}/${name}`, { method: 'DELETE' });
  assert.equal(answer.status, plane.objects.delete(`${resource}/${name}`) ? 200 : 404, answer.text);
};

const removeSelected: Operation = async (plane, random) => {
  const resource = random.pick(resources);
  const value = String(random.below(3));
  const path = `${collection(plane, resource)}?labelSelector=l%3D${value}`;
  assert.equal((await ask(plane, path, { method: 'DELETE' })).status, 200);
  for (const [key, is] of plane.objects) {
    if (key.startsWith(`${resource}/`) && is === value) plane.objects.delete(key);
  }
};

const read: Operation = async (plane, random) => {
  const resource = random.pick(resources);
  const name = random.pick(names);
  const answer = await ask(plane, `${collection(plane, resource)}/${name}`);
  const value = plane.objects.get(`${resource}/${name}`);
  assert.equal(answer.status, value === undefined ? 404 : 200);
  if (value !== undefined) assert.equal(answer.json.metadata.annotations.v, value);
};

const list: Operation = async (plane, random) => {
  const resource = random.pick(resources);
  const value = String(random.below(3));
  const selector = random.chance(0.5) ? `&labelSelector=l%3D${value}` : '';
  const scope = random.chance(0.5)
    ? collection(plane, resource)
    : `/projects/${plane.project}/control-plane/api/v1/${resource}`;
  const path = `${scope}?limit=${random.below(4)}${selector}`;
  const found: string[] = [];
  let token = '';
  do {
    const answer = await ask(plane, `${path}${token === '' ? '' : `&continue=${token}`}`);
    assert.equal(answer.status, 200, answer.text);
    for (const item of answer.json.items) found.push(item.metadata.name);
    token = answer.json.metadata.continue ?? '';
    if (token !== '') plane.tokens.push({ path: scope, token });
  } while (token !== '');
  const expected = [...plane.objects]
    .filter(([key, is]) => key.startsWith(`${resource}/`) && (selector === '' || is === value))
    .map(([key]) => key.slice(resource.length + 1));
  assert.deepEqual(found.sort(), expected.sort(), `${path} (seed ${seed})`);
};

/** A token of one control plane is refused in every other, on the same path. */
const foreignToken: Operation = async (plane, random) => {
  const other = random.pick(planes.filter((candidate) => candidate !== plane));
  if (other.tokens.length === 0) return;
  const { path, token } = random.pick(other.tokens);
  const own = path.replace(`/projects/${other.project}/`, `/projects/${plane.project}/`);
  const answer = await ask(plane, `${own}?limit=2&continue=${token}`);
  assert.equal(answer.status, 400, `${own} took a token of ${other.project}: ${answer.text} (seed ${seed})`);
};

/** Watching from any revision, one's own or a foreign one, shows one's own changes or none. */
const watch: Operation = async (plane, random) => {
  const from = random.pick(planes).revisions;
  const resource = random.pick(resources);
  const revision = from.length > 0 && random.chance(0.7) ? `?resourceVersion=${random.pick(from)}` : '';
  plane.watches.push(server.watch(`${collection(plane, resource)}${revision}`));
  if (plane.watches.length > 6) endWatch(plane, plane.watches.shift()!);
};

function endWatch(plane: Plane, stream: EventStream): void {
  checkMarks(plane, JSON.stringify(stream.events), 'watch');
  stream.close();
}

/** The project goes and comes back; what its old clients hold is worth nothing. */
const recreate: Operation = async (plane) => {
  for (const stream of plane.watches.splice(0)) endWatch(plane, stream);
  const oldTokens = plane.tokens.splice(0);
  const oldRevisions = plane.revisions.splice(0);
  const path = `${group}/projects/${plane.project}`;
  assert.equal((await server.remove(path)).status, 200);
  while ((await server.get(path)).status !== 404) await new Promise((resolve) => setTimeout(resolve, 5));
  plane.mark = `mark-${plane.project}-${marks++}.`;
  plane.objects.clear();
  await makeProjects(server, 'acme', [plane.project]);
  for (const resource of resources) {
    assert.deepEqual((await ask(plane, collection(plane, resource))).json.items, []);
  }
  for (const { path, token } of oldTokens.slice(-3)) {
    assert.equal((await ask(plane, `${path}?limit=2&continue=${token}`)).status, 400);
  }
  const last = oldRevisions.at(-1);
  if (last === undefined) return;
  const stream = server.watch(`${collection(plane, 'configmaps')}?resourceVersion=${last}`);
  const [first] = await stream.until((events) => events.length > 0, 'an end to a watch of the namesake');
  assert.equal(first?.type, 'ERROR');
  assert.equal(first?.object.code, 410);
  stream.close();
};

const choices: readonly (readonly [Operation, number])[] = [
  [write, 30],
  [patch, 10],
  [remove, 8],
  [removeSelected, 2],
  [read, 15],
  [list, 20],
  [foreignToken, 8],
  [watch, 6],
  [recreate, 1],
];
const bag = choices.flatMap(([operation, weight]) => Array.from({ length: weight }, () => operation));

test(`${operations} operations of ${planes.length} tenants, seed ${seed}`, async () => {
  const random = new Prng(seed);
  // One lane a tenant, so that tenants race each other while each model stays exact.
  const lane = async (plane: Plane): Promise<void> => {
    const own = new Prng(random.uint32());
    for (let i = 0; i < operations / planes.length; i++) await own.pick(bag)(plane, own);
  };
  await Promise.all(planes.map(lane));
  for (const plane of planes) {
    for (const stream of plane.watches.splice(0)) endWatch(plane, stream);
    for (const resource of resources) {
      const { items } = (await ask(plane, collection(plane, resource))).json;
      for (const { metadata } of items) {
        assert.equal(metadata.annotations.mark, plane.mark);
        assert.equal(plane.objects.get(`${resource}/${metadata.name}`), metadata.annotations.v);
      }
    }
  }
});
