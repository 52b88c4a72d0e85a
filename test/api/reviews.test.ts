/** Reviews: what is asked is answered at once by the server's own authenticators and authorizers, and nothing is kept. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decodeProtobuf } from '../../src/apimachinery/codec/protobuf.ts';
import { selfSubjectAccessReviewSchema } from '../../src/apis/authorization/v1/access-review-schemas.ts';
import { type Answer, ApiServer, makeProjects, type Send } from '../api-client.ts';
import { checkStatus } from './check-status.ts';
import { enveloped, message, protobuf } from './protobuf-body.ts';

const now = '2026-03-04T05:06:07Z';
const authorization = '/apis/authorization.k8s.io/v1';
const authentication = '/apis/authentication.k8s.io/v1';
const selfAccess = `${authorization}/selfsubjectaccessreviews`;
const project = '/projects/shop/control-plane';
const pods = { verb: 'get', resource: 'pods' };

let server: ApiServer;
before(async () => {
  server = await ApiServer.start({
    clock: { now: () => Date.parse(now) },
    tokens: 'good,bob,7,"devs,ops"\n',
  });
  await makeProjects(server, 'acme', ['shop', 'going']);
});
after(() => server.stop());

const asked = (path: string, body: unknown, send: Send = {}): Promise<Answer> =>
  server.send(path, { method: 'POST', body, ...send });
async function status(path: string, body: unknown): Promise<unknown> {
  const { status: code, json, text } = await asked(path, body);
  assert.equal(code, 201, text);
  return json.status;
}
/** Names of metadata but for those that only say that there is nothing. */
const givenIn = (metadata: object): string[] =>
  Object.entries(metadata).flatMap(([name, value]) => (value === null ? [] : [name]));
const refused = (path: string, body: unknown, code: number, expected: string | RegExp): Promise<void> =>
  checkStatus(
    server,
    path,
    { method: 'POST', body },
    {
      code,
      message: expected,
      reason: code === 400 ? 'BadRequest' : 'NotFound',
      ...(code === 404 ? { details: {} } : {}),
    },
  );
async function invalid(path: string, body: unknown, ...expected: readonly string[]): Promise<void> {
  const { status: code, json, text } = await asked(path, body);
  assert.equal(code, 422, text);
  const joined = expected.length === 1 ? expected[0] : `[${expected.join(', ')}]`;
  assert.equal(json.message, `.authorization.k8s.io "" is invalid: ${joined}`);
  assert.deepEqual([json.details.group, json.details.kind], ['authorization.k8s.io', undefined]);
}

describe('who am I', () => {
  const admin = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };
  for (const version of ['v1', 'v1beta1']) {
    for (const plane of ['', project]) {
      test(`${version} on '${plane}'`, async () => {
        const path = `${plane}/apis/authentication.k8s.io/${version}/selfsubjectreviews`;
        const given = { metadata: { name: 'x' }, status: { userInfo: { username: 'eve' } } };
        const { status: code, json } = await asked(path, given);
        assert.equal(code, 201);
        assert.deepEqual(json, {
          apiVersion: `authentication.k8s.io/${version}`,
          kind: 'SelfSubjectReview',
          metadata: { creationTimestamp: now },
          status: { userInfo: admin },
        });
      });
    }
  }
});

describe('whose is a token', () => {
  const path = `${authentication}/tokenreviews`;
  const nobody = { user: {}, error: 'invalid bearer token' };
  test('a known one', async () =>
    assert.deepEqual(await status(path, { spec: { token: 'good' }, status: { error: 'mine' } }), {
      authenticated: true,
      user: { username: 'bob', uid: '7', groups: ['devs', 'ops', 'system:authenticated'] },
    }));
  test('an unknown one', async () => assert.deepEqual(await status(path, { spec: { token: 'x' } }), nobody));
  test('spaces are no anonymous user', async () =>
    assert.deepEqual(await status(path, { spec: { token: '  ' } }), nobody));
  test('for whom it is not known to be', async () =>
    assert.deepEqual(await status(path, { spec: { token: 'good', audiences: ['vault'] } }), nobody));
  test('none', () => refused(path, {}, 400, 'token is required for TokenReview in authentication'));
});

