/**
 * The system's list of names and addresses, which its operator may change at any time: looked at when a name is asked for,
 * once in a while, and read only where it is another file by then. A file that cannot be read has no names.
 */
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

/** Between two looks. */
const restMs = 1_000;
const noNames: ReadonlyMap<string, string> = new Map();

export class HostsFile {
  readonly #path: string;
  readonly #now: () => number;
  #names = noNames;
  /** Of the file that was read. */
  #stamp = '';
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(path: string, now: () => number = () => performance.now()) {
    this.#path = path;
    this.#now = now;
  }

  /** An address of version 4 where there is one. The name is in lower case. */
  find(name: string): string | undefined {
    const nowMs = this.#now();
    if (nowMs - this.#lookedMs >= restMs) {
      this.#lookedMs = nowMs;
      this.#look();
    }
    return this.#names.get(name);
  }

  #look(): void {
    try {
      const { mtimeMs, ctimeMs, ino, size } = statSync(this.#path);
      const stamp = [mtimeMs, ctimeMs, ino, size].join();
      if (stamp === this.#stamp) return;
      this.#names = namesIn(readFileSync(this.#path, 'utf8'));
      this.#stamp = stamp;
    } catch {
      this.#names = noNames;
      this.#stamp = '';
    }
  }
}

function namesIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const each of names) {
      const name = each.toLowerCase();
      const known = found.get(name);
      if (known === undefined || (isIP(known) === 6 && isIP(address) === 4)) found.set(name, address);
    }
  }
  return found;
}
