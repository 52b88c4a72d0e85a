import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../limits.ts';
import type { JsonValue } from '../object-meta.ts';
import { deleteOptionsSchema, kindSchema } from '../schema/meta.ts';
import {
  any,
  boolean,
  bytes,
  type Field,
  field,
  integer,
  intOrString,
  list,
  map,
  microTime,
  type ObjectSchema,
  object,
  pointer,
  required,
  type Schema,
  string,
  time,
} from '../schema/schema.ts';
import { decodeEnvelope, decodeProtobuf } from './protobuf.ts';
import { ProtobufError } from './protobuf-wire.ts';

/** A varint, negative numbers as ten bytes. */
function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    out.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return out;
}
const number = (field: number, value: number | bigint): number[] => [...varint(field << 3), ...varint(value)];
const sized = (field: number, content: readonly number[] | string): number[] => {
  const data = typeof content === 'string' ? [...Buffer.from(content)] : content;
  return [...varint((field << 3) | 2), ...varint(data.length), ...data];
};
const envelope = (raw: readonly number[], type = [...sized(1, 'v1'), ...sized(2, 'Widget')]): Buffer =>
  Buffer.from([
    ...Buffer.from('k8s\0'),
    ...sized(1, type),
    ...sized(2, raw),
    ...sized(3, ''),
    ...sized(4, ''),
  ]);
const widget = (fields: Record<string, Field>): ObjectSchema =>
  kindSchema({ name: 'io.example.v1.Widget', description: '', fields });

/** Checks what field 2, of the given schema, holds after the given bytes. */
function check(
  schema: Schema,
  raw: readonly number[],
  want: JsonValue | undefined,
  keeps?: 'required' | 'pointer',
): void {
  const a = (keeps === 'required' ? required : keeps === 'pointer' ? pointer : field)(2, schema, '');
  const head = { apiVersion: 'v1', kind: 'Widget', metadata: {} };
  assert.deepEqual(
    decodeProtobuf(envelope(raw), widget({ a })),
    want === undefined ? head : { ...head, a: want },
  );
}
function refuse(schema: Schema, raw: readonly number[], message: RegExp): void {
  const decode = (): unknown => decodeProtobuf(envelope(raw), widget({ a: field(2, schema, '') }));
  assert.throws(decode, ProtobufError);
  assert.throws(decode, message);
}

test('scalars', () => {
  check(string(), sized(2, 'é😀'), 'é😀');
  check(bytes(), sized(2, [3, 255]), 'A/8=');
  check(boolean(), number(2, 1), true);
  check(integer('int32'), number(2, -5), -5);
  check(integer('int64'), number(2, -5), -5);
  for (const n of [2n ** 31n, -(2n ** 31n), 2n ** 32n - 1n, 2n ** 53n - 1n, -(2n ** 53n) + 1n]) {
    check(integer('int64'), number(2, n), Number(n));
  }
  for (const n of [2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n)])
    check(integer('int64'), number(2, n), n);
  check({ type: 'number' }, [...varint((2 << 3) | 1), ...Buffer.from(new Float64Array([1.5]).buffer)], 1.5);
  check(string(), [...sized(2, 'first'), ...sized(2, 'last')], 'last');
});

test('any int64 is read exactly', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => {
      const value = Number.isSafeInteger(Number(n)) ? Number(n) : n;
      check(integer('int64'), number(2, n), value, 'pointer');
    }),
    { numRuns: 500 },
  );
});

test('an empty scalar is absent unless its field keeps it', () => {
  for (const [schema, raw, empty] of [
    [string(), sized(2, ''), ''],
    [boolean(), number(2, 0), false],
    [integer('int64'), number(2, 0), 0],
    [bytes(), sized(2, ''), ''],
  ] as const) {
    check(schema, raw, undefined);
    check(schema, raw, empty, 'required');
    check(schema, raw, empty, 'pointer');
  }
  check(string(), [...sized(2, 'x'), ...sized(2, '')], undefined);
});

test('special messages', () => {
  check(time(), sized(2, []), undefined);
  check(time(), sized(2, [...number(1, 0), ...number(2, 0)]), '1970-01-01T00:00:00Z');
  check(time(), sized(2, [...number(1, 1199149261), ...number(2, 999_999_999)]), '2008-01-01T01:01:01Z');
  check(time(), sized(2, number(1, -1)), '1969-12-31T23:59:59Z');
  check(
    microTime(),
    sized(2, [...number(1, 1199149261), ...number(2, 10_999)]),
    '2008-01-01T01:01:01.000010Z',
  );
  refuse(time(), sized(2, number(1, 2n ** 62n)), /out of range/);
  refuse(microTime(), sized(2, number(2, -1)), /out of range/);
  check(intOrString(), sized(2, [...number(1, 0), ...number(2, 80), ...sized(3, '')]), 80);
  check(intOrString(), sized(2, [...number(1, 1), ...number(2, 0), ...sized(3, 'http')]), 'http');
  check(string({ format: 'quantity' }), sized(2, sized(1, '10Mi')), '10Mi');
  check(any(), sized(2, sized(1, '{"a":9007199254740993}')), { a: 9007199254740993n });
  check(any('fields-v1'), sized(2, []), undefined);
  refuse(any(), sized(2, sized(1, 'k8s\0')), /not JSON/);
});

