/** What is wrong with an expression, in cel-go's form: where, what, and the line with a mark below it. */
import { limits } from '../limits.ts';
import type { Issue } from './environment.ts';

/** Ends parsing; of all syntax errors the first is told. */
export class SyntaxIssue extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'SyntaxIssue';
    this.offset = offset;
  }
}

/** `offset` in UTF-16 units. */
export function issueAt(source: string, offset: number, message: string): Issue {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    message,
    line: before.split('\n').length,
    column: [...before.slice(lineStart)].length,
  };
}

/** Issues as cel-go prints them, one below the other. */
export function issuesText(source: string, issues: readonly Issue[]): string {
  const lines = source.split('\n');
  return issues
    .map(({ message, line, column }) => {
      const told = `ERROR: <input>:${line}:${column + 1}: ${message}`;
      const written = lines[line - 1] ?? '';
      if (written.length > limits.expressionShownLine) return told;
      const text = written.replaceAll('\t', ' ');
      const points = [...text];
      // Below wide characters the mark is wide too.
      const dots = points.slice(0, column).map((point) => (point > '\x7f' ? '．' : '.'));
      const mark = (points[column] ?? '') > '\x7f' ? '＾' : '^';
      return `${told}\n | ${text}\n | ${dots.join('')}${mark}`;
    })
    .join('\n');
}
