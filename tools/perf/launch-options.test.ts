import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../bench/run/usage-error.ts';
import { parseLaunch, refuseUnknownVariables } from './launch-options.ts';

const parse = (line: string) => parseLaunch(line.split(' '), ['one', 'two'], ['fast']);

function refused(line: string, message: RegExp): void {
  assert.throws(
    () => parse(line),
    (error: Error) =>
      error instanceof UsageError && message.test(error.message) && !error.message.includes('\n'),
  );
}

test('a name alone is a small run against a server that is started', () => {
  assert.deepEqual(parse('one'), {
    name: 'one',
    size: 'small',
    server: { kubeconfig: undefined },
    report: '.perf',
    variables: {},
    flags: new Set(),
  });
});

test('all that can be given', () => {
  const line = 'two --fast --size large --kubeconfig k --context c --report r -e A=1 -e B=x=y';
  assert.deepEqual(parse(line), {
    name: 'two',
    size: 'large',
    server: {
      kubeconfig: 'k',
      context: 'c',
      tenancy: 'milo',
      pid: undefined,
      needsControlPlanes: true,
      storagePid: undefined,
      storageDirectory: undefined,
    },
    report: 'r',
    variables: { A: '1', B: 'x=y' },
    flags: new Set(['fast']),
  });
  assert.equal(parse('one --help'), 'help');
});

test('wrong usage is told in one sentence', () => {
  refused('three', /^Name one of one, two/);
  refused('one two', /^Name one of one, two/);
  refused('--fast', /^Name one of one, two/);
  refused('one --size huge', /small or large/);
  refused('one --context c', /needs --kubeconfig/);
  refused('one -e A', /is not NAME=VALUE/);
  refused('one --slow', /--slow/);
});

test('a variable that nobody reads is refused', () => {
  refuseUnknownVariables({ RATE: '1' }, ['RATE', 'BYTES']);
  assert.throws(
    () => refuseUnknownVariables({ RATE: '1', RATES: '2' }, ['RATE', 'BYTES']),
    (error) =>
      error instanceof UsageError && /^-e RATES is no variable .* RATE, BYTES\.$/.test(error.message),
  );
});
