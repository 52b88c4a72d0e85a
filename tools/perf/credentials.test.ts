import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readKubeconfig } from '../../bench/load/kubeconfig.ts';
import type { Target } from '../../bench/load/target.ts';
import { k6Environment } from '../k6/credentials.ts';
import { writeKubeconfig } from './render-kubeconfig.ts';

const byCertificate: Target = {
  ...{ host: '::1', port: 7443, isInsecure: false },
  ...{ ca: 'the authority\n', certificate: 'a certificate\n', key: 'its key\n' },
};
const byToken: Target = { host: 'milo.example', port: 443, isInsecure: true, token: 't0ken' };

function within(check: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'milo-credentials-'));
  try {
    check(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a kubeconfig that is written leads to the same server with the same credentials', () => {
  for (const target of [byCertificate, byToken]) {
    within((directory) => {
      const host = target.host.includes(':') ? `[${target.host}]` : target.host;
      const server = `https://${host}:${target.port}/projects/p/control-plane`;
      const file = writeKubeconfig(join(directory, 'kubeconfig'), server, target);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.deepEqual(readKubeconfig(file), { target, basePath: '/projects/p/control-plane' });
    });
  }
});

test('k6 finds certificates in files that only their owner can read', () => {
  within((directory) => {
    const environment = k6Environment(byCertificate, '/base', directory);
    assert.equal(environment.MILO_URL, 'https://[::1]:7443/base');
    for (const [name, text] of [
      ['SSL_CERT_FILE', byCertificate.ca],
      ['MILO_CERT', byCertificate.certificate],
      ['MILO_KEY', byCertificate.key],
    ] as const) {
      assert.equal(readFileSync(environment[name]!, 'utf8'), text);
      assert.equal(statSync(environment[name]!).mode & 0o777, 0o600);
    }
    assert.equal(environment.MILO_TOKEN, undefined);
  });
});

test('a token is all that k6 gets of a server without certificates', () => {
  within((directory) => {
    assert.deepEqual(k6Environment(byToken, '', directory), {
      MILO_URL: 'https://milo.example:443',
      MILO_TOKEN: 't0ken',
      MILO_INSECURE: 'true',
    });
  });
});
