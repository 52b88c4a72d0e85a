/**
 * The five tables on LMDB, and all that the rest of storage/ knows of lmdb-js. Reads hand out bytes of their own
 * (lmdb-js reuses one buffer for all it reads). Every read is synchronous and every walk ends within the call:
 * a read transaction that outlives its tick keeps pages from being reused and grows the file for good.
 * Knows no row format.
 */
import { type Database, open, type RootDatabase } from 'lmdb';
import { assert } from '../../lib/assert.ts';
import { StorageError } from '../errors.ts';
import type { KeyRange } from '../keys.ts';
import { type LentRow, LentRows } from './lent-rows.ts';
import { writeKey } from './reading-codec.ts';

export type TableName = 'current' | 'log' | 'index' | 'counters' | 'meta';

export interface Row {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** What LMDB takes with this page size is 4,026; keys.ts keeps every key below 2,000. */
const keyBytesMax = 4_026;
/**
 * Twice LMDB's usual page: an object of 1 KiB with its log entry (new and old state) then fits in a leaf, where with
 * 4 KiB it takes an overflow page of its own. Measured: a third more commits, a quarter less file.
 */
const pageBytes = 8_192;
const tablesMax = 8;

/** Values pass as they are; what lmdb-js reads lies in its shared buffer and is copied out. */
const copyingEncoder = {
  encode: (value: Buffer): Buffer => value,
  decode(shared: Uint8Array): Buffer {
    // `shared` may be longer than its (overwritten) length property says: only a view of exactly that many bytes can be copied.
    const copy = Buffer.allocUnsafe(shared.length);
    copy.set(new Uint8Array(shared.buffer, shared.byteOffset, shared.length));
    return copy;
  },
};
const bytesKeyEncoder = {
  writeKey,
  readKey(source: Buffer, start: number, end: number): Buffer {
    const key = Buffer.allocUnsafe(end - start);
    source.copy(key, 0, start, end);
    return key;
  },
};

type Rows = Database<Buffer, Buffer>;
interface AppendingRows {
  put(key: Buffer, value: Buffer, options: { readonly append: true }): Promise<boolean>;
}

/** What a transaction does to one row. */
export interface Operation {
  readonly table: TableName;
  readonly key: Buffer;
  /** Undefined removes the row, if it is there. */
  readonly value: Buffer | undefined;
  /**
   * The key lies behind every other: pages are then filled to the brim instead of half. LMDB leaves the row out when
   * it does not.
   */
  readonly isAppended?: true;
}

/**
 * `done`: durable and readable. `fenced`: the fence row had moved, so someone else wrote the file, and nothing was
 * applied. `misplaced`: applied, but for a row that was to be appended and was not behind all others.
 */
export type TransactionOutcome = 'done' | 'fenced' | 'misplaced';

/** One named table, to read from. Writes go through `Tables.transact`. */
export class Table {
  readonly #db: Rows;

  constructor(db: Rows) {
    this.#db = db;
  }

  get(key: Buffer): Buffer | undefined {
    try {
      return this.#db.get(key);
    } catch (error) {
      throw readFault(error);
    }
  }

  /** Like get, but the bytes are only good until the next read. */
  peek(key: Buffer): Buffer | undefined {
    try {
      return this.#db.getBinaryFast(key);
    } catch (error) {
      throw readFault(error);
    }
  }

  /** Rows in key order. The walk must end in the tick it began in. */
  *rows({ start, end }: KeyRange): Generator<Row, void, undefined> {
    try {
      yield* this.#db.getRange({ start, end });
    } catch (error) {
      throw readFault(error);
    }
  }

  *keys({ start, end }: KeyRange): Generator<Buffer, void, undefined> {
    try {
      yield* this.#db.getKeys({ start, end });
    } catch (error) {
      throw readFault(error);
    }
  }

  *allRows(): Generator<Row, void, undefined> {
    yield* this.rows({ start: Buffer.from([0]), end: Buffer.alloc(keyBytesMax, 0xff) });
  }

  stats(): TableStats {
    return this.#db.getStats() as TableStats;
  }
}

interface TableStats {
  readonly pageSize: number;
  readonly entryCount: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

const pagesOf = (stats: TableStats): number =>
  stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;

/** The commit of a transaction failed; nothing of it exists. */
export class TransactionError extends Error {
  /** LMDB's (negative) or the system's (positive) error number. */
  readonly code: number | undefined;
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'TransactionError';
    this.code = (cause as { code?: number } | undefined)?.code;
  }
}

export class Tables {
  readonly current: Table;
  readonly log: Table;
  readonly index: Table;
  readonly counters: Table;
  readonly meta: Table;
  readonly #currentLent: LentRows;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #rows: Readonly<Record<TableName, Rows>>;
  /** The handle of `meta` that knows versions: the fence of every transaction. */
  readonly #fenced: Rows;

