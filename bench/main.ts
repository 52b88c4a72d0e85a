#!/usr/bin/env node
/**
 * `npm run bench -- SCENARIO [--json FILE] [--PARAMETER VALUE …]`: runs one scenario and reports its figures;
 * `npm run bench -- compare A.json B.json`: holds a later result against an earlier one;
 * `npm run bench -- report FILE…`: makes Markdown and a page of results. This
 * process is the client; the server under test and every peer are processes of their own. Files directly in
 * bench/ are programs, the folders hold their parts.
 */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareCommand } from './compare/compare-command.ts';
import { reportCommand } from './report/report-command.ts';
import { brokenBounds } from './run/bounds.ts';
import { Cleanup } from './run/cleanup.ts';
import { type Command, parseCommandLine, usageText } from './run/command-line.ts';
import { endEarly } from './run/end-early.ts';
import { environment } from './run/environment.ts';
import { Progress } from './run/progress.ts';
import { type Result, renderTable, resultText } from './run/result.ts';
import type { Plot } from './run/scenario.ts';
import { scenarios } from './run/scenarios.ts';
import { UsageError } from './run/usage-error.ts';
import { usageFigures, usagePlots } from './run/usage-report.ts';
import { serversOf } from './server/server-under-test.ts';

const words = process.argv.slice(2);

async function run(command: Command, cleanup: Cleanup): Promise<Result> {
  const { scenario, values, seed } = command;
  const progress = new Progress(process.stderr);
  const directory = makeDirectory(command.directory);
  cleanup.add(() => rmSync(directory, { recursive: true, force: true }));
  const servers = serversOf(command.server, directory, cleanup);
  const where = environment(seed, directory, words);
  try {
    const plots: Plot[] = [];
    const addPlot = (plot: Plot): void => void plots.push(plot);
    const measured = await scenario.run(values, { progress, cleanup, servers, directory, seed, addPlot });
    const figures = { ...measured, ...usageFigures(servers.usage) };
    for (const plot of usagePlots(servers.usage)) addPlot(plot);
    const curves = plots.length === 0 ? {} : { plots };
    return {
      scenario: scenario.name,
      params: values,
      environment: { ...where, server: servers.description },
      figures,
      ...curves,
    };
  } finally {
    progress.clear();
  }
}

function makeDirectory(parent: string): string {
  try {
    return mkdtempSync(join(parent, 'milo-bench-'));
  } catch (error) {
    throw new UsageError(`--dir ${parent} cannot be used: ${(error as Error).message}.`);
  }
}

/** Before the run, so that a long run does not end in a file that cannot be written. An earlier result stays until then. */
function checkJsonFile(file: string): void {
  try {
    const isNew = !existsSync(file);
    closeSync(openSync(file, 'a'));
    if (isNew) rmSync(file);
  } catch (error) {
    throw new UsageError(`--json ${file} cannot be written: ${(error as Error).message}.`);
  }
}

async function main(): Promise<void> {
  if (words[0] === 'compare') {
    const { text, exitCode } = compareCommand(words.slice(1), scenarios);
    process.stdout.write(text);
    process.exitCode = exitCode;
    return;
  }
  if (words[0] === 'report') {
    process.stdout.write(reportCommand(words.slice(1), scenarios));
    return;
  }
  const command = parseCommandLine(words, scenarios);
  if (command === 'help') {
    process.stdout.write(usageText(scenarios));
    return;
  }
  const { jsonFile } = command;
  if (jsonFile !== undefined) checkJsonFile(jsonFile);
  const cleanup = new Cleanup();
  endEarly(cleanup);
  await cleanup.after(async () => {
    const result = await run(command, cleanup);
    // First what needs no file: it stays where the other fails.
    process.stdout.write(renderTable(result));
    if (jsonFile !== undefined) writeFileSync(jsonFile, resultText(result));
    const broken = brokenBounds(command.scenario.bounds ?? [], result.figures);
    if (broken.length > 0) process.stdout.write(`\n${broken.join('\n')}\n`);
    process.exitCode = broken.length > 0 ? 1 : 0;
  });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
