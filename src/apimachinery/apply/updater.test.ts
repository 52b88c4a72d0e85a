import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readSmdSchema } from '../../../test/smd/smd-schema.ts';
import { stringifyJson } from '../codec/json.ts';
import { deepEqual } from '../equality.ts';
import type { JsonObject } from '../object-meta.ts';
import { ApplyConflicts } from './apply-conflicts.ts';
import { compareTyped } from './compare-typed.ts';
import { excludeFields } from './field-filter.ts';
import { FieldSet } from './field-set.ts';
import type { Managers, Versions } from './managed-set.ts';
import { withNamedFields } from './named-fields.ts';
import { toFieldSet } from './to-field-set.ts';
import { apply, update } from './updater.ts';

const schema = readSmdSchema(`
types:
- name: kind
  map:
    fields:
    - {name: replicas, type: {scalar: numeric}}
    - {name: labels, type: {map: {elementType: {scalar: string}}}}
    - {name: selector, type: {map: {elementType: {scalar: string}, elementRelationship: atomic}}}
    - {name: finalizers, type: {list: {elementType: {scalar: string}, elementRelationship: associative}}}
    - {name: args, type: {list: {elementType: {scalar: string}, elementRelationship: atomic}}}
    - {name: ports, type: {list: {elementType: {namedType: port}, elementRelationship: associative, keys: [port, protocol]}}}
    - {name: any, type: {namedType: __untyped_deduced_}}
    - {name: child, type: {namedType: kind}}
- name: port
  map:
    fields:
    - {name: port, type: {scalar: numeric}}
    - {name: protocol, type: {scalar: string}, default: TCP}
    - {name: name, type: {scalar: string}}
`)('kind');

const versions: Versions = {
  schemaOf: (apiVersion) => (apiVersion === 'v1' || apiVersion === 'v2' ? schema : undefined),
  convert: (object) => object,
};
const none: Managers = new Map();
const base = { apiVersion: 'v1', versions } as const;

const word = fc.constantFrom('a', 'b', 'c');
const words = fc.dictionary(word, word, { maxKeys: 3 });
const port = fc.record(
  { port: fc.constantFrom(80, 443), protocol: fc.constantFrom('TCP', 'UDP'), name: word },
  { requiredKeys: ['port'] },
);
const portKey = (p: { port: number; protocol?: string }): string => `${p.port}/${p.protocol ?? 'TCP'}`;
const leaf = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 3 }),
    labels: words,
    selector: words,
    finalizers: fc.uniqueArray(word),
    args: fc.array(word, { maxLength: 3 }),
    ports: fc.uniqueArray(port, { selector: portKey }),
    any: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
);
/** Plain objects: what fast-check makes has no prototype. */
const config = fc
  .tuple(leaf, fc.option(leaf, { nil: undefined }))
  .map(([own, child]) => JSON.parse(JSON.stringify({ ...own, ...(child && { child }) })) as JsonObject);

test('what is applied again changes nothing', () => {
  fc.assert(
    fc.property(config, config, (live, applied) => {
      const first = apply({ ...base, live, config: applied, managers: none, manager: 'a', force: false });
      const object = first.object ?? live;
      const before = stringifyJson([live, applied, object]);
      const again = apply({
        ...base,
        live: object,
        config: applied,
        managers: first.managers,
        manager: 'a',
        force: false,
      });
      assert.equal(again.object, undefined);
      assert.deepEqual([...again.managers.keys()], [...first.managers.keys()]);
      for (const [name, { set }] of again.managers) assert.ok(set.equals(first.managers.get(name)!.set));
      assert.equal(stringifyJson([live, applied, object]), before);
    }),
  );
});

test('what appliers own together is the whole object', () => {
  fc.assert(
    fc.property(config, config, (one, two) => {
      const first = apply({ ...base, live: {}, config: one, managers: none, manager: 'one', force: false });
      const live = first.object ?? {};
      const second = apply({
        ...base,
        live,
        config: two,
        managers: first.managers,
        manager: 'two',
        force: true,
      });
      const object = second.object ?? live;
      let owned = FieldSet.empty;
      for (const { set } of second.managers.values()) owned = owned.union(set);
      const all = toFieldSet(object, schema);
      assert.ok(withNamedFields(all, schema).difference(withNamedFields(owned, schema)).isEmpty);
      assert.ok(
        second.managers.get('two')?.set.equals(toFieldSet(two, schema)) ?? toFieldSet(two, schema).isEmpty,
      );
    }),
  );
});

