import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ResourceRequest, UserInfo } from '../request/context.ts';
import {
  type Attributes,
  type Authorizer,
  allow,
  completeRules,
  type Decision,
  noOpinion,
  type Rules,
} from './authorizer.ts';
import { AuthorizerChain, authorizers } from './chain.ts';
import { forbiddenError, forbiddenMessage } from './forbidden.ts';

const user = (name: string, ...groups: string[]): UserInfo => ({ name, uid: '', groups, extra: {} });
const anonymous = user('system:anonymous', 'system:unauthenticated');
const bob = user('bob', 'system:authenticated');
const platform = { kind: 'Platform', name: '' } as const;
const project = { kind: 'Project', name: 'p' } as const;
const configMaps: ResourceRequest = {
  group: '',
  version: 'v1',
  namespace: 'default',
  resource: 'configmaps',
  name: '',
  subresource: '',
};
const asking = (who: UserInfo, verb: string, path: string, rest: Partial<Attributes> = {}): Attributes => ({
  user: who,
  surface: platform,
  verb,
  path,
  ...rest,
});

describe('authorization', () => {
  const chain = authorizers();
  const check = (attributes: Attributes, isAllowed: boolean): void => {
    const { surface, verb, path, resource } = attributes;
    const what = resource === undefined ? path : resource.resource;
    test(`${attributes.user.name} ${verb} ${surface.kind} ${what}: ${isAllowed}`, async () => {
      assert.equal((await chain.authorize(attributes)).verdict === 'allow', isAllowed);
    });
  };
  const admin = user('admin', 'system:masters', 'system:authenticated');
  check(asking(admin, 'delete', '/api/v1/x', { resource: configMaps }), true);
  check(asking(admin, 'get', '/metrics', { surface: project }), true);
  check(asking(user('system:masters'), 'get', '/metrics'), false);
  for (const who of [anonymous, bob]) {
    for (const path of ['/healthz', '/livez', '/readyz', '/version', '/version/'])
      check(asking(who, 'get', path), true);
    check(asking(who, 'post', '/healthz'), false);
    check(asking(who, 'get', '/healthz', { surface: project }), false);
    check(asking(who, 'get', '/healthz', { resource: configMaps }), false);
    for (const path of [
      '/',
      '/healthz/',
      '/healthz/etcd',
      '/metrics',
      '/api',
      '/apis',
      '/openapi/v3',
      '/versions',
    ]) {
      check(asking(who, 'get', path), false);
    }
    check(asking(who, 'list', '/api/v1/namespaces/default/configmaps', { resource: configMaps }), false);
  }
  const prometheus = user('prometheus', 'system:monitoring', 'system:authenticated');
  for (const path of ['/metrics', '/metrics/slis', '/readyz/etcd', '/livez/ping', '/healthz']) {
    check(asking(prometheus, 'get', path), true);
    check(asking(prometheus, 'get', path, { surface: project }), false);
    check(asking(prometheus, 'post', path), false);
    check(asking(prometheus, 'get', path, { resource: configMaps }), false);
  }
  for (const path of ['/', '/metrics/', '/metrics/x', '/readyzx', '/api', '/logs']) {
    check(asking(prometheus, 'get', path), false);
  }
});

