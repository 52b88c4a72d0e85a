/** `import { scenario } from 'k6/execution'`, of which `iterationInTest`. */
import { vuState } from '../vu-state.ts';

export const scenario = {
  get iterationInTest(): number {
    return vuState.iterationInTest;
  },
};
