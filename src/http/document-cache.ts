/**
 * Documents by what is in them, so that all surfaces and projects that show the same share one copy, and nothing is
 * kept of a project. Bounded: what was not asked for longest goes first, and is built anew when it is asked for again.
 * A document once given stays whole, whether kept or not.
 */
import { limits } from '../apimachinery/limits.ts';
import type { StaticDocument } from './static-document.ts';

export class DocumentCache {
  /** The least recently used first. */
  readonly #documents = new Map<string, StaticDocument>();
  #bytes = 0;

  find(key: string): StaticDocument | undefined {
    const known = this.#documents.get(key);
    if (known !== undefined) {
      this.#documents.delete(key);
      this.#documents.set(key, known);
    }
    return known;
  }

  get(key: string, build: () => StaticDocument): StaticDocument {
    const known = this.find(key);
    if (known !== undefined) return known;
    const document = build();
    this.#documents.set(key, document);
    this.#bytes += document.body.length;
    this.#makeRoom(key);
    return document;
  }

  get bytes(): number {
    return this.#bytes;
  }

  #makeRoom(newest: string): void {
    for (const [key, { body }] of this.#documents) {
      const isFull = this.#documents.size > limits.documents || this.#bytes > limits.documentBytes;
      if (!isFull || key === newest) return;
      this.#documents.delete(key);
      this.#bytes -= body.length;
    }
  }
}