test('what nobody applies any more is gone', () => {
  fc.assert(
    fc.property(config, config, (one, two) => {
      const first = apply({ ...base, live: {}, config: one, managers: none, manager: 'a', force: false });
      const live = first.object ?? {};
      const second = apply({
        ...base,
        live,
        config: two,
        managers: first.managers,
        manager: 'a',
        force: false,
      });
      const object = second.object ?? live;
      const left = toFieldSet(object, schema).leaves().difference(toFieldSet(two, schema));
      // An emptied container stays as null where its own parent is no declared field.
      left.forEachPath((path) =>
        assert.ok(!toFieldSet(one, schema).leaves().has(path) || path.includes('f:any')),
      );
    }),
  );
});

test('an update owns what it changed, and takes it from the others', () => {
  fc.assert(
    fc.property(config, config, config, (one, two, three) => {
      const first = update({ ...base, live: {}, object: one, managers: none, manager: 'a' });
      const second = update({ ...base, live: one, object: two, managers: first.managers, manager: 'b' });
      const third = update({ ...base, live: two, object: three, managers: second.managers, manager: 'a' });
      const { added, modified, removed } = compareTyped(two, three, schema);
      const mine = third.managers.get('a')?.set ?? FieldSet.empty;
      const theirs = third.managers.get('b')?.set ?? FieldSet.empty;
      const changed = added.union(modified);
      assert.ok(changed.difference(mine).isEmpty);
      assert.ok(theirs.intersection(changed.union(removed)).isEmpty);
      const same = update({
        ...base,
        live: three,
        object: JSON.parse(JSON.stringify(three)),
        managers: third.managers,
        manager: 'c',
      });
      assert.deepEqual([...same.managers], [...third.managers]);
    }),
  );
});

const owners = (managers: Managers): object =>
  Object.fromEntries(
    [...managers].map(([name, { set }]) => [name, set.paths().map((path) => path.join(' '))]),
  );
const setOf = (...paths: string[]): FieldSet => FieldSet.of(...paths.map((path) => path.split(' ')));

test('conflicts name the manager and the field, and force takes it', () => {
  const managers: Managers = new Map([
    ['b', { set: setOf('f:replicas', 'f:labels f:x'), apiVersion: 'v1', applied: false }],
    ['a', { set: setOf('f:labels f:x'), apiVersion: 'v2', applied: true }],
  ]);
  const live = { replicas: 1, labels: { x: 'old', y: 'other' } };
  const write = { ...base, live, config: { replicas: 1, labels: { x: 'new' } }, managers, manager: 'me' };
  assert.throws(
    () => apply({ ...write, force: false }),
    (error) => {
      assert.ok(error instanceof ApplyConflicts);
      assert.deepEqual(error.conflicts, [
        { manager: 'b', path: ['f:labels', 'f:x'] },
        { manager: 'a', path: ['f:labels', 'f:x'] },
      ]);
      assert.equal(error.message, 'conflicts with "a":\n- .labels.x\nconflicts with "b":\n- .labels.x');
      return true;
    },
  );
  const forced = apply({ ...write, force: true });
  assert.deepEqual(forced.object, { replicas: 1, labels: { x: 'new', y: 'other' } });
  assert.deepEqual(owners(forced.managers), { b: ['f:replicas'], me: ['f:replicas', 'f:labels f:x'] });
});

test('a manager in a version that is gone is gone', () => {
  const managers: Managers = new Map([
    ['old', { set: setOf('f:replicas'), apiVersion: 'v0', applied: true }],
  ]);
  const write = { ...base, live: { replicas: 1 }, managers };
  assert.deepEqual(owners(update({ ...write, object: { replicas: 2 }, manager: 'new' }).managers), {
    new: ['f:replicas'],
  });
  assert.deepEqual(
    owners(apply({ ...write, config: { replicas: 3 }, manager: 'new', force: false }).managers),
    { new: ['f:replicas'] },
  );
});

test('ignored fields are neither owned nor fought over', () => {
  const ignore = () => excludeFields(setOf('f:child'));
  const managers: Managers = new Map([
    ['b', { set: setOf('f:child f:replicas'), apiVersion: 'v1', applied: true }],
  ]);
  const live = { child: { replicas: 1 } };
  const result = apply({
    ...base,
    live,
    config: { replicas: 1, child: { replicas: 2 } },
    managers,
    manager: 'a',
    force: false,
    ignore,
  });
  assert.deepEqual(owners(result.managers), { b: ['f:child f:replicas'], a: ['f:replicas'] });
  assert.deepEqual(owners(update({ ...base, live, object: {}, managers, manager: 'a', ignore }).managers), {
    b: ['f:child f:replicas'],
  });
});

test('an apply without effect gives no object, unless asked to', () => {
  const write = {
    ...base,
    live: { replicas: 1 },
    config: { replicas: 1 },
    managers: none,
    manager: 'a',
    force: false,
  };
  assert.equal(apply(write).object, undefined);
  assert.ok(deepEqual(apply({ ...write, returnInputOnNoop: true }).object, { replicas: 1 }));
  assert.deepEqual(owners(apply(write).managers), { a: ['f:replicas'] });
});
