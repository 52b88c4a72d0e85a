/** check and repair on trial: every kind of damage to every table is named, and derived tables are mended for good. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openEmbedded } from '../backends/embedded/backend.ts';
import { dataFileOf } from '../backends/embedded/data-file.ts';
import { blue, committed, keyOf, put, red, remove, sample } from '../conformance/sample.ts';
import { encodeCounterKey, encodeIndexKey, encodeKey, encodeTenantResourceKey } from '../keys.ts';
import type { Store } from '../store.ts';
import {
  type CounterRow,
  encodeCounterRow,
  encodeCurrentRow,
  encodeLogEntry,
  encodeState,
  logKey,
  stateKey,
} from './rows.ts';
import { type Operation, type TableName, Tables } from './tables.ts';

const scope = { tenant: red, group: '', resource: 'configmaps' };
const gone = { tenant: blue, group: '', resource: 'secrets' };
const owned = { scope: 'tenant' as const, name: 'owner', value: 'o1' };
const allocate = (bytes: number): Buffer => Buffer.alloc(bytes);

/** A closed store with live, changed, deleted and recreated objects, and a scope that was emptied. */
async function fill(store: Store): Promise<void> {
  const [a] = await committed(store, put(keyOf('a'), sample('a', { owner: 'o1', expires: 'e1' })));
  await committed(store, put(keyOf('a'), sample('a2', { owner: 'o1', expires: 'e2' }), a));
  const [b] = await committed(store, put(keyOf('b'), sample('b', { owner: 'v'.repeat(999) })));
  await committed(store, remove(keyOf('b'), b!));
  await committed(store, put(keyOf('b'), sample('b2')));
  const secret = keyOf('s', { tenant: blue, resource: 'secrets' });
  const [s] = await committed(store, put(secret, sample('s')));
  await committed(store, remove(secret, s!));
}

interface HarmedTable {
  get(key: Buffer): Buffer;
  put(key: Buffer, value: Buffer): void;
  remove(key: Buffer): void;
}
type Harmed = Readonly<Record<TableName, HarmedTable>>;

/** The tables, with what is done to them written down for one transaction. */
function harmed(tables: Tables, operations: Operation[]): Harmed {
  const table = (name: TableName): HarmedTable => ({
    get(key) {
      const row = tables[name].get(key);
      assert.ok(row !== undefined);
      return row;
    },
    put: (key, value) => operations.push({ table: name, key, value }),
    remove: (key) => operations.push({ table: name, key, value: undefined }),
  });
  return {
    current: table('current'),
    log: table('log'),
    index: table('index'),
    counters: table('counters'),
    meta: table('meta'),
  };
}

interface Damage {
  readonly table: string;
  readonly problem: RegExp;
  readonly harm: (tables: Harmed) => void;
  /** Damage to what is not derived stays. */
  readonly isMended: boolean;
}

/** Damages a filled store and checks what check says, what repair does, and that the store works afterwards. */
function check(title: string, { table, problem, harm, isMended }: Damage): void {
  test(title, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'milo-inspection-'));
    try {
      let store = await openEmbedded({ dataDir });
      await fill(store);
      assert.deepEqual(store.check(100), []);
      await store.close();
      const tables = new Tables(dataFileOf(dataDir));
      const fence = tables.fenceOf(stateKey)!;
      const operations: Operation[] = [];
      harm(harmed(tables, operations));
      const state = tables.meta.get(stateKey)!;
      assert.equal(await tables.transact(stateKey, fence, state, operations), 'done');
      await tables.close();

      store = await openEmbedded({ dataDir });
      try {
        const found = store.check(100);
        assert.ok(
          found.some((difference) => difference.table === table && problem.test(difference.problem)),
          JSON.stringify(found),
        );
        assert.equal(store.check(1).length, 1);
        await store.repair();
        const left = store.check(100);
        if (isMended) {
          assert.deepEqual(left, []);
          await committed(store, put(keyOf('c'), sample('c', { owner: 'o1' })));
          assert.deepEqual(store.check(100), []);
        } else {
          assert.ok(left.length > 0);
          assert.ok(left.every((difference) => difference.table === 'log' || difference.table === 'current'));
        }
      } finally {
        await store.close();
      }
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
}

const counterOf = (objects: number, bytes: number, lastRevision: number): Buffer =>
  encodeCounterRow({ objects, bytes, lastRevision, changes: 0, stride: 0 } satisfies CounterRow);

