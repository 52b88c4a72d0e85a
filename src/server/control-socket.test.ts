import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { silentLogger } from '../lib/logger.ts';
import { askServer, openControlSocket } from './control-socket.ts';

const root = mkdtempSync(join(tmpdir(), 'milo-control-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;
function freshDir(...below: string[]): string {
  const dir = join(root, String(count++), ...below);
  mkdirSync(dir, { recursive: true });
  return dir;
}
const request = { command: 'snapshot', file: '/somewhere/else' } as const;

describe('control socket', () => {
  const check = (
    title: string,
    dir: string,
    snapshot: (file: string) => Promise<void>,
    expected: unknown,
  ): void => {
    test(title, async () => {
      const control = await openControlSocket(dir, snapshot, silentLogger);
      assert.deepEqual(await askServer(dir, request), expected);
      control.close();
      assert.equal(existsSync(join(dir, 'control.sock')), false);
      assert.equal(await askServer(dir, request), undefined);
    });
  };
  const accept = async (file: string): Promise<void> => assert.equal(file, request.file);
  const refuse = async (): Promise<void> => {
    throw new Error('the disk is full');
  };
  check('done', freshDir(), accept, { ok: true });
  check('refused', freshDir(), refuse, { ok: false, message: 'the disk is full' });
  check(
    'in a directory whose name is too long for an address',
    freshDir('d'.repeat(90), 'e'.repeat(90)),
    accept,
    { ok: true },
  );
  const left = freshDir();
  writeFileSync(join(left, 'control.sock'), '');
  check('where a dead server left its socket', left, accept, { ok: true });

  test('nobody serves', async () => {
    assert.equal(await askServer(freshDir(), request), undefined);
  });

  const checkRaw = (text: string, expected: RegExp): void => {
    test(`what is no request: ${text.slice(0, 40)}`, async () => {
      const dir = freshDir();
      const control = await openControlSocket(dir, refuse, silentLogger);
      const socket = connect({ path: join(dir, 'control.sock'), allowHalfOpen: true });
      socket.on('error', () => {});
      let reply = '';
      socket.on('data', (chunk) => {
        reply += String(chunk);
      });
      socket.end(text);
      await once(socket, 'close');
      assert.match(reply, expected);
      control.close();
    });
  };
  checkRaw('', /does not understand/);
  checkRaw('null', /does not understand/);
  checkRaw('{"command":"dance"}', /does not understand/);
  checkRaw('{"command":"snapshot"}', /does not understand/);
  checkRaw('{"command":"snapshot","file":"relative"}', /does not understand/);
  checkRaw('x'.repeat(100_000), /^$/);
});
