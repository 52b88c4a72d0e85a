/** Tells a person at a terminal how far a run is, on one line of stderr; what stays there, it tells anywhere. */
const repaintIntervalMs = 100;
const clearLine = '\r\x1b[K';

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #paintedMs = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** `done` of `total` of what the phase does, if that can be told. */
  show(phase: string, done?: number, total?: number): void {
    const now = Date.now();
    const isIntermediate = done !== undefined && done !== total;
    if (!this.#stream.isTTY || (isIntermediate && now - this.#paintedMs < repaintIntervalMs)) return;
    this.#paintedMs = now;
    const share = done === undefined || total === undefined ? '' : ` ${done}/${total}`;
    this.#stream.write(`${clearLine}${phase}${share}`);
  }

  /** A line that stays, for what a person should know of a run that goes on. */
  note(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(clearLine);
  }
}
