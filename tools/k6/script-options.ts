/**
 * What of k6's options the interpreter knows: scenarios with three executors, and thresholds. Anything else that would
 * change what is measured is refused, so that no script runs here other than k6 would run it.
 */
export type Scenario = {
  readonly exec: string;
  readonly startTimeMs: number;
} & (
  | {
      readonly executor: 'constant-arrival-rate';
      readonly ratePerSecond: number;
      readonly durationMs: number;
      readonly vus: number;
      readonly vusMax: number;
    }
  | { readonly executor: 'constant-vus'; readonly vus: number; readonly durationMs: number }
  | { readonly executor: 'shared-iterations'; readonly vus: number; readonly iterations: number }
);

export interface ScriptOptions {
  readonly scenarios: readonly Scenario[];
  readonly thresholds: Readonly<Record<string, readonly string[]>>;
}

type Fields = Readonly<Record<string, unknown>>;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const known = new Set([
  ...['scenarios', 'thresholds', 'tlsAuth', 'insecureSkipTLSVerify', 'summaryTrendStats'],
  ...['discardResponseBodies', 'setupTimeout', 'teardownTimeout'],
]);

/** Of scenarios, by executor. */
const ofScenarios: Readonly<Record<string, readonly string[]>> = {
  'constant-arrival-rate': ['rate', 'timeUnit', 'duration', 'preAllocatedVUs', 'maxVUs'],
  'constant-vus': ['vus', 'duration'],
  // How long all iterations may take, which is not kept here: a run that goes on longer is seen by who waits for it.
  'shared-iterations': ['vus', 'iterations', 'maxDuration'],
};
const ofEveryScenario = ['executor', 'exec', 'startTime'];

export function readScriptOptions(options: unknown): ScriptOptions {
  const fields = options as Fields;
  const unknown = Object.keys(fields).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`options that only k6 knows: ${unknown.join(', ')}`);
  return {
    scenarios: Object.values((fields.scenarios ?? {}) as Record<string, Fields>).map(readScenario),
    thresholds: (fields.thresholds ?? {}) as Record<string, readonly string[]>,
  };
}

function readScenario(fields: Fields): Scenario {
  const own = ofScenarios[String(fields.executor)] ?? [];
  const foreign = Object.keys(fields).filter((name) => ![...ofEveryScenario, ...own].includes(name));
  if (own.length > 0 && foreign.length > 0)
    throw new Error(`fields of a scenario that only k6 knows: ${foreign.join(', ')}`);
  const common = { exec: String(fields.exec), startTimeMs: duration(fields.startTime ?? '0s') };
  switch (fields.executor) {
    case 'constant-arrival-rate':
      return {
        ...common,
        executor: 'constant-arrival-rate',
        ratePerSecond: (Number(fields.rate) * 1_000) / duration(fields.timeUnit ?? '1s'),
        durationMs: duration(fields.duration),
        vus: Number(fields.preAllocatedVUs),
        vusMax: Number(fields.maxVUs ?? fields.preAllocatedVUs),
      };
    case 'constant-vus':
      return {
        ...common,
        executor: 'constant-vus',
        vus: Number(fields.vus),
        durationMs: duration(fields.duration),
      };
    case 'shared-iterations':
      return {
        ...common,
        executor: 'shared-iterations',
        vus: Number(fields.vus),
        iterations: Number(fields.iterations),
      };
    default:
      throw new Error(`an executor that only k6 knows: ${String(fields.executor)}`);
  }
}

function duration(text: unknown): number {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(String(text)) ?? [];
  if (unit === undefined) throw new Error(`${String(text)} is not a duration such as 10s`);
  return Number(number) * unitMs[unit]!;
}
