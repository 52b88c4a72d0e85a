import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonSyntaxError } from '../codec/json-parser.ts';
import { DecodeError, decodeObject } from './decode.ts';
import { readJson } from './read-json.ts';
import {
  any,
  boolean,
  byValue,
  field,
  integer,
  intOrString,
  list,
  map,
  object,
  pointer,
  string,
  time,
} from './schema.ts';

const part = object(
  { a: field(1, string(), ''), b: field(2, string(), ''), n: pointer(3, integer('int32'), '') },
  { name: 'io.example.v1.Part' },
);
const schema = object(
  {
    n: pointer(1, integer('int64'), ''),
    port: field(2, intOrString(), ''),
    size: field(3, string({ format: 'quantity' }), ''),
    text: pointer(4, string(), ''),
    raw: field(5, any(), ''),
    part: field(6, part, ''),
    own: byValue(7, part, ''),
    parts: field(8, list(part), ''),
    named: field(9, map(part), ''),
    words: field(10, map(string()), ''),
    at: field(11, time(), ''),
    on: field(12, boolean(), ''),
    plain: field(13, string(), ''),
    many: field(14, list(string()), ''),
    ratio: { number: 15, schema: { type: 'number' }, description: '', required: false },
  },
  { name: 'io.example.v1.Widget' },
);

function check(text: string, wanted: unknown, hasRepeated = false): void {
  const read = readJson(text, schema);
  assert.deepEqual(decodeObject<unknown>(read.value, schema), wanted, text);
  assert.equal(read.hasRepeated, hasRepeated, text);
}
function refused(text: string, message: string): void {
  assert.throws(
    () => decodeObject<unknown>(readJson(text, schema).value, schema),
    (error: Error) => {
      assert.ok(error instanceof DecodeError || error instanceof JsonSyntaxError, String(error));
      assert.equal(error.message, message, text);
      return true;
    },
  );
}

test('an integer is written as one', () => {
  check('{"n":1}', { n: 1 });
  check('{"n":9223372036854775807}', { n: 9223372036854775807n });
  for (const text of [
    '1.0',
    '1e3',
    '-1.0',
    '1E0',
    '0.5',
    '9223372036854775808',
    '-9223372036854775809',
    '1e400',
  ]) {
    const message = `json: cannot unmarshal number ${text} into Go struct field `;
    refused(`{"n":${text}}`, `${message}Widget.n of type int64`);
    refused(`{"part": {"n": ${text}}}`, `${message}Part.part.n of type int32`);
    refused(`{"parts":[{"n":${text}}]}`, `${message}Part.parts.n of type int32`);
  }
  refused(
    '{"port":80.0}',
    'json: cannot unmarshal number 80.0 into Go struct field Widget.port of type int32',
  );
});

test('other numbers stay what they are', () => {
  check('{"raw":{"x":[1.0,1e3,{"y":-2.50}]}}', { raw: { x: [1, 1000, { y: -2.5 }] } });
  check('{"ratio":1e3}', { ratio: 1000 });
  check('{"size":1e3}', { size: '1e3' });
  check('{"size":1.50}', { size: '1500m' });
  // Nobody looks into what the kind does not have.
  check('{"other":1e400,"more":{"x":[1.5,1e400]},"n":1}', { n: 1 });
  refused('{"raw":1e400}', 'cannot unmarshal number 1e400 into Go value of type float64');
  refused(
    '{"ratio":1e400}',
    'json: cannot unmarshal number 1e400 into Go struct field Widget.ratio of type float64',
  );
  refused('{"text":1.5}', 'json: cannot unmarshal number into Go struct field Widget.text of type string');
  // In a text it is a text.
  check('{"text":"x\\":1.0,"}', { text: 'x":1.0,' });
});

test('a struct that is written twice is joined', () => {
  const both = { a: '1', b: '2' };
  check('{"part":{"a":"1"},"part":{"b":"2"}}', { part: both }, true);
  check('{"own":{"a":"1"},"own":{"b":"2"}}', { own: both }, true);
  check('{"part":{"a":"1"},"part":{"a":"2"}}', { part: { a: '2' } }, true);
  check('{"words":{"a":"1"},"words":{"b":"2"}}', { words: both }, true);
  check('{"words":{"a":"1","a":"2"}}', { words: { a: '2' } }, true);
  // A map's values are not joined.
  check('{"named":{"x":{"a":"1"}},"named":{"x":{"b":"2"}}}', { named: { x: { b: '2' } } }, true);
  check('{"named":{"x":{"a":"1"},"x":{"b":"2"}}}', { named: { x: { b: '2' } } }, true);
  // Items lie where the first ones did.
  check('{"parts":[{"a":"1"},{"a":"x"}],"parts":[{"b":"2"}]}', { parts: [both] }, true);
  check('{"parts":[{"a":"1"}],"parts":[{"b":"2"},{"b":"3"}]}', { parts: [both, { b: '3' }] }, true);
  check('{"many":["a","b"],"many":["c"]}', { many: ['c'] }, true);
  check('{"text":"a","text":"b"}', { text: 'b' }, true);
  check('{"raw":{"a":1},"raw":{"b":2}}', { raw: { b: 2 } }, true);
  check('{"other":{"a":1},"other":{"b":2}}', {}, true);
});

test('null ends what is a pointer, list or map, and is nothing to all else', () => {
  check('{"part":{"a":"1"},"part":null}', {}, true);
  check('{"part":{"a":"1"},"part":null,"part":{"b":"2"}}', { part: { b: '2' } }, true);
  check('{"own":{"a":"1"},"own":null}', { own: { a: '1' } }, true);
  check('{"plain":"a","plain":null}', { plain: 'a' }, true);
  check('{"on":true,"on":null}', { on: true }, true);
  check('{"text":"a","text":null}', {}, true);
  check('{"words":{"a":"1"},"words":null}', {}, true);
  check('{"at":"2026-01-02T03:04:05Z","at":null}', {}, true);
});

test('what is wrong is not mended by what comes after it', () => {
  refused(
    '{"plain":1,"plain":"a"}',
    'json: cannot unmarshal number into Go struct field Widget.plain of type string',
  );
  refused(
    '{"part":[],"part":{}}',
    'json: cannot unmarshal array into Go struct field Widget.part of type v1.Part',
  );
});

test('custom resources have the last of what is there twice, and numbers as they are', () => {
  const custom = object({ n: field(0, integer('int64'), ''), part: field(0, part, '') });
  assert.deepEqual(readJson('{"n":1.0,"part":{"a":"1"},"part":{"b":"2"}}', custom), {
    value: { n: 1, part: { b: '2' } },
    hasRepeated: true,
  });
});