test('lists, packed or not, and maps', () => {
  check(list(string()), [...sized(2, 'a'), ...sized(2, '')], ['a', '']);
  check(list(integer('int32')), [...number(2, 1), ...number(2, 300)], [1, 300]);
  check(list(integer('int32')), [...sized(2, [...varint(1), ...varint(300)]), ...number(2, 7)], [1, 300, 7]);
  check(list(string()), [], undefined);
  check(map(string()), [...sized(2, [...sized(1, 'k'), ...sized(2, 'v')]), ...sized(2, sized(1, 'e'))], {
    k: 'v',
    e: '',
  });
  check(map(bytes()), sized(2, [...sized(1, 'k'), ...sized(2, [3])]), { k: 'Aw==' });
  check(map(integer('int32')), sized(2, [...sized(1, 'k'), ...number(2, 5)]), { k: 5 });
  check(
    map(list(string())),
    sized(2, [...sized(1, 'k'), ...sized(2, [...sized(1, 'a'), ...sized(1, 'b')])]),
    { k: ['a', 'b'] },
  );
  const proto = decodeProtobuf<{ a: object }>(
    envelope(sized(2, [...sized(1, '__proto__'), ...sized(2, 'v')])),
    widget({ a: field(2, map(string()), '') }) as never,
  );
  assert.deepEqual(Object.entries(proto.a), [['__proto__', 'v']]);
});

test('messages stay when empty, join when sent in parts, and drop what they do not know', () => {
  const part = object({ x: field(1, string(), ''), y: field(2, string(), '') });
  check(part, sized(2, []), {});
  check(part, [...sized(2, sized(1, 'a')), ...sized(2, sized(2, 'b'))], { x: 'a', y: 'b' });
  check(list(part), [...sized(2, sized(1, 'a')), ...sized(2, [])], [{ x: 'a' }, {}]);
  const unknown = [
    ...number(90, 1),
    ...sized(91, 'x'),
    ...varint((92 << 3) | 1),
    ...Array(8).fill(1),
    ...varint((93 << 3) | 5),
    1,
    2,
    3,
    4,
  ];
  check(part, sized(2, [...unknown, ...sized(1, 'a'), ...unknown]), { x: 'a' });
});

test('the envelope', () => {
  const { apiVersion, kind, raw } = decodeEnvelope(envelope([1, 2]));
  assert.deepEqual([apiVersion, kind, [...raw]], ['v1', 'Widget', [1, 2]]);
  assert.deepEqual(decodeProtobuf(envelope([], []), deleteOptionsSchema), {});
  for (const body of [Buffer.alloc(0), Buffer.from('{}'), Buffer.from('k8s')]) {
    assert.throws(() => decodeEnvelope(body), { name: 'ProtobufError', message: /should start with k8s/ });
  }
  const gzipped = Buffer.concat([envelope([]), Buffer.from(sized(3, 'gzip'))]);
  assert.throws(() => decodeEnvelope(gzipped), /content encoding "gzip" is not supported/);
});

test('hostile bytes are refused', () => {
  refuse(string(), [...varint((2 << 3) | 2)], /unexpected EOF/);
  refuse(string(), [...varint((2 << 3) | 2), 5, 65], /unexpected EOF/);
  refuse(string(), [...varint((2 << 3) | 2), 0xff, 0xff, 0xff, 0xff, 0x0f, 65], /unexpected EOF/);
  refuse(string(), [...varint((2 << 3) | 2), ...Array(12).fill(0xff)], /integer overflow/);
  refuse(integer('int64'), [2 << 3, 0x80], /unexpected EOF/);
  refuse(integer('int64'), [2 << 3, ...Array(11).fill(0x80)], /integer overflow/);
  refuse(string(), number(2, 1), /wrong wireType = 0 for field a/);
  refuse(list(string()), number(2, 1), /wrong wireType = 0 for field a/);
  refuse(string(), [0, 0], /illegal tag 0/);
  refuse(string(), [(9 << 3) | 3], /illegal wireType 3/);
  // A length inside an embedded message may not reach beyond it, though the bytes are there.
  refuse(
    object({ x: field(1, string(), '') }),
    [...sized(2, [0x0a, 5, 65]), ...sized(3, 'more')],
    /unexpected EOF/,
  );
});

test('nesting is bounded', () => {
  const fields: Record<string, Field> = {};
  const node = object(fields);
  fields.child = field(1, node, '');
  const nested = (depth: number): number[] => {
    let raw: number[] = [];
    for (let i = 0; i < depth; i++) raw = sized(1, raw);
    return sized(2, raw);
  };
  refuse(node, nested(limits.protobufDepth + 1), /nested too deep/);
  assert.ok(decodeProtobuf(envelope(nested(limits.protobufDepth - 2)), widget({ a: field(2, node, '') })));
});

test('random bytes either decode or are refused', () => {
  const schema = widget({
    a: field(2, map(list(time())), ''),
    b: field(3, list(integer('int64')), ''),
    c: field(4, any(), ''),
    d: field(5, object({ x: field(1, intOrString(), '') }), ''),
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (raw) => {
      try {
        decodeProtobuf(envelope([...raw]), schema);
      } catch (error) {
        assert.ok(error instanceof ProtobufError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
