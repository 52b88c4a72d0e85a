/**
 * The crash suite: a process writes through the real backend, is killed with SIGKILL at a random moment, and what it
 * left is opened and checked; then the next one goes on in the same place. 50 kills, or MILO_CRASH_KILLS.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Prng } from '../../../lib/prng.ts';
import type { Store } from '../../store.ts';
import { announcedSeed, countFromEnvironment } from '../seed.ts';
import { CrashChecker } from './checker.ts';
import type { Message } from './protocol.ts';
import { messagesOf } from './protocol.ts';

export interface CrashSubject {
  readonly name: string;
  /** A script that takes a data directory and a seed, opens the store there and calls runWorkload. */
  readonly writer: URL;
  open(dataDir: string): Promise<Store>;
}

/** When to kill: counted from the start of the process, from its opening, or from a compaction it tells of. */
interface Moment {
  readonly from: 'start' | 'open' | 'compacting';
  readonly delayMs: number;
}

function momentOf(prng: Prng): Moment {
  const from = prng.pick(['start', 'open', 'open', 'open', 'compacting'] as const);
  if (from === 'start') return { from, delayMs: prng.below(300) };
  return { from, delayMs: from === 'open' ? prng.below(400) : prng.below(4) };
}

/** Resolves once the line of that kind has come, or the process has ended by itself. */
function lineOf(kind: Message['kind'], writer: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (output().includes(`{"kind":"${kind}"`)) resolve();
    };
    writer.stdout?.on('data', look);
    writer.once('close', () => resolve());
    look();
  });
}

/** One life of the writer: everything it told before it was killed. */
async function liveAndDie(writer: URL, dataDir: string, seed: number, moment: Moment): Promise<Message[]> {
  const child = spawn(process.execPath, [fileURLToPath(writer), dataDir, String(seed)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('close', (_, signal) => resolve(signal));
  });
  if (moment.from !== 'start') await lineOf(moment.from, child, () => output);
  await sleep(moment.delayMs);
  child.kill('SIGKILL');
  const signal = await ended;
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself: ${complaints}`);
  return messagesOf(output);
}

/** Registers the suite with node:test. */
export function storeCrash(subject: CrashSubject): void {
  test(`${subject.name}: a killed writer loses nothing it was acknowledged, and leaves no half`, async (context) => {
    const seed = announcedSeed(context);
    const kills = countFromEnvironment('MILO_CRASH_KILLS', 50);
    const prng = new Prng(seed);
    const dataDir = await mkdtemp(join(tmpdir(), 'milo-crash-'));
    try {
      const first = await subject.open(dataDir);
      const checker = new CrashChecker(first.applied, prng);
      await first.close();
      for (let kill = 1; kill <= kills; kill++) {
        const moment = momentOf(prng);
        try {
          const messages = await liveAndDie(subject.writer, dataDir, prng.uint32(), moment);
          const store = await subject.open(dataDir);
          try {
            await checker.check(store, messages);
          } finally {
            await store.close();
          }
        } catch (error) {
          throw new Error(`seed ${seed}, kill ${kill} (${moment.delayMs} ms from ${moment.from})`, {
            cause: error,
          });
        }
      }
      const { acknowledgedWrites, unacknowledgedWrites, batches } = checker;
      context.diagnostic(
        `${kills} kills, ${acknowledgedWrites} acknowledged writes, ${unacknowledgedWrites} durable unacknowledged, ${batches} batches`,
      );
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
}
