/** Every scenario, tiny: it runs to its end and reports the figures it promises. The figures themselves mean nothing here. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kubeconfigFile } from '../src/server/kubeconfig.ts';
import { HttpClient, type SomeObject } from './load/http-client.ts';
import { Cleanup } from './run/cleanup.ts';
import type { Result } from './run/result.ts';
import { MiloProcess } from './server/milo-process.ts';

const program = fileURLToPath(new URL('./main.js', import.meta.url));
/** Most take seconds. What CI measures takes a minute, and more where the tests leave it little of the machine. */
const timeoutMs = 480_000;

async function check(scenario: string, flags: string, promised: readonly string[]): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'milo-bench-test-'));
  try {
    const file = join(directory, 'result.json');
    const words = [scenario, ...flags.split(' '), '--json', file, '--dir', directory];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...words], {
      timeout: timeoutMs,
    }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`${words.join(' ')} failed:\n${error.stdout}${error.stderr}`);
    });
    assert.equal(stderr, '');
    assert.deepEqual(readdirSync(directory), ['result.json']);
    const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
    assert.equal(result.scenario, scenario);
    for (const name of promised) assert.ok(name in result.figures, name);
    for (const [name, { value, unit }] of Object.entries(result.figures)) {
      assert.ok(Number.isFinite(value), `${name} is ${value}`);
      assert.ok(unit !== '', name);
      assert.ok(stdout.includes(name), name);
    }
    return result;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('cel', async () => {
  const rules = ['all', 'exists', 'map', 'filter', 'failing', 'texts'];
  await check('cel', '--evaluations 1000 --rounds 2', [
    'evaluationsPerSecond',
    ...rules.map((rule) => `stopMs.${rule}`),
  ]);
});

test('churn', async () => {
  const flags =
    '--projects 3 --objects 3 --cycles 2 --create-rate 40 --steady-rate 40 --steady-seconds 0.5 --delete-rate 40 --warmup-seconds 0.1';
  const { figures, plots } = await check('churn', flags, [
    ...['create', 'get', 'delete'].flatMap((step) => [`p50.${step}`, `p99.${step}`]),
    ...['before', 'create.1', 'delete.2'].map((phase) => `storedBytes.${phase}`),
  ]);
  assert.equal(figures.errors!.value, 0);
  assert.ok(plots!.some(({ title }) => title === 'Resources: memory'));
});

test('crds', async () => {
  const flags =
    '--projects 4 --kinds 2 --distinct 4 --warmup 2 --definitions 5 --rounds 2 --seconds 0.6 --warmup-seconds 0.05';
  const { figures } = await check('crds', flags, [
    'heapBytesPerProject',
    'distinctHeapBytes.firstHalf',
    'distinctHeapBytes.secondHalf',
    'definitionToObject.p99',
  ]);
  for (const kind of ['patch', 'apply']) assert.ok(figures[`writes.${kind}`]!.value > 0, kind);
});

test('create-projects', async () => {
  const steps = ['create', 'ready', 'firstWrite'];
  const { figures } = await check(
    'create-projects',
    // Longer than two samples of the server are apart: rates are between them.
    '--rate 20 --rounds 3 --seconds 1 --warmup-seconds 0.1',
    steps.flatMap((step) => [`p50.${step}`, `p99.${step}`]),
  );
  assert.equal(figures.errors!.value, 0);
  if (process.platform === 'linux') {
    assert.ok(figures['resources.server.rssAnonymousBytes.max']!.value > 1_000_000);
    assert.ok(figures['resources.server.flushes.max']!.value > 0);
  }
});

test('deletion', async () => {
  const { figures } = await check(
    'deletion',
    '--projects 2,6 --objects 20 --rounds 2 --twice 5 --twice-objects 2',
    ['purge.2', 'purge.6', 'purgeRatio', 'storeLeft.pageBytes', 'storeLeft.snapshotBytes'],
  );
  for (const name of ['rowsLeft.2', 'rowsLeft.6', 'storeLeft.rows', 'storeLeft.rowBytes'])
    assert.equal(figures[name]!.value, 0, name);
  assert.ok(figures['rowsRead.6']!.value > figures['rowsRead.2']!.value);
  if (process.platform === 'linux') assert.ok(figures.rssSecondToFirst!.value > 0);
});

