/** Keys: tuple order, round trips, refusals at the bounds, and continue tokens that only we can have written. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../apimachinery/limits.ts';
import { StorageError, type StorageErrorCode } from './errors.ts';
import type { ContinueToken, IndexEntry } from './keys.ts';
import {
  counterRange,
  decodeContinue,
  decodeCounterKey,
  decodeIndexKey,
  decodeKey,
  decodeNames,
  decodeTenantResourceKey,
  encodeContinue,
  encodeCounterKey,
  encodeIndexKey,
  encodeKey,
  encodeTenantResourceKey,
  expiryValue,
  indexRange,
  indexRangeUpTo,
  namesOffset,
  objectRange,
  tenantOfPlatform,
  tenantOfProject,
} from './keys.ts';
import type { ObjectKey, TenantId } from './store.ts';

const runs = { numRuns: 300 };

/** Any text a key may hold: well-formed, without NUL. */
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('a', 'b', '-', '.', '~', '/', 'ä', '\u0001'),
      fc.string({ unit: 'binary' }),
    ),
  })
  .filter(
    (value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value) && Buffer.byteLength(value) < 100,
  );
const present = text.filter((value) => value !== '');
const objectKeys: fc.Arbitrary<ObjectKey> = fc.record(
  {
    tenant: present as fc.Arbitrary<TenantId>,
    group: text,
    resource: present,
    namespace: text,
    name: present,
  },
  { noNullPrototype: true },
);

const tuple = (key: ObjectKey): string[] => [key.tenant, key.group, key.resource, key.namespace, key.name];

function compareTuples(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = Buffer.compare(Buffer.from(a[i]!), Buffer.from(b[i]!));
    if (order !== 0) return order;
  }
  return 0;
}

function refused(code: StorageErrorCode, action: () => unknown): void {
  assert.throws(action, (error) => error instanceof StorageError && error.code === code);
}

function keyOf(name: string, namespace = 'default'): ObjectKey {
  return { tenant: tenantOfPlatform, group: '', resource: 'configmaps', namespace, name };
}

const within = (range: { start: Buffer; end: Buffer }, key: Buffer): boolean =>
  Buffer.compare(range.start, key) <= 0 && Buffer.compare(key, range.end) < 0;

describe('object keys', () => {
  test('round-trip', () => {
    fc.assert(
      fc.property(objectKeys, (key) => {
        assert.deepEqual(decodeKey(encodeKey(key)), key);
        const { namespace, name } = key;
        assert.deepEqual(decodeNames(encodeKey(key), namesOffset(key)), { namespace, name });
      }),
      runs,
    );
  });

  test('order as their tuples do', () => {
    // Few distinct components, so that long common prefixes are the rule.
    const close = fc.constantFrom('a', 'a-', 'a.b', 'a~', 'aa', 'ab', 'b', 'a\u0001');
    const closeKeys = fc.record({
      tenant: close as fc.Arbitrary<TenantId>,
      group: fc.oneof(close, fc.constant('')),
      resource: close,
      namespace: fc.oneof(close, fc.constant('')),
      name: close,
    });
    for (const keys of [objectKeys, closeKeys]) {
      fc.assert(
        fc.property(keys, keys, (a, b) => {
          const order = Buffer.compare(encodeKey(a), encodeKey(b));
          assert.equal(Math.sign(order), Math.sign(compareTuples(tuple(a), tuple(b))));
        }),
        runs,
      );
    }
  });

  test('lie in the ranges of their own prefix and in no other', () => {
    fc.assert(
      fc.property(objectKeys, objectKeys, (a, b) => {
        const bytes = encodeKey(a);
        const { tenant, group, resource, namespace, name } = b;
        const isSame = a.tenant === tenant && a.group === group && a.resource === resource;
        assert.equal(within(objectRange({ tenant, group, resource }), bytes), isSame);
        const isInNamespace = isSame && a.namespace === namespace;
        assert.equal(within(objectRange({ tenant, group, resource, namespace }), bytes), isInNamespace);
        const isBehind = isSame && compareTuples([a.namespace, a.name], [namespace, name]) > 0;
        assert.equal(
          within(objectRange({ tenant, group, resource, after: { namespace, name } }), bytes),
          isBehind,
        );
      }),
      runs,
    );
  });

  test('a name is behind its own prefixes, and a cursor at it excludes it', () => {
    const range = objectRange({
      ...keyOf('x'),
      namespace: 'default',
      after: { namespace: 'default', name: 'a' },
    });
    assert.equal(within(range, encodeKey(keyOf('a'))), false);
    assert.equal(within(range, encodeKey(keyOf('a-1'))), true);
    assert.equal(within(range, encodeKey(keyOf('aa'))), true);
    assert.equal(within(range, encodeKey(keyOf('b', 'default-2'))), false);
  });

  test('a cursor before the namespace does not widen the range', () => {
    const range = objectRange({ ...keyOf('x'), namespace: 'm', after: { namespace: 'a', name: 'a' } });
    assert.equal(within(range, encodeKey(keyOf('a', 'b'))), false);
    assert.equal(within(range, encodeKey(keyOf('a', 'm'))), true);
  });

  test('refuse what would be ambiguous', () => {
    refused('key-invalid', () => encodeKey(keyOf('a\0b')));
    refused('key-invalid', () => encodeKey(keyOf('a', 'n\0')));
    refused('key-invalid', () => encodeKey(keyOf('')));
    refused('key-invalid', () => encodeKey(keyOf('\ud800')));
    refused('key-invalid', () => encodeKey({ ...keyOf('a'), tenant: '' as TenantId }));
    refused('key-invalid', () => decodeKey(Buffer.from('a\0b')));
    refused('key-invalid', () => tenantOfProject('a~b', 'uid'));
    refused('key-invalid', () => tenantOfProject('', 'uid'));
  });

  test('end at the limit, in bytes', () => {
    const frame = encodeKey(keyOf('a')).length - 1;
    const longest = 'n'.repeat(limits.storageKeyBytes - frame);
    assert.equal(encodeKey(keyOf(longest)).length, limits.storageKeyBytes);
    refused('key-too-long', () => encodeKey(keyOf(`${longest}n`)));
    refused('key-too-long', () => encodeKey(keyOf(`${longest.slice(1)}ä`)));
  });

  test('the longest legal Kubernetes names fit', () => {
    const key = {
      tenant: tenantOfProject('p'.repeat(limits.projectNameLength), '0'.repeat(36)),
      group: 'g'.repeat(253),
      resource: 'r'.repeat(253),
      namespace: 'n'.repeat(63),
      name: 'o'.repeat(253),
    };
    assert.deepEqual(decodeKey(encodeKey(key)), key);
  });

  test('two projects of one name are two tenants', () => {
    assert.notEqual(tenantOfProject('p', 'u1'), tenantOfProject('p', 'u2'));
  });
});

