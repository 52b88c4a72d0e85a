import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Clock } from '../lib/clock.ts';
import {
  type Certificates,
  leafLifetimeMs,
  openCertificates,
  renewBeforeMs,
  servingNames,
} from './certificates.ts';
import { UserError } from './user-error.ts';

const root = mkdtempSync(join(tmpdir(), 'milo-certificates-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;
const freshDir = (): string => join(root, String(count++));

const startMs = Date.UTC(2030, 0, 1);
const at = (nowMs: number): Clock => ({ now: () => nowMs });
const open = (
  dir: string,
  nowMs = startMs,
  hosts = servingNames('10.1.2.3', 'host'),
): Promise<Certificates> => openCertificates(dir, at(nowMs), hosts);
const dayMs = 24 * 3_600_000;
const proxies = ['front-proxy-client', 'projects-front-proxy-client'] as const;
const names = ['ca', 'front-proxy-ca', 'serving', 'admin', ...proxies] as const;

describe('certificates', () => {
  test('first start makes all of them, usable and private', async () => {
    const dir = freshDir();
    const made = await open(dir);
    assert.deepEqual(made.issued, [...names]);
    const authority = new X509Certificate(made.authority);
    const serving = new X509Certificate(made.serving.certificate);
    const admin = new X509Certificate(made.admin.certificate);
    assert.ok(authority.ca);
    assert.ok(authority.verify(authority.publicKey));
    for (const leaf of [serving, admin]) {
      assert.ok(leaf.checkIssued(authority) && leaf.verify(authority.publicKey));
      assert.equal(leaf.ca, false);
      assert.equal(Date.parse(leaf.validTo), startMs + leafLifetimeMs);
      assert.ok(Date.parse(leaf.validFrom) < startMs);
    }
    assert.equal(admin.subject, 'CN=admin\nO=system:masters');
    assert.deepEqual(serving.keyUsage, ['1.3.6.1.5.5.7.3.1']);
    assert.deepEqual(admin.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    for (const name of ['localhost', 'milo', 'kubernetes.default.svc', 'host'])
      assert.ok(serving.checkHost(name), name);
    for (const address of ['127.0.0.1', '::1', '10.1.2.3']) assert.ok(serving.checkIP(address), address);
    assert.equal(statSync(join(dir, 'pki')).mode & 0o777, 0o700);
    const proxyAuthority = new X509Certificate(made.frontProxy.authority);
    const proxy = new X509Certificate(made.frontProxy.client.certificate);
    assert.ok(proxy.checkIssued(proxyAuthority) && proxy.verify(proxyAuthority.publicKey));
    assert.ok(!proxy.verify(authority.publicKey), 'who is believed as front proxy is nobody here');
    assert.equal(proxy.subject, 'CN=front-proxy-client');
    for (const name of names) {
      assert.equal(statSync(join(dir, 'pki', `${name}.key`)).mode & 0o777, 0o600);
    }
    assert.equal(readdirSync(join(dir, 'pki')).length, 2 * names.length);
  });

  const check = (
    title: string,
    change: (dir: string) => void,
    nowMs: number,
    issued: readonly string[] | RegExp,
    hosts = servingNames('10.1.2.3', 'host'),
  ): void => {
    test(title, async () => {
      const dir = freshDir();
      const first = await open(dir);
      change(dir);
      if (issued instanceof RegExp) {
        const before = readAll(dir);
        await assert.rejects(open(dir, nowMs, hosts), (error: unknown) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, issued);
          return true;
        });
        assert.deepEqual(readAll(dir), before, 'nothing was touched');
        return;
      }
      const second = await open(dir, nowMs, hosts);
      assert.deepEqual(second.issued, issued);
      assert.equal(second.authority === first.authority, !issued.includes('ca'));
      assert.equal(second.serving.key === first.serving.key, !issued.includes('serving'));
      assert.equal(second.admin.key === first.admin.key, !issued.includes('admin'));
    });
  };
  const readAll = (dir: string): string[] =>
    readdirSync(join(dir, 'pki')).map((name) => `${name} ${readFileSync(join(dir, 'pki', name))}`);
  const overwrite = (name: string) => (dir: string) => writeFileSync(join(dir, 'pki', name), 'x');
  const remove = (name: string) => (dir: string) => rmSync(join(dir, 'pki', name));
  const nothing = (): void => {};

  check('second start reuses them', nothing, startMs + dayMs, []);
  check('30 days left', nothing, startMs + leafLifetimeMs - renewBeforeMs, []);
  check('less than 30 days left', nothing, startMs + leafLifetimeMs - renewBeforeMs + dayMs, [
    'serving',
    'admin',
    ...proxies,
  ]);
  check('long expired', nothing, startMs + 3 * leafLifetimeMs, ['serving', 'admin', ...proxies]);
  check('another host name', nothing, startMs, ['serving'], servingNames('10.1.2.3', 'other'));
  check('another address', nothing, startMs, ['serving'], servingNames('10.1.2.4', 'host'));
  check('a name fewer is no reason', nothing, startMs, [], servingNames('', ''));
  check('serving certificate removed', remove('serving.crt'), startMs, ['serving']);
  check('admin key removed', remove('admin.key'), startMs, ['admin']);
  check('crash between the key and the certificate of the authority', remove('ca.crt'), startMs, [
    'ca',
    'serving',
    'admin',
  ]);
  check('authority key removed', remove('ca.key'), startMs, /ca\.key is missing or does not belong/);
  check('authority expired', nothing, startMs + 11 * leafLifetimeMs, /has expired/);
  check('front proxy replaced', remove('front-proxy-ca.crt'), startMs, ['front-proxy-ca', ...proxies]);
  for (const file of names.flatMap((name) => [`${name}.crt`, `${name}.key`])) {
    check(`${file} damaged`, overwrite(file), startMs, new RegExp(`${file} is damaged`));
  }

  test('a file where the directory should be', async () => {
    const dir = freshDir();
    writeFileSync(dir, '');
    await assert.rejects(
      open(dir),
      (error: unknown) =>
        error instanceof UserError &&
        /cannot be used: a part of its path is not a directory/.test(error.message),
    );
  });
});
