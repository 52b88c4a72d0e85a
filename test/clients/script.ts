/**
 * The language of the scripts: a list of steps, each a command of kubectl or Helm and what must come of it. Data
 * only; script-run.ts carries them out. In every text `$NS` is the script's own namespace, `$ID` a word that
 * is the script's own in its control plane, `$PREFIX` the path of the control plane (for `get --raw`), and further words are
 * what a step has remembered.
 */
export type Match = string | RegExp;

export interface Expectation {
  /** Exit code; 0 when absent. */
  readonly exit?: number;
  /** Every one must be found; a text anywhere in the output, a pattern as patterns are. */
  readonly stdout?: Match | readonly Match[];
  readonly stderr?: Match | readonly Match[];
  /** None may be found in the standard output. */
  readonly absent?: readonly Match[];
  /**
   * Of the output as JSON: path → value, a RegExp for texts, or `absent`. A path is fields and indexes with
   * dots between, a backslash before a dot that is part of a field; a last part `length` counts a list.
   */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Split at spaces, or a list where one holds a space. */
export type Arguments = string | readonly string[];

interface CommandBase extends Expectation {
  readonly stdin?: string;
  /** Words for later steps, from the output as JSON: `{ $UID: 'metadata.uid' }`. */
  readonly remember?: Readonly<Record<`$${string}`, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Only these minor versions of kubectl know the command or print so. */
  readonly since?: number;
  readonly until?: number;
  /** Repeat until the expectation holds, for what a controller does by and by. */
  readonly eventually?: boolean;
  /** Runs inside this project, not in the script's own control plane. */
  readonly inProject?: string;
}
export interface KubectlStep extends CommandBase {
  readonly kubectl: Arguments;
}
/** `$CHART` is the folder of the chart. */
export interface HelmStep extends CommandBase {
  readonly helm: Arguments;
}
export type CommandStep = KubectlStep | HelmStep;
/** Leaves a command running under a name, once it has printed what is asked. */
export interface StartStep {
  readonly start: string;
  readonly kubectl: Arguments;
  readonly until?: Match;
}
/** Waits until a running command has printed, in all, what is asked, then ends it; or for its own end. */
export interface FinishStep extends Expectation {
  readonly finish: string;
  /** It ends by itself (`wait`): its exit code is checked. Otherwise it is stopped (`get -w`). */
  readonly endsItself?: boolean;
}
export type Step = CommandStep | StartStep | FinishStep;

export interface Script {
  readonly name: string;
  /** Only on the platform, because it is about what only the platform has. */
  readonly platformOnly?: boolean;
  readonly steps: readonly Step[];
}

/** Steps that make one config map of a list of names, all with the given labels. */
export const manifest = (...documents: readonly object[]): string =>
  documents.map((document) => JSON.stringify(document)).join('\n');

export const configMap = (
  name: string,
  data: Readonly<Record<string, string>>,
  metadata: Readonly<Record<string, unknown>> = {},
): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data });
