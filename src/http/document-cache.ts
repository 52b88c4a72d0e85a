/**
 * Documents by what is in them, so that all surfaces and projects that show the same share one copy, and nothing is
 * kept of a project. Bounded: what was not asked for longest goes first, and is built anew when it is asked for again.
 * A document once given stays whole, whether kept or not.
 */
import { limits } from '../apimachinery/limits.ts';
import { BoundedCache } from '../lib/bounded-cache.ts';
import type { StaticDocument } from './static-document.ts';

export class DocumentCache {
  readonly #documents = new BoundedCache<StaticDocument>({
    entriesMax: limits.documents,
    weightMax: limits.documentBytes,
    weightOf: ({ body }) => body.length,
  });

  find(key: string): StaticDocument | undefined {
    return this.#documents.get(key);
  }

  get(key: string, build: () => StaticDocument): StaticDocument {
    const known = this.find(key);
    if (known !== undefined) return known;
    const document: StaticDocument = { ...build(), isKept: true };
    this.#documents.set(key, document);
    return document;
  }

  get bytes(): number {
    return this.#documents.weight;
  }

  /** For who tells how full it is. */
  get cache(): BoundedCache<unknown> {
    return this.#documents;
  }
}
