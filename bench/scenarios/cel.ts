/**
 * How fast rules of schemas are evaluated, and how soon one that goes on and on is stopped by what it may cost. In this
 * process, without a server: nothing but the evaluator is measured, by processor time, which other work on the machine
 * hardly changes.
 */

import type { JsonObject } from '../../src/apimachinery/object-meta.ts';
import type { JsonSchemaProps } from '../../src/apimachinery/structural/json-schema-props.ts';
import { RuleValidator } from '../../src/apimachinery/structural/rules/rule-validator.ts';
import { assert } from '../../src/lib/assert.ts';
import { addMedian } from '../run/median-figure.ts';
import { count } from '../run/parameters.ts';
import { type Figures, scenario } from '../run/scenario.ts';

/** A rule of each kind of loop; each costs more than one evaluation may. */
const endlessRules: Readonly<Record<string, string>> = {
  all: 'self.items.all(x, self.items.all(y, x + y >= 0))',
  exists: 'self.items.exists(x, self.items.exists(y, x + y < 0))',
  map: 'self.items.map(x, self.items.map(y, x * y)).size() < 0',
  filter: 'self.items.all(x, self.items.filter(y, y % 7 == x).size() >= 0)',
  failing: 'self.items.all(x, self.items.all(y, 1 / (x - x) == y))',
  texts: 'self.items.all(x, self.items.all(y, !self.text.contains(string(x))))',
};

const schemaOf = (rule: string): JsonSchemaProps => ({
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    maxReplicas: { type: 'integer' },
    text: { type: 'string' },
    items: { type: 'array', items: { type: 'integer' } },
  },
  'x-kubernetes-validations': [{ rule }],
});

function validatorOf(rule: string): RuleValidator {
  const validator = RuleValidator.of(schemaOf(rule), false);
  assert(validator !== undefined, 'a schema with a rule has a validator');
  return validator;
}

export const cel = scenario({
  name: 'cel',
  serves: 'none',
  summary: 'evaluations of a simple rule a second, and the time until the cost budget stops an endless one',
  parameters: {
    evaluations: count(500_000, 'of the simple rule, each round'),
    rounds: count(10, 'of each, after one that does not count'),
  },
  async run({ evaluations, rounds }, { progress, seed }): Promise<Figures> {
    const figures: Figures = {};
    const simple = validatorOf('self.replicas <= self.maxReplicas');
    const rates = repeated(rounds, () => {
      const micros = cpuMicrosOf(() => {
        for (let replicas = 0; replicas < evaluations; replicas++) {
          const { errors } = simple.validate({ replicas, maxReplicas: evaluations }, undefined);
          assert(errors.length === 0, 'the simple rule holds');
        }
      });
      return (evaluations / micros) * 1e6;
    });
    addMedian(figures, 'evaluationsPerSecond', '1/s', rates, seed);
    const object: JsonObject = {
      items: Array.from({ length: 10_000 }, (_, at) => at),
      text: 'x'.repeat(1_000),
    };
    for (const [name, rule] of Object.entries(endlessRules)) {
      progress.show(`cel: ${name}`);
      const validator = validatorOf(rule);
      const times = repeated(rounds, () => cpuMicrosOf(() => stop(validator, object)) / 1_000);
      addMedian(figures, `stopMs.${name}`, 'ms', times, seed);
    }
    return figures;
  },
});

function stop(validator: RuleValidator, object: JsonObject): void {
  const { errors } = validator.validate(object, undefined);
  const told = errors[0]?.message ?? 'no error';
  assert(told.includes('actual cost limit exceeded'), `stopped by its cost, not by ${told}`);
}

function repeated(rounds: number, measure: () => number): number[] {
  measure();
  return Array.from({ length: rounds }, measure);
}

function cpuMicrosOf(work: () => void): number {
  const { user, system } = process.cpuUsage();
  work();
  const after = process.cpuUsage();
  return after.user + after.system - user - system;
}
