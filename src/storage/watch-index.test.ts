/** The index finds exactly the members whose target a key is of, and forgets those that left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectKey, TenantId } from './store.ts';
import { WatchIndex } from './watch-index.ts';
import type { WatchTarget } from './watch-target.ts';

const some = fc.constantFrom('', 'a', 'b');
const keys: fc.Arbitrary<ObjectKey> = fc.record({
  tenant: fc.constantFrom('t', 'u') as fc.Arbitrary<TenantId>,
  group: some,
  resource: fc.constantFrom('r', 's'),
  namespace: some,
  name: fc.constantFrom('a', 'b'),
});
const targets: fc.Arbitrary<WatchTarget> = fc.record(
  {
    tenant: fc.constantFrom('t', 'u') as fc.Arbitrary<TenantId>,
    group: some,
    resource: fc.constantFrom('r', 's'),
    namespace: some,
    name: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: ['group', 'resource'] },
);

const isOf = (target: WatchTarget, key: ObjectKey): boolean =>
  (['tenant', 'group', 'resource', 'namespace', 'name'] as const).every(
    (part) => target[part] === undefined || target[part] === key[part],
  );

function found(index: WatchIndex<number>, key: ObjectKey): number[] {
  const members: number[] = [];
  index.forEach(key, (member) => members.push(member));
  return members.sort((a, b) => a - b);
}

test('a key finds the members whose target it is of, each once', () => {
  fc.assert(
    fc.property(fc.array(targets, { maxLength: 30 }), fc.array(keys), fc.nat(), (all, sought, seed) => {
      const index = new WatchIndex<number>();
      for (const [member, target] of all.entries()) index.add(target, member);
      const left = new Set(all.keys());
      for (const key of sought) {
        const expected = [...left].filter((member) => isOf(all[member]!, key));
        assert.deepEqual(found(index, key), expected);
        const leaving = (seed + left.size) % Math.max(1, all.length);
        if (left.delete(leaving)) index.delete(all[leaving]!, leaving);
      }
    }),
    { numRuns: 300 },
  );
});

test('deleting who is not there changes nothing', () => {
  const index = new WatchIndex<number>();
  const target: WatchTarget = { group: '', resource: 'r' };
  index.delete(target, 1);
  index.add(target, 1);
  index.delete({ ...target, name: 'a' }, 1);
  index.delete(target, 2);
  assert.deepEqual(
    found(index, { tenant: 't' as TenantId, group: '', resource: 'r', namespace: '', name: 'x' }),
    [1],
  );
});
