/** Of several syntax errors cel-go tells all, and the first is told here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedEnvironment } from '../../../test/asked-environment.ts';

test('what is no expression is refused in the words of cel-go', () => {
  const check = (source: string, ...expected: string[]): void => {
    const { issues = [] } = askedEnvironment.compile(source);
    const told = issues.map(({ line, column, message }) => `${line}:${column + 1}: ${message}`);
    assert.deepEqual(told, expected, source);
  };
  check('9223372036854775808', '1:1: invalid int literal');
  check('0xFFFFFFFFFFFFFFFFF', '1:1: invalid int literal');
  check('18446744073709551616u', '1:1: invalid uint literal');
  check('math.greatest()', '1:1: math.greatest() requires at least one argument');
  check('math.greatest("a")', '1:15: math.greatest() invalid single argument value');
  check('math.greatest([])', '1:15: math.greatest() invalid single argument value');
  check('has(m.?k)', '1:6: invalid argument to has() macro');
  check('1e400', '1:1: invalid double literal');
  check('0X1F', `1:2: Syntax error: extraneous input 'X1F' expecting <EOF>`);
  check(
    '1 +',
    `1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`,
  );
  check('(1', `1:3: Syntax error: missing ')' at '<EOF>'`);
  check('[1, 2', `1:6: Syntax error: mismatched input '<EOF>' expecting {']', ','}`);
  check('{"a": 1', `1:8: Syntax error: mismatched input '<EOF>' expecting {'}', ','}`);
  check('{"a" 1}', `1:6: Syntax error: missing ':' at '1'`);
  check('l[“]', `1:3: Syntax error: token recognition error at: '“'`);
  check('if', '1:1: reserved identifier: if');
  check(
    'in',
    `1:1: Syntax error: mismatched input 'in' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`,
  );
  check('for + 1', '1:1: reserved identifier: for');
  check('has(m)', '1:5: invalid argument to has() macro');
  check('has(m["k"])', '1:6: invalid argument to has() macro');
  check('has(1)', '1:5: invalid argument to has() macro');
  check('[1].all(1, true)', '1:9: argument must be a simple name');
  check('[1].all(x.y, true)', '1:10: argument must be a simple name');
  check('[1].map(1, true)', '1:9: argument is not an identifier');
  check('[1].filter(x+1, true)', '1:13: argument is not an identifier');
  check('[1].all(@result, true)', `1:9: Syntax error: token recognition error at: '@'`);
  check('[1].all(__result__, true)', '1:9: iteration variable overwrites accumulator variable');
  check('cel.bind(1, 2, 3)', '1:10: cel.bind() variable names must be simple identifiers');
  check('l.all(x, x > 0', `1:15: Syntax error: missing ')' at '<EOF>'`);
  check('"abc', `1:1: Syntax error: token recognition error at: '"abc'`);
  check('rb"\\x41"', '1:3: Syntax error: extraneous input \'"\\x41"\' expecting <EOF>');
  check(
    '// comment',
    `1:11: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`,
  );
  check('a ? b', `1:6: Syntax error: mismatched input '<EOF>' expecting ':'`);
});
