/**
 * What it may cost to judge one definition, however many schemas it has. Nothing else waits for it elsewhere, but
 * everybody waits while it runs.
 */
import { limits } from '../../limits.ts';

export class LawBudget {
  readonly #patterns = new Set<string>();
  #instructions = 0;
  #defaultSteps = 0;
  /** What evaluating rules of defaults may still cost; negative once it was too much. */
  defaultRulesCost: number;

  constructor(defaultRulesCost: number = limits.objectRulesCost) {
    this.defaultRulesCost = defaultRulesCost;
  }

  /** False once there has been too much. The same pattern costs nothing the second time. */
  hasRoomFor(pattern: string): boolean {
    return this.#patterns.has(pattern) || this.#instructions <= limits.schemaPatternInstructions;
  }
  /** One that could not be compiled has cost as much as the largest one that can. */
  compiled(pattern: string, instructions: number = limits.regexpInstructions): void {
    if (this.#patterns.has(pattern)) return;
    this.#patterns.add(pattern);
    this.#instructions += instructions;
  }

  get mayJudgeDefaults(): boolean {
    return this.#defaultSteps <= limits.defaultSteps;
  }
  judgesDefault(steps: number): void {
    this.#defaultSteps += steps;
  }
}
