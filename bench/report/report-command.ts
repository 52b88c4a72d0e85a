/** `report FILE… [--out DIR]`: writes `report.md` and `report.html` about the results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readResult } from '../run/read-result.ts';
import type { Scenario } from '../run/scenario.ts';
import { UsageError } from '../run/usage-error.ts';
import { htmlPageOf } from './html-page.ts';
import { markdownOf } from './markdown.ts';
import { type NamedResult, reportContent } from './report-content.ts';

/** Answers what to print. Throws UsageError. */
export function reportCommand(words: readonly string[], scenarios: readonly Scenario[]): string {
  const { files, directory } = parse(words);
  const results = files.map((file): NamedResult => ({ file: basename(file), result: readResult(file) }));
  const twice = results.find(({ file }, at) => results.findIndex((other) => other.file === file) !== at);
  if (twice !== undefined) throw new UsageError(`Two of the files are called ${twice.file}.`);
  const content = reportContent(results, scenarios);
  const written: string[] = [];
  try {
    mkdirSync(directory, { recursive: true });
    for (const [name, text] of [
      ['report.md', markdownOf(content)] as const,
      ['report.html', htmlPageOf(content)] as const,
    ]) {
      const path = join(directory, name);
      writeFileSync(path, text);
      written.push(path);
    }
  } catch (error) {
    throw new UsageError(`--out ${directory} cannot be written: ${(error as Error).message}.`);
  }
  return `${written.join('\n')}\n`;
}

function parse(words: readonly string[]): { files: readonly string[]; directory: string } {
  const files: string[] = [];
  let directory: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith('--')) files.push(word);
    else {
      const [, inline] = /^--out(?:=(.*))?$/s.exec(word) ?? refuse(word);
      if (directory !== undefined) throw new UsageError('--out is given twice.');
      directory = inline ?? words[++at] ?? '';
      if (directory === '') throw new UsageError('--out needs a directory.');
    }
  }
  if (files.length === 0) throw new UsageError('report takes the JSON files of results.');
  return { files, directory: directory ?? '.' };
}

function refuse(word: string): never {
  throw new UsageError(`report does not know ${JSON.stringify(word)}; it takes files and --out.`);
}
