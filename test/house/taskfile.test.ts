import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { load } from 'js-yaml';
import { parseCommandLine } from '../../bench/run/command-line.ts';
import { scenarios } from '../../bench/run/scenarios.ts';
import { parseLaunch } from '../../tools/perf/launch-options.ts';
import { root } from '../corpus.ts';

interface Task {
  readonly cmds: readonly string[];
  readonly deps?: readonly string[];
  readonly desc?: string;
  readonly prompt?: string;
  readonly vars?: Readonly<Record<string, string>>;
  readonly requires?: { readonly vars: readonly string[] };
}

const file = load(readFileSync(join(root, 'Taskfile.yaml'), 'utf8')) as {
  readonly vars: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, Task>>;
};
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const tasks = Object.entries(file.tasks).filter(([name]) => name !== 'default');
const npm = /^npm (?:run )?([\w:-]+)(?: -- (.*))?$/;

/** Variables as Task fills them in where nobody gave any. */
function filled({ cmds: [command], vars = {} }: Task): string {
  const given: Record<string, string> = { KUBECONFIG: 'k', CLI_ARGS: '' };
  for (const [name, text] of Object.entries({ ...file.vars, ...vars }))
    given[name] = /default "(\w+)"/.exec(text)![1]!;
  return command!.replace(
    /\{\{\.(\w+)\}\}/g,
    (_, name: string) => given[name] ?? assert.fail(`no variable ${name}`),
  );
}

test('every task is an npm script', () => {
  assert.ok(tasks.length > 10);
  for (const [name, { cmds, deps = [], desc }] of tasks) {
    assert.ok(desc !== undefined, `${name} says what it does`);
    for (const dep of deps) assert.ok(file.tasks[dep] !== undefined, `${name} depends on ${dep}`);
    for (const command of cmds) {
      const script = npm.exec(command)?.[1];
      assert.ok(
        script === 'ci' || (script !== undefined && scripts[script] !== undefined),
        `${name}: ${command}`,
      );
    }
  }
});

test('the launchers take what tasks give them', () => {
  for (const [name, task] of tasks) {
    const [, script, words = ''] = npm.exec(filled(task)) ?? [];
    if (script === 'bench' && 'SCENARIO' in (task.vars ?? {})) {
      const command = parseCommandLine(words.trim().split(/ +/), scenarios);
      assert.ok(command !== 'help');
      assert.equal(command.server.kubeconfig, name.startsWith('remote:') ? 'k' : undefined);
    }
    if (script !== 'k6' && script !== 'cl2') continue;
    const options = parseLaunch(words.trim().split(/ +/), ['contents'], []);
    assert.ok(options !== 'help' && options.size === name.split(':').at(-1));
    assert.equal(options.server.kubeconfig, name.startsWith('remote:') ? 'k' : undefined);
  }
});

test('no task puts load on a server that is there without asking', () => {
  for (const [name, { cmds, requires, prompt }] of tasks) {
    const isRemote = cmds.some((command) => command.includes('KUBECONFIG'));
    assert.equal(isRemote, name.startsWith('remote:'), name);
    if (!isRemote) continue;
    assert.deepEqual(requires?.vars, ['KUBECONFIG'], name);
    assert.ok(prompt?.includes('{{.KUBECONFIG}}'), name);
  }
});