describe('index keys', () => {
  const entry = (value: string, scope: IndexEntry['scope'] = 'tenant'): IndexEntry => ({
    scope,
    name: 'owner',
    value,
  });

  test('round-trip and lie in the range of their value only', () => {
    const scopes = fc.constantFrom<IndexEntry['scope']>('tenant', 'store');
    fc.assert(
      fc.property(objectKeys, scopes, text, text, (key, scope, value, other) => {
        const bytes = encodeIndexKey({ scope, name: 'owner', value }, key);
        const decoded = decodeIndexKey(bytes);
        assert.deepEqual(
          { ...decoded, value: undefined },
          { scope, name: 'owner', value: undefined, isHashed: decoded.isHashed, key },
        );
        if (!decoded.isHashed) assert.equal(decoded.value, value);
        const tenant = scope === 'tenant' ? { tenant: key.tenant } : {};
        assert.equal(within(indexRange({ name: 'owner', value: other, ...tenant }), bytes), value === other);
        assert.equal(within(indexRange({ name: 'owner2', value, ...tenant }), bytes), false);
      }),
      runs,
    );
  });

  test('hash values too long or unfit for a key, one to one', () => {
    const long = 'v'.repeat(limits.indexValueBytes);
    const values = [long, `${long}w`, `${long}x`, 'a\0b', 'a\0c', '\ud800', '\ud801', '\u{10ffff}x', ''];
    const keys = values.map((value) => encodeIndexKey(entry(value), keyOf('a')).toString('hex'));
    assert.equal(new Set(keys).size, values.length);
    assert.deepEqual(
      values.map((value) => decodeIndexKey(encodeIndexKey(entry(value), keyOf('a'))).isHashed),
      [false, true, true, true, true, true, true, true, false],
    );
  });

  test('the longest key with the longest name and value stays within what LMDB takes', () => {
    const frame = encodeKey(keyOf('a')).length - 1;
    const key = keyOf('n'.repeat(limits.storageKeyBytes - frame));
    for (const scope of ['tenant', 'store'] as const) {
      const name = 'i'.repeat(limits.indexNameBytes);
      const bytes = encodeIndexKey({ scope, name, value: 'v'.repeat(limits.indexValueBytes) }, key);
      assert.ok(bytes.length < 1978, `${bytes.length}`);
    }
    refused('key-invalid', () =>
      encodeIndexKey({ ...entry('v'), name: 'i'.repeat(limits.indexNameBytes + 1) }, key),
    );
  });

  test('a cursor excludes its own key and what comes before it', () => {
    const range = indexRange({ name: 'owner', value: 'u', tenant: tenantOfPlatform, after: keyOf('b') });
    const at = (name: string): Buffer => encodeIndexKey(entry('u'), keyOf(name));
    assert.deepEqual(
      [within(range, at('a')), within(range, at('b')), within(range, at('b0'))],
      [false, false, true],
    );
  });

  test('expiry times order, the bound included', () => {
    const at = (ms: number): Buffer =>
      encodeIndexKey({ scope: 'store', name: 'expiry', value: expiryValue(ms) }, keyOf('a'));
    const range = indexRangeUpTo('expiry', expiryValue(1_000));
    assert.deepEqual(
      [0, 999, 1_000, 1_001, 10_000].map((ms) => within(range, at(ms))),
      [true, true, true, false, false],
    );
    assert.equal(
      within(range, encodeIndexKey({ scope: 'store', name: 'expiry', value: '\0' }, keyOf('a'))),
      false,
    );
    assert.equal(expiryValue(1_700_000_000_123), '0001700000000123');
    refused('key-invalid', () => expiryValue(-1));
    refused('key-invalid', () => expiryValue(1.5));
    refused('key-invalid', () => indexRangeUpTo('expiry', 'a\0'));
  });
});

