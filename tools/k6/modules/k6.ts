/** `import { check, fail, sleep } from 'k6'`. */
import type { Tags } from '../samples.ts';
import { vuState } from '../vu-state.ts';

export function check<T>(
  value: T,
  checks: Readonly<Record<string, (value: T) => boolean>>,
  tags: Tags = {},
): boolean {
  let all = true;
  for (const [name, holds] of Object.entries(checks)) {
    const isMet = holds(value);
    vuState.record({ metric: 'checks', kind: 'rate', value: isMet ? 1 : 0, tags: { ...tags, check: name } });
    all &&= isMet;
  }
  return all;
}

export function fail(message: string): never {
  throw new Error(message);
}

export function sleep(seconds: number): void {
  vuState.sleep(seconds);
}
