/**
 * client-go and controller-runtime: every Go test of the module in `go/`, on the platform and inside a project, a test
 * of ours for each. Those called TestRestart… have a server to themselves, which is restarted when they ask.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { goVersion } from '../../tools/perf/go.ts';
import { buildTests, goModule } from './go-tools.ts';
import { makeProject } from './make-project.ts';
import { MiloServer } from './milo-server.ts';

const packages = [
  { tool: 'client-go', module: 'k8s.io/client-go', name: 'clientgo' },
  { tool: 'controller-runtime', module: 'sigs.k8s.io/controller-runtime', name: 'controllerruntime' },
] as const;
const concurrency = 3;
const testTimeoutMs = 120_000;

function versionOf(module: string): string {
  const requirements = readFileSync(join(goModule, 'go.mod'), 'utf8');
  const version = requirements.split('\n').find((line) => line.trim().startsWith(`${module} `));
  assert.ok(version !== undefined, `go.mod requires ${module}`);
  return version.trim().split(' ')[1]!;
}

async function testNames(program: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(program, ['-test.list', '.']);
  return stdout.split('\n').filter((line) => line.startsWith('Test'));
}

const planes = ['platform', 'project'] as const;

/** A server with a project, and where each control plane is reached. */
async function serve(): Promise<{
  server: MiloServer;
  kubeconfigs: Record<(typeof planes)[number], string>;
}> {
  const server = await MiloServer.start();
  const project = join(server.directory, 'project.kubeconfig');
  writeFileSync(project, await makeProject(server, 'go'));
  return { server, kubeconfigs: { platform: server.kubeconfig, project } };
}

async function runTest(program: string, name: string, kubeconfig: string, server: MiloServer): Promise<void> {
  const child = spawn(program, ['-test.run', `^${name}$`, '-test.v'], {
    cwd: server.directory,
    env: { ...process.env, MILO_KUBECONFIG: kubeconfig },
    timeout: testTimeoutMs,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  const restart = async (): Promise<void> => {
    assert.equal(await server.stop('SIGTERM'), 0);
    await server.up();
    child.stdin.write('restarted\n');
  };
  const exit = await new Promise<number | null>((resolve, reject) => {
    let asked = 0;
    const read = (chunk: Buffer): void => {
      printed += chunk;
      const times = printed.match(/^@restart$/gm)?.length ?? 0;
      for (; asked < times; asked++) restart().catch(reject);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('close', resolve);
  });
  assert.equal(
    exit,
    0,
    `${name} ended with ${exit} and printed:\n${printed}\nthe server printed:\n${server.output}`,
  );
  assert.match(printed, new RegExp(`^--- PASS: ${name} `, 'm'));
}

for (const { tool, module, name } of packages) {
  test(tool, { concurrency }, async (t) => {
    if (goVersion() === undefined) return t.skip('Go is not installed');
    const version = versionOf(module);
    const program = await buildTests(name);
    const shared = await serve();
    const cases = (await testNames(program)).flatMap((test) => planes.map((plane) => ({ test, plane })));
    try {
      await Promise.all(
        cases.map(({ test, plane }) =>
          t.test(`${version}: ${test} (${plane})`, async () => {
            const isAlone = test.startsWith('TestRestart');
            const { server, kubeconfigs } = isAlone ? await serve() : shared;
            try {
              await runTest(program, test, kubeconfigs[plane], server);
            } finally {
              if (isAlone) await server.dispose();
            }
          }),
        ),
      );
    } finally {
      await shared.server.dispose();
    }
  });
}
