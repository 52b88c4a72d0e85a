/**
 * Whatever is sent, the server answers, and nothing of it is the server's fault: requests put together at random
 * from pieces that mean something somewhere. The seed is in the test's name.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeProtobuf } from '../../src/apimachinery/codec/protobuf.ts';
import { parseYaml } from '../../src/apimachinery/codec/yaml.ts';
import { statusSchema } from '../../src/apimachinery/schema/meta.ts';
import { Prng } from '../../src/lib/prng.ts';
import { type Answer, ApiServer, makeProjects, type Send } from '../api-client.ts';
import { enveloped, message, protobuf } from './protobuf-body.ts';

const seed = Number(process.env.MILO_SEED ?? Math.floor(Math.random() * 2 ** 31));
const requests = Number(process.env.MILO_REQUESTS ?? 3_000);

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p']);
});
after(() => server.stop());

const planes = [
  '',
  '',
  '/projects/p/control-plane',
  '/projects/none/control-plane',
  '/organizations/acme/control-plane',
];
const groups = [
  '/api/v1',
  '/api/v1',
  '/api/v1',
  '/apis/coordination.k8s.io/v1',
  '/apis/events.k8s.io/v1',
  '/apis/resourcemanager.miloapis.com/v1alpha1',
  '/apis/example.com/v9',
  '/api',
  '/apis',
  '',
];
const namespaces = [
  '/namespaces/default',
  '/namespaces/default',
  '',
  '/namespaces/none',
  '/namespaces/',
  '/namespaces/%00',
  '/watch',
  '/watch/namespaces/default',
];
/** Paths that mean something, each with the names that do. */
const collections = [
  ...['configmaps', 'secrets', 'serviceaccounts', 'events'].map(
    (resource) => `/api/v1/namespaces/default/${resource}`,
  ),
  '/apis/coordination.k8s.io/v1/namespaces/default/leases',
  '/apis/events.k8s.io/v1/namespaces/default/events',
  '/api/v1/namespaces',
  ...['organizations', 'folders', 'projects'].map(
    (resource) => `/apis/resourcemanager.miloapis.com/v1alpha1/${resource}`,
  ),
];
const resources = [
  'configmaps',
  'secrets',
  'serviceaccounts',
  'events',
  'leases',
  'namespaces',
  'organizations',
  'folders',
  'projects',
  'pods',
  'constructor',
  '__proto__',
];
const names = [
  '',
  '',
  '/a',
  '/b',
  '/a',
  '/default',
  '/acme',
  '/p',
  '/%2F',
  `/${'n'.repeat(300)}`,
  '/A_b',
  '/..',
  '/%ff',
];
const subresources = ['', '', '', '', '/status', '/finalize', '/scale', '/status/x'];
const numbers = ['0', '1', '2', '-1', '', 'x', '9223372036854775808', '18446744073709551616', '1e3'];
const words = ['true', 'false', '', 'All', 'Exact', 'NotOlderThan', 'Orphan', 'Strict', '\u0000', 'é', '%'];
const selectors = [
  'a=b',
  'a in (b,c)',
  '!a',
  'a,,',
  'metadata.name=a',
  'metadata.name!=a',
  'type=Opaque',
  'status.phase=Active',
  '(',
  '\\',
  'metadata.namespace=default',
];
const parameters: readonly (readonly [string, readonly string[]])[] = [
  ['limit', numbers],
  ['resourceVersion', numbers],
  ['timeoutSeconds', numbers],
  ['gracePeriodSeconds', numbers],
  ['continue', ['e30', '!', '', 'x'.repeat(50)]],
  ['resourceVersionMatch', words],
  ['dryRun', words],
  ['pretty', words],
  ['fieldValidation', words],
  ['propagationPolicy', words],
  ['includeObject', ['None', 'Object', 'x']],
  ['labelSelector', selectors],
  ['fieldSelector', selectors],
  ['fieldManager', ['me', 'x'.repeat(200), '\u0007']],
  ['force', words],
  ['sendInitialEvents', words],
  ['watch', ['0', 'false', '1']],
];
const scalars = [
  '',
  'a',
  'b',
  'default',
  '0',
  1,
  -1,
  2 ** 60,
  1.5,
  true,
  null,
  'x'.repeat(300),
  '2026-01-01T00:00:00Z',
  'YQ==',
  '\u0000',
  '\ud800',
];
const fields = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'generateName',
  'namespace',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'resourceVersion',
  'uid',
  'data',
  'binaryData',
  'stringData',
  'type',
  'immutable',
  'spec',
  'status',
  'conditions',
  'ownerRef',
  'parentRef',
  'contactInfo',
  'involvedObject',
  'regarding',
  'eventTime',
  'series',
  'count',
  'secrets',
  'preconditions',
  'dryRun',
  '$patch',
  '$setElementOrder/secrets',
  '$deleteFromPrimitiveList/finalizers',
  '$retainKeys',
  '__proto__',
  'constructor',
];
const types = [
  'application/json',
  'application/json',
  'application/yaml',
  protobuf,
  'application/merge-patch+json',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'text/plain',
  ';',
];
const accepts = [
  undefined,
  '*/*',
  'application/yaml',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,*/*',
  `${protobuf},application/json`,
  'text/html',
  ',;=q',
];

function value(random: Prng, depth: number): unknown {
  if (depth === 0 || random.chance(0.4)) return random.pick(scalars);
  if (random.chance(0.25)) return Array.from({ length: random.below(3) }, () => value(random, depth - 1));
  return object(random, depth - 1);
}
function object(random: Prng, depth: number): object {
  return Object.fromEntries(
    Array.from({ length: random.below(5) }, () => [random.pick(fields), value(random, depth)]),
  );
}
function operation(random: Prng): unknown {
  if (random.chance(0.05)) return random.pick(scalars);
  return {
    op: random.pick(['add', 'remove', 'replace', 'test', 'copy', 'move', 'none', 7]),
    path: random.chance(0.1)
      ? random.pick(scalars)
      : `/${random.pick(fields)}/${random.pick([...fields, '0', '-', '~1', '~'])}`,
    from: `/${random.pick(fields)}`,
    value: value(random, 2),
  };
}
/** Most have a name, so that some get through. */
function body(random: Prng): unknown {
  if (random.chance(0.05)) return random.pick(['', '{', '[]', 'null', 'a: [b', '"', '\0', '{"a":1}{']);
  if (random.chance(0.1)) {
    const inside = message(
      [1, message([1, random.pick(['a', 'b', ''])])],
      [random.below(9) + 1, random.pick(['x', 7])],
    );
    return enveloped(
      random.pick(['v1', 'v2', '']),
      random.pick(['ConfigMap', 'Secret', 'DeleteOptions', '']),
      inside,
    );
  }
  if (random.chance(0.15)) return Array.from({ length: random.below(4) }, () => operation(random));
  const some = object(random, 3) as Record<string, unknown>;
  if (random.chance(0.7))
    some.metadata = {
      ...(random.chance(0.3) ? object(random, 2) : {}),
      name: random.pick(['a', 'b', 'A', 'acme']),
    };
  return some;
}

function randomPath(random: Prng, method: string): string {
  if (random.chance(0.85)) {
    const plane = random.pick(['', '', '/projects/p/control-plane']);
    const isNamed = random.chance(
      method === 'POST' ? 0.05 : ['GET', 'HEAD', 'DELETE'].includes(method) ? 0.6 : 0.95,
    );
    const name = isNamed ? `/${random.pick(['a', 'b', 'a', 'b', 'acme'])}` : '';
    const subresource = name !== '' && random.chance(0.1) ? random.pick(['/status', '/finalize']) : '';
    return `${plane}${random.pick(collections)}${name}${subresource}`;
  }
  const parts = [planes, groups, namespaces].map((choices) => random.pick(choices)).join('');
  return `${parts}/${random.pick(resources)}${random.pick(names)}${random.pick(subresources)}`;
}

const methods = [
  'GET',
  'GET',
  'GET',
  'POST',
  'POST',
  'POST',
  'PUT',
  'PUT',
  'PATCH',
  'PATCH',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
];
const patchTypes = ['merge', 'json', 'strategic-merge'].map((type) => `application/${type}-patch+json`);

function request(random: Prng): { path: string; send: Send } {
  const method = random.pick(methods);
  const isUsual = random.chance(0.8);
  const query = Array.from({ length: random.below(isUsual ? 2 : 4) }, () => {
    const [name, choices] = random.pick(parameters);
    return `${name}=${encodeURIComponent(random.pick(choices))}`;
  });
  const accept = isUsual ? undefined : random.pick(accepts);
  const hasBody = method !== 'GET' && method !== 'HEAD' && random.chance(0.9);
  const usualType =
    method === 'PATCH' ? random.pick(patchTypes) : random.pick(['application/json', 'application/yaml']);
  return {
    path: `${randomPath(random, method)}?${query.join('&')}`,
    send: {
      method,
      headers: accept === undefined ? {} : { accept },
      ...(hasBody ? { body: body(random), type: isUsual ? usualType : random.pick(types) } : {}),
    },
  };
}

/** The Status of a refusal, in whichever encoding it came. */
function refusalIn({ headers, json, text, bytes }: Answer): { kind?: string; reason?: string } {
  const type = headers['content-type'];
  if (type === protobuf) return decodeProtobuf(bytes, statusSchema);
  return type === 'application/yaml' ? (parseYaml(text) as object) : json;
}

test(`${requests} requests at random, seed ${seed}`, async () => {
  const random = new Prng(seed);
  const codes = new Map<number, number>();
  const one = async (): Promise<void> => {
    const { path, send } = request(random);
    const what = `${send.method} ${path} ${JSON.stringify(send.body)} (seed ${seed})`;
    if (/[?&]watch=1|\/watch\//.test(path)) {
      // A watch has no end of its own; that it begins or is refused is all there is to see.
      if (send.method !== 'GET') return;
      const stream = server.watch(path, send.headers);
      // Its events may be in an encoding that nobody here reads.
      stream.pause();
      if (!path.includes('resourceVersion')) await stream.opened();
      stream.close();
      return;
    }
    const answer = await server.send(path, send);
    const { status, text } = answer;
    codes.set(status, (codes.get(status) ?? 0) + 1);
    if (status >= 400 && send.method !== 'HEAD') {
      const { kind, reason } = refusalIn(answer);
      const isBare = status === 500 && reason === undefined;
      assert.ok(status < 500 || status === 504 || isBare, `${what}: ${status} ${text}`);
      assert.equal(kind, 'Status', `${what}: ${text}`);
    }
    assert.deepEqual(server.faults, [], what);
  };
  for (let sent = 0; sent < requests; sent += 20) await Promise.all(Array.from({ length: 20 }, one));
  // They were not all refused.
  for (const code of [200, 201, 400, 404, 405, 415, 422])
    assert.ok((codes.get(code) ?? 0) > 0, JSON.stringify([...codes]));
  assert.equal((await server.get('/readyz')).status, 200);
});
