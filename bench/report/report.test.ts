import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readResult } from '../run/read-result.ts';
import type { Result } from '../run/result.ts';
import { scenarios } from '../run/scenarios.ts';
import { betterOf, units } from '../run/units.ts';
import { UsageError } from '../run/usage-error.ts';
import { htmlPageOf } from './html-page.ts';
import { markdownOf } from './markdown.ts';
import { reportCommand } from './report-command.ts';
import { reportContent } from './report-content.ts';
import { targets } from './targets.ts';

/** From the compiled tree to the sources. */
const records = fileURLToPath(new URL('../../../bench/results/', import.meta.url));
const recordFiles = readdirSync(records)
  .filter((file) => file.endsWith('.json'))
  .map((file) => join(records, file));

const environment: Result['environment'] = {
  date: '2026-01-02T03:04:05.678Z',
  command: 'npm run bench -- idle-projects <&> "x" | y',
  seed: 1,
  commit: 'abc',
  node: 'v20',
  lmdb: '3',
  os: 'linux',
  cpu: 'a cpu',
  cores: 2,
  memoryBytes: 2 ** 33,
  fileSystem: 'ext4',
  loadBefore: 0.5,
};

function idle(projects: number, heap: number): { file: string; result: Result } {
  const figures = { heapBytesPerProject: { value: heap, unit: 'B' } };
  return {
    file: `idle-${projects}.json`,
    result: { scenario: 'idle-projects', params: { projects }, environment, figures },
  };
}

const contentOf = (...results: { file: string; result: Result }[]) => reportContent(results, scenarios);

test('targets say whether they are met, and what their noise leaves open', () => {
  const check = (value: number, noise: number | undefined, standing: string): void => {
    const { file, result } = idle(10_000, value);
    const figures = {
      ...result.figures,
      ...(noise === undefined ? {} : { 'noise.heapBytesPerProject': { value: noise, unit: 'ratio' } }),
    };
    const row = contentOf({ file, result: { ...result, figures } }).targets[0]!;
    assert.equal(row.standing, standing);
  };
  check(290, undefined, 'met');
  check(1024, undefined, 'met');
  check(1025, undefined, 'missed');
  check(1000, 0.05, 'near');
  check(1060, 0.05, 'near');
  check(1200, 0.05, 'missed');
});

test('a target is judged by results of the size it is about, and asks for that size where there is none', () => {
  const judged = (projects: number): string[] =>
    contentOf(idle(projects, 290)).targets.map(({ target }) => target.what);
  assert.deepEqual(judged(100), []);
  assert.deepEqual(judged(10_000), ['heap per idle project, at 10,000']);
  assert.deepEqual(judged(100_000), ['heap per idle project, at 100,000']);
  const content = contentOf(idle(100, 290));
  for (const text of [markdownOf(content), htmlPageOf(content)]) {
    assert.match(text, /npm run bench -- restart --objects 1000000\b/);
    assert.match(text, /npm run bench -- deletion --projects 10,10000 --objects 1000\b/);
  }
  for (const { scenario, params = {}, what } of targets) {
    const { parameters } = scenarios.find(({ name }) => name === scenario)!;
    for (const name of Object.keys(params)) assert.ok(name in parameters, `${what}: --${name}`);
  }
});

test('what other work or the client itself has limited is marked as doubtful', () => {
  const doubtsOf = (disturbed: number, clientCores: number): readonly string[] => {
    const figures = {
      'ratio.list': { value: 0.4, unit: 'ratio' },
      'clientCores.list.milo': { value: 0.4, unit: 'cores' },
      'clientCores.list.bare': { value: clientCores, unit: 'cores' },
      disturbedTurns: { value: disturbed, unit: 'share' },
    };
    const content = contentOf({
      file: 't.json',
      result: { scenario: 'throughput', params: {}, environment, figures },
    });
    const { doubts } = content.targets[0]!;
    for (const text of [markdownOf(content), htmlPageOf(content)]) {
      // In the row of the target, and where the figures come from.
      for (const doubt of doubts) assert.equal(text.split(doubt).length, 3, doubt);
    }
    return doubts;
  };
  assert.deepEqual(doubtsOf(0.05, 0.85), []);
  assert.deepEqual(doubtsOf(0.06, 0.5), ['6 % of the turns were disturbed by other work']);
  assert.deepEqual(doubtsOf(0, 0.91), ['the client was the limit of bare, at 0.91 cores']);
});

