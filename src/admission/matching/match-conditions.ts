/** CEL conditions on an attempt, for webhooks and policies alike. */
import { forbidden } from '../../apimachinery/status.ts';
import type { MatchCondition } from '../../apis/admissionregistration/v1/admission-schemas.ts';
import type { Attempt, SentAs } from './attempt.ts';

export interface MatchConditions {
  /**
   * Whether all of them hold. One that is false decides, whatever the others come to. Where none is and one cannot be
   * evaluated, the answer is no for who ignores failures; for all others throws a 403.
   */
  hold(
    conditions: readonly MatchCondition[],
    attempt: Attempt,
    sentAs: SentAs,
    ignoresFailure: boolean,
  ): boolean;
}

/** Until expressions can be evaluated: nobody is asked about what might not concern them, and nothing passes unseen. */
export const withoutCel: MatchConditions = {
  hold(_conditions, { asked, name }, _sentAs, ignoresFailure) {
    if (ignoresFailure) return false;
    throw forbidden(asked.resource, name, 'match conditions cannot be evaluated');
  },
};
