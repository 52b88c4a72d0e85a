/** Types that do not fit, and names that nobody has declared. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedEnvironment } from '../../../test/asked-environment.ts';

test('what does not fit is refused in the words of cel-go', () => {
  const check = (source: string, ...expected: string[]): void => {
    const { issues = [] } = askedEnvironment.compile(source);
    const told = issues.map(({ line, column, message }) => `${line}:${column + 1}: ${message}`);
    assert.deepEqual(told, expected, source);
  };
  check('1 + 2.0', `1:3: found no matching overload for '_+_' applied to '(int, double)'`);
  check('"a" + 1', `1:5: found no matching overload for '_+_' applied to '(string, int)'`);
  check('i + u', `1:3: found no matching overload for '_+_' applied to '(int, uint)'`);
  check('1.0 in [1,2]', `1:5: found no matching overload for '@in' applied to '(double, list(int))'`);
  check('1u in l', `1:4: found no matching overload for '@in' applied to '(uint, list(int))'`);
  check('!i', `1:1: found no matching overload for '!_' applied to '(int)'`);
  check('-s', `1:1: found no matching overload for '-_' applied to '(string)'`);
  check('size(1)', `1:5: found no matching overload for 'size' applied to '(int)'`);
  check('-duration("1h")', `1:1: found no matching overload for '-_' applied to '(duration)'`);
  check('[[1]].sort()', `1:11: found no matching overload for 'sort' applied to 'list(list(int)).()'`);
  check('[1].flatten()', `1:12: found no matching overload for 'flatten' applied to 'list(int).()'`);
  check(
    'sets.contains(l, [1.0])',
    `1:14: found no matching overload for 'sets.contains' applied to '(list(int), list(double))'`,
  );
  check('[?1]', `1:3: expected type 'optional_type(int)' but found 'int'`);
  check(
    'optional.of(1) == optional.of(1.0)',
    `1:16: found no matching overload for '_==_' applied to '(optional_type(int), optional_type(double))'`,
  );
  check('1 == 1.0', `1:3: found no matching overload for '_==_' applied to '(int, double)'`);
  check('1 == 1u', `1:3: found no matching overload for '_==_' applied to '(int, uint)'`);
  check('1 == "a"', `1:3: found no matching overload for '_==_' applied to '(int, string)'`);
  check('1 < "a"', `1:3: found no matching overload for '_<_' applied to '(int, string)'`);
  check('[1] == [1.0]', `1:5: found no matching overload for '_==_' applied to '(list(int), list(double))'`);
  check(
    '{"a": 1} == {"a": 1.0}',
    `1:10: found no matching overload for '_==_' applied to '(map(string, int), map(string, double))'`,
  );
  check('l + ["a"]', `1:3: found no matching overload for '_+_' applied to '(list(int), list(string))'`);
  check('[1] + [2.0]', `1:5: found no matching overload for '_+_' applied to '(list(int), list(double))'`);
  check('s.foo()', `1:6: undeclared reference to 'foo' (in container '')`);
  check('foo', `1:1: undeclared reference to 'foo' (in container '')`);
  check('foo.bar', `1:1: undeclared reference to 'foo' (in container '')`);
  check('foo()', `1:4: undeclared reference to 'foo' (in container '')`);
  check('i.foo', `1:2: type 'int' does not support field selection`);
  check('s.foo', `1:2: type 'string' does not support field selection`);
  check('m.k.z', `1:4: type 'int' does not support field selection`);
  check('l.foo', `1:2: type 'list(int)' does not support field selection`);
  check('size(1, 2)', `1:5: found no matching overload for 'size' applied to '(int, int)'`);
  check('s.size(1)', `1:7: found no matching overload for 'size' applied to 'string.(int)'`);
  check('l["a"]', `1:2: found no matching overload for '_[_]' applied to '(list(int), string)'`);
  check('l[0.0]', `1:2: found no matching overload for '_[_]' applied to '(list(int), double)'`);
  check('l[0.5]', `1:2: found no matching overload for '_[_]' applied to '(list(int), double)'`);
  check('l[0u]', `1:2: found no matching overload for '_[_]' applied to '(list(int), uint)'`);
  check('m[1]', `1:2: found no matching overload for '_[_]' applied to '(map(string, int), int)'`);
  check('s[0]', `1:2: found no matching overload for '_[_]' applied to '(string, int)'`);
  check('a.b.c', `1:1: undeclared reference to 'a' (in container '')`);
  check('has()', `1:4: undeclared reference to 'has' (in container '')`);
  check('has(m.k, m.j)', `1:4: undeclared reference to 'has' (in container '')`);
  check('[1].exists(x, x)', `1:15: expected type 'bool' but found 'int'`);
  check('[1].exists(x, "a")', `1:15: expected type 'bool' but found 'string'`);
  check(
    '1.all(x, true)',
    `1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)`,
  );
  check(
    's.all(x, true)',
    `1:1: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)`,
  );
  check('l.all(x, x, true)', '1:10: duplicate variable name: x');
  check('l.map(x, y)', `1:10: undeclared reference to 'y' (in container '')`);
  check('b ? 1 : "a"', `1:3: found no matching overload for '_?_:_' applied to '(bool, int, string)'`);
  check('b ? 1 : null', `1:3: found no matching overload for '_?_:_' applied to '(bool, int, null)'`);
  check(
    'b ? l : ls',
    `1:3: found no matching overload for '_?_:_' applied to '(bool, list(int), list(string))'`,
  );
  check('i ? 1 : 2', `1:3: found no matching overload for '_?_:_' applied to '(int, int, int)'`);
  check('1 < 2 < 3', `1:7: found no matching overload for '_<_' applied to '(bool, int)'`);
  check('b && i', `1:6: expected type 'bool' but found 'int'`);
  check('i && b', `1:1: expected type 'bool' but found 'int'`);
  check('b || "a"', `1:6: expected type 'bool' but found 'string'`);
  check('i.size()', `1:7: found no matching overload for 'size' applied to 'int.()'`);
  check('Foo{a: 1}', `1:4: undeclared reference to 'Foo' (in container '')`);
  check('int(int)', `1:4: found no matching overload for 'int' applied to '(type(int))'`);
  check('string(l)', `1:7: found no matching overload for 'string' applied to '(list(int))'`);
  check(
    'x.y.z()',
    `1:1: undeclared reference to 'x' (in container '')`,
    `1:6: undeclared reference to 'z' (in container '')`,
  );
  check(
    'math.foo(1)',
    `1:1: undeclared reference to 'math' (in container '')`,
    `1:9: undeclared reference to 'foo' (in container '')`,
  );
  check(
    'optional.foo(1)',
    `1:1: undeclared reference to 'optional' (in container '')`,
    `1:13: undeclared reference to 'foo' (in container '')`,
  );
  check(
    '1.0.all(x, true)',
    `1:1: expression of type 'double' cannot be range of a comprehension (must be list, map, or dynamic)`,
  );
  check('i || b', `1:1: expected type 'bool' but found 'int'`);
  check('m.?k.foo', `1:5: type 'int' does not support field selection`);
  check('(1/0).a || true', `1:6: type 'int' does not support field selection`);
});
