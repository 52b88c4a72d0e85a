import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { serviceAccountDefinition } from './service-account-definition.ts';

const { strategy } = serviceAccountDefinition;
const context = {
  nowMs: 0,
  user: { name: 'ann', uid: '', groups: [], extra: {} },
  dryRun: false,
  newUid: () => 'u',
  revision: 0,
};
const account = (fields: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'a', namespace: 'n' },
  ...fields,
});

describe('secrets', () => {
  function check(secrets: object[] | undefined, expected: object[] | undefined): void {
    const created = account(secrets === undefined ? {} : { secrets });
    const updated = structuredClone(created);
    strategy.prepareForCreate?.(created, context);
    strategy.prepareForUpdate?.(updated, account(), context);
    assert.deepEqual(created.secrets, expected);
    assert.deepEqual(updated, created);
  }
  test('none', () => check(undefined, undefined));
  test('only names are kept', () =>
    check(
      [{ kind: 'Secret', namespace: 'x', name: 's', uid: 'u' }, { name: 't' }],
      [{ name: 's' }, { name: 't' }],
    ));
});
