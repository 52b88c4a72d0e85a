/**
 * Compare-and-set in lmdb-js, with nothing around it: each key has a version that only this process moves. lmdb-js groups
 * what arrives together into one transaction, as it does for Milo; `overlappingSync: false` is Milo's flush as well.
 */
import { open } from 'lmdb';

const pageBytes = 8192;

export class CompareAndSet {
  readonly #store;
  readonly #versions = new Map<string, number>();

  constructor(file: string) {
    this.#store = open<Buffer, string>({
      path: file,
      noSubdir: true,
      overlappingSync: false,
      pageSize: pageBytes,
      encoding: 'binary',
      useVersions: true,
    });
  }

  /** Resolves when durable. One key may be set by one caller at a time. */
  async set(key: string, bytes: Buffer): Promise<void> {
    const store = this.#store;
    const version = this.#versions.get(key) ?? 0;
    const isDone = await (version === 0
      ? store.ifNoExists(key, () => void store.put(key, bytes, 1))
      : store.ifVersion(key, version, () => void store.put(key, bytes, version + 1)));
    if (!isDone) throw new Error(`${key} was not at version ${version}`);
    this.#versions.set(key, version + 1);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
