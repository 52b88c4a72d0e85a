/** A real Prometheus reads a live server by the configuration in `deploy/`, and finds there what rules and dashboard ask. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../bench/server/free-port.ts';
import { ApiServer, makeProjects } from '../api-client.ts';
import { asPrometheusReads, dashboard, prometheusFolder, rules } from '../deploy/deployed.ts';
import { findPrometheus } from './prometheus.ts';

const deadlineMs = 60_000;
const token = 'prometheus-secret';

/** The configuration of `deploy/`, looking at this server every second. */
function configure(folder: string, server: ApiServer): void {
  writeFileSync(join(folder, 'token'), token);
  writeFileSync(join(folder, 'ca.crt'), server.credentials.ca);
  copyFileSync(join(prometheusFolder, 'rules.yaml'), join(folder, 'rules.yaml'));
  const text = readFileSync(join(prometheusFolder, 'prometheus.yaml'), 'utf8');
  const own = text
    .replaceAll('/etc/prometheus/milo', folder)
    .replaceAll('milo.example.com:6443', new URL(server.url).host)
    .replaceAll(/_interval: \d+s/g, '_interval: 1s');
  writeFileSync(join(folder, 'prometheus.yaml'), own);
  const quick = readFileSync(join(folder, 'rules.yaml'), 'utf8').replaceAll(
    /interval: \d+s/g,
    'interval: 1s',
  );
  writeFileSync(join(folder, 'rules.yaml'), quick);
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every kind.
async function ask(url: string, path: string, query: Record<string, string> = {}): Promise<any> {
  const answer = await fetch(`${url}${path}?${new URLSearchParams(query)}`);
  return await answer.json();
}

/** Resolves once the condition holds; rejects with what it was last told. */
async function until(what: string, holds: () => Promise<true | unknown>): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  let told: unknown;
  while (Date.now() < endMs) {
    told = await holds().catch((error: unknown) => error);
    if (told === true) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.fail(`${what}: ${JSON.stringify(told)} ${String(told)}`);
}

test('Prometheus', async (t) => {
  const found = findPrometheus();
  if ('missing' in found) return t.skip(found.missing);
  const folder = mkdtempSync(join(tmpdir(), 'milo-prometheus-'));
  const server = await ApiServer.start({ tokens: `${token},prometheus,prometheus,"system:monitoring"\n` });
  let child: ChildProcess | undefined;
  try {
    configure(folder, server);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    child = spawn(
      found.prometheus,
      [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    await makeProjects(server, 'o', ['p']);
    const path = '/projects/p/control-plane/api/v1/namespaces/default/configmaps';
    await server.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });

    const value = async (query: string): Promise<number> => {
      const { data } = await ask(url, '/api/v1/query', { query });
      return Number(data.result[0]?.value[1] ?? Number.NaN);
    };
    await t.test('reads both paths', async () => {
      await until(
        'up',
        async () => (await value('count(up == 1)')) === 2 || (await ask(url, '/api/v1/targets')),
      );
    });
    await t.test('sees requests as they come', async () => {
      const query = 'sum(apiserver_request_total{resource="configmaps",verb="GET",code="200"})';
      for (let i = 0; i < 7; i++) await server.get(`${path}/a`);
      await until(query, async () => (await value(query)) === 7 || (await value(query)));
      assert.equal(await value('milo_projects{phase="Active"}'), 1);
    });
    await t.test('sees health checks as probes find them', async () => {
      const query = 'kubernetes_healthcheck{name="storage",type="readyz"}';
      await server.get('/readyz');
      await until(query, async () => (await value(query)) === 1 || (await value(query)));
    });
    await t.test('evaluates every rule', async () => {
      await until('rules', async () => {
        const { data } = await ask(url, '/api/v1/rules');
        const all = data.groups.flatMap(
          (group: { rules: { name: string; health: string }[] }) => group.rules,
        );
        const ill = all.filter(({ health }: { health: string }) => health !== 'ok');
        return (all.length === rules().length && ill.length === 0) || ill;
      });
    });
    await t.test('no alert fires for a server that is well', async () => {
      const { data } = await ask(url, '/api/v1/alerts');
      assert.deepEqual(
        data.alerts.filter(({ state }: { state: string }) => state === 'firing'),
        [],
      );
    });
    await t.test('answers every panel of the dashboard', async () => {
      const empty: string[] = [];
      for (const { title, targets = [] } of dashboard().panels) {
        for (const { expr } of targets) {
          const { status, error, data } = await ask(url, '/api/v1/query', { query: asPrometheusReads(expr) });
          assert.equal(status, 'success', `${title}: ${error}`);
          if (data.result.length === 0) empty.push(title);
        }
      }
      // What nothing has happened of: no webhook was asked, nobody was cut off, no compaction has run.
      t.diagnostic(`panels without a sample: ${empty.join(', ')}`);
      for (const title of ['Requests per second', 'By verb', 'Commits', 'Watches by phase', 'Memory']) {
        assert.ok(!empty.includes(title), title);
      }
    });
  } finally {
    if (child !== undefined && child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
