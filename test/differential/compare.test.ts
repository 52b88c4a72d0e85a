import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filled, patch, put } from './case.ts';
import { differences } from './compare.ts';
import type { Answer } from './endpoint.ts';
import { Names, normalised } from './normalised.ts';

const nowMs = Date.parse('2026-03-04T05:06:07Z');
const answer = (body: unknown, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const clean = (body: unknown, headers?: Record<string, string>) =>
  normalised(answer(body, headers), new Names(), nowMs);

function check(ours: unknown, theirs: unknown, places: readonly string[]): void {
  assert.deepEqual(
    differences(clean(ours), clean(theirs)).map(({ at }) => at),
    places,
  );
}
const uid = (digit: number): string => `${String(digit).repeat(8)}-1111-4111-8111-111111111111`;

test('what must differ is no difference', () => {
  check({ metadata: { uid: uid(1) } }, { metadata: { uid: uid(2) } }, []);
  check({ message: `not ${uid(1)}` }, { message: `not ${uid(2)}` }, []);
  check({ metadata: { resourceVersion: '7' } }, { metadata: { resourceVersion: '812' } }, []);
  check({ time: '2026-03-04T05:06:08Z' }, { time: '2026-03-04T05:06:01Z' }, []);
  check({ name: 'gen-x7x7x' }, { name: 'gen-bcdfg' }, []);
  check({ metadata: { continue: 'abc' } }, { metadata: { continue: 'def' } }, []);
  check({ rows: [{ cells: ['a', '0s'] }] }, { rows: [{ cells: ['a', '3s'] }] }, []);
});

test('what says more is one', () => {
  check({ a: null }, {}, ['body.a']);
  check({ a: {} }, { a: null }, ['body.a']);
  check({ a: [] }, { a: {} }, ['body.a']);
  check({ a: [1] }, { a: [1, 2] }, ['body.a.1']);
  check({ time: '2026-03-04T05:06:08Z' }, { time: '2026-03-04T05:06:08.000000Z' }, ['body.time']);
  check({ time: '2001-03-04T05:06:08Z' }, { time: '2026-03-04T05:06:08Z' }, ['body.time']);
  check([uid(1), uid(1)], [uid(1), uid(2)], ['body.1']);
  check('{"a":1}', '{\n  "a": 1\n}', ['layout']);
  check('{"a":1}\n', '{"a":1}', ['layout']);
});

test('headers that clients read are compared, others not', () => {
  const places = differences(clean({}, { warning: 'x', date: 'y' }), clean({})).map(({ at }) => at);
  assert.deepEqual(places, ['headers.warning']);
});

test('protobuf is compared field by field', () => {
  const envelope = (name: string): Answer => ({
    ...answer(''),
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    bytes: Buffer.concat([
      Buffer.from('k8s\0'),
      Buffer.from([0x12, 2 + name.length, 0x0a, name.length]),
      Buffer.from(name),
    ]),
  });
  const of = (name: string) => normalised(envelope(name), new Names(), nowMs);
  assert.deepEqual(differences(of('a'), of('a')), []);
  assert.deepEqual(differences(of('a'), of('b')), [{ at: 'body.0.2.0.1', ours: 'a', theirs: 'b' }]);
});

test('requests are filled with what earlier answers said', () => {
  const answered = new Map([['made', { metadata: { uid: 'u', labels: { a: 'b' } }, data: { k: 'v' } }]]);
  const request = patch('merge', '/x/{ns}?u={made.metadata.uid}', { n: '{ns}', u: ['{made.metadata.uid}'] });
  const { path, body } = filled(request, 'space', answered);
  assert.deepEqual([path, body], ['/x/space?u=u', { n: 'space', u: ['u'] }]);
  const again = put('/x', { again: 'made', changes: { metadata: { labels: null }, data: { l: 'w' } } });
  assert.deepEqual(filled(again, 'space', answered).body, {
    metadata: { uid: 'u' },
    data: { k: 'v', l: 'w' },
  });
});
