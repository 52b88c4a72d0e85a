/** From the values along an axis to positions between 0 and 1, and the marks that a reader finds values by. */
import type { Axis } from '../../run/scenario.ts';

export interface Scale {
  /** 0 at the start of the axis, 1 at its end. */
  position(value: number): number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Of the labels: `MiB` where the values are bytes and many. */
  readonly unit: string;
  /** A linear axis that begins above 0, because everything lies close together. */
  readonly isCut: boolean;
}

const ticksWanted = 5;
/** Values that differ by less than this share of the largest are shown without the room down to 0. */
const cutShare = 0.25;

/** An amount is drawn from 0 on, unless `mayBeCut`; a moment or a size (along x) from the smallest. */
export function scaleOf(axis: Axis, values: readonly number[], kind: 'amount' | 'place'): Scale {
  if (axis.scale === 'log' && values.every((value) => value > 0)) return logScale(axis, values);
  if (axis.scale === 'percentile') return percentileScale(axis, values);
  return linearScale(axis, values, kind);
}

function linearScale(axis: Axis, values: readonly number[], kind: 'amount' | 'place'): Scale {
  const [least, most] = extent(values);
  const { divisor, unit } = readable(axis.unit, Math.max(Math.abs(least), Math.abs(most)));
  const isCut = kind === 'amount' && least > 0 && most - least < cutShare * most && most > least;
  const low = kind === 'place' || isCut ? least : Math.min(0, least);
  const high = most > low ? most : low + 1;
  const step = niceStep((high - low) / divisor / ticksWanted);
  const first = kind === 'place' ? Math.ceil(low / divisor / step) : Math.floor(low / divisor / step);
  const last = kind === 'place' ? Math.floor(high / divisor / step) : Math.ceil(high / divisor / step);
  const [start, end] = kind === 'place' ? [low, high] : [first * step * divisor, last * step * divisor];
  const position = (value: number): number => (value - start) / (end - start);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => {
    const value = (first + index) * step;
    return { at: position(value * divisor), label: tickLabel(value, step) };
  });
  return { position, ticks, unit, isCut };
}

function logScale({ unit }: Axis, values: readonly number[]): Scale {
  const [least, most] = extent(values).map(Math.log10) as [number, number];
  const [start, end] = most - least < 0.1 ? [least - 0.5, most + 0.5] : [least, most];
  const position = (value: number): number => (Math.log10(value) - start) / (end - start);
  const digits = end - start > 4 ? [1] : [1, 2, 5];
  const ticks: { at: number; label: string }[] = [];
  for (let decade = Math.floor(start); decade <= end; decade++) {
    for (const digit of digits) {
      const value = digit * 10 ** decade;
      const at = position(value);
      if (at >= -0.001 && at <= 1.001) ticks.push({ at, label: tickLabel(value, 10 ** decade) });
    }
  }
  return { position, ticks, unit, isCut: false };
}

const nines = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999];

/** Each further nine has the same room. */
function percentileScale({ unit }: Axis, values: readonly number[]): Scale {
  const depth = (q: number): number => -Math.log10(Math.max(1 - q, 1e-6));
  const [least, most] = extent(values.map(depth));
  const position = (q: number): number => (most > least ? (depth(q) - least) / (most - least) : 0);
  const ticks = nines
    .map((q) => ({ at: position(q), label: `p${Number((q * 100).toFixed(3))}` }))
    .filter(({ at }) => at >= -0.001 && at <= 1.001);
  return { position, ticks, unit, isCut: false };
}

function extent(values: readonly number[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return values.length === 0 ? [0, 1] : [least, most];
}

/** 1, 2 or 5 times a power of ten, the next one up. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  return digit * power;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes, and bytes a second or an hour, in the prefix that leaves few digits. */
function readable(unit: string, most: number): { divisor: number; unit: string } {
  const [bytes, ...per] = unit.split(/(?=\/)/);
  const own = byteUnits.indexOf(bytes!);
  if (own < 0) return { divisor: 1, unit };
  let up = 0;
  while (own + up + 1 < byteUnits.length && most / 1024 ** up >= 2048) up++;
  return { divisor: 1024 ** up, unit: [byteUnits[own + up]!, ...per].join('') };
}

function tickLabel(value: number, step: number): string {
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  for (const [size, suffix] of [[1e9, 'G'] as const, [1e6, 'M'] as const, [1e4, 'k'] as const]) {
    const divisor = size === 1e4 ? 1e3 : size;
    if (magnitude >= size) return `${Number((value / divisor).toFixed(2))}${suffix}`;
  }
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return magnitude >= 1000 ? value.toLocaleString('en-US') : value.toFixed(Math.min(digits, 6));
}
