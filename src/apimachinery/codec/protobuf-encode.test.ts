import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { decodeObject } from '../schema/decode.ts';
import { listMetaSchema, statusSchema } from '../schema/meta.ts';
import {
  any,
  boolean,
  bytes,
  byValue,
  embedded,
  type Field,
  field,
  integer,
  intOrString,
  list,
  map,
  microTime,
  object,
  pointer,
  required,
  string,
  time,
} from '../schema/schema.ts';
import { decodeProtobuf } from './protobuf.ts';
import { encodeListEnds, encodeListItems, encodeProtobuf, encodeWatchFrame } from './protobuf-documents.ts';
import { writeMessage } from './protobuf-encode.ts';
import { WireWriter } from './protobuf-writer.ts';

function encoded(fields: Record<string, Field>, value: JsonObject): string {
  const writer = new WireWriter();
  writeMessage(writer, object(fields), value);
  return writer.take().toString('hex');
}
/** The bytes of an object with one field `a`, as hexadecimal digits. */
function check(definition: Field, value: JsonValue | undefined, expected: string): void {
  const bytesOf = encoded({ a: definition }, value === undefined ? {} : { a: value });
  assert.equal(
    bytesOf,
    expected.replaceAll(' ', ''),
    `${definition.schema.type} ${JSON.stringify(String(value))}`,
  );
}
const text = (value: string): string =>
  Buffer.from([Buffer.byteLength(value), ...Buffer.from(value)]).toString('hex');

test('scalars held by value are written when empty, pointers when they are there', () => {
  check(field(1, string(), ''), undefined, '0a00');
  check(field(1, string(), ''), 'x', '0a0178');
  check(pointer(1, string(), ''), undefined, '');
  check(pointer(1, string(), ''), '', '0a00');
  check(field(2, boolean(), ''), undefined, '1000');
  check(field(2, boolean(), ''), true, '1001');
  check(pointer(2, boolean(), ''), false, '1000');
  check(pointer(2, boolean(), ''), undefined, '');
  check(field(16, integer('int32'), ''), undefined, '800100');
  check(field(1, integer('int32'), ''), 300, '08ac02');
  check(field(1, integer('int32'), ''), -1, `08${'ff'.repeat(9)}01`);
  check(field(1, integer('int64'), ''), 2 ** 40, '08808080808020');
  check(field(1, integer('int64'), ''), 9223372036854775807n, `08${'ff'.repeat(8)}7f`);
  check(field(1, integer('int64'), ''), -9223372036854775808n, `08${'80'.repeat(9)}01`);
  check(field(1, { type: 'number' }, ''), 1.5, '09000000000000f83f');
});

test('bytes, times, quantities, int-or-string and raw JSON have forms of their own', () => {
  check(field(1, bytes(), ''), undefined, '');
  check(field(1, bytes(), ''), '', '0a00');
  check(field(1, bytes(), ''), 'AAEC', '0a03000102');
  check(field(1, time(), ''), undefined, '');
  check(byValue(1, time(), ''), undefined, '0a00');
  check(required(1, time(), ''), undefined, '0a00');
  check(field(1, time(), ''), '1970-01-01T00:00:01Z', '0a0408011000');
  check(field(1, time(), ''), '1969-12-31T23:59:59Z', `0a0d08${'ff'.repeat(9)}011000`);
  check(field(1, microTime(), ''), '1970-01-01T00:00:00.000010Z', '0a05080010904e');
  check(field(1, string({ format: 'quantity' }), ''), undefined, '');
  check(field(1, string({ format: 'quantity' }), ''), '1Gi', `0a05 0a${text('1Gi')}`);
  check(field(1, intOrString(), ''), undefined, '');
  check(byValue(1, intOrString(), ''), undefined, '0a06080010001a00');
  check(field(1, intOrString(), ''), 80, '0a06080010501a00');
  check(field(1, intOrString(), ''), 'http', `0a0a080110001a${text('http')}`);
  check(field(1, any(), ''), undefined, '');
  check(byValue(1, any(), ''), undefined, '0a00');
  check(field(1, any('fields-v1'), ''), { 'f:a': {} }, `0a0c0a${text('{"f:a":{}}')}`);
});

