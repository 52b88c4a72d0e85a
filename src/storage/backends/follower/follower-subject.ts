/**
 * A follower as the subject of the conformance suites, its writer in another process: one for all stores of a test file.
 * Run as a program this file is that process. It ends with the channel to whoever started it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenStore, StoreSubject } from '../../conformance/subject.ts';
import type { StorageError } from '../../errors.ts';
import type { Store } from '../../store.ts';
import { openStore } from '../registry.ts';
import { FollowerStore } from './follower-store.ts';
import type { ToFollower, ToWriter } from './protocol.ts';
import { StoreWriter, type WriterPeer } from './store-writer.ts';

type ToHost =
  | { readonly kind: 'open' | 'close'; readonly dataDir: string }
  | { readonly kind: 'store'; readonly dataDir: string; readonly message: ToWriter };
type FromHost =
  | { readonly kind: 'done'; readonly dataDir: string; readonly problem: string | undefined }
  | { readonly kind: 'store'; readonly dataDir: string; readonly message: ToFollower };

const here = fileURLToPath(import.meta.url);

/** A process that writes stores for followers in this one. */
export class WriterProcess {
  readonly child: ChildProcess;
  readonly #followers = new Map<string, FollowerStore>();
  readonly #whenDone = new Map<string, (problem: string | undefined) => void>();

  constructor() {
    this.child = fork(here, [], { serialization: 'advanced' });
    this.child.on('message', (received) => {
      const message = received as FromHost;
      if (message.kind === 'store') this.#followers.get(message.dataDir)?.receive(message.message);
      else this.#whenDone.get(message.dataDir)?.(message.problem);
    });
    this.child.on('disconnect', () => {
      for (const follower of this.#followers.values()) follower.lose();
    });
    this.#rest();
  }

  async open(
    dataDir: string,
    onUnfollowable: (error: StorageError) => void = (error) => {
      throw error;
    },
  ): Promise<FollowerStore> {
    this.child.ref();
    this.child.channel?.ref();
    await this.#ask({ kind: 'open', dataDir });
    const follower = new FollowerStore({
      file: join(dataDir, 'store.mdb'),
      send: (message) => this.#say({ kind: 'store', dataDir, message }),
      onUnfollowable,
    });
    this.#followers.set(dataDir, follower);
    return follower;
  }

  async close(dataDir: string): Promise<void> {
    await this.#followers.get(dataDir)?.close();
    this.#followers.delete(dataDir);
    if (this.child.connected) await this.#ask({ kind: 'close', dataDir });
    if (this.#followers.size === 0) this.#rest();
  }

  /** A process without stores keeps nobody from ending. */
  #rest(): void {
    this.child.unref();
    this.child.channel?.unref();
  }

  #say(message: ToHost): void {
    this.child.send(message, () => {});
  }

  async #ask(message: ToHost): Promise<void> {
    const problem = await new Promise<string | undefined>((resolve) => {
      this.#whenDone.set(message.dataDir, resolve);
      this.#say(message);
    });
    this.#whenDone.delete(message.dataDir);
    if (problem !== undefined) throw new Error(problem);
  }
}

let shared: WriterProcess | undefined;

async function openIn(dataDir: string): Promise<OpenStore> {
  shared ??= new WriterProcess();
  const writer = shared;
  return {
    store: await writer.open(dataDir),
    async reopen() {
      await writer.close(dataDir);
      return await writer.open(dataDir);
    },
    async openSnapshot(file) {
      const restored = await newDirectory();
      await copyFile(file, join(restored, 'store.mdb'));
      return openIn(restored);
    },
    async close() {
      await writer.close(dataDir);
      await rm(dataDir, { recursive: true });
    },
  };
}

const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'milo-follower-'));

export const followerSubject: StoreSubject = {
  name: 'follower',
  open: async () => openIn(await newDirectory()),
};

function host(): void {
  const stores = new Map<string, { store: Store; writer: StoreWriter; peer: WriterPeer }>();
  const say = (message: FromHost): void => void process.send?.(message, undefined, {}, () => {});
  const open = async (dataDir: string): Promise<void> => {
    const store = await openStore(`embedded:${dataDir}`);
    const writer = new StoreWriter(store);
    stores.set(dataDir, {
      store,
      writer,
      peer: writer.serve((message) => say({ kind: 'store', dataDir, message })),
    });
  };
  const close = async (dataDir: string): Promise<void> => {
    const opened = stores.get(dataDir);
    stores.delete(dataDir);
    opened?.writer.close();
    await opened?.store.close();
  };
  process.on('disconnect', () => process.exit());
  process.on('message', (received) => {
    const message = received as ToHost;
    const { dataDir } = message;
    if (message.kind === 'store') stores.get(dataDir)?.peer.receive(message.message);
    else {
      (message.kind === 'open' ? open(dataDir) : close(dataDir)).then(
        () => say({ kind: 'done', dataDir, problem: undefined }),
        (error: unknown) => say({ kind: 'done', dataDir, problem: String(error) }),
      );
    }
  });
}

if (process.argv[1] === here) host();
