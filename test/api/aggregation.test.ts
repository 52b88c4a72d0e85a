/** APIs of other servers: proxied with the identity of who asks, discovered, and out of the way when they are down. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import { createOrganization, createProject, type Manifest, must, plane, until } from './control-planes.ts';
import type { ExtensionServer } from './extension-server.ts';
import {
  apiService,
  apiServices,
  available,
  externalService,
  registeredExtension,
} from './registered-extension.ts';

const group = 'stars.example';
const stars = `/apis/${group}/v1/namespaces/default/stars`;
const aggregated = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };

let server: ApiServer;
let nowMs = Date.now();
let extension: ExtensionServer;
before(async () => {
  server = await ApiServer.start({ projectEgressCidrs: ['127.0.0.0/8'], clock: { now: () => nowMs } });
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
  await createProject(server, 'q', 'Organization/acme');
  extension = await registeredExtension(server, group);
});
after(async () => {
  await extension.stop();
  await server.stop();
});

describe('a request', () => {
  test('goes there with the identity of who asks', async () => {
    const { json, headers } = await server.get(`${stars}/sol?a=b`);
    assert.equal(json.url, `${stars}/sol?a=b`);
    assert.equal(json.headers['x-remote-user'], 'admin');
    assert.match(json.headers['x-remote-group'], /system:masters/);
    assert.equal(headers['x-extension'], 'yes');
  });

  test('cannot say who it is, nor pass on its credentials', async () => {
    const { json } = await server.get(`${stars}/sol`, {
      'x-remote-user': 'somebody',
      'x-remote-extra-iam.miloapis.com%2fparent-name': 'q',
    });
    assert.equal(json.headers['x-remote-user'], 'admin');
    assert.deepEqual(
      Object.keys(json.headers).filter((name) => name.includes('extra')),
      [],
    );
    assert.equal(json.authorization, undefined);
  });

  test('of a project says which in its path and in extras', async () => {
    const { json } = await server.get(`${plane('p')}${stars}/sol`);
    assert.equal(json.url, `${plane('p')}${stars}/sol`);
    assert.equal(json.headers['x-remote-extra-iam.miloapis.com%2fparent-name'], 'p');
    assert.equal(json.headers['x-remote-extra-iam.miloapis.com%2fparent-type'], 'Project');
  });

  test('streams: a watch comes as it is written, and ends there when its client goes', async () => {
    const watch = server.watch(stars);
    await watch.until((events) => events.length === 2);
    assert.deepEqual(
      watch.events.map(({ type }) => type),
      ['ADDED', 'MODIFIED'],
    );
    watch.close();
  });
});

describe('discovery', () => {
  test('has what the service serves among the rest', async () => {
    const { json } = await server.get('/apis', aggregated);
    const own = json.items.find(({ metadata }: Manifest) => metadata.name === group);
    assert.equal(own.versions[0].freshness, 'Current');
    const [resource] = own.versions[0].resources;
    assert.equal(resource.resource, 'stars');
    assert.deepEqual(resource.shortNames, ['st']);
    assert.deepEqual(
      resource.subresources.map(({ subresource }: Manifest) => subresource),
      ['status'],
    );
    const legacy = await must(server.get('/apis'), 200);
    assert.ok(legacy.groups.some(({ name }: Manifest) => name === group));
    assert.equal((await must(server.get(`/apis/${group}/v1`), 200)).kind, 'APIResourceList');
    const { paths } = await must(server.get('/openapi/v3'), 200);
    assert.equal(paths[`apis/${group}/v1`].serverRelativeURL, `/openapi/v3/apis/${group}/v1`);
  });

  test('is that of projects too, where the platform gives it to them', async () => {
    const { json } = await server.get(`${plane('p')}/apis`, aggregated);
    assert.ok(json.items.some(({ metadata }: Manifest) => metadata.name === group));
  });
});

test('a server that tells all of its groups at once is asked that way, and one that does not tell of a version as before', async () => {
  const planets = 'planets.example';
  const responseKind = { group: planets, version: 'v1', kind: 'Planet' };
  const subresources = [{ subresource: 'orbit', responseKind, verbs: ['get'] }];
  const planet = { resource: 'planets', responseKind, scope: 'Cluster', singularResource: 'planet' };
  extension.documents.set('/apis', {
    type: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    body: {
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      items: [
        {
          metadata: { name: planets },
          versions: [{ version: 'v1', resources: [{ ...planet, verbs: ['get', 'list'], subresources }] }],
        },
      ],
    },
  });
  // The server has no document of this version alone.
  await must(server.post(apiServices, apiService(extension, planets)), 201);
  await available(server, planets, 'True');
  const asked = extension.requests.filter(({ url }) => url === `/apis/${planets}/v1`);
  assert.equal(asked.length, 0);
  const again = await must(server.get(`${apiServices}/v1.${group}`), 200);
  again.spec.versionPriority = 12;
  await must(server.put(`${apiServices}/v1.${group}`, again), 200);
  await until(
    server,
    '/apis',
    () => extension.requests.filter(({ url }) => url === '/apis').length > 2,
    'asked',
  );
  await available(server, group, 'True');
  const { json } = await server.get('/apis', aggregated);
  const shown = (name: string): Manifest[] =>
    json.items.find(({ metadata }: Manifest) => metadata.name === name).versions[0].resources;
  assert.equal(shown(group)[0].resource, 'stars');
  assert.deepEqual(shown(planets), [{ ...planet, verbs: ['get', 'list'], subresources }]);
  extension.documents.delete('/apis');
  await must(server.remove(`${apiServices}/v1.${planets}`), 200);
});

describe('OpenAPI v2', () => {
  const path = `/apis/${group}/v1/namespaces/{namespace}/stars/{name}`;
  const definition = `example.stars.v1.Star`;
  const kinds = { 'x-kubernetes-group-version-kind': [{ group, version: 'v1', kind: 'Star' }] };
  const schema = { type: 'object', properties: { metadata: { $ref: '#/definitions/ObjectMeta' } }, ...kinds };
  const swagger = (description: string): object => ({
    swagger: '2.0',
    paths: {
      [path]: { get: { responses: { 200: { schema: { $ref: `#/definitions/${definition}` } } } } },
      '/apis/elsewhere.example/v1/things': { get: { responses: { 200: { description } } } },
    },
    definitions: { [definition]: { description, ...schema }, ObjectMeta: { type: 'object' } },
  });
  const documentOf = async (root: string): Promise<Manifest> =>
    await must(server.get(`${root}/openapi/v2`), 200);
  const asked = (): number => extension.requests.filter(({ url }) => url === '/openapi/v2').length;

  test('has what the service says of its version, and asks it once', async () => {
    const etag = '"one"';
    extension.documents.set('/openapi/v2', { body: swagger('A star.'), etag });
    assert.equal(asked(), 0);
    for (const root of ['', plane('p'), plane('q')]) {
      const { paths, definitions } = await documentOf(root);
      assert.ok(paths['/api/v1/namespaces/{namespace}/configmaps']);
      assert.ok(paths[path].get);
      assert.equal(paths['/apis/elsewhere.example/v1/things'], undefined);
      assert.equal(definitions[definition].description, 'A star.');
    }
    assert.equal(asked(), 1);
    const { headers } = await server.get('/openapi/v2');
    const conditional = { 'if-none-match': String(headers.etag) };
    assert.equal((await server.get('/openapi/v2', conditional)).status, 304);
    const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const { status, bytes } = await server.get('/openapi/v2', { accept: protobuf });
    assert.equal(status, 200);
    assert.ok(bytes.includes(definition));
  });

  test('follows the service after a while, without a wait', async () => {
    nowMs += 60_000;
    assert.equal((await documentOf('')).definitions[definition].description, 'A star.');
    await until(server, '/version', () => asked() === 2, 'asked again');
    extension.documents.set('/openapi/v2', { body: swagger('Another star.'), etag: '"two"' });
    await until(
      server,
      '/openapi/v2',
      ({ json }) => {
        nowMs += 60_000;
        return json.definitions[definition].description === 'Another star.';
      },
      'up to date',
    );
  });

  test('is without a service that is not there, or says something else', async () => {
    const there = extension.documents.get('/openapi/v2')!;
    for (const body of [{ swagger: '3' }, 'garbage', null]) {
      extension.documents.set('/openapi/v2', { body });
      await until(
        server,
        '/openapi/v2',
        ({ json }) => {
          nowMs += 60_000;
          return json.paths[path] === undefined && json.paths['/api/v1/namespaces'] !== undefined;
        },
        'without',
      );
    }
    extension.documents.set('/openapi/v2', there);
    nowMs += 60_000;
    assert.ok((await documentOf(plane('p'))).paths[path]);
  });
});

describe('registration', () => {
  test('does not take what is served here', async () => {
    const { status, json } = await server.post(
      apiServices,
      apiService(extension, 'rbac.authorization.k8s.io'),
    );
    assert.equal(status, 403);
    assert.match(json.message, /rbac\.authorization\.k8s\.io\/v1 is served here already/);
  });

  test('in a project takes nothing that the platform gives, and is of that project alone', async () => {
    const taken = await server.post(`${plane('p')}${apiServices}`, apiService(extension, group));
    assert.equal(taken.status, 403);
    assert.match(taken.json.message, /by a service of the platform/);
    const own = 'moons.example';
    await must(server.post(`${plane('p')}/api/v1/namespaces`, { metadata: { name: 'x' } }), 201);
    await must(
      server.post(`${plane('p')}/api/v1/namespaces/default/services`, externalService('stars')),
      201,
    );
    await must(server.post(`${plane('p')}${apiServices}`, apiService(extension, own)), 201);
    await available(server, own, 'False', plane('p'));
    assert.equal((await server.get(`${plane('p')}/apis/${own}/v1`)).status, 503);
    // To services of the platform, this server is nobody when it speaks for what a project has registered.
    const asked = extension.requests.filter(({ url }) => url === `/apis/${own}/v1`);
    assert.ok(asked.length > 0 && asked.every(({ user }) => user === undefined));
    assert.equal((await server.get(`${plane('q')}/apis/${own}/v1`)).status, 404);
    assert.ok(extension.requests.every(({ url }) => !url.startsWith(plane('q'))));
  });

  test('on surfaces that it does not name it is not there', async () => {
    const hidden = 'comets.example';
    const metadata = { annotations: { 'discovery.miloapis.com/parent-contexts': 'Platform' } };
    await must(server.post(apiServices, apiService(extension, hidden, { metadata })), 201);
    assert.equal((await server.get(`${plane('p')}/apis/${hidden}/v1/things`)).status, 404);
    await available(server, hidden, 'False');
    assert.equal((await server.get(`/apis/${hidden}/v1/things`)).status, 503);
  });
});

describe('a service that', () => {
  const check = async (
    behaviour: NonNullable<ExtensionServer['behaviour']>,
    isAsWished: (status: number, json: Manifest) => boolean,
    query = '',
  ): Promise<void> => {
    extension.behaviour = behaviour;
    try {
      const { status, json } = await server.get(`${stars}/sol${query}`);
      assert.ok(isAsWished(status, json), `${status} ${JSON.stringify(json)}`);
      // Nothing else minds.
      await must(server.get('/api/v1/namespaces/default'), 200);
    } finally {
      extension.behaviour = undefined;
    }
  };

  test('resets is unavailable', () =>
    check(
      (request) => request.socket.destroy(),
      (status, json) => status === 503 && /^error trying to reach service: /.test(json.message),
    ));
  test('hangs is given up in the time of the request', () =>
    check(
      () => {},
      (status) => status === 504,
      '?timeout=300ms',
    ));
  test('redirects is not followed', () =>
    check(
      (_, response) => response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
      (status, json) => status === 503 && /not permitted/.test(json.message),
    ));
  test('answers with an error is passed on', () =>
    check(
      (_, response) =>
        response.writeHead(418, { 'content-type': 'application/json' }).end('{"kind":"Status"}'),
      (status) => status === 418,
    ));

  test('streams forever is broken off in the time of the request', async () => {
    extension.behaviour = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const timer = setInterval(() => response.write('x'.repeat(1024)), 1);
      response.on('close', () => clearInterval(timer));
    };
    await assert.rejects(server.get(`${stars}/sol?timeout=300ms`));
    extension.behaviour = undefined;
    await must(server.get(`${stars}/sol`), 200);
  });

  test('says garbage of itself, or is down, is stale in discovery, and says why', async () => {
    extension.behavesAt = '';
    extension.behaviour = (_, response) => response.writeHead(200).end('{"kind":');
    const current = await must(server.get(`${apiServices}/v1.${group}`), 200);
    current.spec.versionPriority = 11;
    await must(server.put(`${apiServices}/v1.${group}`, current), 200);
    const { status } = await available(server, group, 'False');
    const [condition] = status.conditions;
    assert.equal(condition.reason, 'FailedDiscoveryCheck');
    const { json } = await server.get('/apis', aggregated);
    const own = json.items.find(({ metadata }: Manifest) => metadata.name === group);
    assert.equal(own.versions[0].freshness, 'Stale');
    assert.equal(own.versions[0].resources[0].resource, 'stars');
    assert.equal((await server.get(`${stars}/sol`)).status, 503);
    extension.behaviour = undefined;
    extension.behavesAt = '/namespaces/';
  });

  test('does not exist is told by its Service', async () => {
    const lost = 'lost.example';
    await must(
      server.post(
        apiServices,
        apiService(extension, lost, { spec: { service: { namespace: 'default', name: 'none' } } }),
      ),
      201,
    );
    const { status } = await available(server, lost, 'False');
    assert.equal(status.conditions[0].reason, 'ServiceNotFound');
    const unavailable = await server.get(`/apis/${lost}/v1/things`);
    assert.equal(unavailable.status, 503);
    assert.equal(unavailable.json.message, 'service unavailable');
  });
});