test('side-by-side', async () => {
  const works = ['patch', 'apply', 'get', 'list', 'put'];
  const { figures } = await check(
    'side-by-side',
    `--pairs 3 --seconds 0.3 --warmup-seconds 0.1 --after-node ${process.execPath} --after-flags=--workers=0`,
    works.flatMap((work) => [`ratio.${work}`, `before.${work}`, `after.${work}`]),
  );
  for (const work of works) {
    assert.equal(figures[`ratio.${work}`]!.rounds!.length, 3);
    const [low, ratio, high] = ['ratioLow', 'ratio', 'ratioHigh'].map(
      (figure) => figures[`${figure}.${work}`]!.value,
    ) as [number, number, number];
    assert.ok(low > 0 && low <= ratio && ratio <= high, `${work}: ${low} … ${ratio} … ${high}`);
  }
});

test('idle-projects', async () => {
  const { figures, params } = await check('idle-projects', '--projects 12 --warmup 4', [
    'heapBytesPerProject',
    'rssBytesPerProject',
    'externalBytesPerProject',
    'handlesPerProject',
    'storedObjectsPerProject',
    'storedBytesPerProject',
  ]);
  assert.deepEqual(params, { projects: 12, warmup: 4 });
  const stored = figures.storedObjectsPerProject!.value;
  assert.equal(stored, 1, `${stored} objects a project`);
});

test('informers', async () => {
  const flags =
    '--projects 6 --informers 3 --connections 2 --rate 50 --rounds 2 --seconds 0.3 --warmup-seconds 0.1';
  const { figures } = await check('informers', flags, [
    'heapKibPerInformer',
    'rssKibPerInformer',
    'event.p50',
    'event.p99',
  ]);
  assert.ok(figures['event.p50']!.value > 0);
});

test('latency-by-projects', async () => {
  const flags =
    '--steps 10,20 --rounds 2 --tries 1 --seconds 0.1 --warmup-seconds 0.05 --prepare-seconds 0.1 --listed-projects 1';
  const operations = ['get', 'list', 'put', 'create'];
  await check('latency-by-projects', flags, [
    ...operations.map((operation) => `p99Ratio.${operation}`),
    ...operations.flatMap((operation) => [`p50.${operation}.20`, `p99.${operation}.10`]),
  ]);
});

test('noisy-neighbour', async () => {
  const flags =
    '--victims 2 --rate 20 --neighbour-rate 10 --rounds 2 --seconds 0.3 --warmup-seconds 0.1 --tries 1';
  const { plots } = await check('noisy-neighbour', flags, [
    'p99Ratio.get',
    'p99Ratio.put',
    'p99.get.quiet',
    'p99.put.loud',
  ]);
  assert.equal(plots!.filter(({ title }) => title.endsWith('beside a neighbour')).length, 2);
});

test('restart', async () => {
  const { figures } = await check('restart', '--objects 2000 --projects 3 --rounds 2', [
    'readyMs',
    'firstGetMs',
    'ratio.ready',
  ]);
  assert.ok(figures.storedObjects!.value >= 2000, 'the objects are in the store');
});

test('soak', async () => {
  await check('soak', '--hours 0.002 --warmup-seconds 1 --compaction-seconds 1 --projects 3 --rate 20', [
    'slope.heapBytes',
    'slope.diskBytes',
    'slopeLow.rssAnonymousBytes',
    'slopeHigh.rssAnonymousBytes',
    'p99.put',
  ]);
});

test('throughput', async () => {
  const flags =
    '--rounds 2 --tries 1 --seconds 0.4 --warmup-seconds 0.05 --connections 2 --watchers 20 --watch-connections 2';
  const operations = ['get', 'list', 'put', 'putOverHttp', 'patch', 'apply', 'mixed', 'fanout'];
  const { figures } = await check('throughput', flags, [
    ...operations.map((operation) => `ratio.${operation}`),
    ...operations.map((operation) => `${operation}.milo`),
  ]);
  for (const operation of operations) assert.ok(figures[`${operation}.milo`]!.value > 0, operation);
});