check('an index row is missing', {
  table: 'index',
  problem: /is missing/,
  harm: ({ index }) => index.remove(encodeIndexKey(owned, keyOf('a'))),
  isMended: true,
});
check('an index row is left over', {
  table: 'index',
  problem: /does not carry the value/,
  harm: ({ index }) => index.put(encodeIndexKey({ ...owned, value: 'o2' }, keyOf('a')), Buffer.alloc(0)),
  isMended: true,
});
check('an index row names an object that is gone', {
  table: 'index',
  problem: /does not carry the value/,
  harm: ({ index }) => index.put(encodeIndexKey(owned, keyOf('z')), Buffer.alloc(0)),
  isMended: true,
});
check('an index row holds another value', {
  table: 'index',
  problem: /another value/,
  harm: ({ index }) => index.put(encodeIndexKey(owned, keyOf('a')), Buffer.from('x')),
  isMended: true,
});
check('the index holds what is no key', {
  table: 'index',
  problem: /not a stored key/,
  harm: ({ index }) => index.put(Buffer.from('nonsense'), Buffer.alloc(0)),
  isMended: true,
});
check('a counter is missing', {
  table: 'counters',
  problem: /is missing/,
  harm: ({ counters }) => counters.remove(encodeCounterKey('live', scope)),
  isMended: true,
});
check('a counter counts wrong', {
  table: 'counters',
  problem: /counts 7 objects where 2 are/,
  harm: ({ counters }) => counters.put(encodeCounterKey('live', scope), counterOf(7, 1, 5)),
  isMended: true,
});
check('a counter of bytes is wrong', {
  table: 'counters',
  problem: /counts 1 bytes/,
  harm: ({ counters }) => counters.put(encodeCounterKey('live', scope), counterOf(2, 1, 5)),
  isMended: true,
});
check('a counter forgot the last change', {
  table: 'counters',
  problem: /was last changed at 2/,
  harm({ counters, current }) {
    const bytes = ['a', 'b'].reduce((sum, name) => sum + current.get(encodeKey(keyOf(name))).length - 9, 0);
    counters.put(encodeCounterKey('live', scope), counterOf(2, bytes, 2));
  },
  isMended: true,
});
check('a counter cannot be read', {
  table: 'counters',
  problem: /cannot be read/,
  harm: ({ counters }) => counters.put(encodeCounterKey('live', scope), Buffer.from('x')),
  isMended: true,
});
check('a counter of an emptied scope says it is live', {
  table: 'counters',
  problem: /holds objects, but it has none/,
  harm: ({ counters }) => counters.put(encodeCounterKey('live', gone), counterOf(1, 1, 7)),
  isMended: true,
});
check('a counter of a live scope says it is empty', {
  table: 'counters',
  problem: /is empty, but it holds objects/,
  harm: ({ counters }) => counters.put(encodeCounterKey('empty', scope), counterOf(0, 0, 5)),
  isMended: true,
});
check('the row of an emptied scope is missing', {
  table: 'counters',
  problem: /is missing/,
  harm: ({ counters }) => counters.remove(encodeCounterKey('empty', gone)),
  isMended: true,
});
check('a counter stands for a scope that never was', {
  table: 'counters',
  problem: /is forgotten/,
  harm: ({ counters }) =>
    counters.put(encodeCounterKey('empty', { ...gone, resource: 'pods' }), counterOf(0, 0, 1)),
  isMended: true,
});
check("a tenant's resource is missing", {
  table: 'counters',
  problem: /is missing/,
  harm: ({ counters }) => counters.remove(encodeTenantResourceKey(scope)),
  isMended: true,
});
check("a tenant's resource is left over", {
  table: 'counters',
  problem: /holds objects, but it has none/,
  harm: ({ counters }) => counters.put(encodeTenantResourceKey(gone), Buffer.alloc(0)),
  isMended: true,
});
check('the counters hold what is no counter', {
  table: 'counters',
  problem: /no counter row/,
  harm: ({ counters }) => counters.put(Buffer.from('x\0y'), Buffer.alloc(0)),
  isMended: true,
});
check('a log entry is missing', {
  table: 'log',
  problem: /lacks revision 5/,
  harm: ({ log }) => log.remove(logKey(5)),
  isMended: false,
});
check('a log entry in the midst is missing', {
  table: 'log',
  problem: /is missing up to 1/,
  harm: ({ log }) => log.remove(logKey(1)),
  isMended: false,
});
check('a log entry cannot be read', {
  table: 'log',
  problem: /cannot be read/,
  harm: ({ log }) => log.put(logKey(2), Buffer.from('x')),
  isMended: false,
});
check('a log entry is of another object', {
  table: 'log',
  problem: /another object/,
  harm: ({ log }) => log.put(logKey(2), log.get(logKey(3))),
  isMended: false,
});
check('a log entry leaves its chain', {
  table: 'log',
  problem: /follows revision 0 of its resource, not 1/,
  harm({ log, current }) {
    const key = encodeKey(keyOf('a'));
    const record = current.get(key).subarray(9);
    const previous = { revision: 1, record: sample('a', { owner: 'o1', expires: 'e1' }) };
    log.put(logKey(2), encodeLogEntry({ key, record, previous, previousInScope: 0, stride: 0 }, allocate));
  },
  isMended: false,
});
check('a log entry replaced something else', {
  table: 'log',
  problem: /something else/,
  harm({ log, current }) {
    const key = encodeKey(keyOf('a'));
    const record = current.get(key).subarray(9);
    const previous = { revision: 1, record: sample('other') };
    log.put(logKey(2), encodeLogEntry({ key, record, previous, previousInScope: 1, stride: 0 }, allocate));
  },
  isMended: false,
});
check('an object is lost', {
  table: 'log',
  problem: /not in current/,
  harm: ({ current }) => current.remove(encodeKey(keyOf('a'))),
  isMended: false,
});
check('an object differs from its change', {
  table: 'log',
  problem: /differs from the object/,
  harm({ current }) {
    const row = { revision: 2, record: sample('forged', { owner: 'o1', expires: 'e2' }) };
    current.put(encodeKey(keyOf('a')), encodeCurrentRow(row, allocate));
  },
  isMended: false,
});
check('an object cannot be read', {
  table: 'current',
  problem: /cannot be read/,
  harm({ current }) {
    current.put(encodeKey(keyOf('a')), encodeCurrentRow({ revision: 2, record: Buffer.from('x') }, allocate));
  },
  isMended: false,
});
check('current holds what is no object key', {
  table: 'current',
  problem: /not a stored key/,
  harm: ({ current }) =>
    current.put(Buffer.from('x'), encodeCurrentRow({ revision: 2, record: undefined }, allocate)),
  isMended: false,
});

