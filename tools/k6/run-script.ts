/**
 * Runs one of our k6 scripts without k6: an interpreter of the part of k6's API that they use, for checking that they do
 * what they say, against a real server, where k6 is not installed. It is no load generator: all users share one
 * process, which is busy long before the server is, and its figures are no substitute for k6's.
 */
import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Target, tlsOptions } from '../../bench/load/target.ts';
import type { HttpAnswer, HttpRequest } from './messages.ts';
import { type MetricSummary, Samples } from './samples.ts';
import { readScriptOptions, type Scenario } from './script-options.ts';
import { type UserSetting, UserThread } from './user-thread.ts';

export interface ScriptRun {
  /** As `k6 run --summary-export` writes it. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  /** What iterations threw, and what of the script could not be run. */
  readonly errors: readonly string[];
}

const requestTimeoutMs = 60_000;

/** `target` has the credentials; `script` is a URL. */
export async function runScript(
  script: string,
  environment: Readonly<Record<string, string>>,
  target: Target,
): Promise<ScriptRun> {
  const run = new Run(script, environment, target);
  try {
    return await run.whole();
  } finally {
    await run.end();
  }
}

class Run {
  readonly #samples = new Samples();
  readonly #errors: string[] = [];
  readonly #users: UserThread[] = [];
  readonly #agent: Agent;
  readonly #setting: UserSetting;

  constructor(script: string, environment: Readonly<Record<string, string>>, target: Target) {
    this.#agent = new Agent({ ...tlsOptions(target), keepAlive: true });
    this.#setting = {
      script,
      environment,
      send: (request) => send(request, this.#agent),
      record: (sample) => this.#samples.add(sample),
    };
  }

  async whole(): Promise<ScriptRun> {
    const first = await this.#user();
    const { scenarios, thresholds } = readScriptOptions(first.options);
    for (const { exec } of scenarios) {
      if (!first.functions.includes(exec)) throw new Error(`the script exports no function ${exec}`);
    }
    if (first.functions.includes('setup')) await this.#call(first, 'setup', 0);
    if (this.#errors.length === 0) await this.#scenarios(scenarios);
    if (first.functions.includes('teardown')) await this.#call(first, 'teardown', 0);
    return { metrics: this.#samples.summary(thresholds), errors: this.#errors };
  }

  async end(): Promise<void> {
    await Promise.all(this.#users.map((user) => user.end()));
    this.#agent.destroy();
  }

  async #user(): Promise<UserThread> {
    const user = await UserThread.start(this.#setting);
    this.#users.push(user);
    return user;
  }

  async #call(user: UserThread, exec: string, iteration: number): Promise<void> {
    const error = await user.call({ exec, iteration });
    if (error !== undefined) this.#errors.push(`${exec}: ${error}`);
  }

  /** All users are there before the first scenario begins: starting a thread takes what the others would be timed by. */
  async #scenarios(scenarios: readonly Scenario[]): Promise<void> {
    const users: UserThread[][] = [];
    for (const { vus } of scenarios) {
      const own: UserThread[] = [];
      while (own.length < vus) own.push(await this.#user());
      users.push(own);
    }
    await Promise.all(scenarios.map((scenario, index) => this.#scenario(scenario, users[index]!)));
  }

  async #scenario(scenario: Scenario, users: UserThread[]): Promise<void> {
    const { exec, startTimeMs } = scenario;
    await sleep(startTimeMs);
    if (scenario.executor === 'constant-arrival-rate') return await this.#atRate(scenario, users);
    let iteration = 0;
    const begun = performance.now();
    const isOver = (): boolean =>
      scenario.executor === 'shared-iterations'
        ? iteration >= scenario.iterations
        : performance.now() - begun >= scenario.durationMs;
    await Promise.all(
      users.map(async (user) => {
        while (!isOver()) await this.#iterate(user, exec, iteration++);
      }),
    );
  }

  async #atRate(
    scenario: Extract<Scenario, { executor: 'constant-arrival-rate' }>,
    idle: UserThread[],
  ): Promise<void> {
    const { exec, ratePerSecond, durationMs, vusMax } = scenario;
    const begun = performance.now();
    const total = Math.floor((ratePerSecond * durationMs) / 1_000);
    const running = new Set<Promise<void>>();
    let users = idle.length;
    let iteration = 0;
    for (let due = 0; due < total; due++) {
      await sleep(Math.max(begun + (due * 1_000) / ratePerSecond - performance.now(), 0));
      if (idle.length === 0 && users < vusMax) {
        users++;
        idle.push(await this.#user());
      }
      const user = idle.pop();
      if (user === undefined) {
        this.#samples.add({ metric: 'dropped_iterations', kind: 'counter', value: 1, tags: {} });
        continue;
      }
      const done = this.#iterate(user, exec, iteration++).then(() => {
        idle.push(user);
        running.delete(done);
      });
      running.add(done);
    }
    await Promise.all(running);
  }

  async #iterate(user: UserThread, exec: string, iteration: number): Promise<void> {
    this.#samples.add({ metric: 'iterations', kind: 'counter', value: 1, tags: {} });
    await this.#call(user, exec, iteration);
  }
}

/** Never rejects: a request that got no answer has status 0, as k6 has it. */
function send({ method, url, body, headers }: HttpRequest, agent: Agent): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const start = performance.now();
    const answer = (status: number, text: string, error = ''): void =>
      resolve({ status, body: text, durationMs: performance.now() - start, error });
    const length = body === null ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const options = { method, agent, headers: { ...headers, ...length }, timeout: requestTimeoutMs };
    const request = httpsRequest(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => answer(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
      response.on('error', (error) => answer(0, '', error.message));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${requestTimeoutMs} ms`)));
    request.on('error', (error) => answer(0, '', error.message));
    request.end(body ?? undefined);
  });
}
