/**
 * The side of the one process that writes: takes what followers want written, and tells them when there is something new.
 * What is told in one turn of the event loop goes in one message. A follower that has not yet said that it followed is
 * told no further head: one that is busy finds one message waiting, and not a thousand. Reads nothing for anybody.
 */
import type { CommitOutcome, Revision, Store } from '../../store.ts';
import { type Answer, refusalOf, type ToFollower, type ToWriter, type Work } from './protocol.ts';

export interface WriterPeer {
  /** What the follower has sent. */
  receive(message: ToWriter): void;
  /** The follower is gone: nothing is sent any more. What it wanted written is written all the same. */
  close(): void;
}

interface PeerOptions {
  readonly store: Store;
  readonly send: (message: ToFollower) => void;
  /** Something has been answered. */
  readonly onAnswered: () => void;
  readonly onClosed: (peer: Peer) => void;
}

class Peer implements WriterPeer {
  readonly #options: PeerOptions;
  #answers: Answer[] = [];
  #told: Revision = 0;
  #followed: Revision = 0;
  #toldFault: string | undefined;
  #isPlanned = false;
  #isClosed = false;

  constructor(options: PeerOptions) {
    this.#options = options;
  }

  receive({ requests, followed }: ToWriter): void {
    this.#followed = Math.max(this.#followed, followed);
    for (const { id, work } of requests) {
      this.#perform(work).then(
        (outcome) => this.#answer({ id, outcome }),
        (error: unknown) => this.#answer({ id, refusal: refusalOf(error) }),
      );
    }
    this.plan();
  }

  async #perform(work: Work): Promise<CommitOutcome | undefined> {
    const { store } = this.#options;
    switch (work.kind) {
      case 'commit':
        return await store.commit(work.batch);
      case 'compact':
        await store.compact(work.below);
        return undefined;
      case 'snapshot':
        await store.snapshot(work.file);
        return undefined;
      case 'repair':
        await store.repair();
        return undefined;
    }
  }

  #answer(answer: Answer): void {
    this.#answers.push(answer);
    this.plan();
    this.#options.onAnswered();
  }

  /** Tells at the end of this turn what there is to tell then. */
  plan(): void {
    if (this.#isPlanned || this.#isClosed) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      if (!this.#isClosed) this.#tell();
    });
  }

  #tell(): void {
    const { applied: head, fault } = this.#options.store;
    const mayRing = head > this.#told && this.#followed >= this.#told;
    if (this.#answers.length === 0 && !mayRing && fault === this.#toldFault) return;
    const answers = this.#answers;
    this.#answers = [];
    this.#told = head;
    this.#toldFault = fault;
    this.#options.send({ answers, head, fault });
  }

  close(): void {
    this.#isClosed = true;
    this.#answers = [];
    this.#options.onClosed(this);
  }
}

export class StoreWriter {
  readonly #store: Store;
  readonly #peers = new Set<Peer>();
  readonly #unsubscribe: () => void;
  #fault: string | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#unsubscribe = store.subscribe(() => this.tell());
  }

  /** A follower more, which is reached by `send`. */
  serve(send: (message: ToFollower) => void): WriterPeer {
    const peer = new Peer({
      store: this.#store,
      send,
      onAnswered: () => this.#tellOfFault(),
      onClosed: (gone) => this.#peers.delete(gone),
    });
    this.#peers.add(peer);
    peer.plan();
    return peer;
  }

  /** What one of them met concerns all. */
  #tellOfFault(): void {
    if (this.#store.fault === this.#fault) return;
    this.#fault = this.#store.fault;
    this.tell();
  }

  /** Tells followers of what may have changed: a new head, or a fault of the store. */
  tell(): void {
    for (const peer of this.#peers) peer.plan();
  }

  close(): void {
    this.#unsubscribe();
    for (const peer of this.#peers) peer.close();
  }
}
