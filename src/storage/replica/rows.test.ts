/** Rows: every part round-trips, numbers keep 64-bit order on disk, and short or foreign bytes are refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StorageError } from '../errors.ts';
import type { CurrentRow, LogEntry } from './rows.ts';
import {
  chainLinksOf,
  decodeCounterRow,
  decodeCurrentRow,
  decodeLogEntry,
  decodeState,
  encodeCounterRow,
  encodeCurrentRow,
  encodeLogEntry,
  encodeState,
  logKey,
  revisionOfLogKey,
} from './rows.ts';

const allocate = (bytes: number): Buffer => Buffer.alloc(bytes, 0xaa);
const runs = { numRuns: 200 };
const revisions = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER),
);
const bytes = fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array));
const rows: fc.Arbitrary<CurrentRow> = fc.record(
  { revision: revisions, record: fc.option(bytes, { nil: undefined }) },
  { noNullPrototype: true },
);
const entries: fc.Arbitrary<LogEntry> = fc.record(
  {
    key: bytes,
    record: fc.option(bytes, { nil: undefined }),
    previous: fc.option(rows, { nil: undefined }),
    previousInScope: revisions,
    stride: revisions,
  },
  { noNullPrototype: true },
);

function unreadable(decode: () => unknown): void {
  assert.throws(decode, (error) => error instanceof StorageError && error.code === 'corrupt');
}

describe('rows', () => {
  test('current rows round-trip, tombstones too', () => {
    fc.assert(
      fc.property(rows, (row) => assert.deepEqual(decodeCurrentRow(encodeCurrentRow(row, allocate)), row)),
      runs,
    );
  });

  test('log entries round-trip, and their links can be read alone', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const row = encodeLogEntry(entry, allocate);
        assert.deepEqual(decodeLogEntry(row), entry);
        const { previousInScope, stride } = entry;
        assert.deepEqual(chainLinksOf(row), { previousInScope, stride });
      }),
      runs,
    );
  });

  test('counter and state rows round-trip', () => {
    fc.assert(
      fc.property(revisions, revisions, revisions, revisions, revisions, (a, b, c, d, e) => {
        const counter = { objects: a, bytes: b, lastRevision: c, changes: d, stride: e };
        assert.deepEqual(decodeCounterRow(encodeCounterRow(counter)), counter);
        assert.deepEqual(decodeState(encodeState({ head: a, compacted: b })), { head: a, compacted: b });
      }),
      runs,
    );
  });

  test('log keys order as their revisions do', () => {
    fc.assert(
      fc.property(revisions, revisions, (a, b) => {
        assert.equal(revisionOfLogKey(logKey(a)), a);
        assert.equal(Math.sign(Buffer.compare(logKey(a), logKey(b))), Math.sign(a - b));
      }),
      runs,
    );
  });

  test('short and foreign bytes are refused', () => {
    const entry = encodeLogEntry(
      {
        key: Buffer.from('key'),
        record: Buffer.from('record'),
        previous: undefined,
        previousInScope: 0,
        stride: 0,
      },
      allocate,
    );
    for (let length = 0; length < 41; length++) unreadable(() => decodeLogEntry(entry.subarray(0, length)));
    unreadable(() => decodeCurrentRow(Buffer.alloc(8)));
    unreadable(() => decodeCurrentRow(Buffer.alloc(9, 3)));
    unreadable(() => decodeCounterRow(Buffer.alloc(39)));
    unreadable(() => decodeState(Buffer.alloc(15)));
    unreadable(() => revisionOfLogKey(Buffer.alloc(7)));
  });
});