describe('the chain', () => {
  const engine = (decision: Decision, isLate: boolean): Authorizer => ({
    authorize: () => (isLate ? Promise.resolve(decision) : decision),
  });
  const opinion = (verdict: Decision['verdict'], reason: string): Decision => ({ verdict, reason });
  const check = (title: string, engines: Authorizer[], expected: Decision): void => {
    test(title, async () => {
      assert.deepEqual(await new AuthorizerChain(engines).authorize(asking(bob, 'get', '/')), expected);
    });
  };
  for (const isLate of [false, true]) {
    const when = isLate ? 'late' : 'early';
    check(`${when}: nobody has an opinion`, [engine(noOpinion, isLate), engine(noOpinion, false)], noOpinion);
    check(
      `${when}: the first opinion decides`,
      [engine(opinion('deny', 'no'), isLate), engine(allow, false)],
      opinion('deny', 'no'),
    );
    check(`${when}: allow behind no opinion`, [engine(noOpinion, isLate), engine(allow, isLate)], allow);
    check(
      `${when}: reasons gather`,
      [
        engine(opinion('no-opinion', 'a'), isLate),
        engine(noOpinion, isLate),
        engine(opinion('no-opinion', 'b'), isLate),
      ],
      opinion('no-opinion', 'a\nb'),
    );
  }
  test('an engine that cannot find out rejects', async () => {
    const broken: Authorizer = { authorize: () => Promise.reject(new Error('unreachable')) };
    await assert.rejects(
      async () =>
        await new AuthorizerChain([broken, engine(allow, false)]).authorize(asking(bob, 'get', '/')),
    );
  });
});

describe('what the chain can list', () => {
  const rule = (resource: string) => ({ verbs: ['get'], groups: [''], resources: [resource], names: [] });
  const lists = (resource: string): Authorizer => ({
    authorize: () => noOpinion,
    rulesFor: () => completeRules({ resources: [rule(resource)] }),
  });
  const mute: Authorizer = { authorize: () => noOpinion };
  const broken: Authorizer = { ...mute, rulesFor: () => Promise.reject(new Error('unreachable')) };
  const check = (title: string, engines: Authorizer[], expected: Partial<Rules>): void => {
    test(title, async () => {
      assert.deepEqual(await new AuthorizerChain(engines).rulesFor(bob, project, 'default'), {
        ...completeRules({}),
        ...expected,
      });
    });
  };
  check('nothing', [], {});
  check('what all list', [lists('a'), lists('b')], { resources: [rule('a'), rule('b')] });
  check('less where one cannot list', [mute, lists('a')], { resources: [rule('a')], isIncomplete: true });
  check('less where one cannot find out', [broken, lists('a'), broken], {
    resources: [rule('a')],
    isIncomplete: true,
    problem: 'unreachable, unreachable',
  });
});

describe('the refusal', () => {
  const check = (attributes: Attributes, expected: string): void => {
    test(expected, () => assert.equal(forbiddenMessage(attributes), expected));
  };
  const asks = (verb: string, change: Partial<ResourceRequest>, who = bob): Attributes =>
    asking(who, verb, '/', { resource: { ...configMaps, ...change } });
  check(
    asks('get', { name: 'a' }),
    'User "bob" cannot get resource "configmaps" in API group "" in the namespace "default"',
  );
  check(
    asks('list', { namespace: '' }),
    'User "bob" cannot list resource "configmaps" in API group "" at the cluster scope',
  );
  check(
    asks('update', { group: 'apps', resource: 'deployments', subresource: 'scale' }),
    'User "bob" cannot update resource "deployments/scale" in API group "apps" in the namespace "default"',
  );
  check(asking(anonymous, 'get', '/metrics'), 'User "system:anonymous" cannot get path "/metrics"');
  check(
    asking(user('a"b\\c\n\u0001\u200b'), 'get', '/'),
    'User "a\\"b\\\\c\\n\\x01\\u200b" cannot get path "/"',
  );
  check(asking(user('é<i>&'), 'get', '/'), 'User "é&lt;i&gt;&amp;" cannot get path "/"');

  test('as a Status', () => {
    const { status } = forbiddenError(asks('get', { name: 'a' }), 'no role');
    assert.equal(status.code, 403);
    assert.equal(status.reason, 'Forbidden');
    assert.deepEqual(status.details, { name: 'a', kind: 'configmaps' });
    assert.equal(
      status.message,
      'configmaps "a" is forbidden: User "bob" cannot get resource "configmaps" in API group "" in the namespace "default": no role',
    );
    const path = forbiddenError(asking(bob, 'get', '/metrics'), '').status;
    assert.equal(path.message, 'forbidden: User "bob" cannot get path "/metrics"');
    assert.deepEqual(path.details, {});
  });
});
