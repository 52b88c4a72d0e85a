/** Reads results of earlier runs. What is no result is refused in a sentence: files come from the command line. */
import { readFileSync } from 'node:fs';
import type { Result } from './result.ts';
import type { Figure } from './scenario.ts';
import { UsageError } from './usage-error.ts';

const fileBytesMax = 16 * 1024 * 1024;

export function readResult(file: string): Result {
  let value: unknown;
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > fileBytesMax) throw new Error(`more than ${fileBytesMax} bytes`);
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} cannot be read as a result: ${(error as Error).message}.`);
  }
  if (!isResult(value)) throw new UsageError(`${file} is not the result of a scenario.`);
  return value;
}

function isResult(value: unknown): value is Result {
  if (!isObject(value) || typeof value.scenario !== 'string') return false;
  if (!isObject(value.params) || !isEnvironment(value.environment) || !isObject(value.figures)) return false;
  return Object.values(value.figures).every(isFigure) && (value.plots === undefined || isPlots(value.plots));
}

function isEnvironment(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isText = (name: string): boolean => typeof value[name] === 'string';
  const isNumber = (name: string): boolean => typeof value[name] === 'number';
  return (
    ['date', 'command', 'node', 'lmdb', 'os', 'cpu', 'fileSystem'].every(isText) &&
    ['seed', 'cores', 'memoryBytes', 'loadBefore'].every(isNumber) &&
    ['commit', 'server'].every((name) => value[name] === undefined || isText(name))
  );
}

function isFigure(value: unknown): value is Figure {
  if (!isObject(value) || typeof value.value !== 'number' || typeof value.unit !== 'string') return false;
  const { rounds } = value;
  return (
    rounds === undefined || (Array.isArray(rounds) && rounds.every((round) => typeof round === 'number'))
  );
}

function isPlots(value: unknown): boolean {
  const isPoint = (point: unknown): boolean =>
    Array.isArray(point) && point.length === 2 && point.every((part) => typeof part === 'number');
  const isSeries = (series: unknown): boolean =>
    isObject(series) &&
    typeof series.name === 'string' &&
    Array.isArray(series.points) &&
    series.points.every(isPoint);
  const isAxis = (axis: unknown): boolean =>
    isObject(axis) && typeof axis.name === 'string' && typeof axis.unit === 'string';
  const isPlot = (plot: unknown): boolean =>
    isObject(plot) &&
    typeof plot.title === 'string' &&
    isAxis(plot.x) &&
    isAxis(plot.y) &&
    Array.isArray(plot.series) &&
    plot.series.every(isSeries);
  return Array.isArray(value) && value.every(isPlot);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
