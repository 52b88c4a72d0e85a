import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRequestUri, type GoUrl, GoUrlError, parseGoUrl } from './go-url.ts';

test('a URL falls into parts', () => {
  const check = (text: string, expected: Partial<GoUrl>): void => {
    const url = parseGoUrl(text);
    for (const [part, value] of Object.entries(expected)) {
      assert.deepEqual(url[part as keyof GoUrl], value, `${part} of ${text}`);
    }
  };
  check('HTTPS://user:pass@Example.com:80/a?b=c#d', {
    scheme: 'https',
    host: 'Example.com:80',
    hostname: 'Example.com',
    port: '80',
    escapedPath: '/a',
    text: 'https://user:pass@Example.com:80/a?b=c#d',
  });
  check('https://[::1]:80/', { host: '[::1]:80', hostname: '::1', port: '80' });
  check('https://[fe80::1%25eth0]/', { host: '[fe80::1%eth0]', hostname: 'fe80::1%eth0' });
  check('/path', { scheme: '', host: '', escapedPath: '/path', text: '/path' });
  check('mailto:a@b', { scheme: 'mailto', host: '', escapedPath: '', text: 'mailto:a@b' });
  check('https:://kubernetes.io/', { scheme: 'https', host: '', text: 'https:://kubernetes.io/' });
  check('https://example.com', { escapedPath: '', text: 'https://example.com' });
  check('https://example.com?', { text: 'https://example.com?' });
  check('file:///etc', { host: '', escapedPath: '/etc', text: 'file:///etc' });
});

test('a path is escaped unless it was written well', () => {
  const check = (text: string, expected: string): void =>
    assert.equal(parseGoUrl(text).escapedPath, expected, text);
  check('/a b', '/a%20b');
  check('/a%2fb', '/a%2fb');
  check('/ä', '/%C3%A4');
  check('/[x]!*', '/[x]!*');
  check('/%ff', '/%ff');
  check('/%41 ', '/A%20');
});

test('a query keeps its values in order, unescaped', () => {
  const check = (query: string, expected: Record<string, string[]>): void =>
    assert.deepEqual(Object.fromEntries(parseGoUrl(`/?${query}`).query), expected, query);
  check('', {});
  check('k1=a&k2=b&k2=c', { k1: ['a'], k2: ['b', 'c'] });
  check('a+b=c%20d', { 'a b': ['c d'] });
  check('a&=b&&', { a: [''], '': ['b'] });
  check('a;b=c&d=%zz&e=f', { e: ['f'] });
});

test('what is no URL is refused in the words of Go', () => {
  const check = (text: string, problem: string): void =>
    assert.throws(() => parseGoUrl(text), new GoUrlError(text, problem));
  check(':a', 'missing protocol scheme');
  check('a\u0000', 'net/url: invalid control character in URL');
  check('1:2', 'first path segment in URL cannot contain colon');
  check('https://a:b:c/', 'invalid port ":b:c" after host');
  check('mongodb://a:1,b:x/', 'invalid port ":x" after host');
  check('https://[::1', "missing ']' in host");
  check('https://[1.2.3.4]/', 'invalid IP-literal');
  check('https://a[::1]/', 'invalid IP-literal');
  check('https://[x]/', 'invalid host: ParseAddr("x"): unable to parse IP');
  check('https://a b/', 'invalid character " " in host name');
  check('https://a%41/', 'invalid URL escape "%41"');
  check('/%zz', 'invalid URL escape "%zz"');
  check('/%4', 'invalid URL escape "%4"');
  check('https://a b@c/', 'net/url: invalid userinfo');
});

test('a request needs an absolute URI or path', () => {
  const isGood = (text: string): boolean => {
    try {
      checkRequestUri(text);
      return true;
    } catch {
      return false;
    }
  };
  const check = (text: string, expected: boolean): void => assert.equal(isGood(text), expected, text);
  check('/absolute', true);
  check('https://example.com', true);
  check('*', true);
  check('../relative', false);
  check('', false);
  check('//a b/', true);
  assert.throws(() => checkRequestUri('a'), new GoUrlError('a', 'invalid URI for request'));
  assert.throws(() => checkRequestUri(''), new GoUrlError('', 'empty url'));
});