test('a server that runs already is measured, and left as it was found', async (t) => {
  const cleanup = new Cleanup();
  const dataDirectory = mkdtempSync(join(tmpdir(), 'milo-bench-given-'));
  t.after(async () => {
    await cleanup.run();
    rmSync(dataDirectory, { recursive: true });
  });
  const milo = await MiloProcess.start({ dataDirectory }, cleanup);
  const client = await HttpClient.connect(milo.target);
  cleanup.add(() => client.close());
  const given = (tenancy: string): string =>
    `--kubeconfig ${kubeconfigFile(dataDirectory)} --tenancy ${tenancy} --server-pid ${milo.pid}`;
  const flags = '--rate 20 --rounds 1 --seconds 0.3 --warmup-seconds 0.1';
  for (const tenancy of ['milo', 'namespaces']) {
    const { figures, environment } = await check('create-projects', `${flags} ${given(tenancy)}`, [
      'p99.firstWrite',
    ]);
    assert.equal(figures.errors!.value, 0);
    assert.match(
      environment.server!,
      new RegExp(`^127\\.0\\.0\\.1:${milo.target.port} \\(v1\\..*\\), tenancy ${tenancy}$`),
    );
  }
  // Several times on one server, each with tenants of its own.
  await check('deletion', `--projects 1,2 --objects 4 --rounds 1 --twice 2 ${given('milo')}`, [
    'purge.1',
    'purge.2',
  ]);
  for (const path of ['/api/v1/namespaces', '/apis/resourcemanager.miloapis.com/v1alpha1/projects']) {
    const { items } = (await client.get(path)) as unknown as { items: SomeObject[] };
    assert.deepEqual(
      items.filter(({ metadata }) => metadata.name?.startsWith('bench-')),
      [],
    );
  }
});

/** With the sizes of CI: not only that it runs, but that its bounds hold. */
test('quick', async () => {
  const { figures } = await check('quick', '--seed 1', []);
  for (const operation of ['get', 'list', 'put', 'fanout']) {
    assert.ok(figures[`ratio.${operation}`]!.value > 0, operation);
    assert.ok(`noise.ratio.${operation}` in figures, operation);
  }
  assert.ok('heapBytesPerProject' in figures);
  assert.ok('promotedBytes.apply' in figures);
});

test('watch-fanout', async () => {
  const flags =
    '--watches 50 --connections 2 --events 5 --watchers 20 --rounds 2 --seconds 0.2 --warmup-seconds 0.05 --tries 1';
  const { figures } = await check('watch-fanout', flags, [
    'ratio.fanout',
    'heapKibPerWatch',
    'rssKibPerWatch',
    'lastDelivery.p99',
  ]);
  assert.ok(figures['lastDelivery.p50']!.value > 0);
});

test('a regression is exit code 1 of the command, and a report is written', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'milo-bench-test-'));
  try {
    const run = (...words: string[]) => promisify(execFile)(process.execPath, [program, ...words]);
    const [before, after] = ['before.json', 'after.json'].map((name) => join(directory, name)) as [
      string,
      string,
    ];
    await run('cel', '--evaluations', '1000', '--rounds', '2', '--json', before);
    const result = JSON.parse(readFileSync(before, 'utf8')) as Result;
    const slower = { value: result.figures['stopMs.map']!.value * 10, unit: 'ms' };
    writeFileSync(after, JSON.stringify({ ...result, figures: { 'stopMs.map': slower } }));
    assert.match((await run('compare', before, before)).stdout, /^no regression in 7 figures$/m);
    await assert.rejects(run('compare', before, after), { code: 1, stdout: /regressed: stopMs\.map$/m });
    await run('report', before, after, '--out', directory);
    assert.match(readFileSync(join(directory, 'report.html'), 'utf8'), /<h2>cel: before<\/h2>/);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('bad usage is one sentence and exit code 2', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'milo-bench-test-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const refused = (words: string, stderr: RegExp) =>
    assert.rejects(promisify(execFile)(process.execPath, [program, ...words.split(' ')]), {
      code: 2,
      stdout: '',
      stderr,
    });
  await refused('nonsense', /^There is no scenario "nonsense"; there is [^\n]*\.\n$/);
  await refused(
    'throughput --connections 64 --lanes 17',
    /^--connections 64 times --lanes 17 is more than the 1024 objects that put writes\.\n$/,
  );
  // With connections open, which must not keep the process.
  await refused(
    'informers --projects 1 --informers 1000',
    /^--informers 1000: the server has \d+ resources to list\.\n$/,
  );
  await refused(
    `side-by-side --before ${directory}`,
    /^--before \S+ is no checkout that has been built: there is no \S+main\.js\.\n$/,
  );
  await refused('side-by-side --after-node /none', /^--after-node \/none is no file\.\n$/);
  await refused('side-by-side --before-flags=--dance', /^"milo up" has no flag --dance[^\n]*\n$/);
  const [earlier, later] = [join(directory, 'earlier.json'), join(directory, 'later.json')];
  writeFileSync(earlier, '{}');
  for (const file of [earlier, later])
    await refused(`churn --kubeconfig /none --tenancy milo --json ${file}`, /^[^\n]*\/none[^\n]*\.\n$/);
  assert.equal(readFileSync(earlier, 'utf8'), '{}', 'an earlier result stays');
  assert.ok(!existsSync(later), 'no empty result stays');
});
