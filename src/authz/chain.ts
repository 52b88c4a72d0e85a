/** The order of authorization. The first opinion decides; without one the answer is no. */
import type { Surface, UserInfo } from '../request/context.ts';
import {
  type Attributes,
  type Authorizer,
  completeRules,
  type Decision,
  noOpinion,
  type Rules,
} from './authorizer.ts';
import { MonitoringPathsAuthorizer } from './monitoring-paths/monitoring-paths.ts';
import { PublicPathsAuthorizer } from './public-paths/public-paths.ts';
import { SystemMastersAuthorizer } from './system-masters/system-masters.ts';

export function authorizers(): Authorizer {
  return new AuthorizerChain([
    new SystemMastersAuthorizer(),
    new PublicPathsAuthorizer(),
    new MonitoringPathsAuthorizer(),
  ]);
}

export class AuthorizerChain implements Authorizer {
  readonly #engines: readonly Authorizer[];

  constructor(engines: readonly Authorizer[]) {
    this.#engines = engines;
  }

  authorize(attributes: Attributes): Decision | Promise<Decision> {
    return this.#from(0, '', attributes);
  }

  /** Goes on without a promise for as long as the engines answer without one; gathers their reasons. */
  #from(first: number, reasons: string, attributes: Attributes): Decision | Promise<Decision> {
    let gathered = reasons;
    for (let i = first; i < this.#engines.length; i++) {
      const decision = this.#engines[i]!.authorize(attributes);
      if (decision instanceof Promise) {
        const before = gathered;
        return decision.then((later) =>
          later.verdict === 'no-opinion'
            ? this.#from(i + 1, join(before, later.reason, '\n'), attributes)
            : later,
        );
      }
      if (decision.verdict !== 'no-opinion') return decision;
      gathered = join(gathered, decision.reason, '\n');
    }
    return gathered === '' ? noOpinion : { verdict: 'no-opinion', reason: gathered };
  }

  /** What all engines list. One that cannot makes the list incomplete, and takes nothing from the others'. */
  async rulesFor(user: UserInfo, surface: Surface, namespace: string): Promise<Rules> {
    let gathered = completeRules({});
    for (const engine of this.#engines) {
      gathered = together(gathered, await rulesOf(engine, user, surface, namespace));
    }
    return gathered;
  }
}

async function rulesOf(
  engine: Authorizer,
  user: UserInfo,
  surface: Surface,
  namespace: string,
): Promise<Rules> {
  const unknown = { ...completeRules({}), isIncomplete: true };
  try {
    return (await engine.rulesFor?.(user, surface, namespace)) ?? unknown;
  } catch (error) {
    return { ...unknown, problem: (error as Error).message };
  }
}

const together = (a: Rules, b: Rules): Rules => ({
  resources: [...a.resources, ...b.resources],
  paths: [...a.paths, ...b.paths],
  isIncomplete: a.isIncomplete || b.isIncomplete,
  problem: join(a.problem, b.problem, ', '),
});

const join = (left: string, right: string, separator: string): string =>
  left === '' ? right : right === '' ? left : `${left}${separator}${right}`;
