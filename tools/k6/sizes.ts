/** Sizes of the scripts of k6, and what `-e` may change. */
import { UsageError } from '../../bench/run/usage-error.ts';
import { refuseUnknownVariables } from '../perf/launch-options.ts';

/** What `--size` means to the scripts; any of it may be given with `-e`. The names are those of perf/k6/lib/sizes.js. */
export const k6Sizes: Readonly<Record<'small' | 'large', Readonly<Record<string, string>>>> = {
  small: { PROJECTS: '5', OBJECTS: '10', RATE: '10', SECONDS: '5', VUS: '5', ORGANIZATIONS: '2' },
  large: { PROJECTS: '1000', OBJECTS: '100', RATE: '200', SECONDS: '300', VUS: '100', ORGANIZATIONS: '20' },
};

const numbers = [...Object.keys(k6Sizes.small), 'BYTES', 'P99_MS'];
/** All that `-e` may give: sizes, what names begin with, and whether a failing request is told of. */
const k6Variables = [...numbers, 'RUN', 'MILO_VERBOSE'];

/** Throws UsageError, before a server is started. The scripts say the same to who runs them by hand. */
export function checkVariables(variables: Readonly<Record<string, string>>): void {
  refuseUnknownVariables(variables, k6Variables);
  for (const name of numbers) {
    const text = variables[name];
    if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text))
      throw new UsageError(`-e ${name} takes a whole number above 0, not ${JSON.stringify(text)}.`);
  }
}
