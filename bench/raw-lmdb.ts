/**
 * The peer that Milo's durable writes are held against: lmdb-js alone, compare-and-set of the same bytes under as many
 * keys, acknowledged when durable, by as many writers at a time. lmdb-js groups what arrives together into one
 * transaction, as it does for Milo; `overlappingSync: false` is Milo's flush as well.
 */
import { open } from 'lmdb';
import { measureWindow } from './load/closed-loop.ts';
import { counterOffset, writeCounter } from './load/config-map.ts';
import type { RawLmdbReply, RawLmdbRun } from './peers/raw-lmdb-peer.ts';

const [file] = process.argv.slice(2);
const pageBytes = 8192;

const store = open<Buffer, string>({
  path: file!,
  noSubdir: true,
  overlappingSync: false,
  pageSize: pageBytes,
  encoding: 'binary',
  useVersions: true,
});
const versions = new Map<string, number>();
let counter = 0;

async function run({ keys, value, writers, warmupSeconds, seconds }: RawLmdbRun): Promise<void> {
  let committed = 0;
  let isOver = false;
  const offset = counterOffset(value);
  const writer = async (lane: number): Promise<void> => {
    for (let at = lane; !isOver; at = at + writers < keys.length ? at + writers : lane) {
      const key = keys[at]!;
      const version = versions.get(key) ?? 0;
      const bytes = Buffer.from(value);
      writeCounter(bytes, offset, ++counter);
      const isDone = await (version === 0
        ? store.ifNoExists(key, () => void store.put(key, bytes, 1))
        : store.ifVersion(key, version, () => void store.put(key, bytes, version + 1)));
      if (!isDone) throw new Error(`${key} was not at version ${version}`);
      versions.set(key, version + 1);
      committed++;
    }
  };
  const writing = Promise.all(Array.from({ length: writers }, (_, lane) => writer(lane)));
  const measured = await Promise.race([
    measureWindow(warmupSeconds, seconds, process.pid, () => committed),
    writing.then(() => Promise.reject(new Error('the writers ended early'))),
  ]);
  isOver = true;
  await writing;
  process.send!(measured satisfies RawLmdbReply);
}

process.on('message', (message: RawLmdbRun) => void run(message));
process.once('SIGTERM', () => void store.close().then(() => process.exit(0)));