describe('may I', () => {
  test('the question comes back with its answer, and whose fields they are', async () => {
    const { status: code, json } = await asked(`${selfAccess}?fieldManager=me`, {
      spec: { resourceAttributes: pods },
      status: { allowed: false, reason: 'mine' },
    });
    assert.equal(code, 201);
    const own = { 'f:spec': { 'f:resourceAttributes': { '.': {}, 'f:resource': {}, 'f:verb': {} } } };
    assert.deepEqual(json.spec, { resourceAttributes: pods });
    assert.deepEqual(json.status, { allowed: true });
    const { fieldsV1, ...entry } = json.metadata.managedFields[0];
    assert.deepEqual(givenIn(json.metadata), ['managedFields']);
    assert.deepEqual(fieldsV1['f:spec'], own['f:spec']);
    assert.deepEqual(entry, {
      manager: 'me',
      operation: 'Update',
      apiVersion: 'authorization.k8s.io/v1',
      time: now,
      fieldsType: 'FieldsV1',
    });
  });
  test('paths, and no attribute at all', async () => {
    const path = { nonResourceAttributes: { path: '/metrics', verb: 'get' } };
    assert.deepEqual(await status(selfAccess, { spec: path }), { allowed: true });
    assert.deepEqual(await status(selfAccess, { spec: { resourceAttributes: {} } }), { allowed: true });
  });
  test('neither and both', async () => {
    const neither =
      'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified';
    await invalid(selfAccess, {}, neither);
    await invalid(selfAccess, { spec: {} }, neither);
    await invalid(
      selfAccess,
      { spec: { resourceAttributes: pods, nonResourceAttributes: { path: '/a', verb: 'get' } } },
      'spec.nonResourceAttributes: Invalid value: {"Path":"/a","Verb":"get"}: cannot be specified in combination with resourceAttributes',
    );
  });
  test('who asks for a table alone is told what there is', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const send = { method: 'POST', body: { spec: { resourceAttributes: pods } } };
    const { status: code, json } = await server.send(selfAccess, { ...send, headers: { accept } });
    assert.equal(code, 406);
    assert.equal(json.reason, 'NotAcceptable');
    const both = await server.send(selfAccess, {
      ...send,
      headers: { accept: `${accept},application/json` },
    });
    assert.equal(both.json.kind, 'SelfSubjectAccessReview');
  });
  test('in protobuf, both ways', async () => {
    const attributes = message([2, 'get'], [5, 'pods']);
    const body = enveloped(
      'authorization.k8s.io/v1',
      'SelfSubjectAccessReview',
      message([1, ''], [2, message([1, attributes])]),
    );
    const answer = await asked(selfAccess, body, { type: protobuf, headers: { accept: protobuf } });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['content-type'], protobuf);
    // biome-ignore lint/suspicious/noExplicitAny: looked into field by field.
    const review: any = decodeProtobuf(answer.bytes, selfSubjectAccessReviewSchema);
    assert.deepEqual([review.spec, review.status], [{ resourceAttributes: pods }, { allowed: true }]);
  });
  test('in YAML, strictly', async () => {
    const yaml = 'spec:\n  resourceAttributes: {verb: get, resource: pods}\n  nothing: 1\n';
    const type = 'application/yaml';
    const told = await asked(selfAccess, yaml, { type, headers: { accept: type } });
    assert.equal(told.status, 201);
    assert.match(told.text, /^ {2}allowed: true$/m);
    assert.equal(told.headers.warning, '299 - "unknown field \\"spec.nothing\\""');
    const strict = await asked(`${selfAccess}?fieldValidation=Strict`, yaml, { type });
    assert.equal(strict.status, 400);
    const dry = await asked(`${selfAccess}?dryRun=All`, yaml, { type });
    assert.equal(dry.status, 201);
  });
});

describe('may somebody', () => {
  const path = `${authorization}/subjectaccessreviews`;
  test('as the groups that are named, and those alone', async () => {
    const of = (subject: object): Promise<unknown> =>
      status(path, { spec: { ...subject, resourceAttributes: pods } });
    assert.deepEqual(await of({ user: 'bob' }), { allowed: false });
    assert.deepEqual(await of({ user: 'admin' }), { allowed: false });
    assert.deepEqual(await of({ groups: ['system:masters'] }), { allowed: true });
  });
  test('paths are those of the surface that is asked', async () => {
    const spec = { user: 'bob', nonResourceAttributes: { path: '/livez', verb: 'get' } };
    assert.deepEqual(await status(path, { spec }), { allowed: true });
    assert.deepEqual(await status(project + path, { spec }), { allowed: false });
  });
  test('nobody', () =>
    invalid(
      path,
      { spec: { resourceAttributes: pods } },
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ));
  test('selectors that are not understood are said to be left out', async () => {
    const answer = await status(path, {
      spec: {
        user: 'bob',
        resourceAttributes: {
          ...pods,
          fieldSelector: { rawSelector: 'key in value' },
          labelSelector: { rawSelector: '&' },
        },
      },
    });
    const ignored = (name: string): string => `spec.resourceAttributes.${name} ignored due to parse error`;
    assert.deepEqual(answer, {
      allowed: false,
      evaluationError: `${ignored('fieldSelector')}; ${ignored('labelSelector')}`,
    });
  });
});

