import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitVersion, versionDocument } from './version.ts';

const build = {
  version: '0.1.0-rc.1',
  gitCommit: '',
  buildDate: '',
  runtime: 'v20.20.0',
  platform: 'linux/x64',
};

test('the version is what clients can parse', () => {
  const document = JSON.parse(versionDocument(build).body.toString()) as Record<string, string>;
  assert.match(document.major!, /^\d+$/);
  assert.match(document.minor!, /^\d+$/);
  assert.equal(document.gitVersion, gitVersion(build));
  assert.match(
    document.gitVersion!,
    /^v\d+\.\d+\.\d+\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*$/,
    'semver with build metadata',
  );
  assert.ok(document.gitVersion!.startsWith(`v${document.major}.${document.minor}.`));
  assert.equal(document.gitTreeState, '');
});
