/** Dashboard, rules and documentation speak of metrics that a live server has, with the labels that it gives them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ApiServer, makeProjects } from '../api-client.ts';
import { root } from '../corpus.ts';
import { dashboard, type Panel, rules } from './deployed.ts';
import { readsOf } from './promql.ts';

interface Metric {
  readonly type: string;
  readonly help: string;
  /** Undefined where there is no sample to see them in. */
  labels: readonly string[] | undefined;
}
const live = new Map<string, Metric>();

before(async () => {
  const server = await ApiServer.start();
  try {
    await makeProjects(server, 'o', ['p']);
    const path = '/projects/p/control-plane/api/v1/namespaces/default/configmaps';
    await server.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    await server.get(`${path}/a`);
    const query = 'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
    const watch = await server.watch(`${path}?${query}`).opened();
    await watch.until((events) => events.length > 0);
    await server.get('/readyz');
    read((await server.get('/metrics')).text);
    read((await server.get('/metrics/slis')).text);
    watch.close();
  } finally {
    await server.stop();
  }
});
after(() => live.clear());

function read(text: string): void {
  const helps = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, help, helpText] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
    if (help !== undefined) helps.set(help, helpText!);
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined) live.set(name, { type: type!, help: helps.get(name) ?? '', labels: undefined });
    const [, sample, labels = ''] = /^([a-z]\w*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (sample === undefined) continue;
    const metric = metricOf(sample);
    if (metric === undefined) throw new Error(`a sample of no metric: ${line}`);
    const names = [...labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, label]) => label!);
    metric.labels ??= names.filter((label) => label !== 'le');
  }
}

/** Buckets, sums and counts are of their histogram. */
function metricOf(name: string): Metric | undefined {
  const histogram = live.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  return live.get(name) ?? (histogram?.type === 'histogram' ? histogram : undefined);
}

/** Rows of the tables: name, type, labels, text. */
function documented(): Map<string, Metric> {
  const text = readFileSync(join(root, 'docs', 'metrics.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) ?\| (.*) \|$/gm)];
  return new Map(
    rows.map(([, name, type, labels, help]) => [
      name!,
      { type: type!, help: help!, labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!) },
    ]),
  );
}

test('the documentation has every metric, and says of it what the server says', () => {
  const told = documented();
  assert.deepEqual([...told.keys()].sort(), [...live.keys()].sort());
  for (const [name, { type, help, labels }] of live) {
    const row = told.get(name)!;
    assert.deepEqual({ type: row.type, help: row.help }, { type, help }, name);
    if (labels !== undefined) assert.deepEqual(row.labels, labels, name);
  }
});

/** What Prometheus adds to every sample. */
const added = ['job', 'instance', 'le'];

/** Every name that the expression reads is there, with those labels. */
function check(where: string, expression: string, recorded: ReadonlySet<string>): void {
  const told = documented();
  const { readings, grouped } = readsOf(expression);
  assert.ok(readings.length > 0, `${where} reads nothing`);
  const possible = new Set<string>(added);
  for (const { metric, labels } of readings) {
    if (metric === 'up' || recorded.has(metric)) continue;
    const found = metricOf(metric);
    assert.ok(found !== undefined, `${where}: ${metric} is no metric of the server`);
    const name = live.has(metric) ? metric : metric.replace(/_(?:bucket|sum|count)$/, '');
    const own = [...(told.get(name)?.labels ?? []), ...added];
    for (const label of own) possible.add(label);
    for (const label of labels) assert.ok(own.includes(label), `${where}: ${metric} has no label ${label}`);
  }
  for (const label of grouped)
    assert.ok(possible.has(label), `${where}: grouped by ${label}, which nothing has`);
}

test('rules read metrics that are there', () => {
  const all = rules();
  const recorded = new Set(all.flatMap(({ record }) => record ?? []));
  assert.ok(all.length > 20);
  for (const rule of all) check(rule.record ?? rule.alert ?? '', rule.expr, recorded);
});

test('every alert says how bad it is and what it means', () => {
  for (const { alert, labels, annotations } of rules()) {
    if (alert === undefined) continue;
    assert.ok(['critical', 'warning'].includes(labels?.severity ?? ''), alert);
    assert.ok(annotations?.summary && annotations.description, alert);
  }
});

const targets = (panel: Panel): readonly { expr: string; legendFormat: string }[] => panel.targets ?? [];

test('the dashboard reads metrics that are there', () => {
  const { panels, templating } = dashboard();
  const recorded = new Set(rules().flatMap(({ record }) => record ?? []));
  assert.ok(panels.length > 30);
  for (const panel of panels) {
    for (const { expr } of targets(panel)) check(panel.title, expr, recorded);
  }
  const [, metric = ''] = /^label_values\((\w+)/.exec(templating.list[1]?.definition ?? '') ?? [];
  assert.ok(live.has(metric));
});

test('legends name labels that are left', () => {
  for (const panel of dashboard().panels) {
    for (const { expr, legendFormat } of targets(panel)) {
      const { grouped } = readsOf(expr);
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        assert.ok(grouped.includes(label!) || added.includes(label!), `${panel.title}: ${label}`);
      }
    }
  }
});

test('panels lie beside each other', () => {
  const { panels } = dashboard();
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const [i, { title, gridPos: a }] of panels.entries()) {
    assert.ok(a.x + a.w <= 24, title);
    for (const { gridPos: b } of panels.slice(i + 1)) {
      const overlap = a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
      assert.ok(!overlap, title);
    }
  }
});
