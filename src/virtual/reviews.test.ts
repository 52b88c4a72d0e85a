/** Token and rules reviews where those who are asked cannot answer, or not fully. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Authentication, Authenticator } from '../authn/authenticator.ts';
import { type Authorizer, completeRules, noOpinion, type Rules } from '../authz/authorizer.ts';
import type { Surface, UserInfo } from '../request/context.ts';
import { rulesReview } from './rules-review.ts';
import { tokenReview } from './token-review.ts';
import type { Answerer } from './virtual-resource.ts';

const surface: Surface = { kind: 'Platform', name: '' };
const alice: UserInfo = { name: 'alice', uid: '1', groups: [], extra: { k: ['v', 'w'] } };

async function statusOf(answerer: Answerer, spec: object): Promise<unknown> {
  const object = { apiVersion: 'g/v1', kind: 'K', metadata: {}, spec };
  return (await answerer({ object, user: alice, surface, nowMs: 0 })).status;
}

describe('whose is a token', () => {
  const check = (title: string, answer: () => Authentication | Promise<Authentication>, expected: object) => {
    test(title, async () => {
      const authenticator: Authenticator = {
        authenticate(credentials) {
          assert.equal(credentials.header('authorization'), 'Bearer t');
          assert.equal(credentials.header('cookie'), undefined);
          assert.equal(credentials.peer, undefined);
          return answer();
        },
      };
      assert.deepEqual(await statusOf(tokenReview(authenticator), { token: 't' }), expected);
    });
  };
  const invalid = { user: {}, error: 'invalid bearer token' };
  check('nobody’s', () => 'invalid', invalid);
  check('of no method', () => 'none', invalid);
  check('later', () => Promise.resolve({ user: alice }), {
    authenticated: true,
    user: { username: 'alice', uid: '1', extra: { k: ['v', 'w'] } },
  });
  check('not to be found out', () => Promise.reject(new Error('unreachable')), {
    user: {},
    error: 'unreachable',
  });
});

describe('what may I', () => {
  const check = (title: string, rules: Rules | undefined, expected: object): void => {
    test(title, async () => {
      const mute: Authorizer = { authorize: () => noOpinion };
      const authorizer = rules === undefined ? mute : { ...mute, rulesFor: () => rules };
      assert.deepEqual(await statusOf(rulesReview(authorizer), { namespace: 'n' }), expected);
    });
  };
  check('nobody can list', undefined, { resourceRules: [], nonResourceRules: [], incomplete: true });
  check(
    'names, and a problem',
    {
      ...completeRules({
        resources: [{ verbs: ['get'], groups: [''], resources: ['secrets'], names: ['a'] }],
        paths: [{ verbs: ['get'], paths: ['/a/*'] }],
      }),
      isIncomplete: true,
      problem: 'unreachable',
    },
    {
      resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a'] }],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a/*'] }],
      incomplete: true,
      evaluationError: 'unreachable',
    },
  );
});