  /**
   * Opens the file, or creates it. The caller has made sure that the file is LMDB's (storage-file.ts): lmdb-js
   * kills the process when it is not.
   *
   * `overlappingSync: false` is what keeps the law that nothing is readable before it is durable. With it off a
   * commit is LMDB's own: write the pages, fdatasync, write the meta page through an O_DSYNC descriptor, and only
   * then publish the transaction id that read transactions pick their snapshot by (mdb.c mdb_txn_commit,
   * mdb_env_write_meta, mdb_txn_end with MDB_END_UPDATE). With it on, which is lmdb-js's default, the id is
   * published before the flush. All of it runs on a thread of the pool, not on the event loop.
   */
  constructor(file: string, options: { readonly readOnly?: boolean } = {}) {
    const codec = { encoder: copyingEncoder, keyEncoder: bytesKeyEncoder };
    const openOptions = {
      path: file,
      noSubdir: true,
      overlappingSync: false,
      // Every transaction here is one explicit batch. With turn batching on, lmdb-js wraps it in another whose promise
      // nobody can handle when it fails.
      eventTurnBatching: false,
      pageSize: pageBytes,
      maxDbs: tablesMax,
      // Secrets lie in it.
      permissionsMode: 0o600,
      ...(options.readOnly === true ? { readOnly: true } : {}),
      ...codec,
    };
    this.#root = open<Buffer, Buffer>(openOptions);
    const table = (name: TableName, more: object = {}): Rows =>
      this.#root.openDB<Buffer, Buffer>({ name, ...codec, ...more } as { name: string });
    this.#fenced = table('meta', { useVersions: true });
    this.#rows = {
      current: table('current'),
      log: table('log'),
      index: table('index'),
      counters: table('counters'),
      meta: this.#fenced,
    };
    this.current = new Table(this.#rows.current);
    this.#currentLent = new LentRows((codec) => this.#root.openDB({ name: 'current', ...codec }));
    this.log = new Table(this.#rows.log);
    this.index = new Table(this.#rows.index);
    this.counters = new Table(this.#rows.counters);
    this.meta = new Table(this.#fenced);
  }

  /**
   * Calls `visit` with each row of `current` where it lies, in key order, until it answers false. A row is good until the
   * next read; the walk ends in the tick it began in.
   */
  lendCurrent(range: KeyRange, visit: (row: LentRow) => boolean): void {
    try {
      this.#currentLent.walk(range, visit);
    } catch (error) {
      throw readFault(error);
    }
  }

  /** Writes the first fenced row of a new file, durable on return. */
  initialize(key: Buffer, value: Buffer, version: number): void {
    // A callback that returns put's promise would keep the transaction open for good.
    this.#root.transactionSync(() => {
      void this.#fenced.put(key, value, version);
    });
  }

  fenceOf(key: Buffer): number | undefined {
    return this.#fenced.getEntry(key)?.version;
  }

  /**
   * One transaction: applies the operations in order, and moves the fence row from `fence` to `fence + 1` with a new
   * value. Rejects with TransactionError, after which nothing of it exists.
   *
   * lmdb-js records the operations into a shared buffer which its thread replays in one transaction, so they cost
   * the event loop no tree work. One that threw midway would leave those before it in the transaction; what it
   * throws for is therefore ruled out before the first is recorded.
   */
  async transact(
    fenceKey: Buffer,
    fence: number,
    value: Buffer,
    operations: readonly Operation[],
  ): Promise<TransactionOutcome> {
    for (const { key } of operations) {
      assert(key.length > 0 && key.length <= keyBytesMax, 'the engine takes every key of a transaction');
    }
    let isMisplaced = false;
    const record = (operation: Operation): void => {
      const rows = this.#rows[operation.table];
      if (operation.value === undefined) void rows.remove(operation.key);
      else if (operation.isAppended !== true) void rows.put(operation.key, operation.value);
      else {
        const appended = (rows as unknown as AppendingRows).put(operation.key, operation.value, {
          append: true,
        });
        appended.then(
          (isIn) => {
            isMisplaced ||= !isIn;
          },
          // It fails with the transaction, which is reported below.
          () => undefined,
        );
      }
    };
    try {
      const isOurs = await this.#fenced.ifVersion(fenceKey, fence, () => {
        for (const operation of operations) record(operation);
        void this.#fenced.put(fenceKey, value, fence + 1);
      });
      // lmdb-js answers all operations of a transaction in one go, this one first; let the others be heard.
      await undefined;
      return !isOurs ? 'fenced' : isMisplaced ? 'misplaced' : 'done';
    } catch (error) {
      throw new TransactionError(await causeOf(error));
    }
  }

  /** Reads that follow see what is durable now, in this tick too. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** Frees what processes were reading that have ended without saying so. */
  forgetDeadReaders(): void {
    this.#root.readerCheck();
  }

  /** Copies the newest snapshot, compacted, to a file that must not exist, on a thread of the pool. */
  async copyTo(file: string): Promise<void> {
    await this.#root.backup(file, true);
  }

  usedBytes(): number {
    const tables = [this.current, this.log, this.index, this.counters, this.meta].map((table) =>
      table.stats(),
    );
    const { root, free, pageSize } = this.#root.getStats() as TableStats & {
      root: TableStats;
      free: TableStats;
    };
    // Two pages are LMDB's own.
    return pageSize * [...tables, root, free].reduce((pages, stats) => pages + pagesOf(stats), 2);
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}

/** lmdb-js rejects with a general error that holds the promise of the real one. */
async function causeOf(error: unknown): Promise<unknown> {
  const real = (error as { commitError?: Promise<unknown> }).commitError;
  if (real === undefined) return error;
  return real.then(
    () => error,
    (cause: unknown) => cause,
  );
}

function readFault(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StorageError('corrupt', `the data file cannot be read: ${message}`, { cause: error });
}
