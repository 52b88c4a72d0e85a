/** Ratios in rows, as SVG: each a dot with what noise allows, and a mark where its target is. */
import { formatValue } from '../../run/format-value.ts';
import { scaleOf } from './scale.ts';
import { element, label, tooltip } from './svg.ts';

export interface RatioRow {
  readonly name: string;
  readonly value: number;
  /** Half the width of the 95 % interval, as a share of the value. */
  readonly noise: number | undefined;
  readonly target: { readonly at: number; readonly isAtLeast: boolean } | undefined;
}

const width = 560;
const rowHeight = 26;
const letter = 6.8;

export function ratioChart(title: string, rows: readonly RatioRow[]): string {
  const most = (row: RatioRow): number => row.value * (1 + (row.noise ?? 0));
  const ends = rows.flatMap((row) => [0, most(row), row.target?.at ?? 0]);
  const scale = scaleOf({ name: 'ratio', unit: 'ratio' }, ends, 'amount');
  const left = Math.max(...rows.map(({ name }) => name.length)) * letter + 14;
  const right = width - 64;
  const top = 8;
  const bottom = top + rows.length * rowHeight;
  const toX = (value: number): number => left + scale.position(value) * (right - left);
  const grid = scale.ticks.flatMap(({ at, label: text }) => {
    const x = left + at * (right - left);
    const line = element('line', { x1: x, x2: x, y1: top, y2: bottom, class: at === 0 ? 'base' : 'grid' });
    return [line, label(text, x, bottom + 16, 'middle', 'tick')];
  });
  const drawn = rows.map((row, index) => {
    const y = top + (index + 0.5) * rowHeight;
    const { name, value, noise, target } = row;
    const said = noise === undefined ? '' : ` ± ${(noise * 100).toFixed(1)} %`;
    const goal = target === undefined ? '' : `; target ${target.isAtLeast ? '≥' : '≤'} ${target.at}`;
    const low = Math.max(0, value * (1 - (noise ?? 0)));
    return element(
      'g',
      { class: 's0' },
      label(name, left - 8, y + 4, 'end', 'legend'),
      ...(target === undefined ? [] : [targetMark(toX(target.at), y, target.isAtLeast)]),
      element('line', { x1: toX(low), x2: toX(most(row)), y1: y, y2: y, class: 'whisker' }),
      element('circle', { cx: toX(value), cy: y, r: 5, class: 'dot' }),
      label(formatValue(value), right + 8, y + 4, 'start', 'legend'),
      element(
        'rect',
        { x: 0, y: y - rowHeight / 2, width, height: rowHeight, class: 'area' },
        tooltip(`${name}: ${formatValue(value)}${said}${goal}`),
      ),
    );
  });
  return element(
    'svg',
    { viewBox: `0 0 ${width} ${bottom + 24}`, role: 'img', 'aria-label': title, class: 'chart' },
    ...grid,
    ...drawn,
  );
}

/** A line with a small arrow to the side that meets it. */
function targetMark(x: number, y: number, isAtLeast: boolean): string {
  const tip = isAtLeast ? x + 6 : x - 6;
  const reach = rowHeight / 2 - 3;
  const points = `${x},${y - reach} ${tip},${y - reach + 3} ${x},${y - reach + 6}`;
  return element(
    'g',
    { class: 'target' },
    element('line', { x1: x, x2: x, y1: y - reach, y2: y + reach }),
    element('polygon', { points }),
  );
}
