#!/usr/bin/env node
/**
 * `npm run cl2 -- TEST`: runs a test of perf/clusterloader2/ against a Milo: on the platform, or in projects that are made
 * for the run, a ClusterLoader2 for each of them at the same time. Go builds it, unless the variable CL2 names one.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { HttpClient } from '../bench/load/http-client.ts';
import { authorityOf } from '../bench/load/target.ts';
import { UsageError } from '../bench/run/usage-error.ts';
import type { ServerUnderTest } from '../bench/server/server-under-test.ts';
import { startPrometheus } from './clusterloader2/prometheus.ts';
import { reportTable } from './clusterloader2/report-table.ts';
import { go, goVersion, programPath } from './perf/go.ts';
import { exitCodeOf, type Launch, launch, runName } from './perf/launch.ts';
import {
  commonUsage,
  type LaunchOptions,
  parseLaunch,
  refuseUnknownVariables,
} from './perf/launch-options.ts';
import { writeKubeconfig } from './perf/render-kubeconfig.ts';
import { runProgram } from './perf/run-program.ts';

const folder = fileURLToPath(new URL('../../perf/clusterloader2/', import.meta.url));
/** Where a test's objects are: hierarchies are the platform's, contents a project's. */
const tests = { hierarchy: 'platform', contents: 'projects' } as const;
const prometheus = 'prometheus';
/** The launcher's and no test's: of `contents`, in how many projects at once; and how many clients each run has. */
const runsVariable = 'CL2_RUNS';
const clientsVariable = 'CL2_CLIENTS';
/** Of tests, without those that the launcher sets; the others are in overrides/. */
const furtherVariables = ['CL2_BYTES', 'CL2_THRESHOLD_P99', 'CL2_TIMEOUT'];

const usage = `npm run cl2 -- TEST [flags]

  TEST                 ${Object.keys(tests).join(', ')}
  --${prometheus}         start a Prometheus that scrapes the server, for APIResponsivenessPrometheus
  -e ${runsVariable}=N        contents: in so many projects at once (1)
  -e ${clientsVariable}=N     so many clients, of at most 100 requests a second each (4)
${commonUsage.slice(1)}`;

async function main(): Promise<number> {
  const options = parseLaunch(process.argv.slice(2), Object.keys(tests), [prometheus]);
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const known = [runsVariable, clientsVariable, ...furtherVariables, ...Object.keys(sizes(options.size))];
  refuseUnknownVariables(options.variables, known);
  const runs = countOf(options, runsVariable) ?? 1;
  // Before a server is started.
  countOf(options, clientsVariable);
  const program = process.env.CL2 ?? (await build());
  return await launch(options, (given) => runIn(options, given, program, runs));
}

/** Undefined when it was not given. */
function countOf({ variables }: LaunchOptions, name: string): number | undefined {
  const text = variables[name];
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`${name} is a whole number from 1 on.`);
  return Number(text);
}

async function build(): Promise<string> {
  if (goVersion() === undefined) {
    throw new UsageError(
      'Go, with which ClusterLoader2 is built, is not installed, and CL2 names no program.',
    );
  }
  const program = programPath('clusterloader2');
  await go(['build', '-o', program, '.'], folder);
  return program;
}

async function runIn(options: LaunchOptions, given: Launch, program: string, runs: number): Promise<number> {
  const { server, directory, cleanup } = given;
  const clients = countOf(options, clientsVariable)?.toString();
  const run = `cl2-${runName()}`;
  const kubeconfigs =
    tests[options.name as keyof typeof tests] === 'platform'
      ? [
          writeKubeconfig(
            join(directory, 'platform.kubeconfig'),
            url(server, server.tenancy.serverPath('')),
            server.target,
          ),
        ]
      : await projectKubeconfigs(server, directory, runs);
  const queried = options.flags.has(prometheus)
    ? [
        '--prometheus-kubeconfig',
        await startPrometheus(server.target, server.tenancy.serverPath('/metrics'), directory, cleanup),
      ]
    : [];
  const codes = await Promise.all(
    kubeconfigs.map(async (kubeconfig, index) => {
      const report = resolve(options.report, kubeconfigs.length === 1 ? run : `${run}-${index}`);
      mkdirSync(report, { recursive: true });
      const code = await runProgram(
        program,
        [
          ...['--kubeconfig', kubeconfig, '--report-dir', report, ...queried],
          ...['--testconfig', join(folder, 'tests', `${options.name}.yaml`)],
          ...(clients === undefined ? [] : ['--clients', clients]),
        ],
        { CL2_RUN: run, ...sizes(options.size), ...options.variables },
        cleanup,
      );
      process.stdout.write(`\n${reportTable(report)}\nsummaries: ${report}\n`);
      return code;
    }),
  );
  if (tests[options.name as keyof typeof tests] === 'projects') await server.stop();
  return Math.max(...codes);
}

/** Not given as a file of overrides, since ClusterLoader2 would take its values before those of the environment. */
function sizes(size: string): Record<string, string> {
  const values = load(readFileSync(join(folder, 'overrides', `${size}.yaml`), 'utf8'));
  return Object.fromEntries(Object.entries(values as object).map(([name, value]) => [name, String(value)]));
}

const url = ({ target }: ServerUnderTest, path: string): string => `https://${authorityOf(target)}${path}`;

async function projectKubeconfigs(
  server: ServerUnderTest,
  directory: string,
  count: number,
): Promise<string[]> {
  const { target, tenancy } = server;
  const client = await HttpClient.connect(target);
  try {
    await tenancy.prepare(client);
    const kubeconfigs: string[] = [];
    for (let index = 0; index < count; index++) {
      const project = `cl2-${index}`;
      await tenancy.create(client, project);
      const file = join(directory, `${project}.kubeconfig`);
      kubeconfigs.push(writeKubeconfig(file, url(server, tenancy.controlPlane(project)), target));
    }
    return kubeconfigs;
  } finally {
    await client.close();
  }
}

process.exitCode = await exitCodeOf(main);
