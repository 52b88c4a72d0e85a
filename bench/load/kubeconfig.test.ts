import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { dump } from 'js-yaml';
import { UsageError } from '../run/usage-error.ts';
import { type NamedServer, readKubeconfig } from './kubeconfig.ts';

const directory = mkdtempSync(join(tmpdir(), 'milo-bench-kubeconfig-'));
after(() => rmSync(directory, { recursive: true }));
const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly more?: object;
}

function read({ cluster, user, more }: Parts, context?: string): NamedServer {
  const config = {
    clusters: [{ name: 'here', cluster: { server: 'https://api.example.com:6443', ...cluster } }],
    users: [{ name: 'me', user: user ?? { token: 'secret' } }],
    contexts: [
      { name: 'one', context: { cluster: 'here', user: 'me' } },
      { name: 'nobody', context: { cluster: 'here' } },
      { name: 'astray', context: { cluster: 'gone', user: 'me' } },
    ],
    'current-context': 'one',
    ...more,
  };
  const file = join(directory, 'config');
  writeFileSync(file, dump(config));
  return readKubeconfig(file, context);
}

test('credentials are in the file, or in files beside it', () => {
  const check = (parts: Parts, expected: object): void => {
    const { host, port, isInsecure, ...credentials } = read(parts).target;
    assert.deepEqual([host, port, isInsecure], ['api.example.com', 6443, false]);
    assert.deepEqual(credentials, expected);
  };
  writeFileSync(join(directory, 'token'), 'from-file\n');
  writeFileSync(join(directory, 'ca.pem'), 'CA');
  check({}, { token: 'secret' });
  check({ user: { tokenFile: 'token' } }, { token: 'from-file' });
  const pair = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };
  check({ user: pair }, { certificate: 'CERT', key: 'KEY' });
  check({ cluster: { 'certificate-authority-data': base64('CA') } }, { token: 'secret', ca: 'CA' });
  check({ cluster: { 'certificate-authority': 'ca.pem' } }, { token: 'secret', ca: 'CA' });
  check({ cluster: { 'tls-server-name': 'other' } }, { token: 'secret', serverName: 'other' });
});

test('the server is where its URL says, path and all', () => {
  const check = (server: string, host: string, port: number, basePath: string): void => {
    const named = read({ cluster: { server } });
    assert.deepEqual([named.target.host, named.target.port, named.basePath], [host, port, basePath]);
  };
  check('https://api.example.com', 'api.example.com', 443, '');
  check('https://[::1]:6443/', '::1', 6443, '');
  check('https://host:1/clusters/root/', 'host', 1, '/clusters/root');
  assert.equal(read({ cluster: { 'insecure-skip-tls-verify': true } }).target.isInsecure, true);
  assert.equal(read({}, 'nobody').target.token, undefined);
});

test('what cannot be used is refused in one sentence', () => {
  const check = (sentence: RegExp, parts: Parts, context?: string): void => {
    assert.throws(
      () => read(parts, context),
      (error) => error instanceof UsageError && sentence.test(error.message) && !error.message.includes('\n'),
    );
  };
  check(/has no context "two"\.$/, {}, 'two');
  check(/has no cluster "gone"\.$/, {}, 'astray');
  check(/has no current context/, { more: { 'current-context': '' } });
  check(/https:\/\//, { cluster: { server: 'http://plain' } });
  check(/https:\/\//, { cluster: { server: 'nonsense' } });
  check(/a user with exec;/, { user: { exec: { command: 'login' } } });
  check(/certificate without its key/, { user: { 'client-certificate-data': base64('CERT') } });
  check(/a file that cannot be read/, { user: { tokenFile: 'absent' } });
  assert.throws(() => readKubeconfig(join(directory, 'absent')), /cannot be read/);
});
