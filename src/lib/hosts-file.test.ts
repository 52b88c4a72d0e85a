/** Names of the hosts file: as they are written, and as they are after a while. */
import assert from 'node:assert/strict';
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { HostsFile } from './hosts-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'milo-hosts-'));
after(() => rmSync(directory, { recursive: true }));
let made = 0;
function written(text: string): string {
  const path = join(directory, `hosts${made++}`);
  writeFileSync(path, text);
  return path;
}

function check(what: string, text: string, name: string, address: string | undefined): void {
  test(what, () => assert.equal(new HostsFile(written(text)).find(name), address));
}
check('a name', '10.0.0.1 a b\n10.0.0.2 c\n', 'b', '10.0.0.1');
check('a name that is not there', '10.0.0.1 a\n', 'b', undefined);
check('a name in other letters', '10.0.0.1 Inner.Example\n', 'inner.example', '10.0.0.1');
check('the first of several', '10.0.0.1 a\n10.0.0.2 a\n', 'a', '10.0.0.1');
check('one of version 4 before one of version 6', 'fd00::1 a\n10.0.0.2 a\nfd00::2 a\n', 'a', '10.0.0.2');
check('one of version 6', 'fd00::1 a\n', 'a', 'fd00::1');
check('a comment', '# 10.0.0.1 a\n10.0.0.2 b # a\n', 'a', undefined);
check('what is no address', 'here a\n', 'a', undefined);
test('no file', () => assert.equal(new HostsFile(join(directory, 'none')).find('a'), undefined));

test('a change is seen after a second, and a file that stays is read once', () => {
  const read = mock.method(fs, 'readFileSync');
  const look = mock.method(fs, 'statSync');
  syncBuiltinESMExports();
  try {
    const path = written('10.0.0.1 a\n');
    let nowMs = 0;
    const hosts = new HostsFile(path, () => nowMs);
    for (let i = 0; i < 10; i++) assert.equal(hosts.find('a'), '10.0.0.1');
    assert.deepEqual([look.mock.callCount(), read.mock.callCount()], [1, 1]);
    nowMs = 1_000;
    assert.equal(hosts.find('a'), '10.0.0.1');
    assert.deepEqual([look.mock.callCount(), read.mock.callCount()], [2, 1]);
    writeFileSync(path, '10.0.0.10 a\n');
    assert.equal(hosts.find('a'), '10.0.0.1');
    nowMs = 2_000;
    assert.equal(hosts.find('a'), '10.0.0.10');
    rmSync(path);
    nowMs = 3_000;
    assert.equal(hosts.find('a'), undefined);
    writeFileSync(path, '10.0.0.3 a\n');
    nowMs = 4_000;
    assert.equal(hosts.find('a'), '10.0.0.3');
  } finally {
    mock.restoreAll();
    syncBuiltinESMExports();
  }
});
