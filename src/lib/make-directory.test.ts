import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDirectory } from './make-directory.ts';

test('directories are made with what leads to them, and may exist already', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'milo-mkdir-'));
  t.after(() => rmSync(root, { recursive: true }));
  const deep = join(root, 'a', 'b', 'c');
  makeDirectory(deep, 0o700);
  makeDirectory(deep, 0o700);
  assert.equal(statSync(deep).mode & 0o777, 0o700);
  writeFileSync(join(root, 'file'), '');
  assert.throws(() => makeDirectory(join(root, 'file', 'below'), 0o700), { code: 'ENOTDIR' });
});

test('where none can be made there is an error, at once', { skip: process.platform !== 'linux' }, () => {
  assert.throws(() => makeDirectory('/proc/milo/data', 0o700), { code: 'ENOENT' });
});
