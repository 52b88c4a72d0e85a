/** What virtual users and the process that runs them say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { Sample } from './samples.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Status 0 where no answer came, and why. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly durationMs: number;
  readonly error: string;
}

export interface VuData {
  /** URL of the script. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Carries a request and then its answer; `answered` becomes 1 when that is there. */
  readonly requests: MessagePort;
  readonly answered: Int32Array;
}

/** Of a function that the script exports. */
export interface Call {
  readonly exec: string;
  readonly iteration: number;
}

export type FromVu =
  | { readonly type: 'loaded'; readonly options: unknown; readonly functions: readonly string[] }
  | { readonly type: 'sample'; readonly sample: Sample }
  /** `error` is the stack of what the function threw. */
  | { readonly type: 'returned'; readonly error: string | undefined };
