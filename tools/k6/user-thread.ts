/** One virtual user as the run sees it: calls a function of the script, and has its requests sent meanwhile. */
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Call, FromVu, HttpAnswer, HttpRequest, VuData } from './messages.ts';
import type { Sample } from './samples.ts';

export interface UserSetting {
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  send(request: HttpRequest): Promise<HttpAnswer>;
  record(sample: Sample): void;
}

export class UserThread {
  readonly options: unknown;
  readonly functions: readonly string[];
  readonly #worker: Worker;
  #return: ((error: string | undefined) => void) | undefined;

  private constructor(worker: Worker, loaded: Extract<FromVu, { type: 'loaded' }>, setting: UserSetting) {
    this.#worker = worker;
    this.options = loaded.options;
    this.functions = loaded.functions;
    worker.on('message', (message: FromVu) => {
      if (message.type === 'sample') setting.record(message.sample);
      if (message.type === 'returned') this.#return?.(message.error);
    });
    worker.on('error', (error) => this.#return?.(error.stack));
  }

  /** Rejects where the script cannot be loaded. */
  static async start(setting: UserSetting): Promise<UserThread> {
    const { port1, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const { script, environment } = setting;
    const workerData: VuData = { script, environment, requests: port2, answered };
    const worker = new Worker(new URL('./virtual-user.js', import.meta.url), {
      workerData,
      transferList: [port2],
    });
    port1.on('message', async (request: HttpRequest) => {
      port1.postMessage(await setting.send(request));
      Atomics.store(answered, 0, 1);
      Atomics.notify(answered, 0);
    });
    const [loaded] = await once(worker, 'message');
    return new UserThread(worker, loaded, setting);
  }

  /** Answers the stack of what the function threw. */
  call(call: Call): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#return = resolve;
      this.#worker.postMessage(call);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
