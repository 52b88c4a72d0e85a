import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../limits.ts';
import { any, field, integer, list, map, object, type Schema, string } from './schema.ts';
import {
  jsonPatchDocument,
  strictErrorsOfText,
  strictErrorsOfValue,
  untypedDocument,
} from './strict-errors.ts';

const port = object({ name: field(1, string(), ''), port: field(2, integer('int32'), '') });
const schema = object({
  metadata: field(1, object({ name: field(1, string(), ''), labels: field(2, map(string()), '') }), ''),
  ports: field(2, list(port), ''),
  byName: field(3, map(port), ''),
  raw: field(4, any(), ''),
});
const check = (text: string, want: readonly string[], of: Schema = schema): void =>
  assert.deepEqual(strictErrorsOfText(text, of), want, text);

test('unknown and repeated fields, in the order they are written', () => {
  check('{}', []);
  check('{"z":1,"a":1,"2":1,"1":1}', [
    'unknown field "z"',
    'unknown field "a"',
    'unknown field "2"',
    'unknown field "1"',
  ]);
  check('{"metadata":{"name":"a","name":"b"},"metadata":{}}', [
    'duplicate field "metadata.name"',
    'duplicate field "metadata"',
  ]);
  check('{"ports":[{"x":1},{"name":"a","name":"b","Port":1}]}', [
    'unknown field "ports[0].x"',
    'duplicate field "ports[1].name"',
    'unknown field "ports[1].Port"',
  ]);
});

test('maps take any field, once; values of no type take anything', () => {
  check('{"metadata":{"labels":{"a":"","b":"","a":""}}}', ['duplicate field "metadata.labels.a"']);
  check('{"byName":{"a":{"x":1},"a":{"x":1}}}', ['unknown field "byName.a.x"', 'duplicate field "byName.a"']);
  check('{"raw":{"a":1,"a":2},"x":{"a":1,"a":2}}', ['unknown field "x"']);
  check(
    '{"a":{"b":1,"b":2},"c":[{"d":1,"d":1}],"c":1}',
    ['duplicate field "a.b"', 'duplicate field "c[0].d"', 'duplicate field "c"'],
    untypedDocument,
  );
  check(
    '[{"op":"add","op":"add","value":{"a":1,"a":1},"x":1}]',
    ['duplicate field "[0].op"', 'duplicate field "[0].value.a"', 'unknown field "[0].x"'],
    jsonPatchDocument,
  );
});

test('the same is said once, names are quoted, and there is an end', () => {
  check('{"x":1,"x":2,"raw":1,"raw":1,"raw":1}', ['unknown field "x"', 'duplicate field "raw"']);
  check('{"a\\"b\\n":1,"é":2}', ['unknown field "a\\"b\\n"', 'unknown field "é"']);
  const many = Object.fromEntries(Array.from({ length: 3 * limits.strictErrors }, (_, i) => [`f${i}`, 1]));
  assert.equal(strictErrorsOfText(JSON.stringify(many), schema).length, limits.strictErrors);
});

test('of a value, fields are taken by name', () => {
  const value = { z: 1, ports: [{ y: 1, x: undefined }], a: { b: 1 } };
  assert.deepEqual(strictErrorsOfValue(value as never, schema), [
    'unknown field "a"',
    'unknown field "ports[0].y"',
    'unknown field "z"',
  ]);
});
