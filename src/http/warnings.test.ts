import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../apimachinery/limits.ts';
import { Warnings } from './warnings.ts';

function check(messages: readonly string[], want: readonly string[]): void {
  const warnings = new Warnings();
  for (const message of messages) warnings.add(message);
  assert.deepEqual(warnings.headers, want);
}

test('each message once, quoted, as UTF-8', () => {
  check(['a', 'b', 'a'], ['299 - "a"', '299 - "b"']);
  check(['say "a\\b"'], ['299 - "say \\"a\\\\b\\""']);
  check(['é'], ['299 - "\u00c3\u00a9"']);
  // What is no quoted string is left out.
  check(['a\nb', '\u0000', '\u0085', 'c'], ['299 - "c"']);
});

test('past the bound each is shortened, and what comes then is left out', () => {
  const { warningRunes, warningItemRunes } = limits;
  const long = (name: string): string => name.repeat(warningRunes / 2);
  check([long('a'), long('b')], [`299 - "${long('a')}"`, `299 - "${long('b')}"`]);
  const short = (name: string): string => `299 - "${name.repeat(warningItemRunes)}"`;
  check([long('a'), 'x', long('b'), long('c')], [short('a'), '299 - "x"', short('b'), short('c')]);
  const many = Array.from({ length: 2 * (warningRunes / warningItemRunes) }, (_, i) =>
    `${i}:`.padEnd(warningItemRunes, 'z'),
  );
  check(
    many,
    many.slice(0, many.indexOf(many[warningRunes / warningItemRunes]!) + 1).map((text) => `299 - "${text}"`),
  );
  // A character of two units is one.
  check(
    [long('a'), long('😀'), 'b'],
    [short('a'), `299 - "${Buffer.from('😀'.repeat(warningItemRunes)).toString('latin1')}"`, '299 - "b"'],
  );
});
