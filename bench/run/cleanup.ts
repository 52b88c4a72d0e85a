/** What must be undone at the end of a run, last first. A failing step does not keep the others from running. */
export class Cleanup {
  readonly #steps: (() => void | Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** The work, and then the steps however it ends. Where both fail, the work's error is thrown and the other told. */
  async after<T>(work: () => Promise<T>): Promise<T> {
    let value: T;
    try {
      value = await work();
    } catch (error) {
      await this.run().catch((also: Error) => console.error(`Not all could be cleaned up: ${also.message}`));
      throw error;
    }
    await this.run();
    return value;
  }

  /** Throws what the first failing step threw. Who asks while it runs waits for the same end. */
  run(): Promise<void> {
    this.#running ??= this.#runSteps().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #runSteps(): Promise<void> {
    let failure: { error: unknown } | undefined;
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }
}
