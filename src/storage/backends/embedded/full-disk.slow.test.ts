/** A disk that fills up, on a small file system of its own: writes are refused, everything else goes on. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { StoreModel } from '../../conformance/model.ts';
import { committed, contentOf, keyOf, put, red, sample } from '../../conformance/sample.ts';
import { StorageError } from '../../errors.ts';
import type { Revision, Store, Write } from '../../store.ts';
import { openEmbedded } from './backend.ts';

const diskBytes = 48 * 1024 * 1024;
const listing = { tenant: red, group: '', resource: 'configmaps', maxEntries: 100_000, maxBytes: 1e9 };

/**
 * Hands the body a folder on a small disk; skips where the machine allows no mounts. The disk is detached at once
 * and reached through a descriptor only, so that it ends with this process, however that dies.
 */
function onSmallDisk(title: string, body: (folder: string, context: TestContext) => Promise<void>): void {
  test(title, async (context) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0)
      return context.skip('only root can mount a disk');
    const place = await mkdtemp(join(tmpdir(), 'milo-small-disk-'));
    let disk: number;
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', place], { stdio: 'pipe' });
      disk = openSync(place, 'r');
      execFileSync('umount', ['--lazy', place]);
    } catch {
      return context.skip('this machine mounts no tmpfs');
    } finally {
      await rmdir(place);
    }
    try {
      await body(`/proc/${process.pid}/fd/${disk}`, context);
    } finally {
      closeSync(disk);
    }
  });
}

/** Takes all that is free but so much. */
async function leaveFree(folder: string, ballast: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  await writeFile(ballast, Buffer.alloc(bavail * bsize - bytes));
}

/** Writes until the disk is full: sizes, keys and batches of all kinds, one after the other. */
async function fill(store: Store, model: StoreModel, round: number): Promise<void> {
  for (let count = 0; ; count++) {
    const batch: Write[] = Array.from({ length: 1 + (count % 3) }, (_, part) => {
      const key = keyOf(`n${(count * 7 + part) % 90}`);
      const record = sample(`${round} ${count} ${part}`, {
        bytes: 2000 + ((count * 977) % 60_000),
        owner: 'o',
      });
      return put(key, record, model.get(key)?.revision ?? 0);
    });
    let revisions: readonly Revision[];
    try {
      const outcome = await store.commit(batch);
      assert.ok(outcome.ok);
      revisions = outcome.revisions;
    } catch (error) {
      assert.ok(error instanceof StorageError && error.code === 'full', String(error));
      return;
    }
    for (const [index, write] of batch.entries()) model.apply(revisions[index]!, write);
  }
}

/** The store holds exactly what was acknowledged, and reads, derived tables and log are sound. */
function isSound(store: Store, model: StoreModel): void {
  assert.equal(store.fault, undefined);
  assert.equal(store.applied, model.applied);
  const shown = (entries: readonly { revision: Revision; record: Buffer }[]) =>
    entries.map(({ revision, record }) => `${revision} ${contentOf(record)}`);
  assert.deepEqual(shown(store.range(listing).entries), shown(model.entries(listing)));
  assert.deepEqual(store.counter(red, '', 'configmaps'), model.counter(red, '', 'configmaps'));
  const index = { name: 'owner', value: 'o', tenant: red, maxEntries: 1000 };
  assert.deepEqual(store.index(index), model.index(index));
  const behind = store.changes({ after: Math.max(store.compacted, model.applied - 3), maxEntries: 10 });
  assert.equal(behind.position, model.applied);
  assert.deepEqual(store.check(5), []);
}

