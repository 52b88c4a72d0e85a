import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../corpus.ts';
import { sources } from './sources.ts';

const linesMax = 600;

test(`no file above ${linesMax} lines`, () => {
  assert.deepEqual(
    sources.filter(({ lines }) => lines > linesMax).map(({ path, lines }) => `${path}: ${lines}`),
    [],
  );
});

test('nothing in the repository names the machine it was written on', (t) => {
  if (!existsSync(join(root, '.git'))) return t.skip('not a git checkout');
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  const files = tracked.filter((path) => path !== '' && existsSync(join(root, path)));
  assert.ok(files.length > 50);
  // Written so that these lines do not match themselves.
  const absolutePath = new RegExp(`(^|[^.a-z])/(${['work', 'farm'].join('|')})/`, 'm');
  const registryHost = new RegExp(`"${'resolved'}": "https?:`);
  const found = files.filter((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return absolutePath.test(text) || registryHost.test(text);
  });
  assert.deepEqual(found, []);
});
