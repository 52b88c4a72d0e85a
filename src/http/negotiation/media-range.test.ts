import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../apimachinery/limits.ts';
import { parseAccept, parseMediaRange } from './media-range.ts';

const shown = (header: string): string[] =>
  parseAccept(header).map(({ type, subtype, parameters, quality }) =>
    [`${type}/${subtype}`, ...[...parameters].map(([key, value]) => `${key}=${value}`), `q=${quality}`].join(
      ' ',
    ),
  );

test('an Accept header is read in the order of its wishes', () => {
  const check = (header: string, ...expected: string[]): void => assert.deepEqual(shown(header), expected);
  check('a/b', 'a/b q=1');
  check('A/B;Key=Value', 'a/b key=Value q=1');
  check('a/b , c/d', 'a/b q=1', 'c/d q=1');
  check('*/*, a/*, a/b', 'a/b q=1', 'a/* q=1', '*/* q=1');
  check('a/b;q=0.1,c/d;q=0.9', 'c/d q=0.9', 'a/b q=0.1');
  check('a/b;q=0.123;x=1', 'a/b x=1 q=0.123');
  check('a/b;q=high,c/d;q=7', 'a/b q=1', 'c/d q=1');
  check('a/b;q=0,c/d;q=0.000');
  check('a/b;x="1,2;3=\\"4\\"",c/d', 'a/b x=1,2;3="4" q=1', 'c/d q=1');
  check('a/b;;x=1;', 'a/b x=1 q=1');
  check('a/b;flag, a, /b, a/, a/b/c, */b, a b/c, ,');
  check('');
});

test('a Content-Type is one range', () => {
  assert.equal(parseMediaRange('application/json; charset=utf-8')?.subtype, 'json');
  assert.equal(parseMediaRange('json'), undefined);
});

test('ranges past the limit are not looked at', () => {
  const header = Array.from({ length: 10 * limits.acceptRanges }, (_, i) => `a/b${i}`).join(',');
  assert.equal(parseAccept(header).length, limits.acceptRanges);
});

test('any header can be read', () => {
  const noise = fc.array(fc.constantFrom('a', '/', '*', ';', ',', '=', '"', '\\', ' ', 'q', '0', '.', '1'));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        noise.map((parts) => parts.join('')),
      ),
      (header) => {
        const ranges = parseAccept(header);
        for (const [i, { quality }] of ranges.entries()) {
          assert.ok(quality > 0 && quality <= (ranges[i - 1]?.quality ?? 1));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
