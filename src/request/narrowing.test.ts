/** Which objects of a collection a request is about, by its selectors. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestInfo } from './request-info.ts';

/** `name | fields | labels`, or undefined. */
function shown(method: string, url: string): string | undefined {
  const { narrowed } = parseRequestInfo(method, url);
  if (narrowed === undefined) return undefined;
  const fields = narrowed.fields.map(({ field, operator, value }) => `${field}${operator}${value}`);
  const labels = narrowed.labels.map(({ key, operator, values }) => `${key} ${operator} ${values}`);
  return [narrowed.name, fields.join(), labels.join()].join(' | ');
}
function check(method: string, url: string, expected: string | undefined): void {
  test(`${method} ${url}`, () => assert.equal(shown(method, `/api/v1/namespaces/n/pods${url}`), expected));
}
const name = 'fieldSelector=metadata.name%3Da';

check('GET', '', undefined);
check('GET', '?limit=1', undefined);
check('GET', '?fieldSelector=&labelSelector=', undefined);
check('GET', `?${name}`, 'a | metadata.name=a | ');
check('GET', `?watch=1&${name}`, 'a | metadata.name=a | ');
check('GET', `?${name},spec.x!%3Db&labelSelector=l in (b,a)`, 'a | metadata.name=a,spec.x!=b | l in a,b');
check('GET', '?fieldSelector=metadata.name!%3Da', ' | metadata.name!=a | ');
check('GET', '?fieldSelector=metadata.name%3Da/b', ' | metadata.name=a/b | ');
check('GET', '?labelSelector=x', ' |  | x exists ');
// What does not parse is left out, and the rest of the question gives no name either.
check('GET', `?${name}&labelSelector=%26`, ' | metadata.name=a | ');
check('GET', '?fieldSelector=nonsense&labelSelector=x', ' |  | x exists ');
// Upstream takes no name from it.
check('DELETE', `?${name}`, ' | metadata.name=a | ');
// Of one object, and of what is no collection verb.
check('GET', `/b?${name}`, undefined);
check('POST', `?${name}`, undefined);
test('the old path of watches', () => {
  assert.equal(shown('GET', `/api/v1/watch/namespaces/n/pods?${name}`), undefined);
});
