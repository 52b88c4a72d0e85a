/** promtool judges what is in `deploy/prometheus`, the queries of the dashboard, and `/metrics` of a live server. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringifyYaml } from '../../src/apimachinery/codec/yaml.ts';
import { ApiServer, makeProjects } from '../api-client.ts';
import { asPrometheusReads, dashboard, prometheusFolder } from '../deploy/deployed.ts';
import { findPrometheus, runPromtool } from './prometheus.ts';

test('promtool', async (t) => {
  const found = findPrometheus();
  if ('missing' in found) return t.skip(found.missing);
  // Rules name each other's files: they are looked at in a folder of their own.
  const folder = mkdtempSync(join(tmpdir(), 'milo-promtool-'));
  for (const name of readdirSync(prometheusFolder))
    copyFileSync(join(prometheusFolder, name), join(folder, name));
  const accepts = (args: readonly string[], input?: string): string => {
    const { code, output } = runPromtool(found.promtool, args, folder, input);
    assert.equal(code, 0, output);
    return output;
  };
  try {
    await t.test('the rules are rules', () => {
      assert.match(accepts(['check', 'rules', 'rules.yaml']), /SUCCESS: \d+ rules found/);
    });
    await t.test('a rule that is none is found out', () => {
      writeFileSync(join(folder, 'wrong.yaml'), 'groups: [{name: a, rules: [{record: b, expr: "sum("}]}]\n');
      assert.equal(runPromtool(found.promtool, ['check', 'rules', 'wrong.yaml'], folder).code, 1);
    });
    await t.test('alerts fire when they should', () => {
      assert.match(accepts(['test', 'rules', 'rules.test.yaml']), /SUCCESS/);
    });
    await t.test('the scrape configuration is one', () => {
      accepts(['check', 'config', '--syntax-only', 'prometheus.yaml']);
    });
    await t.test('the dashboard asks what Prometheus can answer', () => {
      const expressions = dashboard().panels.flatMap(({ targets }) => targets ?? []);
      const asked = expressions.map(({ expr }, i) => ({
        record: `panel:${i}`,
        expr: asPrometheusReads(expr),
      }));
      writeFileSync(
        join(folder, 'panels.yaml'),
        stringifyYaml({ groups: [{ name: 'panels', rules: asked }] }),
      );
      assert.match(accepts(['check', 'rules', 'panels.yaml']), new RegExp(`${asked.length} rules found`));
    });
    await t.test('a live server answers in the text format, with names as they should be', async () => {
      const server = await ApiServer.start();
      try {
        await makeProjects(server, 'o', ['p']);
        await server.get('/projects/p/control-plane/api/v1/configmaps');
        await server.get('/readyz');
        for (const path of ['/metrics', '/metrics/slis', '/projects/p/control-plane/metrics']) {
          const { text } = await server.get(path);
          assert.ok(text.length > 0);
          assert.equal(accepts(['check', 'metrics'], text), '', path);
        }
      } finally {
        await server.stop();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
