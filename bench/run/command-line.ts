/** Reads `SCENARIO [--json FILE] [--parameter value …]`. Runs nothing. */
import { tmpdir } from 'node:os';
import type { ServerOptions } from '../server/server-under-test.ts';
import { count, directory, flagOf, type ParameterSet, parseValues, text } from './parameters.ts';
import type { Scenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';

export interface Command {
  readonly scenario: Scenario;
  readonly values: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Where data directories are made. */
  readonly directory: string;
  readonly jsonFile: string | undefined;
  readonly server: ServerOptions;
}

const commonParameters = {
  seed: count(1, 'what random choices start from', 0),
  dir: directory(tmpdir(), 'where data directories are made: the disk that is measured'),
};
/** Of a server that the bench does not start. */
const serverParameters = {
  kubeconfig: text('FILE', 'a server that runs already, instead of a Milo that the bench starts'),
  context: text('NAME', 'of the kubeconfig; its current one when not given'),
  tenancy: text('NAME', 'how the server addresses tenants: a file, or one of bench/tenancies/'),
  serverPid: count(0, 'its process, if it runs on this machine'),
  storagePid: count(0, 'the process of its storage, if there is one of its own on this machine'),
  storageDir: directory('', 'where its data lies on this machine'),
  storageMetrics: text('URL', "etcd's /metrics, without TLS: flushes of the disk"),
};

/** 'help' when usage was asked for. Throws UsageError. */
export function parseCommandLine(words: readonly string[], scenarios: readonly Scenario[]): Command | 'help' {
  if (words.includes('--help') || words.includes('-h')) return 'help';
  const [name, ...rest] = words;
  const names = scenarios.map((scenario) => scenario.name).join(', ');
  if (name === undefined || name.startsWith('-')) {
    throw new UsageError(`Name a scenario first, one of ${names}.`);
  }
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (scenario === undefined) {
    throw new UsageError(`There is no scenario ${JSON.stringify(name)}; there is ${names}.`);
  }
  const parameters = { ...commonParameters, ...serverParameters, ...scenario.parameters };
  const given = givenFlags(rest, scenario.name, ['--json', ...Object.keys(parameters).map(flagOf)]);
  const common = parseValues(commonParameters, given);
  return {
    scenario,
    values: parseValues(scenario.parameters, given),
    seed: common.seed,
    directory: common.dir,
    jsonFile: given.get('--json'),
    server: serverOptions(scenario, given),
  };
}

function serverOptions({ name, serves }: Scenario, given: ReadonlyMap<string, string>): ServerOptions {
  const { kubeconfig, context, tenancy, serverPid, storagePid, storageDir, storageMetrics } = parseValues(
    serverParameters,
    given,
  );
  if (kubeconfig === '') {
    const idle = Object.keys(serverParameters)
      .map(flagOf)
      .find((flag) => given.has(flag));
    if (idle !== undefined)
      throw new UsageError(`${idle} says something of the server of --kubeconfig, which is not given.`);
    return { kubeconfig: undefined };
  }
  if (serves === 'none') throw new UsageError(`${name} measures no server, and takes no --kubeconfig.`);
  if (serves === 'own')
    throw new UsageError(`${name} starts and stops its server itself, and takes no --kubeconfig.`);
  if (tenancy === '')
    throw new UsageError('--kubeconfig needs --tenancy, which says how the server addresses tenants.');
  return {
    kubeconfig,
    context: context === '' ? undefined : context,
    tenancy,
    pid: given.has('--server-pid') ? serverPid : undefined,
    storagePid: given.has('--storage-pid') ? storagePid : undefined,
    storageDirectory: storageDir === '' ? undefined : storageDir,
    storageMetrics: storageMetrics === '' ? undefined : storageMetrics,
    needsControlPlanes: serves === 'control-planes',
  };
}

/** `--flag value` and `--flag=value`. */
function givenFlags(
  words: readonly string[],
  scenario: string,
  known: readonly string[],
): Map<string, string> {
  const given = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const [, flag, inline] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(words[at]!) ?? [];
    if (flag === undefined || !known.includes(flag)) {
      throw new UsageError(
        `${scenario} does not know ${JSON.stringify(words[at])}; it takes ${known.join(', ')}.`,
      );
    }
    const value = inline ?? words[++at];
    if (value === undefined || value === '') throw new UsageError(`${flag} needs a value.`);
    if (given.has(flag)) throw new UsageError(`${flag} is given twice.`);
    given.set(flag, value);
  }
  return given;
}

export function usageText(scenarios: readonly Scenario[]): string {
  const lines = [
    'Usage: npm run bench -- SCENARIO [--json FILE] [--PARAMETER VALUE …]',
    '       npm run bench -- compare A.json B.json [--bound R]',
    '       npm run bench -- report FILE… [--out DIR]',
    '',
  ];
  const describe = (parameters: ParameterSet): void => {
    for (const [name, { default: value, metavariable, help }] of Object.entries(parameters)) {
      const shown = value === '' ? (metavariable ?? 'DIR') : String(value);
      lines.push(`      ${`${flagOf(name)} ${shown}`.padEnd(30)} ${help}`);
    }
  };
  for (const { name, summary, parameters } of scenarios) {
    lines.push(`  ${name}: ${summary}`);
    describe(parameters);
  }
  lines.push('  every scenario:');
  describe(commonParameters);
  lines.push(`      ${'--json FILE'.padEnd(30)} write the result there, as JSON`);
  describe(serverParameters);
  return `${lines.join('\n')}\n`;
}
