import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { reportTable } from './report-table.ts';

test('the summaries of a run are tables', () => {
  const directory = mkdtempSync(join(tmpdir(), 'milo-report-'));
  const write = (name: string, items: readonly object[]): void =>
    writeFileSync(join(directory, `${name}_contents_now.json`), JSON.stringify({ dataItems: items }));
  try {
    write('APIResponsivenessScraped', [
      {
        data: { Perc50: 2.5, Perc90: 4.5, Perc99: 24.75 },
        unit: 'ms',
        labels: { Verb: 'GET', Resource: 'secrets', Subresource: '', Scope: 'resource', Count: '40' },
      },
    ]);
    write('Timer', [{ data: { create: 1.026 }, unit: 's', labels: { test: 'phases' } }]);
    writeFileSync(join(directory, 'junit.xml'), '');
    assert.equal(
      reportTable(directory),
      [
        'APIResponsivenessScraped  count  p50 ms  p90 ms  p99 ms',
        'GET secrets resource         40     2.5     4.5    24.8',
        '',
        'Timer',
        'phases create  1.03  s',
        '',
      ].join('\n'),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});
