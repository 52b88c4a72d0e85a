/**
 * The peer that Milo's durable writes are held against: compare-and-set of the same bytes under as many keys, acknowledged
 * when durable, by as many writers at a time, in process.
 */
import { measureWindow } from './load/closed-loop.ts';
import { counterOffset, writeCounter } from './load/config-map.ts';
import { CompareAndSet } from './peers/compare-and-set.ts';
import type { RawLmdbReply, RawLmdbRun } from './peers/raw-lmdb-peer.ts';

const [file] = process.argv.slice(2);
const store = new CompareAndSet(file!);
let counter = 0;

async function run({ keys, value, writers, warmupSeconds, seconds }: RawLmdbRun): Promise<void> {
  let committed = 0;
  let isOver = false;
  const offset = counterOffset(value);
  const writer = async (lane: number): Promise<void> => {
    for (let at = lane; !isOver; at = at + writers < keys.length ? at + writers : lane) {
      const key = keys[at]!;
      const bytes = Buffer.from(value);
      writeCounter(bytes, offset, ++counter);
      await store.set(key, bytes);
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