test('messages, lists and maps', () => {
  const inner = object({ x: field(1, string(), '') });
  check(field(1, inner, ''), undefined, '');
  check(byValue(1, inner, ''), undefined, '0a020a00');
  check(required(1, inner, ''), {}, '0a020a00');
  check(field(1, inner, ''), { x: 'y', unknown: 1 }, '0a030a0179');
  check(field(1, list(string()), ''), [], '');
  check(field(1, list(string()), ''), ['a', ''], '0a01610a00');
  check(field(1, list(integer('int32')), ''), [1, 2], '08010802');
  check(field(1, list(inner), ''), [{ x: 'y' }, {}], '0a030a01790a020a00');
  check(field(1, map(string()), ''), {}, '');
  check(field(1, map(string()), ''), { b: '2', a: '1' }, '0a060a0161120131 0a060a0162120132');
  check(field(1, map(bytes()), ''), { a: '' }, '0a050a01611200');
  check(field(1, map(list(string())), ''), { a: ['x'] }, '0a080a016112030a0178');
  check(
    field(1, map(string()), ''),
    { '\u{1f600}': '', '\uff5e': '', z: '' },
    ['z', '\uff5e', '\u{1f600}']
      .map((key) => `0a${(Buffer.byteLength(key) + 4).toString(16).padStart(2, '0')}0a${text(key)}1200`)
      .join(''),
  );
});

test('fields go by their numbers, those of an embedded struct in a message of their own', () => {
  const fields = {
    c: field(3, string(), ''),
    none: field(0, string(), ''),
    ...embedded(2, { x: field(1, string(), ''), ...embedded(2, { y: field(1, string(), '') }) }),
    a: field(1, string(), ''),
  };
  assert.equal(
    encoded(fields, { c: 'c', x: 'x', y: 'y', a: 'a', none: 'n' }),
    '0a016112080a0178' + '12030a0179' + '1a0163',
  );
  assert.equal(encoded(fields, {}), '0a0012060a0012020a001a00');
});

test('an envelope, the ends of a list and a frame', () => {
  const type = { apiVersion: 'v1', kind: 'X' };
  const schema = object({ a: field(1, string(), '') });
  const envelope = (raw: string): string =>
    `6b387300 0a07 0a027631 120158 12${(raw.length / 2).toString(16).padStart(2, '0')}${raw}1a002200`.replaceAll(
      ' ',
      '',
    );
  assert.equal(encodeProtobuf({ ...type, a: 'b' }, schema).toString('hex'), envelope('0a0162'));
  const items = encodeListItems(2, schema, (index) => ({ a: String(index) }));
  assert.equal(items.toString('hex'), '12030a013012030a0131');
  const { head, tail } = encodeListEnds(type, { resourceVersion: '7' }, items.length);
  const whole = Buffer.concat([head, items, tail]);
  assert.equal(whole.toString('hex'), envelope(`0a070a001201371a00${items.toString('hex')}`));
  const listSchema = object({ metadata: byValue(1, listMetaSchema, ''), items: field(2, list(schema), '') });
  assert.deepEqual(decodeProtobuf(whole, listSchema), {
    ...type,
    metadata: { resourceVersion: '7' },
    items: [{ a: '0' }, { a: '1' }],
  });
  const object1 = encodeProtobuf({ ...type, a: 'b' }, schema).toString('hex');
  const event = `0a${text('ADDED')}12${(object1.length / 2 + 2).toString(16)}0a${(object1.length / 2).toString(16)}${object1}`;
  assert.equal(
    encodeWatchFrame('ADDED', { ...type, a: 'b' }, schema).toString('hex'),
    `${(event.length / 2).toString(16).padStart(8, '0')}${event}`,
  );
});

test('large texts make the writer grow, and every text comes back', () => {
  const schema = object({ a: field(1, list(string()), ''), b: field(2, map(string()), '') });
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ minLength: 20, maxLength: 60 }),
  );
  fc.assert(
    fc.property(fc.array(texts), fc.dictionary(texts, texts), (a, b) => {
      const value = { ...(a.length > 0 ? { a } : {}), ...(Object.keys(b).length > 0 ? { b } : {}) };
      const whole = encodeProtobuf({ apiVersion: '', kind: '', ...value }, schema);
      const wanted = JSON.parse(JSON.stringify(value));
      assert.deepEqual(decodeProtobuf(whole, schema), wanted);
    }),
  );
  for (const size of [1, 31, 32, 33, 65_535, 65_536, 3_000_000]) {
    const a = ['é'.repeat(size), 'x'.repeat(size)];
    assert.deepEqual(
      decodeProtobuf(encodeProtobuf({ apiVersion: '', kind: '', a } as never, schema), schema),
      { a },
    );
  }
});

test('what a message says is what its JSON says', () => {
  const status = decodeObject(
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      code: 404,
      details: { causes: [{}] },
    },
    statusSchema,
  );
  const back = decodeProtobuf(
    encodeProtobuf({ kind: 'Status', apiVersion: 'v1', ...status }, statusSchema),
    statusSchema,
  );
  assert.deepEqual(back, status);
});
