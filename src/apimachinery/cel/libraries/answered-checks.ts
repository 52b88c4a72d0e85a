/**
 * Checks of expressions whose answers take time. An expression is evaluated with the answers that are known; what else
 * it asked is found out, and it is evaluated again, until nothing was left open. It asks the same questions again, so
 * every round knows more, and since a check is dear (350,000 of the 10,000,000 of a request) the rounds are few.
 */
import type { AnswerAuthorization, AuthorizationAnswer, AuthorizationQuestion } from './authorization.ts';

export type FindAnswer = (
  question: AuthorizationQuestion,
) => AuthorizationAnswer | Promise<AuthorizationAnswer>;

/** What an unanswered check says until it is answered. Its evaluation counts for nothing. */
const unanswered: AuthorizationAnswer = { isAllowed: false, reason: '', error: 'not answered yet' };

/** Answers of one request: they may be shared by all of its expressions. */
export class AnsweredChecks {
  readonly #find: FindAnswer;
  readonly #answers = new Map<string, AuthorizationAnswer>();
  #open = new Map<string, AuthorizationQuestion>();

  constructor(find: FindAnswer) {
    this.#find = find;
  }

  /** For AuthorizerValue. */
  readonly answer: AnswerAuthorization = (question) => {
    const key = keyOf(question);
    const known = this.#answers.get(key);
    if (known === undefined) this.#open.set(key, question);
    return known ?? unanswered;
  };

  /**
   * Evaluates until every check was answered. `evaluate` must have no effect but its result, and is run at least once.
   * What finding an answer rejects with is the answer's error, as upstream has it.
   */
  async settle<T>(evaluate: () => T): Promise<T> {
    for (;;) {
      this.#open = new Map();
      const result = evaluate();
      if (this.#open.size === 0) return result;
      await Promise.all([...this.#open].map(([key, question]) => this.#settleOne(key, question)));
    }
  }

  async #settleOne(key: string, question: AuthorizationQuestion): Promise<void> {
    try {
      this.#answers.set(key, await this.#find(question));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#answers.set(key, { isAllowed: false, reason: '', error: message });
    }
  }
}

const keyOf = ({ serviceAccount, verb, path, resource }: AuthorizationQuestion): string =>
  JSON.stringify([
    serviceAccount?.namespace,
    serviceAccount?.name,
    verb,
    path,
    resource && Object.entries(resource).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
