/** Requests to act as somebody else are refused to everybody, and never served as if nothing had been asked. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import { checkStatus } from './check-status.ts';

const path = '/api/v1/namespaces/default/configmaps';
let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
});
after(() => server.stop());

const reason = 'this server does not offer impersonation yet, to no user';

async function forbidden(
  headers: Record<string, string>,
  [kind, name]: readonly [string, string],
  where = 'at the cluster scope',
): Promise<void> {
  for (const send of [{}, { method: 'POST', body: { metadata: { name: 'x' } } }]) {
    const message = new RegExp(
      `^${kind} "${name}" is forbidden: User "[^"]+" cannot impersonate resource "${kind}" in API group "" ${where}: ${reason}$`,
    );
    await checkStatus(
      server,
      path,
      { ...send, headers },
      { code: 403, message, reason: 'Forbidden', details: { name, kind } },
    );
  }
}
const bad = (headers: Record<string, string>, requested: string): Promise<void> =>
  checkStatus(
    server,
    path,
    { headers },
    {
      code: 400,
      message: `requested &user.DefaultInfo{Name:"", ${requested}} without impersonating a user name`,
      reason: 'BadRequest',
    },
  );

test('a user, also for administrators', async () => {
  await forbidden({ 'impersonate-user': 'bob' }, ['users', 'bob']);
  await forbidden({ 'impersonate-user': 'system:anonymous' }, ['users', 'system:anonymous']);
  await forbidden({ 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' }, ['users', 'bob']);
  await forbidden(
    { 'impersonate-user': 'system:serviceaccount:shop:till' },
    ['serviceaccounts', 'till'],
    'in the namespace "shop"',
  );
  assert.equal((await server.get(`${path}/x`)).status, 404);
});

test('everything else, but no user', async () => {
  const dev = 'UID:"", Groups:[]string{"dev"}, Extra:map[string][]string';
  await bad({ 'impersonate-group': 'dev' }, `${dev}(nil)`);
  await bad({ 'impersonate-user': '', 'impersonate-group': 'dev' }, `${dev}(nil)`);
  await bad({ 'impersonate-uid': '1-2' }, 'UID:"1-2", Groups:[]string(nil), Extra:map[string][]string(nil)');
  await bad(
    { 'impersonate-extra-example.com%2Fteam': 'a', 'impersonate-extra-b': 'c', 'impersonate-group': 'dev' },
    `${dev}{"b":[]string{"c"}, "example.com/team":[]string{"a"}}`,
  );
  await bad({ 'impersonate-extra-%zz': 'a', 'impersonate-group': 'dev' }, `${dev}{"%zz":[]string{"a"}}`);
});

test('discovery, watches and what has no resource', async () => {
  const headers = { 'impersonate-user': 'bob' };
  for (const target of ['/api', '/version', `${path}?watch=1`, '/none', '/openapi/v3'])
    assert.equal((await server.get(target, headers)).status, 403, target);
});

test('headers that ask for nothing', async () => {
  for (const headers of [{ 'impersonate-user': '' }, { 'impersonate-other': 'x' }])
    assert.equal((await server.send(path, { headers })).status, 200);
});

test('who has not shown who it is hears of that first', async () => {
  const session = server.connectAnonymously();
  const { status, json } = await server.send(path, {
    session,
    headers: { 'impersonate-user': 'bob', authorization: 'Bearer none' },
  });
  assert.deepEqual([status, json.reason], [401, 'Unauthorized']);
  session.close();
});
