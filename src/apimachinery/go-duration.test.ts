import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGoDuration } from './go-duration.ts';

function check(text: string, expected: number | string): void {
  void test(JSON.stringify(text), () => {
    if (typeof expected === 'number') assert.equal(parseGoDuration(text), expected);
    else assert.throws(() => parseGoDuration(text), { message: `time: ${expected}` });
  });
}

check('0', 0);
check('32s', 32_000);
check('+5s', 5_000);
check('-5s', -5_000);
check('1h15m30.5s', 4_530_500);
check('.5s', 500);
check('5.s', 5_000);
check('10ms', 10);
check('3us', 0.003);
check('3µs', 0.003);
check('3μs', 0.003);
check('1000000ns', 1);
check('2562047h', 2_562_047 * 3_600_000);
check('', 'invalid duration ""');
check('-', 'invalid duration "-"');
check('s', 'invalid duration "s"');
check('.', 'invalid duration "."');
check('.s', 'invalid duration ".s"');
check('+-5s', 'invalid duration "+-5s"');
check('abc', 'invalid duration "abc"');
check(' 5s', 'invalid duration " 5s"');
check('32', 'missing unit in duration "32"');
check('1s5', 'missing unit in duration "1s5"');
check('3x', 'unknown unit "x" in duration "3x"');
check('3s ', 'unknown unit "s " in duration "3s "');
check('1constructor', 'unknown unit "constructor" in duration "1constructor"');
check('2562048h', 'invalid duration "2562048h"');
