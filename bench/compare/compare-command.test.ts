import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Result } from '../run/result.ts';
import type { Figures } from '../run/scenario.ts';
import { scenarios } from '../run/scenarios.ts';
import { UsageError } from '../run/usage-error.ts';
import { compareCommand } from './compare-command.ts';

const directory = mkdtempSync(join(tmpdir(), 'milo-compare-'));
after(() => rmSync(directory, { recursive: true }));

function file(
  name: string,
  figures: Figures,
  scenario = 'throughput',
  params: object = { rounds: 7 },
): string {
  const environment = { date: '2026-01-01', command: '', seed: 1, node: 'v20', lmdb: '3', os: 'linux' };
  const machine = { cpu: 'a cpu', cores: 2, memoryBytes: 1, fileSystem: 'ext4', loadBefore: 0 };
  const result: Result = {
    scenario,
    params: { ...params },
    environment: { ...environment, ...machine },
    figures,
  };
  return text(name, JSON.stringify(result));
}

function text(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const fast = file('fast.json', { 'ratio.get': { value: 0.5, unit: 'ratio' } });
const slow = file('slow.json', { 'ratio.get': { value: 0.4, unit: 'ratio' } }, 'throughput', { rounds: 3 });

test('a regression is named, and is exit code 1', () => {
  const worse = compareCommand([fast, slow], scenarios);
  assert.equal(worse.exitCode, 1);
  assert.match(worse.text, /^ratio\.get +0\.500 +0\.400 +ratio +0\.800 +measured once +higher +REGRESSION$/m);
  assert.match(worse.text, /^1 of 1 figures regressed: ratio\.get$/m);
  assert.match(worse.text, /^differs: rounds was 7 and is 3$/m);
  assert.equal(compareCommand([slow, fast], scenarios).exitCode, 0);
  assert.equal(compareCommand([fast, slow, '--bound', '1.5'], scenarios).exitCode, 0);
  assert.equal(compareCommand(['--bound=1.2', fast, slow], scenarios).exitCode, 1);
});

test('wrong usage is one sentence', () => {
  const check = (words: readonly string[], sentence: RegExp): void => {
    assert.throws(
      () => compareCommand(words, scenarios),
      (error) => error instanceof UsageError && sentence.test(error.message) && !error.message.includes('\n'),
      words.join(' '),
    );
  };
  check([], /^compare takes two files/);
  check([fast], /^compare takes two files, A\.json and B\.json, and not 1\.$/);
  check([fast, slow, slow], /and not 3\.$/);
  check([fast, slow, '--fast'], /^compare does not know "--fast"; it takes two files and --bound\.$/);
  for (const bound of ['0.9', '1e3', 'much', '-1', '1001']) {
    check([fast, slow, '--bound', bound], /^--bound takes a ratio from 1 to 1000, as in 1\.1, not "/);
  }
  check([fast, slow, '--bound'], /not ""\.$/);
  check([fast, join(directory, 'none.json')], /none\.json cannot be read as a result: ENOENT/);
  check([fast, text('broken.json', '{')], /broken\.json cannot be read as a result: /);
  check([fast, text('other.json', '[]')], /other\.json is not the result of a scenario\.$/);
  check(
    [
      fast,
      text('figure.json', '{"scenario":"s","params":{},"environment":{},"figures":{"a":{"value":"1"}}}'),
    ],
    /figure\.json is not the result of a scenario\.$/,
  );
  check(
    [fast, text('nowhere.json', '{"scenario":"s","params":{},"environment":{},"figures":{}}')],
    /nowhere\.json is not the result of a scenario\.$/,
  );
  check([fast, file('cel.json', {}, 'cel')], /is of throughput and .* of cel: only results of one scenario/);
  check([fast, file('empty.json', {})], /have no figure in common\.$/);
});
