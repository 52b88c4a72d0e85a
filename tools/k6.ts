#!/usr/bin/env node
/**
 * `npm run k6 -- SCRIPT`: runs a script of perf/k6/ with k6 against a Milo, and keeps the summary. k6 is not part of this
 * repository: the one on the PATH is taken, or the one that the variable K6 names.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Target } from '../bench/load/target.ts';
import type { Cleanup } from '../bench/run/cleanup.ts';
import { UsageError } from '../bench/run/usage-error.ts';
import { k6Environment } from './k6/credentials.ts';
import { runScript } from './k6/run-script.ts';
import type { MetricSummary } from './k6/samples.ts';
import { checkVariables, k6Sizes } from './k6/sizes.ts';
import { hasCrossed, summaryTable } from './k6/summary-table.ts';
import { exitCodeOf, launch, runName } from './perf/launch.ts';
import { commonUsage, parseLaunch } from './perf/launch-options.ts';
import { runProgram } from './perf/run-program.ts';

const folder = fileURLToPath(new URL('../../perf/k6/', import.meta.url));
const scripts = ['hierarchy', 'contents', 'reads'];
const withoutK6 = 'without-k6';
/** k6's own, where a threshold is crossed. */
const crossedExitCode = 99;

const usage = `npm run k6 -- SCRIPT [flags]

  SCRIPT               ${scripts.join(', ')}
  --${withoutK6}         in an interpreter of our own, to check the script: its figures are no measurement
${commonUsage.slice(1)}`;

type Metrics = Readonly<Record<string, MetricSummary>>;

async function main(): Promise<number> {
  const options = parseLaunch(process.argv.slice(2), scripts, [withoutK6]);
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  checkVariables(options.variables);
  const isInterpreted = options.flags.has(withoutK6);
  const k6 = process.env.K6 ?? 'k6';
  if (!isInterpreted && spawnSync(k6, ['version']).error !== undefined) {
    throw new UsageError(
      `There is no k6 on the PATH, and K6 names none; --${withoutK6} checks a script without it, and measures nothing.`,
    );
  }
  return await launch(options, async (given) => {
    const name = runName();
    const environment = {
      ...k6Sizes[options.size],
      RUN: `k6-${name}`,
      ...options.variables,
      ...k6Environment(given.server.target, given.server.tenancy.serverPath(''), given.directory),
    };
    const summary = resolve(options.report, `k6-${options.name}-${name}.json`);
    const script = join(folder, `${options.name}.js`);
    const exitCode = isInterpreted
      ? await interpret(given.server.target, script, environment, summary)
      : await runK6(k6, script, environment, summary, given.cleanup);
    process.stdout.write(`\nsummary: ${summary}\n`);
    return exitCode;
  });
}

async function runK6(
  k6: string,
  script: string,
  environment: Readonly<Record<string, string>>,
  summary: string,
  cleanup: Cleanup,
): Promise<number> {
  const code = await runProgram(k6, ['run', '--summary-export', summary, script], environment, cleanup);
  // Of a script that k6 could not run there is none; k6 has said why.
  if (existsSync(summary)) {
    const { metrics } = JSON.parse(readFileSync(summary, 'utf8')) as { metrics: Metrics };
    process.stdout.write(summaryTable(metrics));
  }
  return code;
}

async function interpret(
  target: Target,
  script: string,
  environment: Readonly<Record<string, string>>,
  summary: string,
): Promise<number> {
  const { metrics, errors } = await runScript(pathToFileURL(script).href, environment, target);
  writeFileSync(summary, `${JSON.stringify({ interpreted: true, metrics, errors }, undefined, 2)}\n`);
  process.stdout.write(summaryTable(metrics));
  for (const error of errors) process.stderr.write(`${error}\n`);
  if (errors.length > 0) return 1;
  return hasCrossed(metrics) ? crossedExitCode : 0;
}

process.exitCode = await exitCodeOf(main);