test('a state row that fell behind is moved on, and revisions are not given twice', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'milo-inspection-'));
  try {
    let store = await openEmbedded({ dataDir });
    await fill(store);
    const head = store.applied;
    await store.close();
    const tables = new Tables(dataFileOf(dataDir));
    const state = encodeState({ head: 2, compacted: 0 });
    await tables.transact(stateKey, tables.fenceOf(stateKey)!, state, []);
    await tables.close();
    store = await openEmbedded({ dataDir });
    assert.equal(store.applied, 2);
    assert.ok(store.check(100).some(({ table }) => table === 'meta'));
    await store.repair();
    assert.deepEqual(store.check(100), []);
    assert.equal(store.applied, head);
    assert.deepEqual(await committed(store, put(keyOf('c'), sample('c'))), [head + 1]);
    await store.close();
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

test('a state row that fell behind makes the first write stop the store, not overwrite history', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'milo-inspection-'));
  try {
    let store = await openEmbedded({ dataDir });
    await fill(store);
    await store.close();
    const tables = new Tables(dataFileOf(dataDir));
    const before = tables.log.get(logKey(3))!;
    const state = encodeState({ head: 2, compacted: 0 });
    await tables.transact(stateKey, tables.fenceOf(stateKey)!, state, []);
    store = await openEmbedded({ dataDir });
    await assert.rejects(store.commit([put(keyOf('new'), sample('new'))]), { code: 'failed' });
    assert.match(store.fault ?? '', /the log holds revisions/);
    await assert.rejects(store.commit([put(keyOf('newer'), sample('newer'))]), { code: 'failed' });
    assert.ok(before.equals(tables.log.get(logKey(3))!));
    await store.close();
    await tables.close();
  } finally {
    await rm(dataDir, { recursive: true });
  }
});
