/**
 * Tells when tenants become ready and when they are gone, to the moment: one watch of the objects that stand for them,
 * where asking again and again would measure the asking.
 */
import type { HttpClient, SomeObject } from './http-client.ts';
import type { Tenancy } from './tenancy.ts';

const waitMsMax = 600_000;

type Moment = 'ready' | 'gone';
interface Event {
  readonly type: string;
  readonly object: SomeObject;
}

export class TenantWatch {
  readonly #tenancy: Tenancy;
  readonly #client: HttpClient;
  /** Moments that have passed or are waited for, by moment and name. */
  readonly #moments = new Map<string, PromiseWithResolver>();
  #resourceVersion = '';
  #close: () => void = () => {};
  #fail: (error: Error) => void = () => {};
  /** Never resolves; rejects when the watch cannot go on, as does whatever waits. */
  readonly fault: Promise<never>;

  private constructor(client: HttpClient, tenancy: Tenancy) {
    this.#client = client;
    this.#tenancy = tenancy;
    this.fault = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.fault.catch(() => {});
  }

  static async open(client: HttpClient, tenancy: Tenancy): Promise<TenantWatch> {
    const watch = new TenantWatch(client, tenancy);
    const list = await client.get(`${tenancy.collection}?limit=1`);
    watch.#resourceVersion = list.metadata.resourceVersion ?? '';
    await watch.#watch();
    return watch;
  }

  /** When, by `performance.now()`; of a tenant created after the watch was opened. Rejects when that takes minutes. */
  async until(moment: Moment, tenant: string): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const refuse = (): void => reject(new Error(`${tenant} is not ${moment} after ${waitMsMax} ms`));
      timer = setTimeout(refuse, waitMsMax);
    });
    try {
      const { promise } = this.#momentOf(moment, this.#tenancy.objectNameOf(tenant));
      return await Promise.race([promise, this.fault, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What is known of a tenant's moments; before its name is used again. */
  forget(tenant: string): void {
    const name = this.#tenancy.objectNameOf(tenant);
    for (const moment of ['ready', 'gone'] as const) this.#moments.delete(`${moment} ${name}`);
  }

  close(): void {
    this.#close();
  }

  async #watch(): Promise<void> {
    const from = `watch=true&allowWatchBookmarks=true&resourceVersion=${this.#resourceVersion}`;
    this.#close = await this.#client.lines(
      `${this.#tenancy.collection}?${from}`,
      (line) => this.#take(JSON.parse(line) as Event),
      (error) => {
        // Servers end watches after a time; the next one begins where it ended.
        if (error !== undefined) this.#fail(error);
        else this.#watch().catch(this.#fail);
      },
    );
  }

  #take({ type, object }: Event): void {
    if (type === 'ERROR') {
      this.#fail(new Error(`the watch of tenants ended: ${JSON.stringify(object)}`));
      return;
    }
    const { name, resourceVersion } = object.metadata;
    this.#resourceVersion = resourceVersion ?? this.#resourceVersion;
    if (type === 'BOOKMARK' || name === undefined) return;
    if (type === 'DELETED') this.#momentOf('gone', name).resolve(performance.now());
    else if (this.#tenancy.isReady(object)) this.#momentOf('ready', name).resolve(performance.now());
  }

  #momentOf(moment: Moment, name: string): PromiseWithResolver {
    const key = `${moment} ${name}`;
    const known = this.#moments.get(key) ?? promiseWithResolver();
    this.#moments.set(key, known);
    return known;
  }
}

interface PromiseWithResolver {
  readonly promise: Promise<number>;
  resolve(atMs: number): void;
}

function promiseWithResolver(): PromiseWithResolver {
  let resolve: (atMs: number) => void = () => {};
  const promise = new Promise<number>((resolvePromise) => {
    resolve = resolvePromise;
  });
  return { promise, resolve };
}
