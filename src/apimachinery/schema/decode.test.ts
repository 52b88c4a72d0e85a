import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '../object-meta.ts';
import { DecodeError, decodeObject } from './decode.ts';
import { deleteOptionsSchema, kindSchema } from './meta.ts';
import {
  any,
  boolean,
  bytes,
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
} from './schema.ts';

const part = object(
  {
    name: required(1, string(), ''),
    port: field(2, intOrString(), ''),
    at: field(3, microTime(), ''),
    note: field(4, string(), ''),
  },
  { name: 'io.example.v1.Part' },
);
const widget = kindSchema({
  name: 'io.example.v1.Widget',
  description: '',
  fields: {
    data: field(2, map(string()), ''),
    binary: field(3, map(bytes()), ''),
    immutable: pointer(4, boolean(), ''),
    hidden: field(5, boolean(), ''),
    count: field(6, integer('int32'), ''),
    big: pointer(7, integer('int64'), ''),
    parts: field(8, list(part), ''),
    byName: field(9, map(part), ''),
    first: field(10, part, ''),
    seen: field(11, time(), ''),
    raw: field(12, any(), ''),
    size: field(14, string({ format: 'quantity' }), ''),
    words: required(13, list(string()), ''),
  },
});
const head = { apiVersion: 'example.io/v1', kind: 'Widget' };

/** Checks what `fields` decode to, and which are unknown; the rest of the object is always the same. */
function check(
  fields: Record<string, JsonValue>,
  want: Record<string, JsonValue>,
  unknown: string[] = [],
): void {
  const input = { ...head, metadata: { name: 'w' }, ...fields };
  const before = structuredClone(input);
  const unknownFields: string[] = [];
  assert.deepEqual(decodeObject(input, widget, unknownFields), { ...head, metadata: { name: 'w' }, ...want });
  assert.deepEqual(unknownFields, unknown);
  assert.deepEqual(input, before, 'the input is not changed');
}
function refuse(fields: Record<string, JsonValue>, message: string): void {
  const call = (): unknown => decodeObject({ ...head, ...fields }, widget);
  assert.throws(call, DecodeError);
  assert.throws(call, { message });
}

test('fields of their types stay', () => {
  check({ data: { a: 'b', '': 'c' } }, { data: { a: 'b', '': 'c' } });
  check(
    {
      parts: [
        { name: 'x', port: 1 },
        { name: 'y', port: 'http' },
      ],
    },
    {
      parts: [
        { name: 'x', port: 1 },
        { name: 'y', port: 'http' },
      ],
    },
  );
  check({ big: 9223372036854775807n }, { big: 9223372036854775807n });
  check({ raw: { a: [null, { b: '' }], c: 0 } }, { raw: { a: [null, { b: '' }], c: 0 } });
  check({ count: -2147483648 }, { count: -2147483648 });
});

test('what is whole is shared, not copied', () => {
  const input = { ...head, metadata: { name: 'w' }, data: { a: 'b' }, parts: [{ name: 'x' }] };
  assert.equal(decodeObject<unknown>(input, widget), input);
});

test('unknown fields are dropped and named', () => {
  check({ spec: { a: 1 } }, {}, ['spec']);
  check({ Data: { a: 'b' }, data: { x: 'y' } }, { data: { x: 'y' } }, ['Data']);
  check({ parts: [{ name: 'a' }, { name: 'b', x: 1 }] }, { parts: [{ name: 'a' }, { name: 'b' }] }, [
    'parts[1].x',
  ]);
  check({ byName: { k: { name: 'b', x: 1 } } }, { byName: { k: { name: 'b' } } }, ['byName.k.x']);
  check({ first: { name: 'a', x: 1, y: 2 }, z: null }, { first: { name: 'a' } }, ['first.x', 'first.y', 'z']);
});

test('null is absence, and the zero value inside lists and maps', () => {
  check({ data: null, immutable: null, parts: null, first: null, words: null }, {});
  check({ data: { a: null } }, { data: { a: '' } });
  check({ parts: [null] }, { parts: [{}] });
  check({ words: [null, 'a'] }, { words: ['', 'a'] });
  check({ metadata: { name: 'w', creationTimestamp: null } }, {});
});

