/** The result of a run: the JSON that other tools read, and the same as a table for people. */
import type { Environment } from './environment.ts';
import { formatValue } from './format-value.ts';
import type { Figure, Figures, Plot } from './scenario.ts';

export interface Result {
  readonly scenario: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
  readonly figures: Figures;
  readonly plots?: readonly Plot[];
}

const numbersOnLines = /\[\s+(-?[\d.][-+.e\d]*(?:,\s+-?[\d.][-+.e\d]*)*)\s+\]/g;

/** As JSON that people can read and compare: the numbers of an array share a line. Throws when a number is none. */
export function resultText(result: Result): string {
  const broken = nonFiniteIn(result);
  if (broken !== undefined) throw new Error(`${broken} is not a finite number: JSON has none such`);
  const text = JSON.stringify(result, undefined, 2);
  return `${text.replace(numbersOnLines, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`;
}

/** Names the first figure or curve with NaN or Infinity in it. */
function nonFiniteIn({ figures, plots = [] }: Result): string | undefined {
  const areFinite = (values: readonly number[]): boolean => values.every(Number.isFinite);
  const figure = Object.entries(figures).find(([, { value, rounds = [] }]) => !areFinite([value, ...rounds]));
  if (figure !== undefined) return `the figure ${figure[0]}`;
  const plot = plots.find(({ series }) => series.some(({ points }) => !areFinite(points.flat())));
  return plot && `a point of ${JSON.stringify(plot.title)}`;
}

export function renderTable({ scenario, params, environment, figures }: Result): string {
  const rows = Object.entries(figures).map(([name, figure]) => [name, formatFigure(figure)] as const);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const given = Object.entries(params).map(([name, value]) => `${name}=${String(value)}`);
  return [
    `${scenario} (${given.join(' ')})`,
    `node ${environment.node}, ${environment.cores} cores, load before ${environment.loadBefore.toFixed(2)}, ${environment.fileSystem}`,
    '',
    ...rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`),
    '',
  ].join('\n');
}

function formatFigure({ value, unit }: Figure): string {
  return `${formatValue(value).padStart(12)} ${unit}`;
}
