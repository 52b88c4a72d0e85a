/**
 * Metrics as text, in the format that Prometheus reads (version 0.0.4). Written when somebody asks, in pieces with room
 * for other requests between them.
 */
import { setImmediate } from 'node:timers/promises';
import type { Registry } from './registry.ts';
import { type FamilySnapshot, type Figures, type HistogramFigures, snapshotOf } from './snapshot.ts';

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/** Characters that are written at one go: less than half a millisecond. */
const pieceLength = 64 * 1024;

export async function exposition(registry: Registry): Promise<Buffer> {
  const families = await registry.scrape();
  return await snapshotText(families.map((family) => snapshotOf(family, registry.samplesMax)));
}

export async function snapshotText(families: Iterable<FamilySnapshot>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let text = '';
  for (const { name, help, type, series } of families) {
    text += `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${type}\n`;
    for (const [labels, figures] of series) {
      text += linesOf(name, labels, figures);
      if (text.length < pieceLength) continue;
      pieces.push(Buffer.from(text));
      text = '';
      await setImmediate();
    }
  }
  pieces.push(Buffer.from(text));
  return Buffer.concat(pieces);
}

function linesOf(name: string, labels: string, figures: Figures): string {
  return typeof figures === 'number' ? line(name, labels, figures) : histogramLines(name, labels, figures);
}

function histogramLines(name: string, labels: string, figures: HistogramFigures): string {
  const { bounds, cumulated, count, sum } = figures;
  const before = labels === '' ? '' : `${labels},`;
  let lines = '';
  cumulated.forEach((value, bucket) => {
    lines += `${name}_bucket{${before}le="${numberText(bounds[bucket]!)}"} ${value}\n`;
  });
  lines += `${name}_bucket{${before}le="+Inf"} ${count}\n`;
  return lines + line(`${name}_sum`, labels, sum) + line(`${name}_count`, labels, count);
}

function line(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

const escapedHelp = (help: string): string => help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
