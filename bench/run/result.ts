/** The result of a run: the JSON that other tools read, and the same as a table for people. */
import type { Environment } from './environment.ts';
import type { Figure, Figures, Plot } from './scenario.ts';

export interface Result {
  readonly scenario: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
  readonly figures: Figures;
  readonly plots?: readonly Plot[];
}

const numbersOnLines = /\[\s+(-?[\d.][-+.e\d]*(?:,\s+-?[\d.][-+.e\d]*)*)\s+\]/g;

/** As JSON that people can read and compare: the numbers of an array share a line. */
export function resultText(result: Result): string {
  const text = JSON.stringify(result, undefined, 2);
  return `${text.replace(numbersOnLines, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`;
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
  const magnitude = Math.abs(value);
  const digits = magnitude >= 1000 ? 0 : magnitude >= 10 ? 1 : 3;
  return `${value.toFixed(digits).padStart(12)} ${unit}`;
}
