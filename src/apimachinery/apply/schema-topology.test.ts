import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  any,
  boolean,
  field,
  integer,
  intOrString,
  list,
  map,
  object,
  required,
  type Schema,
  string,
} from '../schema/schema.ts';
import { type Atom, deduced } from './apply-schema.ts';
import { applySchemaOf } from './schema-topology.ts';
import { validateTyped } from './validate-typed.ts';

const atom = (schema: Schema): Atom => applySchemaOf(schema).atom!;

test('list types', () => {
  const check = (schema: Schema, isAtomic: boolean, keys: readonly string[]): void => {
    const { list: found } = atom(schema);
    assert.deepEqual({ isAtomic: found?.isAtomic, keys: found?.keys }, { isAtomic, keys });
  };
  check(list(string()), true, []);
  check(list(string(), { listType: 'atomic', patchStrategy: 'merge' }), true, []);
  check(list(string(), { listType: 'set' }), false, []);
  check(list(object({}), { listType: 'map', listMapKeys: ['a', 'b'] }), false, ['a', 'b']);
  check(list(string(), { patchStrategy: 'merge' }), false, []);
  check(list(object({}), { patchStrategy: 'merge', patchMergeKey: 'name' }), false, ['name']);
  check(list(object({}), { patchStrategy: 'replace', patchMergeKey: 'name' }), true, []);
});

test('map types', () => {
  assert.equal(atom(map(string())).map?.isAtomic, false);
  assert.equal(atom(map(string(), { mapType: 'atomic' })).map?.isAtomic, true);
  assert.equal(atom(object({ a: field(1, string(), '') }, { mapType: 'atomic' })).map?.isAtomic, true);
  assert.equal(atom(object({ a: field(1, string(), '') })).map?.element, undefined);
  assert.equal(atom(object({})).map?.element, deduced);
  assert.equal(applySchemaOf(any()), deduced);
});

test('scalars', () => {
  const check = (schema: Schema, scalar: string): void => assert.equal(atom(schema).scalar, scalar);
  check(string(), 'string');
  check(string({ format: 'byte' }), 'string');
  check(string({ format: 'date-time' }), 'untyped');
  check(string({ format: 'quantity' }), 'untyped');
  check(integer('int32'), 'numeric');
  check(boolean(), 'boolean');
  check(intOrString(), 'untyped');
});

test('one apply schema for every schema, with the defaults of keys', () => {
  const ports = list(
    object({
      port: required(1, integer('int32'), ''),
      protocol: field(2, string({ default: 'TCP' }), ''),
    }),
    { listType: 'map', listMapKeys: ['port', 'protocol'] },
  );
  const kind = object({ ports: field(1, ports, '') }, { name: 'io.milo.Test' });
  assert.equal(applySchemaOf(kind), applySchemaOf(kind));
  assert.equal(applySchemaOf(kind).name, 'io.milo.Test');
  const check = (value: object, message?: string): void => {
    const run = (): void => validateTyped(JSON.parse(JSON.stringify(value)), applySchemaOf(kind));
    if (message === undefined) run();
    else assert.throws(run, { name: 'TypedError', message });
  };
  check({ ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }] });
  check(
    { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] },
    '.ports: duplicate entries for key [port=80,protocol="TCP"]',
  );
  check({ spec: {} }, '.spec: field not declared in schema');
  check({ ports: {} }, '.ports: expected list, got &{map[]}');
  check(
    { ports: [{ port: '80' }] },
    '.ports[port="80",protocol="TCP"].port: expected numeric (int or float), got string',
  );
  check(
    { ports: [{ port: 1, protocol: { a: [true, null, 1.5, 'x'] }, x: 1 }] },
    'errors:\n' +
      '  .ports[port=1,protocol=a=[true,null,1.5,"x"]].protocol: expected string, got ' +
      '&value.valueUnstructured{Value:map[string]interface {}{"a":[]interface {}{true, interface {}(nil), 1.5, "x"}}}\n' +
      '  .ports[port=1,protocol=a=[true,null,1.5,"x"]].x: field not declared in schema',
  );
});