onSmallDisk(
  'writes to a full disk are refused, reads go on, and room makes it well again',
  async (folder) => {
    const dataDir = join(folder, 'data');
    const ballast = join(folder, 'ballast');
    let store = await openEmbedded({ dataDir });
    const model = new StoreModel(store.applied);
    try {
      await leaveFree(folder, ballast, 12 * 1024 * 1024);
      await fill(store, model, 1);
      isSound(store, model);
      // Refused again and again, one by one and at once, without any change.
      const late = Array.from({ length: 20 }, (_, index) =>
        store.commit([put(keyOf(`late-${index}`), sample('late', { bytes: 1_000_000 }))]),
      );
      for (const result of await Promise.allSettled(late)) {
        assert.ok(result.status === 'rejected' && (result.reason as StorageError).code === 'full');
      }
      isSound(store, model);

      await rm(ballast);
      const revived = put(keyOf('revived'), sample('revived'));
      model.apply((await committed(store, revived))[0]!, revived);
      isSound(store, model);

      await leaveFree(folder, ballast, 4 * 1024 * 1024);
      await fill(store, model, 2);
      isSound(store, model);
      await store.close();
      store = await openEmbedded({ dataDir });
      isSound(store, model);
      assert.equal(store.get(keyOf('late-0')), undefined);

      await rm(ballast);
      await store.compact(store.applied);
      model.compact(store.applied);
      const again = put(keyOf('again'), sample('again'));
      model.apply((await committed(store, again))[0]!, again);
      isSound(store, model);
    } finally {
      await store.close();
    }
  },
);

onSmallDisk(
  'a snapshot the disk has no room for fails, leaves nothing and disturbs nobody',
  async (folder) => {
    const dataDir = join(folder, 'data');
    const store = await openEmbedded({ dataDir });
    const model = new StoreModel(store.applied);
    try {
      for (let index = 0; index < 20; index++) {
        const write = put(keyOf(`n${index}`), sample(`${index}`, { bytes: 500_000, owner: 'o' }));
        model.apply((await committed(store, write))[0]!, write);
      }
      await leaveFree(folder, join(folder, 'ballast'), 1024 * 1024);
      const file = join(folder, 'snapshot');
      await assert.rejects(
        store.snapshot(file),
        (error) => error instanceof StorageError && error.code === 'full',
      );
      await assert.rejects(rm(file), { code: 'ENOENT' });
      isSound(store, model);
      await rm(join(folder, 'ballast'));
      await store.snapshot(file);
    } finally {
      await store.close();
    }
  },
);

onSmallDisk('a store that cannot even begin says so, and begins once there is room', async (folder) => {
  const dataDir = join(folder, 'data');
  const ballast = join(folder, 'ballast');
  await leaveFree(folder, ballast, 0);
  await assert.rejects(
    openEmbedded({ dataDir }),
    (error) => error instanceof StorageError && (error.code === 'full' || error.code === 'unreadable'),
  );
  await rm(ballast);
  const store = await openEmbedded({ dataDir });
  await committed(store, put(keyOf('a'), sample('a')));
  assert.deepEqual(store.check(5), []);
  await store.close();
});

test('the file starts small and the map grows past its first size', async (context) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'milo-growth-'));
  context.after(() => rm(dataDir, { recursive: true }));
  const store = await openEmbedded({ dataDir });
  const model = new StoreModel(store.applied);
  try {
    const first = store.stats().fileBytes;
    assert.ok(first < 1024 * 1024, `an empty store takes ${first} bytes`);
    const first10 = Array.from({ length: 10 }, (_, index) => keyOf(`n${index}`));
    for (let round = 0; round < 12; round++) {
      // Readers hold the old map while writers grow it.
      const reading = first10.map((key) => store.get(key)?.revision ?? 0);
      const writes = first10.map((key, index) =>
        put(key, sample(`${round}`, { bytes: 1_000_000, owner: 'o' }), reading[index]),
      );
      const outcome = await committed(store, ...writes);
      for (const [index, write] of writes.entries()) model.apply(outcome[index]!, write);
      for (const key of first10) assert.equal(contentOf(store.get(key)!.record), String(round));
    }
    const { fileBytes } = store.stats();
    assert.ok(fileBytes > 100 * 1024 * 1024, `${fileBytes} bytes hold the window of 120 MB`);
    isSound(store, model);
    for (let round = 0; round < 12; round++) {
      const at = first10.length * (round + 1);
      assert.equal(contentOf(store.get(first10[0]!, at)!.record), String(round));
    }
    await store.compact(store.applied);
    const { usedBytes } = store.stats();
    assert.ok(usedBytes < 30 * 1024 * 1024, `${usedBytes} bytes are left in use for 10 MB`);
  } finally {
    await store.close();
  }
});
