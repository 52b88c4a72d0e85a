/**
 * What the launchers of k6 and ClusterLoader2 are told: `NAME [--size small|large] [--kubeconfig FILE] [-e NAME=VALUE]…`.
 * A kubeconfig is taken only where it is named here: load must not reach a cluster because KUBECONFIG happens to be set.
 */
import { parseArgs } from 'node:util';
import { UsageError } from '../../bench/run/usage-error.ts';
import type { ServerOptions } from '../../bench/server/server-under-test.ts';

export interface LaunchOptions {
  /** Of the script or test. */
  readonly name: string;
  readonly size: 'small' | 'large';
  readonly server: ServerOptions;
  /** Directory in which the summaries are kept. */
  readonly report: string;
  /** Given with `-e`, for the script or test. */
  readonly variables: Readonly<Record<string, string>>;
  /** Those of `flags` that were given. */
  readonly flags: ReadonlySet<string>;
}

export const commonUsage = `
  --size small|large   how much, where no variable says otherwise (small)
  -e NAME=VALUE        a variable of the script; may be given several times
  --kubeconfig FILE    a server that runs already, instead of a Milo that is started for the run
  --context NAME       of the kubeconfig; its current one when not given
  --report DIR         where the summaries are kept (.perf)
`;

/** 'help' when usage was asked for. Throws UsageError. */
export function parseLaunch(
  words: readonly string[],
  names: readonly string[],
  flags: readonly string[],
): LaunchOptions | 'help' {
  const { values, positionals } = parsed(words, flags);
  if (values.help === true) return 'help';
  const [name, ...more] = positionals;
  if (name === undefined || !names.includes(name) || more.length > 0) {
    throw new UsageError(`Name one of ${names.join(', ')}, and nothing else without a dash.`);
  }
  const size = values.size ?? 'small';
  if (size !== 'small' && size !== 'large')
    throw new UsageError(`--size is small or large, not ${String(size)}.`);
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const kubeconfig = text(values.kubeconfig);
  const context = text(values.context);
  if (kubeconfig === undefined && context !== undefined)
    throw new UsageError('--context needs --kubeconfig.');
  return {
    name,
    size,
    server:
      kubeconfig === undefined
        ? { kubeconfig }
        : {
            kubeconfig,
            context,
            tenancy: 'milo',
            pid: undefined,
            needsControlPlanes: true,
            storagePid: undefined,
            storageDirectory: undefined,
          },
    report: text(values.report) ?? '.perf',
    variables: Object.fromEntries(((values.env ?? []) as readonly string[]).map(variable)),
    flags: new Set(flags.filter((flag) => values[flag] === true)),
  };
}

/** Throws UsageError: what no script or test reads would change nothing, and nobody would see that. */
export function refuseUnknownVariables(
  variables: Readonly<Record<string, string>>,
  known: readonly string[],
): void {
  const unknown = Object.keys(variables).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`-e ${unknown} is no variable of these; there are ${known.join(', ')}.`);
}

function parsed(
  words: readonly string[],
  flags: readonly string[],
): { values: Readonly<Record<string, unknown>>; positionals: readonly string[] } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' } as const])),
        ...{ help: { type: 'boolean', short: 'h' }, env: { type: 'string', short: 'e', multiple: true } },
        ...{ size: text, kubeconfig: text, context: text, report: text },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}.`);
  }
}

function variable(assignment: string): [string, string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(assignment) ?? [];
  if (name === undefined) throw new UsageError(`-e ${assignment} is not NAME=VALUE.`);
  return [name, value!];
}
