/** What the modules of one virtual user share: its way to the process that runs it, and where it is in the run. */
import assert from 'node:assert/strict';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { FromVu, HttpAnswer, HttpRequest, VuData } from './messages.ts';
import type { Sample } from './samples.ts';

const data = workerData as VuData;
const idle = new Int32Array(new SharedArrayBuffer(4));

export const vuState = {
  data,
  iterationInTest: 0,

  send(message: FromVu): void {
    parentPort!.postMessage(message);
  },

  record(sample: Sample): void {
    this.send({ type: 'sample', sample });
  },

  /** Scripts wait for answers without saying so: the thread stands still until there is one. */
  ask(request: HttpRequest): HttpAnswer {
    Atomics.store(data.answered, 0, 0);
    data.requests.postMessage(request);
    Atomics.wait(data.answered, 0, 0);
    const received = receiveMessageOnPort(data.requests);
    assert.ok(received !== undefined, 'the answer is there before it is told');
    return received.message as HttpAnswer;
  },

  sleep(seconds: number): void {
    Atomics.wait(idle, 0, 0, seconds * 1_000);
  },
};