describe('may somebody in a namespace', () => {
  const path = `${authorization}/namespaces/nowhere/localsubjectaccessreviews`;
  const local = { ...pods, namespace: 'nowhere' };
  test('that need not exist', async () => {
    const { status: code, json } = await asked(path, { spec: { user: 'bob', resourceAttributes: local } });
    assert.equal(code, 201);
    assert.equal(json.metadata.namespace, 'nowhere');
    assert.deepEqual(json.status, { allowed: false });
  });
  test('that is not the one of the request', async () => {
    await invalid(
      path,
      { spec: { user: 'bob', resourceAttributes: pods } },
      'spec.resourceAttributes.namespace: Invalid value: "": must match metadata.namespace',
    );
    await refused(
      path,
      { metadata: { namespace: 'other' }, spec: { user: 'bob', resourceAttributes: local } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  });
  test('and nowhere else', () =>
    refused(
      `${authorization}/localsubjectaccessreviews`,
      { spec: { user: 'bob', resourceAttributes: local } },
      404,
      'the server could not find the requested resource',
    ));
});

describe('what may I', () => {
  const path = `${authorization}/selfsubjectrulesreviews`;
  const all = {
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  };
  test('administrators: everything', async () => {
    const { metadata, ...rest } = (await asked(project + path, { spec: { namespace: 'default' } })).json;
    assert.deepEqual(givenIn(metadata), []);
    assert.deepEqual(rest, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: {},
      status: all,
    });
  });
  test('what anybody may is there too', async () => {
    const { nonResourceRules } = (await status(path, { spec: { namespace: 'a' } })) as typeof all;
    assert.deepEqual(nonResourceRules[1], {
      verbs: ['get'],
      nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'],
    });
  });
  test('nowhere', () => refused(path, {}, 400, 'no namespace on request'));
});

test('a review is authorized like any request', async () => {
  const headers = { authorization: 'Bearer good' };
  const session = server.connectAnonymously();
  try {
    for (const [credentials, name] of [
      [headers, 'bob'],
      [{}, 'system:anonymous'],
    ] as const) {
      const body = { spec: { resourceAttributes: pods } };
      const { status: code, json } = await asked(selfAccess, body, { headers: credentials, session });
      assert.equal(code, 403);
      assert.equal(
        json.message,
        `selfsubjectaccessreviews.authorization.k8s.io is forbidden: User "${name}" cannot create resource "selfsubjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope`,
      );
    }
  } finally {
    session.close();
  }
});

test('creating is all there is', async () => {
  const one = `${selfAccess}/x`;
  assert.equal((await server.get(selfAccess)).status, 405);
  assert.equal((await server.remove(selfAccess)).status, 405);
  for (const answer of [await server.get(one), await server.put(one, {}), await server.patch(one, {})]) {
    assert.equal(answer.status, 404);
  }
  const { json } = await server.get(authorization);
  assert.deepEqual(
    json.resources.map(({ name, namespaced, verbs }: Record<string, unknown>) => [name, namespaced, verbs]),
    [
      ['localsubjectaccessreviews', true, ['create']],
      ['selfsubjectaccessreviews', false, ['create']],
      ['selfsubjectrulesreviews', false, ['create']],
      ['subjectaccessreviews', false, ['create']],
    ],
  );
  assert.ok(json.resources.every((each: object) => !('storageVersionHash' in each)));
});

test('nothing is ever written', async () => {
  const revision = async (): Promise<string> =>
    (await server.get('/api/v1/configmaps?limit=1')).json.metadata.resourceVersion;
  const before = await revision();
  for (const plane of ['', project]) {
    assert.equal((await asked(plane + selfAccess, { spec: { resourceAttributes: pods } })).status, 201);
  }
  assert.equal(await revision(), before);
});

test('a project on its way out still answers', async () => {
  const path = '/apis/resourcemanager.miloapis.com/v1alpha1/projects/going';
  await server.patch(path, { metadata: { finalizers: ['example.com/held'] } });
  await server.remove(path);
  const plane = '/projects/going/control-plane';
  const write = await asked(`${plane}/api/v1/namespaces`, { metadata: { name: 'late' } });
  assert.equal(write.status, 403, write.text);
  const answer = await asked(plane + selfAccess, { spec: { resourceAttributes: pods } });
  assert.deepEqual([answer.status, answer.json.status], [201, { allowed: true }]);
  await server.patch(path, { metadata: { finalizers: null } });
});

test('a collection is authorized as the one object that is selected by name', async () => {
  const headers = { authorization: 'Bearer good' };
  const session = server.connectAnonymously();
  try {
    const path = '/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Dprices';
    const { status: code, json } = await server.send(path, { headers, session });
    assert.equal(code, 403);
    assert.deepEqual(json.details, { name: 'prices', kind: 'configmaps' });
  } finally {
    session.close();
  }
});
