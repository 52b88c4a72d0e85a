/** Upstream's table of what calls of its libraries are estimated to cost, and do cost, to the unit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { corpusMissing, corpusText } from '../../../../test/corpus.ts';
import { CelEnvironment } from '../cel.ts';
import { AuthorizerValue, authorizerType } from '../libraries/authorization.ts';
import { jsonPatchLibrary } from '../libraries/json-patch.ts';
import { kubernetesLibraries } from '../libraries/kubernetes-libraries.ts';
import type { CostEstimator } from './cost-estimator.ts';
import { estimateCost } from './estimate-cost.ts';
import { kubernetesCallCost } from './kubernetes-call-costs.ts';
import { kubernetesCallEstimate } from './kubernetes-call-estimates.ts';

interface Case {
  readonly id: string;
  readonly expr: string;
  readonly expected: {
    readonly estimatedCost: { readonly min: number; readonly max: number };
    readonly runtimeCost: number;
  };
}

const environment = new CelEnvironment({
  libraries: [...kubernetesLibraries(), jsonPatchLibrary],
  variables: { authorizer: authorizerType },
});

/** Texts of which nothing is known have up to twelve characters. */
const estimator: CostEstimator = {
  call: kubernetesCallEstimate,
  sizeOf: ({ type }) => (type.kind === 'string' || type.kind === 'bytes' ? { min: 0n, max: 12n } : undefined),
};

test('library/cost.json', (t) => {
  const path = 'upstream-tables/cel/library/cost.json';
  const text = corpusText(path);
  if (text === undefined) return t.skip(corpusMissing(path));
  const { cases } = JSON.parse(text) as { cases: Case[] };
  assert.equal(cases.length, 141);
  const authorizer = new AuthorizerValue(() => ({ isAllowed: true, reason: '' }));
  const missed: string[] = [];
  for (const { id, expr, expected } of cases) {
    const { program, text: problem } = { text: '', ...environment.compile(expr) };
    assert.ok(program, `${id}: ${problem}`);
    const { min, max } = estimateCost(program.checked, estimator);
    const { error, cost } = program.evaluate({ authorizer }, { callCost: kubernetesCallCost });
    assert.equal(error, undefined, `${id}: ${error?.message}`);
    const found = { estimatedCost: { min: Number(min), max: Number(max) }, runtimeCost: cost };
    if (!isDeepStrictEqual(found, expected))
      missed.push(`${expr}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  }
  assert.deepEqual(missed, []);
});
