import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeName, unescapeName } from './escape-name.ts';

test('a name and its identifier lead to each other', () => {
  const check = (name: string, identifier: string): void => {
    assert.equal(escapeName(name), identifier, name);
    assert.equal(unescapeName(identifier), name, identifier);
  };
  check('a', 'a');
  check('a_b', 'a_b');
  check('a__b', 'a__underscores__b');
  check('a.b', 'a__dot__b');
  check('a-b', 'a__dash__b');
  check('x.io/y', 'x__dot__io__slash__y');
  check('__dot__', '__underscores__dot__underscores__');
  check('____', '__underscores____underscores__');
  check('namespace', '__namespace__');
  check('true', '__true__');
  check('namespaces', 'namespaces');
  check('.', '__dot__');
});

test('what CEL cannot name has no identifier', () => {
  const check = (name: string): void => assert.equal(escapeName(name), undefined, name);
  check('');
  check('1a');
  check('a b');
  check('a@b');
  check('ä');
  check("it's");
});

test('escapes that nobody writes name nothing', () => {
  const check = (identifier: string): void => assert.equal(unescapeName(identifier), undefined, identifier);
  check('__nothing__');
  check('a__if__');
  check('__if__b');
});
