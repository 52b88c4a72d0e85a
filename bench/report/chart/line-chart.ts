/** Curves over one pair of axes, as SVG: grid, axes with units, a legend, and the values of each point on pointing at it. */
import { formatValue } from '../../run/format-value.ts';
import type { Axis, Plot } from '../../run/scenario.ts';
import { type Scale, scaleOf } from './scale.ts';
import { coordinate, element, label, tooltip } from './svg.ts';

const width = 560;
const height = 320;
const legendLine = 18;
const letter = 6.6;
/** Of the colours that the page defines. */
export const seriesColours = 8;
/** More would be smaller than a pixel: neighbours are averaged. */
const pointsMax = 240;
const markedPointsMax = 40;

type Point = readonly [x: number, y: number];

export function lineChart(plot: Plot): string {
  const series = plot.series.map(({ name, points }) => ({ name, points: thinned(points) }));
  const all = series.flatMap(({ points }) => points);
  const xs = scaleOf(
    plot.x,
    all.map(([x]) => x),
    'place',
  );
  const ys = scaleOf(
    plot.y,
    all.map(([, y]) => y),
    'amount',
  );
  const legend = legendOf(series.map(({ name }) => name));
  const tickLetters = Math.max(...ys.ticks.map((tick) => tick.label.length));
  const left = 16 + tickLetters * letter;
  const frame = { left, right: width - 18, top: legend.bottom + 26, bottom: height - 44 };
  const toX = (x: number): number => frame.left + xs.position(x) * (frame.right - frame.left);
  const toY = (y: number): number => frame.bottom - ys.position(y) * (frame.bottom - frame.top);
  const curves = series.map(({ name, points }, index) => {
    const pixels = points.map(([x, y]) => `${coordinate(toX(x))},${coordinate(toY(y))}`);
    const line = element('polyline', { points: pixels.join(' '), class: 'line' });
    const radius = points.length > markedPointsMax ? 5 : 3.5;
    const className = points.length > markedPointsMax ? 'dot hidden' : 'dot';
    const dots = points.map(([x, y]) => {
      const said = `${name}: ${formatValue(y)} ${plot.y.unit} at ${place(plot, x)}`;
      return element('circle', { cx: toX(x), cy: toY(y), r: radius, class: className }, tooltip(said));
    });
    return element('g', { class: `s${index % seriesColours}` }, line, ...dots);
  });
  return element(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': plot.title, class: 'chart' },
    legend.text,
    label(axisTitle(plot.y, ys), 4, legend.bottom + 12, 'start', 'axis'),
    ...gridOf(ys, xs, frame),
    label(axisTitle(plot.x, xs), (frame.left + frame.right) / 2, height - 6, 'middle', 'axis'),
    ...curves,
  );
}

function axisTitle({ name, scale }: Axis, { unit, isCut }: Scale): string {
  const isBare = unit === '' || unit === '1' || scale === 'percentile';
  const said = isBare ? name : `${name}, ${unit}`;
  return isCut ? `${said} (not from 0)` : said;
}

function place({ x }: Plot, value: number): string {
  if (x.scale === 'percentile') return `p${Number((value * 100).toFixed(3))}`;
  return `${formatValue(value)} ${x.unit === '1' ? x.name : x.unit}`;
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function gridOf(ys: Scale, xs: Scale, { left, right, top, bottom }: Frame): string[] {
  const rows = ys.ticks.flatMap(({ at, label: text }) => {
    const y = bottom - at * (bottom - top);
    const grid = element('line', { x1: left, x2: right, y1: y, y2: y, class: at === 0 ? 'base' : 'grid' });
    return [grid, label(text, left - 6, y + 4, 'end', 'tick')];
  });
  let taken = Number.NEGATIVE_INFINITY;
  const columns = xs.ticks.flatMap(({ at, label: text }) => {
    const x = left + at * (right - left);
    const mark = element('line', { x1: x, x2: x, y1: bottom, y2: bottom + 4, class: 'base' });
    const half = (text.length * letter) / 2;
    // Labels that would run into each other are left out.
    if (x - half < taken) return [mark];
    taken = x + half + 4;
    return [mark, label(text, Math.min(x, width - half), bottom + 17, 'middle', 'tick')];
  });
  return [...rows, ...columns];
}

/** Above the chart, as many lines as the names need. Nothing for a single curve: the title names it. */
function legendOf(names: readonly string[]): { readonly text: string; readonly bottom: number } {
  if (names.length < 2) return { text: '', bottom: 4 };
  let [x, y] = [4, 14];
  const entries = names.map((name, index) => {
    const room = 22 + name.length * letter + 14;
    if (x > 4 && x + room > width) [x, y] = [4, y + legendLine];
    const swatch = element('line', { x1: x, x2: x + 14, y1: y - 4, y2: y - 4, class: 'line' });
    const entry = element(
      'g',
      { class: `s${index % seriesColours}` },
      swatch,
      label(name, x + 19, y, 'start', 'legend'),
    );
    x += room;
    return entry;
  });
  return { text: entries.join(''), bottom: y + 6 };
}

function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= pointsMax) return points;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return Array.from({ length: pointsMax }, (_, index): Point => {
    const part = points.slice(
      Math.floor((index * points.length) / pointsMax),
      Math.floor(((index + 1) * points.length) / pointsMax),
    );
    return [mean(part.map(([x]) => x)), mean(part.map(([, y]) => y))];
  });
}
