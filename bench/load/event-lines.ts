/** The events in the bytes of one watch: lines are counted, not read, but for the type at their beginning. */
const newline = 0x0a;
const bookmark = Buffer.from('{"type":"BOOKMARK"');

export class EventLines {
  readonly #onEvent: () => void;
  /** The beginning of the line being read, as far as its type reaches. */
  readonly #head = Buffer.alloc(bookmark.length);
  #headLength = 0;

  /** Bookmarks are no events. */
  constructor(onEvent: () => void) {
    this.#onEvent = onEvent;
  }

  push(chunk: Buffer, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const found = chunk.indexOf(newline, at);
      const lineEnd = found < 0 || found >= end ? end : found;
      if (this.#headLength < bookmark.length) {
        this.#headLength += chunk.copy(this.#head, this.#headLength, at, lineEnd);
      }
      if (lineEnd === end) return;
      const isBookmark = this.#headLength === bookmark.length && this.#head.equals(bookmark);
      this.#headLength = 0;
      if (!isBookmark) this.#onEvent();
      at = lineEnd + 1;
    }
  }
}