test('results of several sizes make a curve of what a size costs', () => {
  assert.deepEqual(contentOf(idle(100, 300)).costs, []);
  const [memory, ...others] = contentOf(idle(10_000, 290), idle(100, 300)).costs;
  assert.deepEqual(others, []);
  assert.deepEqual(memory!.series, [
    {
      name: 'heap',
      points: [
        [100, 300],
        [10_000, 290],
      ],
    },
  ]);
  assert.deepEqual(
    contentOf(idle(10_000, 290), idle(100, 300)).sections.map(({ file }) => file),
    ['idle-100.json', 'idle-10000.json'],
  );
});

test('the page needs nothing else, and what results say stands in it as text', () => {
  const { file, result } = idle(10_000, 300);
  const points = Array.from({ length: 1000 }, (_, at) => [at, at % 7] as const);
  const plot = {
    title: '<script>alert(1)</script>',
    x: { name: 'time', unit: 's' },
    y: { name: 'memory', unit: 'B' },
    series: [
      { name: 'a "quoted" & <b>', points },
      { name: 'few', points: points.slice(0, 3) },
    ],
  };
  const page = htmlPageOf(contentOf({ file, result: { ...result, plots: [plot] } }));
  assert.doesNotMatch(page, /<script|<link|<img|\bsrc=|@import|url\(|<b>|NaN|undefined/);
  for (const [, target] of page.matchAll(/href="([^"]*)"/g)) assert.match(target!, /^#/);
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
  assert.ok(page.includes('idle-projects &lt;&amp;&gt; &quot;x&quot;'));
  assert.match(page, /<title>few: 1\.000 B at 1\.000 s<\/title>/);
  assert.ok(page.match(/<circle/g)!.length < 300, 'a long series is thinned');
  assert.match(markdownOf(contentOf({ file, result })), /"x" \\\| y/);
});

test('every figure on record has a unit that is known, and says which way it gets better', () => {
  for (const file of recordFiles) {
    const { scenario, figures } = readResult(file);
    const { better } = scenarios.find(({ name }) => name === scenario)!;
    for (const [name, figure] of Object.entries(figures)) {
      assert.ok(figure.unit in units, `${file}: the unit of ${name}`);
      assert.ok(betterOf(name, figure, better) !== undefined, `${file}: which way ${name} gets better`);
    }
  }
});

test('the committed report is what the command makes of the committed results', () => {
  const directory = mkdtempSync(join(tmpdir(), 'milo-report-'));
  try {
    reportCommand([...recordFiles, '--out', directory], scenarios);
    for (const name of ['report.md', 'report.html']) {
      assert.ok(
        readFileSync(join(directory, name), 'utf8') === readFileSync(join(records, name), 'utf8'),
        `bench/results/${name} is stale: npm run bench -- report bench/results/*.json --out bench/results`,
      );
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('wrong usage is one sentence', () => {
  const directory = mkdtempSync(join(tmpdir(), 'milo-report-'));
  const check = (words: readonly string[], sentence: RegExp): void => {
    assert.throws(
      () => reportCommand(words, scenarios),
      (error) => error instanceof UsageError && sentence.test(error.message) && !error.message.includes('\n'),
      words.join(' '),
    );
  };
  try {
    const file = join(directory, 'one.json');
    writeFileSync(file, JSON.stringify(idle(1, 1).result));
    check([], /^report takes the JSON files of results\.$/);
    check([file, '--fast'], /^report does not know "--fast"/);
    check([file, '--out'], /^--out needs a directory\.$/);
    check([file, '--out=a', '--out=b'], /^--out is given twice\.$/);
    check([file, file, '--out', directory], /^Two of the files are called one\.json\.$/);
    check([file, '--out', file], /^--out .* cannot be written: /);
    check([join(directory, 'none.json')], /cannot be read as a result/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
