import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AnonymousAuthenticator } from './anonymous/anonymous.ts';
import type { Authentication, Authenticator, Credentials } from './authenticator.ts';
import { AuthenticatorUnion, authenticators } from './union.ts';

const tokens = [
  { token: 'good', user: { name: 'bob', uid: '7', groups: ['devs'], extra: {} } },
  { token: 'member', user: { name: 'eve', uid: '', groups: ['system:authenticated'], extra: {} } },
];
const shown = (authorization?: string, peer?: Credentials['peer']): Credentials => ({
  peer,
  header: (name) => (name === 'authorization' ? authorization : undefined),
});
const alice = { commonName: 'alice', organizations: ['a', 'b'] };

describe('authentication', () => {
  const union = authenticators({ tokens });
  const check = (title: string, credentials: Credentials, expected: unknown): void => {
    test(title, async () => {
      const outcome = await union.authenticate(credentials);
      const seen = typeof outcome === 'string' ? outcome : [outcome.user.name, ...outcome.user.groups];
      assert.deepEqual(seen, expected);
    });
  };
  check('nothing shown', shown(), ['system:anonymous', 'system:unauthenticated']);
  check('token', shown('Bearer good'), ['bob', 'devs', 'system:authenticated']);
  check('scheme in other case, more space', shown('  bearer   good '), [
    'bob',
    'devs',
    'system:authenticated',
  ]);
  check('group already there', shown('Bearer member'), ['eve', 'system:authenticated']);
  check('unknown token', shown('Bearer bad'), 'invalid');
  check('prefix of a token', shown('Bearer goo'), 'invalid');
  check('empty token is none', shown('Bearer '), ['system:anonymous', 'system:unauthenticated']);
  check('another scheme is none', shown('Basic Z29vZA=='), ['system:anonymous', 'system:unauthenticated']);
  check('certificate', shown(undefined, alice), ['alice', 'a', 'b', 'system:authenticated']);
  check('certificate before token', shown('Bearer good', alice), ['alice', 'a', 'b', 'system:authenticated']);
  check('certificate with a bad token', shown('Bearer bad', alice), [
    'alice',
    'a',
    'b',
    'system:authenticated',
  ]);
  check('bad certificate', shown(undefined, 'invalid'), 'invalid');
  check('bad certificate with a good token', shown('Bearer good', 'invalid'), [
    'bob',
    'devs',
    'system:authenticated',
  ]);

  test('an identity is made once per connection and once per token', () => {
    for (const credentials of [shown(undefined, alice), shown('Bearer good')]) {
      assert.equal(union.authenticate(credentials), union.authenticate(credentials));
    }
  });
});

describe('methods that take their time', () => {
  const method = (answer: Authentication, isLate: boolean): Authenticator => ({
    authenticate: () => (isLate ? Promise.resolve(answer) : answer),
  });
  const user = { user: { name: 'carol', uid: '', groups: [], extra: {} } };
  const check = (title: string, methods: Authenticator[], name: string): void => {
    test(title, async () => {
      const outcome = await new AuthenticatorUnion(methods, new AnonymousAuthenticator()).authenticate(
        shown(),
      );
      assert.equal(typeof outcome === 'string' ? outcome : outcome.user.name, name);
    });
  };
  check('late user', [method('none', true), method(user, true)], 'carol');
  check('late invalid, then user', [method('invalid', true), method(user, false)], 'carol');
  check('late invalid is remembered', [method('invalid', true), method('none', false)], 'invalid');
  check('early invalid is remembered', [method('invalid', false), method('none', true)], 'invalid');
  check('late none', [method('none', true), method('none', true)], 'system:anonymous');

  test('one that cannot find out rejects', async () => {
    const broken: Authenticator = { authenticate: () => Promise.reject(new Error('unreachable')) };
    const union = new AuthenticatorUnion([broken, method(user, false)], new AnonymousAuthenticator());
    await assert.rejects(async () => await union.authenticate(shown()), /unreachable/);
  });
});
