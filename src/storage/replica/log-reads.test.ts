/** The scoped log: the same changes as filtering everything, at a cost that follows the scope's own changes. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openEmbedded } from '../backends/embedded/backend.ts';
import { dataFileOf } from '../backends/embedded/data-file.ts';
import { blue, committed, keyOf, put, red, sample } from '../conformance/sample.ts';
import type { Revision, Store } from '../store.ts';
import { readChanges } from './log-reads.ts';
import { chainStride, decodeLogEntry } from './rows.ts';
import { type Table, Tables } from './tables.ts';

const busy = { tenant: red, group: '', resource: 'configmaps' };
const quiet = { tenant: blue, group: '', resource: 'configmaps' };
/** Enough for several leaps. */
const busyChanges = 5 * chainStride + 17;

describe('the log of one resource of one tenant', () => {
  let dataDir: string;
  let store: Store;
  let tables: Tables;
  let busyRevisions: Revision[];
  let quietRevisions: Revision[];

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'milo-log-'));
    store = await openEmbedded({ dataDir });
    quietRevisions = [...(await committed(store, put(keyOf('q', { tenant: blue }), sample('q'))))];
    let standing = 0;
    for (let index = 0; index < busyChanges; index += 100) {
      const batch = Math.min(100, busyChanges - index);
      for (let each = 0; each < batch; each++) {
        // One commit a change: each has its own batch, and the group shares a transaction.
        const pending = store.commit([put(keyOf(`n${index + each}`), sample('x'))]);
        if (each === batch - 1) await pending;
      }
      standing = store.applied;
    }
    busyRevisions = Array.from({ length: busyChanges }, (_, index) => standing - busyChanges + 1 + index);
    quietRevisions.push(...(await committed(store, put(keyOf('r', { tenant: blue }), sample('r')))));
    tables = new Tables(dataFileOf(dataDir));
  });

  after(async () => {
    await tables.close();
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  test('from any revision, in pages of any size, up to any revision', () => {
    const first = busyRevisions[0]!;
    const last = busyRevisions.at(-1)!;
    const places = [
      0,
      1,
      16,
      chainStride - 1,
      chainStride,
      chainStride + 1,
      3 * chainStride,
      busyChanges - 1,
      busyChanges,
    ];
    for (const skipped of places) {
      for (const maxEntries of [1, 7, chainStride, chainStride + 1, 10_000]) {
        for (const upTo of [first + skipped, first + 2 * chainStride, last, store.applied]) {
          const from = first - 1 + skipped;
          const expected = busyRevisions
            .filter((revision) => revision > from && revision <= upTo)
            .slice(0, maxEntries);
          const page = store.changes({ after: from, upTo, scope: busy, maxEntries });
          assert.deepEqual(
            page.changes.map(({ revision }) => revision),
            expected,
            `${maxEntries} behind ${from} up to ${upTo}`,
          );
          const isFull = expected.length === maxEntries;
          assert.equal(
            page.position,
            isFull ? expected.at(-1) : Math.max(from, Math.min(upTo, store.applied)),
          );
        }
      }
    }
  });

  /** Rows of the log one scoped read takes. */
  function logRowsRead(query: Parameters<typeof readChanges>[1]): number {
    let rows = 0;
    const counted = (table: Table): Table =>
      new Proxy(table, {
        get(target, property) {
          if (property === 'get' || property === 'peek') rows++;
          const value = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const counting = new Proxy(tables, {
      get: (target, property) =>
        property === 'log' ? counted(target.log) : Reflect.get(target, property, target),
    });
    readChanges(counting, query, store.applied);
    return rows;
  }

  test('a quiet scope costs its own changes, whatever its neighbour wrote', () => {
    assert.equal(logRowsRead({ after: quietRevisions[1]!, scope: quiet, maxEntries: 100 }), 0);
    assert.ok(logRowsRead({ after: quietRevisions[0]!, scope: quiet, maxEntries: 100 }) <= 3);
    assert.equal(logRowsRead({ after: 0, scope: { ...quiet, resource: 'nothing' }, maxEntries: 100 }), 0);
  });

  test('a page at the far end of a long chain is reached by leaps', () => {
    const rows = logRowsRead({ after: busyRevisions[0]!, scope: busy, maxEntries: 10 });
    assert.ok(rows <= chainStride + busyChanges / chainStride + 30, `${rows} rows`);
  });

  test('entries chain: each names the change of its scope before it', () => {
    const rows = [...tables.log.allRows()].map(({ value }) => decodeLogEntry(value));
    assert.deepEqual(
      rows.map(({ previousInScope }) => previousInScope),
      [0, 0, ...busyRevisions.slice(0, -1), quietRevisions[0]],
    );
  });
});
