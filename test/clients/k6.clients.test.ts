/**
 * The scripts of perf/k6 against a real server: each in the launcher's own interpreter, and, where k6 is installed, with
 * k6. Small sizes; what is judged is that every request is answered as expected and nothing is left, not how fast.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MiloServer } from './milo-server.ts';

const launcher = fileURLToPath(new URL('../../tools/k6.js', import.meta.url));
const k6 = process.env.K6 ?? 'k6';
const scripts: Readonly<Record<string, readonly string[]>> = {
  hierarchy: ['create-project', 'get-project', 'list-projects', 'create-configmaps', 'delete-project'],
  contents: ['create', 'get', 'update', 'patch', 'list', 'delete'].flatMap((verb) => [
    `${verb}-configmaps`,
    `${verb}-secrets`,
  ]),
  reads: ['get-configmaps', 'get-secrets', 'list-configmaps', 'list-secrets', 'list-projects'],
};
/** Loaded machines are slow: thresholds of latency are not what is tested. */
const variables = ['PROJECTS=3', 'OBJECTS=4', 'RATE=6', 'SECONDS=3', 'VUS=4', 'P99_MS=10000'];
const timeoutMs = 120_000;

interface Metric {
  readonly count?: number;
  readonly value?: number;
}

async function run(script: string, server: MiloServer, flags: readonly string[]): Promise<void> {
  const report = mkdtempSync(join(tmpdir(), 'milo-k6-'));
  try {
    await promisify(execFile)(
      process.execPath,
      [
        ...[launcher, script, '--kubeconfig', server.kubeconfig, '--report', report, ...flags],
        ...variables.flatMap((variable) => ['-e', variable]),
      ],
      { timeout: timeoutMs },
    );
    const file = readdirSync(report).find((name) => name.endsWith('.json'));
    assert.ok(file !== undefined, 'the summary is kept');
    const { metrics } = JSON.parse(readFileSync(join(report, file), 'utf8')) as {
      metrics: Readonly<Record<string, Metric>>;
    };
    assert.equal(metrics.milo_failed?.value, 0);
    for (const operation of scripts[script]!) {
      assert.ok(metrics[`milo_latency{op:${operation}}`] !== undefined, `${operation} was measured`);
    }
  } finally {
    rmSync(report, { recursive: true, force: true });
  }
}

async function leftovers(server: MiloServer): Promise<unknown[]> {
  const { CustomObjectsApi, KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfig);
  const objects = config.makeApiClient(CustomObjectsApi);
  const group = { group: 'resourcemanager.miloapis.com', version: 'v1alpha1' };
  const lists = await Promise.all(
    ['projects', 'organizations'].map((plural) => objects.listClusterCustomObject({ ...group, plural })),
  );
  return lists.flatMap(({ items }) => items as unknown[]);
}

test('k6', async (t) => {
  const found = spawnSync(k6, ['version'], { encoding: 'utf8' });
  const version = /v(\d+\.\d+\.\d+)/.exec(found.stdout ?? '')?.[1];
  const server = await MiloServer.start();
  try {
    for (const script of Object.keys(scripts)) {
      await t.test(`interpreted: ${script}`, () => run(script, server, ['--without-k6']));
      await t.test(`${version ?? 'k6'}: ${script}`, async (t) => {
        if (version === undefined) return t.skip('k6 is not installed');
        await promisify(execFile)(k6, ['inspect', `perf/k6/${script}.js`]);
        await run(script, server, []);
      });
    }
    assert.deepEqual(await leftovers(server), []);
  } finally {
    await server.dispose();
  }
});
