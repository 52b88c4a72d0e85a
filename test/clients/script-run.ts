/** Carries out a script with real tools against one control plane, and says exactly which step fell short. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deepEqual } from '../../src/apimachinery/equality.ts';
import { root } from '../corpus.ts';
import type { Kubectl } from './kubectl-versions.ts';
import type { MiloServer } from './milo-server.ts';
import type { Arguments, CommandStep, Expectation, Match, Script } from './script.ts';

const commandTimeoutMs = 30_000;
const eventuallyTimeoutMs = 15_000;
const pollIntervalMs = 100;

interface Outcome {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Tools {
  readonly kubectl: Kubectl;
  /** Path of Helm, for scripts that use it. */
  readonly helm?: string;
}

export class ScriptRun {
  readonly #server: MiloServer;
  readonly #kubectl: Kubectl;
  readonly #helm: string | undefined;
  readonly #kubeconfig: string;
  readonly #home: string;
  readonly #words: Record<string, string>;
  readonly #running = new Map<string, Running>();

  /** `home` keeps kubectl's discovery cache; runs of one kubectl on one control plane may share it. */
  constructor(server: MiloServer, { kubectl, helm }: Tools, kubeconfig: string, home: string, name: string) {
    this.#server = server;
    this.#kubectl = kubectl;
    this.#helm = helm;
    this.#kubeconfig = kubeconfig;
    this.#home = home;
    const id = `${name}-${kubectl.version.replace('.', '-')}`;
    const url = /^ *server: (\S+)$/m.exec(readFileSync(kubeconfig, 'utf8'))?.[1];
    assert.ok(url !== undefined, 'a kubeconfig names its server');
    this.#words = {
      $NS: id,
      $ID: id,
      $PREFIX: new URL(url).pathname.replace(/\/$/, ''),
      $CHART: join(root, 'test', 'clients', 'chart'),
    };
    mkdirSync(home, { recursive: true });
  }

  async run(script: Script): Promise<void> {
    await this.#command({ kubectl: 'create namespace $NS', stdout: 'namespace/$NS created' });
    try {
      for (const [index, step] of script.steps.entries()) {
        try {
          if ('start' in step) await this.#start(step.start, step.kubectl, step.until);
          else if ('finish' in step) await this.#finish(step.finish, step.endsItself ?? false, step);
          else await this.#command(step);
        } catch (cause) {
          throw new Error(`step ${index + 1} of ${script.name}: ${(cause as Error).message}`, { cause });
        }
      }
    } finally {
      for (const running of this.#running.values()) await running.stop();
    }
  }

  async #command(step: CommandStep): Promise<void> {
    const { minor } = this.#kubectl;
    if (minor < (step.since ?? 0) || minor > (step.until ?? Number.POSITIVE_INFINITY)) return;
    const kubeconfig =
      step.inProject === undefined ? this.#kubeconfig : await this.#projectKubeconfig(step.inProject);
    const deadline = Date.now() + eventuallyTimeoutMs;
    for (;;) {
      const running =
        'helm' in step
          ? this.#spawn('helm', step.helm, kubeconfig, step.env ?? {}, step.stdin)
          : this.#spawn('kubectl', step.kubectl, kubeconfig, step.env ?? {}, step.stdin);
      try {
        const outcome = await running.end();
        this.#check(running.command, outcome, step);
        for (const [word, path] of Object.entries(step.remember ?? {})) {
          this.#words[word] = String(valueAt(JSON.parse(outcome.stdout), path));
        }
        return;
      } catch (error) {
        if (step.eventually !== true || Date.now() > deadline) throw error;
        await sleep(pollIntervalMs);
      }
    }
  }

  async #start(name: string, kubectl: Arguments, until: Match | undefined): Promise<void> {
    const running = this.#spawn('kubectl', kubectl, this.#kubeconfig, {}, undefined);
    this.#running.set(name, running);
    if (until !== undefined) await running.printed([this.#fill(until)]);
  }

  async #finish(name: string, endsItself: boolean, expectation: Expectation): Promise<void> {
    const running = this.#running.get(name);
    assert.ok(running !== undefined, `${name} is not running`);
    this.#running.delete(name);
    if (endsItself) {
      this.#check(running.command, await running.end(), expectation);
    } else {
      await running.printed(this.#all(expectation.stdout));
      const { stdout, stderr } = await running.stop();
      this.#check(running.command, { exit: expectation.exit ?? 0, stdout, stderr }, expectation);
    }
  }

  async #projectKubeconfig(project: string): Promise<string> {
    const name = this.#fill(project);
    const file = join(this.#server.directory, `${name}.kubeconfig`);
    writeFileSync(file, await this.#server.projectKubeconfig(name));
    return file;
  }

  #spawn(
    tool: keyof Tools,
    written: Arguments,
    kubeconfig: string,
    env: Readonly<Record<string, string>>,
    stdin: string | undefined,
  ): Running {
    const path = tool === 'helm' ? this.#helm : this.#kubectl.path;
    assert.ok(path !== undefined, `${tool} is not installed`);
    const args = (typeof written === 'string' ? written.split(' ') : written).map((arg) => this.#fill(arg));
    const all = ['--kubeconfig', kubeconfig, '--namespace', this.#words.$NS!, ...args];
    const child = spawn(path, all, {
      cwd: this.#home,
      env: { PATH: process.env.PATH, HOME: this.#home, KUBECACHEDIR: join(this.#home, 'cache'), ...env },
      stdio: 'pipe',
    });
    child.stdin.on('error', () => {
      // A command that refuses its input may end before it has read it; what it printed is checked.
    });
    child.stdin.end(stdin === undefined ? '' : this.#fill(stdin));
    return new Running(child, `${tool} ${args.join(' ')}`);
  }

  /** In a pattern the words are written `\$NS`, as a dollar sign must be. */
  #fill<T extends Match>(text: T): T {
    const fill = (plain: string, pattern: RegExp): string =>
      plain.replaceAll(pattern, (found) => this.#words[found.replace('\\', '')] ?? found);
    return (
      typeof text === 'string'
        ? fill(text, /\$[A-Z]+\b/g)
        : new RegExp(fill(text.source, /\\\$[A-Z]+\b/g), text.flags)
    ) as T;
  }

  #all(matches: Match | readonly Match[] | undefined): Match[] {
    if (matches === undefined) return [];
    return [matches].flat().map((match) => this.#fill(match as Match));
  }

  #check(command: string, outcome: Outcome, expectation: Expectation): void {
    const shown = `${command}\nexit ${outcome.exit}\nstdout: ${outcome.stdout}\nstderr: ${outcome.stderr}`;
    assert.equal(outcome.exit, expectation.exit ?? 0, shown);
    for (const match of this.#all(expectation.stdout)) {
      assert.ok(isFound(match, outcome.stdout), `stdout lacks ${match}\n${shown}`);
    }
    for (const match of this.#all(expectation.stderr)) {
      assert.ok(isFound(match, outcome.stderr), `stderr lacks ${match}\n${shown}`);
    }
    for (const match of this.#all(expectation.absent)) {
      assert.ok(!isFound(match, outcome.stdout), `stdout has ${match}\n${shown}`);
    }
    if (expectation.fields === undefined) return;
    const document: unknown = JSON.parse(outcome.stdout);
    for (const [path, wanted] of Object.entries(expectation.fields)) {
      const found = valueAt(document, path);
      const expected = typeof wanted === 'string' ? this.#fill(wanted) : wanted;
      const isRight =
        expected === 'absent'
          ? found === undefined
          : expected instanceof RegExp
            ? typeof found === 'string' && this.#fill(expected).test(found)
            : deepEqual(found, expected);
      assert.ok(
        isRight,
        `${path} is ${JSON.stringify(found)}, not ${expected instanceof RegExp ? expected : JSON.stringify(expected)}\n${shown}`,
      );
    }
  }
}

const isFound = (match: Match, text: string): boolean =>
  typeof match === 'string' ? text.includes(match) : match.test(text);

function valueAt(document: unknown, path: string): unknown {
  const parts = path.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));
  return parts.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined;
    if (!Array.isArray(value))
      return Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : undefined;
    return part === 'length' ? value.length : value[Number(part)];
  }, document);
}

/** A process and what it has printed. */
class Running {
  readonly command: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #stdout = '';
  #stderr = '';

  constructor(child: ChildProcess, command: string) {
    this.command = command;
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk;
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk;
    });
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
  }

  /** Waits for the end it comes to by itself. */
  async end(): Promise<Outcome> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), commandTimeoutMs);
    await this.#ended;
    clearTimeout(timer);
    return this.#outcome();
  }

  async stop(): Promise<Outcome> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    return this.#outcome();
  }

  /** Waits until everything asked has been printed. */
  async printed(matches: readonly Match[]): Promise<void> {
    const deadline = Date.now() + eventuallyTimeoutMs;
    for (;;) {
      const missing = matches.find((match) => !isFound(match, this.#stdout));
      if (missing === undefined) return;
      const hasEnded = this.#child.exitCode !== null || this.#child.signalCode !== null;
      if (hasEnded || Date.now() > deadline) {
        throw new Error(
          `${this.command} does not print ${missing}\nstdout: ${this.#stdout}\nstderr: ${this.#stderr}`,
        );
      }
      await sleep(20);
    }
  }

  #outcome(): Outcome {
    return { exit: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}
