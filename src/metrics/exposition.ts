/**
 * Metrics as text, in the format that Prometheus reads (version 0.0.4). Written when somebody asks, in pieces with room
 * for other requests between them.
 */
import { setImmediate } from 'node:timers/promises';
import { Family, labelText } from './family.ts';
import type { AnyFamily, Registry } from './registry.ts';
import { Histogram } from './series.ts';

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/** Characters that are written at one go: less than half a millisecond. */
const pieceLength = 64 * 1024;

export async function exposition(registry: Registry): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let text = '';
  for (const family of await registry.scrape()) {
    text += `# HELP ${family.name} ${escapedHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`;
    for (const lines of linesOf(family, registry.samplesMax)) {
      text += lines;
      if (text.length < pieceLength) continue;
      pieces.push(Buffer.from(text));
      text = '';
      await setImmediate();
    }
  }
  pieces.push(Buffer.from(text));
  return Buffer.concat(pieces);
}

function* linesOf(family: AnyFamily, samplesMax: number): Iterable<string> {
  const { name } = family;
  if (!(family instanceof Family)) {
    let left = samplesMax;
    for (const [values, value] of family.read()) {
      if (left-- <= 0) return;
      yield line(name, labelText(family.labels, values), value);
    }
    return;
  }
  for (const [labels, series] of family.entries()) {
    yield series instanceof Histogram
      ? histogramLines(name, labels, series)
      : line(name, labels, series.value);
  }
}

function histogramLines(name: string, labels: string, histogram: Histogram): string {
  const { bounds, count } = histogram;
  const before = labels === '' ? '' : `${labels},`;
  let lines = '';
  histogram.cumulated().forEach((value, bucket) => {
    lines += `${name}_bucket{${before}le="${numberText(bounds[bucket]!)}"} ${value}\n`;
  });
  lines += `${name}_bucket{${before}le="+Inf"} ${count}\n`;
  return lines + line(`${name}_sum`, labels, histogram.sum) + line(`${name}_count`, labels, count);
}

function line(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

const escapedHelp = (help: string): string => help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
