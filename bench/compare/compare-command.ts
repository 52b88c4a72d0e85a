/** `compare A.json B.json [--bound R]`: prints how B stands to A. A regression is exit code 1. */
import { disturbanceOf } from '../run/doubts.ts';
import { formatValue } from '../run/format-value.ts';
import { readResult } from '../run/read-result.ts';
import type { Result } from '../run/result.ts';
import type { Scenario } from '../run/scenario.ts';
import { UsageError } from '../run/usage-error.ts';
import { type ComparedFigure, compareResults } from './compare-results.ts';

const boundDefault = 1.1;
const boundMax = 1000;
/** Confidence must not change when the same command is given again. */
const seed = 1;

export interface Outcome {
  readonly text: string;
  readonly exitCode: 0 | 1;
}

/** Throws UsageError. */
export function compareCommand(words: readonly string[], scenarios: readonly Scenario[]): Outcome {
  const { files, bound } = parse(words);
  const [before, after] = [readResult(files[0]), readResult(files[1])];
  if (before.scenario !== after.scenario) {
    throw new UsageError(
      `${files[0]} is of ${before.scenario} and ${files[1]} of ${after.scenario}: only results of one scenario compare.`,
    );
  }
  const { better } = scenarios.find(({ name }) => name === after.scenario) ?? {};
  const compared = compareResults(before, after, { bound, seed, better });
  if (compared.length === 0) throw new UsageError(`${files[0]} and ${files[1]} have no figure in common.`);
  const regressions = compared.filter(({ verdict }) => verdict === 'regression');
  const lines = [
    `${after.scenario}: B ÷ A, worse by at most ${bound}`,
    `A  ${origin(files[0], before)}`,
    `B  ${origin(files[1], after)}`,
    ...differences(before, after),
    '',
    ...table(compared),
    '',
    regressions.length === 0
      ? `no regression in ${compared.length} figures`
      : `${regressions.length} of ${compared.length} figures regressed: ${regressions.map(({ name }) => name).join(', ')}`,
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: regressions.length === 0 ? 0 : 1 };
}

function parse(words: readonly string[]): { files: readonly [string, string]; bound: number } {
  const files: string[] = [];
  let bound: number | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith('--')) files.push(word);
    else {
      const [, inline] = /^--bound(?:=(.*))?$/s.exec(word) ?? refuse(word);
      if (bound !== undefined) throw new UsageError('--bound is given twice.');
      bound = parseBound(inline ?? words[++at]);
    }
  }
  const [before, after] = files;
  if (before === undefined || after === undefined || files.length > 2) {
    throw new UsageError(`compare takes two files, A.json and B.json, and not ${files.length}.`);
  }
  return { files: [before, after], bound: bound ?? boundDefault };
}

function refuse(word: string): never {
  throw new UsageError(`compare does not know ${JSON.stringify(word)}; it takes two files and --bound.`);
}

function parseBound(text: string | undefined): number {
  const bound = text !== undefined && /^\d{1,4}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (bound < 1 || bound > boundMax) {
    throw new UsageError(
      `--bound takes a ratio from 1 to ${boundMax}, as in 1.1, not ${JSON.stringify(text ?? '')}.`,
    );
  }
  return bound;
}

function origin(file: string, { environment }: Result): string {
  const { date, commit = 'an unknown commit', cpu, cores, node } = environment;
  return `${file}: ${commit}, ${date}, ${cores} × ${cpu}, node ${node}`;
}

/** What makes a comparison doubtful is said, not forbidden: it may be the point of it. */
function differences(before: Result, after: Result): string[] {
  const said: string[] = [];
  for (const name of new Set([...Object.keys(before.params), ...Object.keys(after.params)])) {
    const [from, to] = [before.params[name], after.params[name]].map((value) => JSON.stringify(value));
    if (from !== to) said.push(`differs: ${name} was ${from ?? 'not there'} and is ${to ?? 'not there'}`);
  }
  for (const name of ['cpu', 'cores', 'node', 'fileSystem'] as const) {
    const [from, to] = [before.environment[name], after.environment[name]];
    if (from !== to) said.push(`differs: ${name} was ${from} and is ${to}`);
  }
  const gone = Object.keys(before.figures).filter(
    (name) => !(name in after.figures) && !name.startsWith('noise.'),
  );
  if (gone.length > 0) said.push(`only A has ${gone.join(', ')}`);
  for (const [side, result] of Object.entries({ A: before, B: after })) {
    const disturbance = disturbanceOf(result);
    if (disturbance !== undefined) said.push(`doubtful: of ${side}, ${disturbance}`);
  }
  return said;
}

function table(compared: readonly ComparedFigure[]): string[] {
  const head = ['figure', 'A', 'B', 'unit', 'B ÷ A', '95 %', 'better', ''];
  const rows = compared.map(({ name, before, after, unit, ratio, interval, better, verdict }) => [
    name,
    formatValue(before),
    formatValue(after),
    unit,
    ratio === undefined ? '—' : ratio.toFixed(3),
    interval === undefined ? 'measured once' : `${interval.low.toFixed(3)} … ${interval.high.toFixed(3)}`,
    better ?? 'not declared',
    verdict === 'regression' ? 'REGRESSION' : verdict,
  ]);
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const isNumber = (column: number): boolean => [1, 2, 4].includes(column);
  return all.map((row) =>
    row
      .map((cell, column) =>
        isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
