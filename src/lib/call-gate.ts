/**
 * Who may call out, so that nobody's calls can keep another's from being made. Calls have an owner and an
 * endpoint. Each endpoint of an owner and each owner have a number of calls at once; who is beyond waits in the owner's own line. Where all
 * owners together have as many as there may be, whoever has most gives up the oldest of theirs for one who has less.
 * Nothing is kept of an owner without calls. Knows nothing of how calls are made.
 */
export interface GateBounds {
  readonly callsMax: number;
  readonly callsPerOwnerMax: number;
  readonly callsPerEndpointMax: number;
  readonly waitingPerOwnerMax: number;
}

/** The call was not made, or not waited for to the end, for the sake of a bound. */
export class GateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GateError';
  }
}

interface Call {
  readonly owner: Owner;
  readonly endpoint: string;
  readonly giveUp: (reason: Error) => void;
}
interface Waiting extends Call {
  readonly start: (call: Call) => void;
}
interface Owner {
  readonly name: string;
  /** The oldest first. */
  readonly active: Set<Call>;
  readonly perEndpoint: Map<string, number>;
  waiting: Waiting[];
}

export class CallGate {
  readonly #bounds: GateBounds;
  readonly #owners = new Map<string, Owner>();
  #active = 0;

  constructor(bounds: GateBounds) {
    this.#bounds = bounds;
  }

  get active(): number {
    return this.#active;
  }

  /** Of all owners. */
  get waiting(): number {
    let waiting = 0;
    for (const owner of this.#owners.values()) waiting += owner.waiting.length;
    return waiting;
  }

  /**
   * Does the work once it may be done. Its signal aborts when the given one does, or when the call is given up. Rejects
   * with the signal's reason while waiting, with a GateError when there are too many.
   */
  async run<T>(
    owner: string,
    endpoint: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ending = new AbortController();
    const forward = (): void => ending.abort(signal.reason);
    if (signal.aborted) throw signal.reason;
    signal.addEventListener('abort', forward, { once: true });
    const giveUp = (reason: Error): void => ending.abort(reason);
    let call: Call | undefined;
    try {
      call = await this.#enter({ owner: this.#owner(owner), endpoint, giveUp }, ending.signal);
      return await work(ending.signal);
    } finally {
      signal.removeEventListener('abort', forward);
      if (call !== undefined) this.#leave(call);
    }
  }

  #owner(name: string): Owner {
    let owner = this.#owners.get(name);
    if (owner === undefined) {
      owner = { name, active: new Set(), perEndpoint: new Map(), waiting: [] };
      this.#owners.set(name, owner);
    }
    return owner;
  }

  #enter(call: Call, signal: AbortSignal): Promise<Call> | Call {
    const own = call.owner;
    if (this.#mayStart(own, call.endpoint)) return this.#start(own, call);
    if (own.waiting.length >= this.#bounds.waitingPerOwnerMax) {
      throw new GateError('too many calls are waiting for others to end');
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { ...call, start: resolve };
      own.waiting.push(waiting);
      signal.addEventListener(
        'abort',
        () => {
          own.waiting = own.waiting.filter((other) => other !== waiting);
          this.#forget(own);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  #mayStart(owner: Owner, endpoint: string): boolean {
    const { callsMax, callsPerOwnerMax, callsPerEndpointMax } = this.#bounds;
    if (owner.active.size >= callsPerOwnerMax) return false;
    if ((owner.perEndpoint.get(endpoint) ?? 0) >= callsPerEndpointMax) return false;
    return this.#active < callsMax || this.#makeRoom(owner);
  }

  #start(owner: Owner, call: Call): Call {
    const started: Call = { owner, endpoint: call.endpoint, giveUp: call.giveUp };
    owner.active.add(started);
    owner.perEndpoint.set(call.endpoint, (owner.perEndpoint.get(call.endpoint) ?? 0) + 1);
    this.#active += 1;
    return started;
  }

  /** Room is made at once: what is given up counts no longer, however long it takes to end. */
  #makeRoom(asking: Owner): boolean {
    let most = asking;
    for (const owner of this.#owners.values()) if (owner.active.size > most.active.size) most = owner;
    if (most.active.size <= asking.active.size + 1) return false;
    const oldest = most.active.values().next().value as Call;
    this.#release(most, oldest);
    oldest.giveUp(new GateError('given up, for too many calls are being made'));
    return true;
  }

  #leave(call: Call): void {
    const { owner } = call;
    const wasFull = this.#active >= this.#bounds.callsMax;
    this.#release(owner, call);
    if (!this.#startNext(owner) && wasFull) {
      for (const other of this.#owners.values()) if (this.#startNext(other)) break;
    }
    this.#forget(owner);
  }

  /** The first of the owner's line that may start. */
  #startNext(owner: Owner): boolean {
    const next = owner.waiting.find(({ endpoint }) => this.#mayStart(owner, endpoint));
    if (next === undefined) return false;
    owner.waiting = owner.waiting.filter((other) => other !== next);
    next.start(this.#start(owner, next));
    return true;
  }

  #release(owner: Owner, call: Call): void {
    if (!owner.active.delete(call)) return;
    this.#active -= 1;
    const left = (owner.perEndpoint.get(call.endpoint) ?? 1) - 1;
    if (left === 0) owner.perEndpoint.delete(call.endpoint);
    else owner.perEndpoint.set(call.endpoint, left);
  }

  #forget(owner: Owner): void {
    const isIdle = owner.active.size === 0 && owner.waiting.length === 0;
    // One that was forgotten may have come back as another since.
    if (isIdle && this.#owners.get(owner.name) === owner) this.#owners.delete(owner.name);
  }
}
