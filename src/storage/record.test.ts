/** Records: what goes in comes out, the splice is where it belongs, and damaged bytes never pass for a record. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../apimachinery/codec/json.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { StorageError } from './errors.ts';
import type { RecordHeader } from './record.ts';
import {
  encodeRecord,
  fieldsOf,
  headerOf,
  indexesOf,
  isDeleting,
  jsonOf,
  labelsOf,
  noRoom,
  parseRecord,
  serializeObject,
  servedItemLength,
  servedJson,
  servedLength,
  uidOf,
  verifyRecord,
  writeServed,
  writeServedItem,
} from './record.ts';

const plainHeader: RecordHeader = { deleting: false, uid: 'u-1', labels: {}, fields: {}, indexes: [] };

function recordOf(object: KubeObject, header: Partial<RecordHeader> = {}): Buffer {
  const { json, rvOffset } = serializeObject(object);
  return encodeRecord({ ...plainHeader, ...header }, json, rvOffset);
}

const sample: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default', resourceVersion: '7' },
  data: { key: 'värde' },
};

describe('serving', () => {
  const check = (object: unknown, revision: number, served: string): void => {
    const record = recordOf(object as KubeObject);
    assert.equal(servedJson(record, revision).toString(), `${served}\n`);
    assert.equal(servedLength(record, revision), Buffer.byteLength(served));
    verifyRecord(record);
  };

  test('kind, apiVersion and metadata lead; resourceVersion is spliced in, never stored', () => {
    check(
      sample,
      12,
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"12","name":"a","namespace":"default"},"data":{"key":"värde"}}',
    );
    assert.equal(jsonOf(recordOf(sample)).includes('resourceVersion'), false);
  });

  test('empty metadata, no further fields, no kind', () => {
    check(
      { apiVersion: 'v1', kind: 'X', metadata: {} },
      1,
      '{"kind":"X","apiVersion":"v1","metadata":{"resourceVersion":"1"}}',
    );
    check(
      { kind: 'X', metadata: { name: 'a' } },
      9,
      '{"kind":"X","metadata":{"resourceVersion":"9","name":"a"}}',
    );
    check({ metadata: {}, a: 1 }, 1, '{"metadata":{"resourceVersion":"1"},"a":1}');
    check(
      { apiVersion: 'ä/v1', kind: 'ö', metadata: {} },
      1,
      '{"kind":"ö","apiVersion":"ä/v1","metadata":{"resourceVersion":"1"}}',
    );
  });

  test('undefined fields are left out', () => {
    check(
      { kind: 'X', metadata: { name: 'a', labels: undefined }, spec: undefined },
      1,
      '{"kind":"X","metadata":{"resourceVersion":"1","name":"a"}}',
    );
  });

  test('an int64 beyond 2^53 survives', () => {
    const record = recordOf({
      apiVersion: 'v1',
      kind: 'X',
      metadata: {},
      spec: { big: 9223372036854775807n },
    });
    assert.match(servedJson(record, 1).toString(), /"big":9223372036854775807\}/);
    assert.equal(parseRecord(record, 1).spec.big, 9223372036854775807n);
  });

  test('parseRecord is the served object', () => {
    const record = recordOf(sample);
    assert.deepEqual(parseRecord(record, 15), {
      ...sample,
      metadata: { ...sample.metadata, resourceVersion: '15' },
    });
    assert.deepEqual(parseRecord(record, 15), parseJson(servedJson(record, 15)));
  });

  test('records are written one behind the other into one buffer', () => {
    const records = [
      recordOf(sample),
      recordOf({ ...sample, metadata: {} }),
      recordOf({ ...sample, data: {} }),
    ];
    const whole = Buffer.alloc(
      records.reduce((bytes, record, i) => bytes + servedLength(record, i * 1000), 0),
    );
    const end = records.reduce((at, record, i) => writeServed(whole, at, record, i * 1000), 0);
    assert.equal(end, whole.length);
    assert.equal(
      whole.toString(),
      records
        .map((record, i) =>
          servedJson(record, i * 1000)
            .toString()
            .trimEnd(),
        )
        .join(''),
    );
  });

  test('an item of a list leaves kind and apiVersion to the list, or is typed', () => {
    const checkItem = (object: unknown, item: string, typed: string): void => {
      const record = recordOf(object as KubeObject);
      for (const [isTyped, expected] of [
        [false, item],
        [true, typed],
      ] as const) {
        const bytes = Buffer.alloc(servedItemLength(record, 12, isTyped));
        assert.equal(writeServedItem(bytes, 0, record, 0, record.length, 12, isTyped), bytes.length);
        assert.equal(bytes.toString(), expected);
        const among = Buffer.concat([Buffer.from('before'), record, Buffer.from('behind')]);
        const small = Buffer.alloc(bytes.length + 2, '#');
        const write = (offset: number): number =>
          writeServedItem(small, offset, among, 6, 6 + record.length, 12, isTyped);
        assert.equal(write(3), noRoom);
        assert.equal(small.toString(), '#'.repeat(small.length));
        assert.equal(write(1), small.length - 1);
        assert.equal(small.toString(), `#${expected}#`);
      }
    };
    const named =
      '"metadata":{"resourceVersion":"12","name":"a","namespace":"default"},"data":{"key":"värde"}}';
    checkItem(sample, `{${named}`, `{"kind":"ConfigMap","apiVersion":"v1",${named}`);
    const bare = '"metadata":{"resourceVersion":"12"}}';
    checkItem(
      { kind: 'X', apiVersion: 'v1', metadata: {} },
      `{${bare}`,
      `{"kind":"X","apiVersion":"v1",${bare}`,
    );
    const untyped = '{"metadata":{"resourceVersion":"12","name":"a"}}';
    checkItem({ metadata: { name: 'a' } }, untyped, untyped);
  });

  test('JSON may be given as bytes', () => {
    const { json, rvOffset } = serializeObject(sample);
    assert.deepEqual(
      encodeRecord(plainHeader, Buffer.from(json), rvOffset),
      encodeRecord(plainHeader, json, rvOffset),
    );
  });
});

describe('header', () => {
  const texts = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
    noNullPrototype: true,
  });
  const headers: fc.Arbitrary<RecordHeader> = fc.record(
    {
      deleting: fc.boolean(),
      uid: fc.string(),
      labels: texts,
      fields: texts,
      indexes: fc.array(
        fc.record(
          {
            scope: fc.constantFrom('tenant' as const, 'store' as const),
            name: fc.string(),
            value: fc.string(),
          },
          { noNullPrototype: true },
        ),
      ),
    },
    { noNullPrototype: true },
  );

  test('every part round-trips, read alone or whole', () => {
    fc.assert(
      fc.property(headers, (header) => {
        const record = recordOf(sample, header);
        const plain = (map: object): object => ({ ...map });
        assert.equal(isDeleting(record), header.deleting);
        assert.equal(uidOf(record), header.uid);
        assert.deepEqual(plain(labelsOf(record)), header.labels);
        assert.deepEqual(plain(fieldsOf(record)), header.fields);
        assert.deepEqual(indexesOf(record), header.indexes);
        const whole = headerOf(record);
        assert.deepEqual({ ...whole, labels: plain(whole.labels), fields: plain(whole.fields) }, header);
        assert.deepEqual(parseRecord(record, 7), sample);
        verifyRecord(record);
      }),
      { numRuns: 200 },
    );
  });

  test('texts beyond one varint byte', () => {
    for (const length of [127, 128, 16_383, 16_384, 70_000]) {
      const record = recordOf(sample, { fields: { f: 'x'.repeat(length) } });
      assert.equal(fieldsOf(record).f?.length, length);
      assert.deepEqual(parseRecord(record, 7), sample);
    }
  });

  test('no label is inherited', () => {
    assert.equal(labelsOf(recordOf(sample)).constructor, undefined);
  });
});

describe('damaged bytes', () => {
  const unreadable = (action: () => unknown): void =>
    assert.throws(action, (error) => error instanceof StorageError && error.code === 'corrupt');

  test('every truncation is noticed', () => {
    const record = recordOf(sample, {
      labels: { a: 'b' },
      indexes: [{ scope: 'store', name: 'n', value: 'v' }],
    });
    for (let length = 0; length < record.length; length++)
      unreadable(() => verifyRecord(record.subarray(0, length)));
  });

  test('a newer format and wild lengths are refused', () => {
    const record = recordOf(sample);
    const altered = (at: number, byte: number): Buffer => {
      const copy = Buffer.from(record);
      copy[at] = byte;
      return copy;
    };
    unreadable(() => uidOf(altered(0, 2)));
    unreadable(() => uidOf(altered(10, 0x7f)));
    unreadable(() => jsonOf(altered(5, 0xff)));
    unreadable(() => verifyRecord(altered(6, 3)));
  });
});
