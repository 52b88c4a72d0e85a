/**
 * ClusterLoader2, built here with Go, runs the tests of perf/clusterloader2 against a real server: on the platform and
 * inside projects. What is judged is that they pass and what their summaries count, not how fast.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readSummaries } from '../../tools/clusterloader2/report-table.ts';
import { go, goVersion } from '../../tools/perf/go.ts';
import { root } from '../corpus.ts';
import { MiloServer } from './milo-server.ts';

const launcher = fileURLToPath(new URL('../../tools/clusterloader2.js', import.meta.url));
const module = join(root, 'perf', 'clusterloader2');
const timeoutMs = 20 * 60_000;

function moduleVersion(): string {
  const required = /k8s\.io\/perf-tests\/clusterloader2 v\S+-(\d{8})\d+-\w+/.exec(
    readFileSync(join(module, 'go.mod'), 'utf8'),
  );
  assert.ok(required !== null);
  return required[1]!;
}

/** Runs the test and answers the directory of each ClusterLoader2's summaries. */
async function run(
  name: string,
  server: MiloServer,
  report: string,
  variables: readonly string[],
  flags: readonly string[] = [],
): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[launcher, name, '--kubeconfig', server.kubeconfig, '--report', report, ...flags],
      ...['CL2_THRESHOLD_P99=10s', ...variables].flatMap((variable) => ['-e', variable]),
    ],
    { timeout: timeoutMs, maxBuffer: 1 << 26 },
  );
  assert.match(stdout, /Success/);
  return readdirSync(report).map((directory) => join(report, directory));
}

/** How often the server was called so, by the measurement that needs no Prometheus. */
function callsIn(directory: string, verb: string, resource: string): number {
  const calls = readSummaries(directory).get('APIResponsivenessScraped') ?? [];
  const found = calls.find(({ labels }) => labels?.Verb === verb && labels.Resource === resource);
  return Number(found?.labels?.Count ?? 0);
}

test('ClusterLoader2', async (t) => {
  if (goVersion() === undefined) return t.skip('Go, with which ClusterLoader2 is built, is not installed');
  const version = moduleVersion();
  await t.test(`${version}: measurements of our own`, () => go(['test', './...'], module));
  const server = await MiloServer.start();
  const within = async (check: (report: string) => Promise<void>): Promise<void> => {
    const report = mkdtempSync(join(tmpdir(), 'milo-cl2-'));
    try {
      await check(report);
    } finally {
      rmSync(report, { recursive: true, force: true });
    }
  };
  try {
    await t.test(`${version}: hierarchy (platform)`, () =>
      within(async (report) => {
        const [directory, ...others] = await run('hierarchy', server, report, ['CL2_PROJECTS=12']);
        assert.deepEqual(others, []);
        assert.equal(callsIn(directory!, 'POST', 'projects'), 12);
        assert.equal(callsIn(directory!, 'DELETE', 'projects'), 12);
        const availability = readSummaries(directory!).get('APIAvailability') ?? [];
        assert.equal(availability[0]?.data.availabilityPercentage, 100);
        assert.ok((readSummaries(directory!).get('StoreMetrics')?.length ?? 0) > 0);
      }),
    );
    await t.test(`${version}: hierarchy, asked of Prometheus (platform)`, (t) => {
      if (spawnSync('prometheus', ['--version']).error !== undefined)
        return t.skip('prometheus is not installed');
      return within(async (report) => {
        const variables = ['CL2_PROJECTS=80', 'CL2_QPS=20'];
        const [directory] = await run('hierarchy', server, report, variables, ['--prometheus']);
        const calls = readSummaries(directory!).get('APIResponsivenessPrometheus') ?? [];
        const deletes = calls.find(
          ({ labels }) => labels?.Verb === 'DELETE' && labels.Resource === 'projects',
        );
        assert.ok(Number(deletes?.labels?.Count) > 0, 'Prometheus has counted deletions');
        assert.ok(deletes!.data.Perc99! > 0);
      });
    });
    await t.test(`${version}: contents (two projects at once)`, () =>
      within(async (report) => {
        const directories = await run('contents', server, report, ['CL2_RUNS=2', 'CL2_OBJECTS=5']);
        assert.equal(directories.length, 2);
        // A summary counts what the whole server was asked, by both runs, as far as they overlapped.
        for (const directory of directories) assert.ok(callsIn(directory, 'POST', 'secrets') >= 10);
      }),
    );
  } finally {
    await server.dispose();
  }
});
