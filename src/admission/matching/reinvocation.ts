/**
 * Who is asked a second time. Mutating rules are asked in order; when a later one has changed the object, those before
 * it that want to be are asked once more, in a second and last round. Whoever was not asked in the first round is not in
 * the second. Source: apiserver pkg/admission/plugin/webhook/mutating/reinvocationcontext.go.
 */
export class Reinvocation {
  isSecondRound = false;
  /** Asked already, and would be again. */
  readonly #asked = new Set<string>();
  readonly #due = new Set<string>();

  /** Something has changed the object: all that were asked before it are due. */
  changed(): void {
    for (const id of this.#asked) this.#due.add(id);
    this.#asked.clear();
  }

  asked(id: string): void {
    this.#asked.add(id);
  }

  /** Whether it is to be asked in this round. */
  isDue(id: string): boolean {
    return !this.isSecondRound || this.#due.has(id);
  }

  /** Begins the second round where anybody is due in it. */
  beginSecondRound(): boolean {
    if (this.isSecondRound || this.#due.size === 0) return false;
    this.isSecondRound = true;
    return true;
  }
}
