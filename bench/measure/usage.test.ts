import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sumsOf } from '../server/resource-sampler.ts';
import { diskBytesOf } from './disk-usage.ts';
import { cpuMicrosOf, openFilesOf, residentBytesOf, threadsOf, writtenBytesOf } from './process-usage.ts';
import { UsageSeries } from './usage.ts';

test('sums become rates, and begin anew with another process', async () => {
  const series = new UsageSeries();
  series.add({ openFiles: 4, flushes: 100 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  series.add({ openFiles: 8, flushes: 102 });
  assert.equal(series.total('openFiles')!.max, 8);
  assert.equal(series.total('openFiles')!.mean, 6);
  const rate = series.total('flushes')!.max;
  assert.ok(rate > 0 && rate <= 100, String(rate));
  series.restart();
  series.add({ flushes: 0 });
  assert.equal(series.total('flushes')!.max, rate);
  assert.equal(series.total('threads'), undefined);
});

test('samples of a long run are thinned out, and still count', () => {
  const series = new UsageSeries();
  for (let at = 1; at <= 5000; at++) series.add({ threads: at });
  assert.ok(series.samples.length > 250 && series.samples.length <= 601, String(series.samples.length));
  assert.equal(series.total('threads')!.max, 5000);
  assert.equal(series.total('threads')!.mean, 2500.5);
  const kept = series.samples.map(({ values }) => values.threads!);
  const steps = new Set(kept.slice(1).map((value, at) => value - kept[at]!));
  assert.equal(steps.size, 1, [...steps].join());
});

test('the kernel tells of this process, and nothing of one that is not there', (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux tells');
  const absent = 2 ** 22 + 1;
  for (const read of [cpuMicrosOf, openFilesOf, residentBytesOf, threadsOf, writtenBytesOf]) {
    assert.notEqual(read(process.pid), undefined, read.name);
    assert.equal(read(absent), undefined, read.name);
  }
  assert.ok(openFilesOf(process.pid)! >= 3);
});

test('a directory takes what its files take', () => {
  const directory = mkdtempSync(join(tmpdir(), 'milo-bench-disk-'));
  try {
    const before = diskBytesOf(directory);
    writeFileSync(join(directory, 'file'), Buffer.alloc(100_000, 'x'), { flush: true });
    assert.ok(diskBytesOf(directory) - before >= 100_000);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('samples of one name add up, whatever their labels hold', () => {
  const sums = sumsOf('# HELP a b\na{x="1} 2"} 1\na{x="y"} 2.5\nb 1e3\nc{} 4 1700000000\n');
  assert.deepEqual(
    [...sums],
    [
      ['a', 3.5],
      ['b', 1000],
      ['c', 4],
    ],
  );
});