describe('counter keys', () => {
  test('round-trip, resource first and tenant first', () => {
    fc.assert(
      fc.property(objectKeys, ({ tenant, group, resource }) => {
        const scope = { tenant, group, resource };
        for (const state of ['live', 'empty'] as const) {
          assert.deepEqual(decodeCounterKey(encodeCounterKey(state, scope)), { state, ...scope });
        }
        assert.deepEqual(decodeTenantResourceKey(encodeTenantResourceKey(scope)), scope);
      }),
      runs,
    );
  });

  test('a resource walk meets live rows of that resource behind the cursor only', () => {
    const range = counterRange('', 'configmaps', 'b' as TenantId);
    const at = (tenant: string, resource = 'configmaps', state: 'live' | 'empty' = 'live'): boolean =>
      within(range, encodeCounterKey(state, { tenant: tenant as TenantId, group: '', resource }));
    assert.deepEqual(
      [at('a'), at('b'), at('b~1'), at('c'), at('c', 'secrets'), at('c', 'configmaps', 'empty')],
      [false, false, true, true, false, false],
    );
  });
});

describe('continue tokens', () => {
  const token: ContinueToken = {
    tenant: tenantOfProject('p', 'u'),
    group: 'apps',
    resource: 'deployments',
    revision: 42,
    cursor: { namespace: 'default', name: 'ä' },
  };

  test('round-trip', () => {
    for (const whole of [
      token,
      { ...token, namespace: 'default' },
      { ...token, namespace: '', remaining: 7 },
    ]) {
      assert.deepEqual(decodeContinue(encodeContinue(whole)), whole);
      assert.match(encodeContinue(whole), /^[A-Za-z0-9_-]+$/);
    }
  });

  test('garbage is refused', () => {
    const encoded = (fields: unknown): string => Buffer.from(JSON.stringify(fields)).toString('base64url');
    const sound = { v: 1, t: 'platform', g: '', r: 'pods', rv: 3, c: ['', 'a'] };
    assert.equal(decodeContinue(encoded(sound)).revision, 3);
    for (const bad of [
      '',
      '!!',
      'abc',
      encoded(null),
      encoded('text'),
      encoded([]),
      encoded({ ...sound, v: 2 }),
      encoded({ ...sound, t: '' }),
      encoded({ ...sound, t: 1 }),
      encoded({ ...sound, t: 'a\0b' }),
      encoded({ ...sound, g: undefined }),
      encoded({ ...sound, r: '' }),
      encoded({ ...sound, n: 1 }),
      encoded({ ...sound, rv: -1 }),
      encoded({ ...sound, rv: '3' }),
      encoded({ ...sound, rv: 2 ** 60 }),
      encoded({ ...sound, c: ['a'] }),
      encoded({ ...sound, c: ['a', ''] }),
      encoded({ ...sound, c: ['a', 'b\0'] }),
      encoded({ ...sound, left: -1 }),
    ]) {
      refused('key-invalid', () => decodeContinue(bad));
    }
    fc.assert(
      fc.property(fc.string(), (bad) => refused('key-invalid', () => decodeContinue(bad))),
      runs,
    );
  });
});
