import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { managerNameErrors, printable } from './manager-name.ts';

describe('managerNameErrors', () => {
  const check = (name: string, expected: readonly string[]) =>
    test(JSON.stringify(name), () => {
      const errors = managerNameErrors('fieldManager', name);
      assert.deepEqual(
        errors.map((error) => error.message),
        expected,
      );
    });
  check('', []);
  check('kubectl-client-side-apply', []);
  check('Ann Ü 書 ✓', []);
  check('a'.repeat(128), []);
  check('a'.repeat(129), ['Too long: may not be more than 128 bytes']);
  check('ü'.repeat(65), ['Too long: may not be more than 128 bytes']);
  check('a\tb', ['Invalid value: "a\\tb": invalid character U+0009 (at position 1)']);
  check('ü\u200b\u00a0', [
    'Invalid value: "ü\\u200b\\u00a0": invalid character U+200B (at position 2)',
    'Invalid value: "ü\\u200b\\u00a0": invalid character U+00A0 (at position 5)',
  ]);
});

describe('printable', () => {
  const check = (text: string, bytesMax: number, expected: string) =>
    test(JSON.stringify(text), () => assert.equal(printable(text, bytesMax), expected));
  check('kubectl', 128, 'kubectl');
  check('kubectl', 3, 'kub');
  check('ku\u0000bectl\u200b', 128, 'kubectl');
  check('üüü', 5, 'üü');
  check('\u0007', 5, '');
});
