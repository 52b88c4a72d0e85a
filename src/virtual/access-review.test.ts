/** What access reviews ask of the authorizers, and what they make of the answer. Cases follow upstream's TestCreate. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Attributes, type Authorizer, allow, type Decision, noOpinion } from '../authz/authorizer.ts';
import type { Surface, UserInfo } from '../request/context.ts';
import { selfAccessReview, subjectAccessReview } from './access-review.ts';

const surface: Surface = { kind: 'Project', name: 'shop' };
const alice: UserInfo = { name: 'alice', uid: '1', groups: ['g'], extra: { k: ['v'] } };

interface Seen {
  readonly attributes: Attributes;
  readonly status: unknown;
}
async function reviewed(
  review: (authorizer: Authorizer) => ReturnType<typeof selfAccessReview>,
  spec: object,
  decide: () => Decision | Promise<Decision>,
): Promise<Seen> {
  const seen: Attributes[] = [];
  const authorizer: Authorizer = {
    authorize(attributes) {
      seen.push(attributes);
      return decide();
    },
  };
  const object = { apiVersion: 'authorization.k8s.io/v1', kind: 'K', metadata: {}, spec };
  const answer = await review(authorizer)({ object, user: alice, surface, nowMs: 0 });
  assert.deepEqual({ ...answer, status: undefined }, { ...object, status: undefined });
  assert.equal(seen.length, 1);
  return { attributes: seen[0]!, status: answer.status };
}

describe('what is asked', () => {
  const check = (title: string, spec: object, expected: Partial<Attributes>): void => {
    test(title, async () => {
      const { attributes } = await reviewed(subjectAccessReview, { user: 'bob', ...spec }, () => allow);
      const bob = { name: 'bob', uid: '', groups: [], extra: {} };
      assert.deepEqual(attributes, { user: bob, surface, ...expected });
    });
  };
  const resource = { group: '', version: '*', namespace: '', resource: '', name: '', subresource: '' };
  check(
    'a path',
    { nonResourceAttributes: { verb: 'get', path: '/mypath' } },
    { verb: 'get', path: '/mypath' },
  );
  check('nothing in particular', { resourceAttributes: {} }, { verb: '', path: '', resource });
  check(
    'all there is to say',
    {
      resourceAttributes: {
        namespace: 'n',
        verb: 'create',
        group: 'g.io',
        version: 'v1',
        resource: 'r',
        subresource: 's',
        name: 'a',
      },
    },
    {
      verb: 'create',
      path: '',
      resource: { group: 'g.io', version: 'v1', namespace: 'n', resource: 'r', name: 'a', subresource: 's' },
    },
  );
  check(
    'selectors as text',
    {
      resourceAttributes: {
        fieldSelector: { rawSelector: 'foo=bar' },
        labelSelector: { rawSelector: 'key=value' },
      },
    },
    {
      verb: '',
      path: '',
      resource,
      fields: [{ field: 'foo', operator: '=', value: 'bar' }],
      labels: [{ key: 'key', operator: '=', values: ['value'] }],
    },
  );
  check(
    'selectors taken apart',
    {
      resourceAttributes: {
        fieldSelector: {
          requirements: [
            { key: 'f', operator: 'NotIn', values: ['x'] },
            { key: 'f', operator: 'In', values: ['x', 'y'] },
            { key: 'f', operator: 'Exists' },
          ],
        },
        labelSelector: {
          requirements: [
            { key: 'l', operator: 'In', values: ['b', 'a'] },
            { key: 'l', operator: 'DoesNotExist' },
            { key: 'l', operator: 'Near', values: ['a'] },
          ],
        },
      },
    },
    {
      verb: '',
      path: '',
      resource,
      fields: [{ field: 'f', operator: '!=', value: 'x' }],
      labels: [
        { key: 'l', operator: 'in', values: ['a', 'b'] },
        { key: 'l', operator: '!', values: [] },
      ],
    },
  );

  test('the whole subject, or oneself', async () => {
    const subject = { user: 'bob', uid: '7', groups: ['a', 'b'], extra: { x: ['y'] } };
    const asks = { resourceAttributes: {} };
    const of = await reviewed(subjectAccessReview, { ...subject, ...asks }, () => allow);
    assert.deepEqual(of.attributes.user, { name: 'bob', uid: '7', groups: ['a', 'b'], extra: { x: ['y'] } });
    const self = await reviewed(selfAccessReview, asks, () => allow);
    assert.equal(self.attributes.user, alice);
  });
});

describe('what is answered', () => {
  const check = (title: string, decide: () => Decision | Promise<Decision>, expected: object, asks = {}) => {
    test(title, async () => {
      const { status } = await reviewed(selfAccessReview, { resourceAttributes: asks }, decide);
      assert.deepEqual(status, expected);
    });
  };
  check('allowed', () => ({ verdict: 'allow', reason: 'so' }), { allowed: true, reason: 'so' });
  check('denied', () => ({ verdict: 'deny', reason: '' }), { allowed: false, denied: true });
  check('nobody says anything', () => noOpinion, { allowed: false });
  check('later', () => Promise.resolve(allow), { allowed: true });
  check('nobody can find out', () => Promise.reject(new Error('unreachable')), {
    allowed: false,
    evaluationError: 'unreachable',
  });
  check(
    'nobody can find out, and half of it was not understood',
    () => {
      throw new Error('unreachable');
    },
    {
      allowed: false,
      evaluationError:
        'unreachable; spec.resourceAttributes.fieldSelector partially ignored due to parse error',
    },
    {
      fieldSelector: {
        requirements: [
          { key: 'f', operator: 'In', values: ['x'] },
          { key: 'f', operator: 'Near', values: ['x'] },
        ],
      },
    },
  );
});
