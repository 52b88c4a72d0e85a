import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../apimachinery/limits.ts';
import { DocumentCache } from './document-cache.ts';
import { staticDocument } from './static-document.ts';

const document = (bytes: number) => staticDocument(Buffer.alloc(bytes), 'text/plain');

test('a document is built once', () => {
  const cache = new DocumentCache();
  let built = 0;
  const build = () => {
    built++;
    return document(10);
  };
  assert.equal(cache.get('a', build), cache.get('a', build));
  assert.equal(built, 1);
  assert.equal(cache.bytes, 10);
});

test('bytes are bounded; what was not asked for longest goes first', () => {
  const cache = new DocumentCache();
  const third = Math.floor(limits.documentBytes / 3);
  const a = cache.get('a', () => document(third));
  const b = cache.get('b', () => document(third));
  cache.get('c', () => document(third));
  assert.equal(
    cache.get('a', () => document(1)),
    a,
  );
  cache.get('d', () => document(third));
  assert.ok(cache.bytes <= limits.documentBytes);
  assert.equal(
    cache.get('a', () => document(1)),
    a,
  );
  assert.notEqual(
    cache.get('b', () => document(1)),
    b,
  );
});

test('one that is larger than all may be is given, and stays until the next one comes', () => {
  const cache = new DocumentCache();
  const huge = cache.get('huge', () => document(limits.documentBytes + 1));
  assert.equal(huge.body.length, limits.documentBytes + 1);
  cache.get('a', () => document(1));
  assert.equal(cache.bytes, 1);
});

test('documents are bounded', () => {
  const cache = new DocumentCache();
  for (let i = 0; i < limits.documents + 10; i++) cache.get(String(i), () => document(1));
  assert.equal(cache.bytes, limits.documents);
});
