/** The summaries that ClusterLoader2 wrote into a directory, as tables. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../perf/table.ts';

interface DataItem {
  readonly data: Readonly<Record<string, number>>;
  readonly unit: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** By the name of the summary; those of several tests one after the other. */
export function readSummaries(directory: string): ReadonlyMap<string, readonly DataItem[]> {
  const summaries = new Map<string, DataItem[]>();
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.json')) continue;
    const { dataItems } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as {
      dataItems?: DataItem[];
    };
    const name = file.split('_')[0]!;
    summaries.set(name, [...(summaries.get(name) ?? []), ...(dataItems ?? [])]);
  }
  return summaries;
}

export function reportTable(directory: string): string {
  const summaries = readSummaries(directory);
  const tables: string[] = [];
  for (const [name, items] of summaries) {
    if (name.startsWith('APIResponsiveness')) tables.push(latencies(name, items));
    else tables.push(figures(name, items));
  }
  return tables.join('\n');
}

function latencies(name: string, items: readonly DataItem[]): string {
  const rows = items.map(({ data, labels = {} }) => [
    [labels.Verb, labels.Resource, labels.Subresource, labels.Scope].filter((text) => text !== '').join(' '),
    labels.Count ?? '',
    ...['Perc50', 'Perc90', 'Perc99'].map((percentile) => (data[percentile] ?? Number.NaN).toFixed(1)),
  ]);
  return table([[name, 'count', 'p50 ms', 'p90 ms', 'p99 ms'], ...rows]);
}

function figures(name: string, items: readonly DataItem[]): string {
  const rows = items.flatMap(({ data, unit, labels = {} }) =>
    Object.entries(data).map(([figure, value]) => [
      [...Object.values(labels), figure].join(' '),
      Number.isInteger(value) ? String(value) : value.toFixed(2),
      unit,
    ]),
  );
  return table([[name, '', ''], ...rows]);
}
