import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Command, UsageError } from './command.ts';
import { readChoice, readCidrs, readDurationMs, readPort, readProjectName } from './flag-values.ts';
import { parseInvocation } from './parse-invocation.ts';

const copy: Command = {
  name: 'copy',
  summary: 'for this test',
  positionals: ['FROM', 'TO'],
  flags: { mode: { value: 'MODE', help: '' }, port: { value: 'PORT', help: '' }, dry: { help: '' } },
  run: async () => 0,
};

describe('a command line', () => {
  const check = (line: string, expected: object | RegExp): void => {
    test(line, () => {
      const args = line.split(' ').filter((word) => word !== '');
      if (expected instanceof RegExp) {
        assert.throws(
          () => parseInvocation(copy, args),
          (error: unknown) =>
            error instanceof UsageError &&
            expected.test(error.message) &&
            error.message.endsWith('; see "milo help copy"'),
        );
        return;
      }
      const { positionals, flag, has } = parseInvocation(copy, args);
      assert.deepEqual({ positionals, mode: flag('mode'), dry: has('dry') }, expected);
    });
  };
  const files = { positionals: ['a', 'b'] };
  check('a b', { ...files, mode: undefined, dry: false });
  check('--mode fast a b', { ...files, mode: 'fast', dry: false });
  check('a --mode=fast b --dry', { ...files, mode: 'fast', dry: true });
  check('a b --mode=--fast', { ...files, mode: '--fast', dry: false });
  check('a b --mode=a=b', { ...files, mode: 'a=b', dry: false });
  check('-- a --dry', { positionals: ['a', '--dry'], mode: undefined, dry: false });
  check('', /^"milo copy" needs FROM/);
  check('a', /^"milo copy" needs TO/);
  check('a b c', /^"milo copy" takes no argument "c"/);
  check('a b --fast', /^"milo copy" has no flag --fast/);
  check('a b -p 1', /^"milo copy" has no flag -p/);
  check('a b -m', /^"milo copy" has no flag -m/);
  check('a b --toString', /^"milo copy" has no flag --toString/);
  check('a b --no-dry', /^"milo copy" has no flag --no-dry/);
  check('a b --mode', /^--mode needs a value, MODE/);
  check('a b --mode=', /^--mode needs a value, MODE/);
  check('a b --mode --port 1', /^--mode needs a value, MODE/);
  check('a b --dry=yes', /^--dry takes no value/);
  check('a b --port 1 --port 2', /^--port is given twice/);
});

describe('values', () => {
  const check = <T>(read: (flag: string, text: string) => T, text: string, expected: T | RegExp): void => {
    test(`${read.name} ${JSON.stringify(text)}`, () => {
      if (expected instanceof RegExp) {
        assert.throws(
          () => read('--flag', text),
          (error: unknown) => error instanceof UsageError && expected.test(error.message),
        );
      } else assert.equal(read('--flag', text), expected);
    });
  };
  check(readPort, '0', 0);
  check(readPort, '65535', 65_535);
  for (const text of ['', 'x', '65536', '100000', '1.5', '0x10', '-1', ' 1']) {
    check(readPort, text, /^--flag takes a port, 0 to 65535, not /);
  }
  check(readDurationMs, '300ms', 300);
  check(readDurationMs, '90s', 90_000);
  check(readDurationMs, '5m', 300_000);
  check(readDurationMs, '1h30m', 5_400_000);
  for (const text of ['', '5', '5 m', '0s', 'm', '-5m', '1.5h', '9999h', '5d']) {
    check(readDurationMs, text, /^--flag takes a duration such as 30s, 5m or 1h30m, not /);
  }
  const joined = (flag: string, text: string): string => readCidrs(flag, text).join(' ');
  check(joined, '10.0.0.0/8', '10.0.0.0/8');
  check(joined, '10.0.0.0/8,::1/128', '10.0.0.0/8 ::1/128');
  for (const text of ['', '10.0.0.1', '10.0.0.0/8,', '10.0.0.0/33', 'all', '10.0.0.0/8, ::1/128']) {
    check(
      joined,
      text,
      /^--flag takes ranges of addresses such as 10.0.0.0\/8,fd00::\/8, of which ".*" is none$/,
    );
  }
  check(readProjectName, 'a', 'a');
  check(readProjectName, 'acme-web-2', 'acme-web-2');
  check(readProjectName, 'a'.repeat(63), 'a'.repeat(63));
  for (const text of ['', '-a', 'a-', 'A', 'a/b', '..', 'a.b', 'a'.repeat(64), 'a\n']) {
    check(readProjectName, text, /^--flag takes a project's name/);
  }
  const readLevel = (flag: string, text: string): string => readChoice(flag, ['low', 'high'], text);
  check(readLevel, 'low', 'low');
  check(readLevel, 'loud', /^--flag takes low, high, not "loud"$/);
});
