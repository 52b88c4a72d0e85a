/**
 * `Warning` headers: what a client should know of a request that is answered all the same, or refused for another
 * reason. Each once, and bounded; past the bound all are shortened, and what does not fit then is left out.
 * Source: apiserver/pkg/endpoints/filters/warning.go and RFC 7234, 5.5.
 */
import { limits } from '../apimachinery/limits.ts';
import type { Exchange } from './exchange.ts';

/** A function that adds a warning to the response that is yet to come; after that it does nothing. */
export function warner(exchange: Exchange): (message: string) => void {
  return (message) => {
    if (message === '' || exchange.isStarted) return;
    let warnings = told.get(exchange);
    if (warnings === undefined) {
      warnings = new Warnings();
      told.set(exchange, warnings);
    }
    warnings.add(message);
    if (warnings.headers.length > 0) exchange.setHeader('warning', warnings.headers);
  };
}

/** Of those only that have any: several who do not know of each other may warn of one request. */
const told = new WeakMap<Exchange, Warnings>();

export class Warnings {
  /** Header values, in the order the warnings came. */
  headers: string[] = [];
  readonly #messages = new Set<string>();
  #runes = 0;
  #isTruncating = false;

  add(message: string): void {
    if (this.#isTruncating && this.#runes >= limits.warningRunes) return;
    if (this.#messages.has(message)) return;
    this.#messages.add(message);
    if (this.#write(message)) return;
    this.#isTruncating = true;
    this.#runes = 0;
    this.headers = [];
    for (const each of this.#messages) this.#write(each);
  }

  /** False: it does not fit, and nothing has been shortened yet. */
  #write(message: string): boolean {
    const runes = [...message];
    const shown = this.#isTruncating ? runes.slice(0, limits.warningItemRunes) : runes;
    const text = shown.join('');
    // Upstream leaves out what cannot be a quoted string.
    if (/[\p{Cc}\p{Cs}]/u.test(text)) return true;
    if (!this.#isTruncating && this.#runes + shown.length > limits.warningRunes) return false;
    this.#runes += shown.length;
    this.headers.push(`299 - "${headerBytes(text.replace(/["\\]/g, '\\$&'))}"`);
    return true;
  }
}

/** UTF-8 in a header is one character a byte for node. */
const headerBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