test('empty optional fields are absent, pointers and structs are not', () => {
  check({ data: {}, binary: {}, hidden: false, count: 0, parts: [] }, {});
  check({ immutable: false, big: 0 }, { immutable: false, big: 0 });
  check({ first: {} }, { first: {} });
  check({ first: { name: '', note: '' } }, { first: { name: '' } });
  check({ words: [] }, { words: [] });
  check({ metadata: { name: 'w', generateName: '', labels: {}, generation: 0 } }, {});
});

test('metadata is always there where the schema has it', () => {
  assert.deepEqual(decodeObject(head, widget), { ...head, metadata: {} });
  assert.deepEqual(decodeObject({}, deleteOptionsSchema), {});
});

test('type errors have Go words', () => {
  const at = 'json: cannot unmarshal';
  refuse({ data: { a: 1 } }, `${at} number into Go struct field Widget.data of type string`);
  refuse({ data: ['a'] }, `${at} array into Go struct field Widget.data of type map[string]string`);
  refuse(
    { metadata: { labels: { a: true } } },
    `${at} bool into Go struct field ObjectMeta.metadata.labels of type string`,
  );
  refuse({ metadata: 'x' }, `${at} string into Go struct field Widget.metadata of type v1.ObjectMeta`);
  refuse(
    { parts: [{ name: 'a' }, { name: {} }] },
    `${at} object into Go struct field Part.parts.name of type string`,
  );
  refuse(
    { byName: { k: { name: 1.5 } } },
    `${at} number into Go struct field Part.byName.name of type string`,
  );
  refuse({ parts: {} }, `${at} object into Go struct field Widget.parts of type []v1.Part`);
  refuse({ count: 1.5 }, `${at} number 1.5 into Go struct field Widget.count of type int32`);
  refuse({ count: 2147483648 }, `${at} number 2147483648 into Go struct field Widget.count of type int32`);
  refuse({ count: '1' }, `${at} string into Go struct field Widget.count of type int32`);
  refuse({ big: 2 ** 63 }, `${at} number 9223372036854776000 into Go struct field Widget.big of type int64`);
  refuse({ immutable: 'no' }, `${at} string into Go struct field Widget.immutable of type bool`);
  refuse({ kind: 1 }, `${at} number into Go struct field Widget.kind of type string`);
  assert.throws(() => decodeObject([], widget), { message: `${at} array into Go value of type v1.Widget` });
  assert.throws(() => decodeObject(null, widget), { message: `${at} null into Go value of type v1.Widget` });
});

test('times are kept in UTC', () => {
  const keep = (given: string, want: string): void => check({ seen: given }, { seen: want });
  keep('2008-01-01T01:01:01Z', '2008-01-01T01:01:01Z');
  keep('2008-01-01T01:01:01.999Z', '2008-01-01T01:01:01Z');
  keep('2008-01-01T01:01:01+02:00', '2007-12-31T23:01:01Z');
  keep('2008-02-29T01:01:01-00:30', '2008-02-29T01:31:01Z');
  keep('0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z');
  check(
    { first: { at: '2008-01-01T01:01:01.000010+01:00' } },
    { first: { at: '2008-01-01T00:01:01.000010Z' } },
  );
  const layout = '2006-01-02T15:04:05Z07:00';
  refuse({ seen: '' }, `parsing time "" as "${layout}": cannot parse "" as "2006"`);
  refuse({ seen: 'soon' }, `parsing time "soon" as "${layout}": cannot parse "soon" as "2006"`);
  refuse(
    { seen: '2008-01-01 01:01:01Z' },
    `parsing time "2008-01-01 01:01:01Z" as "${layout}": cannot parse " 01:01:01Z" as "T"`,
  );
  refuse(
    { seen: '2008-01-01T01:01:01' },
    `parsing time "2008-01-01T01:01:01" as "${layout}": cannot parse "" as "Z07:00"`,
  );
  refuse({ seen: '2007-02-29T01:01:01Z' }, 'parsing time "2007-02-29T01:01:01Z": day out of range');
  refuse({ seen: '2007-13-29T01:01:01Z' }, 'parsing time "2007-13-29T01:01:01Z": month out of range');
  refuse({ seen: '2007-12-29T24:00:00Z' }, 'parsing time "2007-12-29T24:00:00Z": hour out of range');
  refuse({ seen: '2007-12-29T23:00:00Zx' }, 'parsing time "2007-12-29T23:00:00Zx": extra text: "x"');
  refuse(
    { first: { at: '2008-01-01T01:01:01Z' } },
    'parsing time "2008-01-01T01:01:01Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  );
});

test('any instant of the calendar is read as the platform reads it', () => {
  fc.assert(
    fc.property(
      fc.date({
        min: new Date('0001-01-02T00:00:00Z'),
        max: new Date('9999-12-30T00:00:00Z'),
        noInvalidDate: true,
      }),
      fc.integer({ min: -23 * 60, max: 23 * 60 }),
      (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
        const two = (n: number): string => String(n).padStart(2, '0');
        const zone = `${offset < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
        check({ seen: local + zone }, { seen: `${date.toISOString().slice(0, 19)}Z` });
      },
    ),
    { numRuns: 200 },
  );
});

test('bytes are padded base64', () => {
  const keep = (given: string, want = given): void =>
    check({ binary: { k: given } }, { binary: { k: want } });
  keep('');
  keep('Aw==');
  keep('AwQF');
  keep('Ax==', 'Aw==');
  keep('AwQF\nAwQF\r\n', 'AwQFAwQF');
  refuse({ binary: { k: 'A' } }, 'illegal base64 data at input byte 0');
  refuse({ binary: { k: 'AwQ-' } }, 'illegal base64 data at input byte 3');
  refuse(
    { binary: { k: 1 } },
    'json: cannot unmarshal number into Go struct field Widget.binary of type []uint8',
  );
});

test('quantities are strings or bare numbers', () => {
  for (const size of ['10Mi', '0', '1e3', '1E', '100m', '12Ki']) check({ size }, { size });
  check({ size: '-1.5' }, { size: '-1500m' });
  check({ size: '.5' }, { size: '500m' });
  check({ size: ' 1000 ' }, { size: '1k' });
  check({ size: 3 }, { size: '3' });
  check({ size: 9007199254740993n }, { size: '9007199254740993' });
  const problem =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  for (const size of ['', 'x', '1 Mi', '1.2.3']) refuse({ size }, problem);
  for (const size of ['1e', '1i', '1mi']) refuse({ size }, "unable to parse quantity's suffix");
  refuse({ size: true }, 'json: cannot unmarshal bool into Go struct field Widget.size of type string');
});

test('any JSON is decoded or refused, and what is decoded stays as it is', () => {
  const names = [...Object.keys(widget.fields), 'name', 'port', 'at', 'labels', 'finalizers', 'other'];
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonValue>(null, true, '', 'x', 'Aw==', '2008-01-01T01:01:01Z', 0, 7, -1.5, 2n ** 60n),
      fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 5 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ) as fc.Arbitrary<JsonValue>,
  }));
  let decodedCount = 0;
  fc.assert(
    fc.property(tree, (value) => {
      let decoded: JsonValue;
      try {
        decoded = decodeObject<JsonValue>(value, widget as never);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
        return;
      }
      decodedCount++;
      const unknownFields: string[] = [];
      assert.deepEqual(decodeObject<JsonValue>(decoded, widget as never, unknownFields), decoded);
      assert.deepEqual(unknownFields, []);
    }),
    { numRuns: 2000 },
  );
  assert.ok(decodedCount > 50, `${decodedCount} were decoded`);
});

test('__proto__ is a key like any other', () => {
  const input = JSON.parse('{"__proto__":{"x":1},"data":{"__proto__":"a","b":null}}');
  const unknownFields: string[] = [];
  const object = decodeObject<{ data: object }>(input, widget as never, unknownFields);
  assert.deepEqual(unknownFields, ['__proto__']);
  assert.equal(JSON.stringify(object.data), '{"__proto__":"a","b":""}');
});
