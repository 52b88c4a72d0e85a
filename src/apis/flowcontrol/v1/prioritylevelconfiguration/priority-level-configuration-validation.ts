/**
 * What a PriorityLevelConfiguration must satisfy. Source of rules and messages: kubernetes
 * pkg/apis/flowcontrol/validation.
 */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import {
  type FieldError,
  forbidden,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { flowConditionErrors } from '../conditions.ts';
import { catchAllSpec } from './bootstrap-priority-levels.ts';
import type {
  ExemptLevel,
  LimitedLevel,
  LimitResponse,
  Queuing,
} from './priority-level-configuration-schema.ts';

const exemptName = 'exempt';
const queuesMax = 10_000_000;
/** A hand is dealt by so many bits of a hash. */
const entropyBitsMax = 60;

export function priorityLevelErrors(level: KubeObject): FieldError[] {
  return [...specErrors(level), ...mandatoryErrors(level), ...flowConditionErrors(level)];
}

function specErrors({ metadata, spec = {} }: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const type: string = spec.type ?? '';
  if ((metadata.name === exemptName) !== (type === 'Exempt')) {
    errors.push(invalidValue('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  switch (type) {
    case 'Exempt':
      if (spec.limited !== undefined) {
        errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
      }
      if (spec.exempt !== undefined) errors.push(...exemptErrors(spec.exempt, 'spec.exempt'));
      break;
    case 'Limited':
      if (spec.exempt !== undefined) {
        errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
      }
      if (spec.limited === undefined) {
        errors.push(requiredValue('spec.limited', 'must not be empty when type is Limited'));
      } else errors.push(...limitedErrors(spec.limited, 'spec.limited'));
      break;
    default:
      errors.push(oneOf('spec.type', type, ['Exempt', 'Limited']));
  }
  return errors;
}

/** Of the exempt level, what it leaves to others is free to change. */
function mandatoryErrors({ metadata, spec = {} }: KubeObject): FieldError[] {
  if (metadata.name === exemptName) {
    const { exempt: _, ...fixed } = spec;
    const detail = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value";
    return deepEqual(fixed, { type: 'Exempt' }) ? [] : [invalidValue('spec', shown(spec), detail)];
  }
  if (metadata.name !== 'catch-all' || deepEqual(spec, catchAllSpec)) return [];
  return [invalidValue('spec', shown(spec), "spec of 'catch-all' must equal the fixed value")];
}

/** As upstream prints its own structs, whose fields have the names of Go. */
function shown({ type = '', limited, exempt }: Spec): unknown {
  return {
    Type: type,
    Limited: limited === undefined ? null : shownLimited(limited),
    Exempt:
      exempt === undefined
        ? null
        : {
            NominalConcurrencyShares: exempt.nominalConcurrencyShares ?? null,
            LendablePercent: exempt.lendablePercent ?? null,
          },
  };
}
interface Spec {
  readonly type?: string;
  readonly limited?: LimitedLevel;
  readonly exempt?: ExemptLevel;
}

function shownLimited(limited: LimitedLevel): unknown {
  const { type = '', queuing } = limited.limitResponse ?? { type: '' };
  return {
    NominalConcurrencyShares: limited.nominalConcurrencyShares ?? 0,
    LimitResponse: {
      Type: type,
      Queuing:
        queuing === undefined
          ? null
          : {
              Queues: queuing.queues ?? 0,
              HandSize: queuing.handSize ?? 0,
              QueueLengthLimit: queuing.queueLengthLimit ?? 0,
            },
    },
    LendablePercent: limited.lendablePercent ?? null,
    BorrowingLimitPercent: limited.borrowingLimitPercent ?? null,
  };
}

const oneOf = (path: string, value: string, known: readonly string[]): FieldError =>
  value === '' ? requiredValue(path) : notSupported(path, value, known);

function exemptErrors(
  { nominalConcurrencyShares, lendablePercent }: ExemptLevel,
  path: string,
): FieldError[] {
  return [...shareErrors(nominalConcurrencyShares, path), ...lendableErrors(lendablePercent, path)];
}

function limitedErrors(limited: LimitedLevel, path: string): FieldError[] {
  const { nominalConcurrencyShares, limitResponse, lendablePercent, borrowingLimitPercent } = limited;
  const errors = [
    ...shareErrors(nominalConcurrencyShares, path),
    ...limitResponseErrors(limitResponse ?? { type: '' }, `${path}.limitResponse`),
    ...lendableErrors(lendablePercent, path),
  ];
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0) {
    const detail = 'if specified, must be a non-negative integer';
    errors.push(invalidValue(`${path}.borrowingLimitPercent`, borrowingLimitPercent, detail));
  }
  return errors;
}

function shareErrors(shares: number | undefined, path: string): FieldError[] {
  const isFine = shares === undefined || shares >= 0;
  return isFine
    ? []
    : [invalidValue(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')];
}

function lendableErrors(percent: number | undefined, path: string): FieldError[] {
  const isFine = percent === undefined || (percent >= 0 && percent <= 100);
  return isFine
    ? []
    : [invalidValue(`${path}.lendablePercent`, percent, 'must be between 0 and 100, inclusive')];
}

function limitResponseErrors({ type = '', queuing }: LimitResponse, path: string): FieldError[] {
  switch (type) {
    case 'Reject':
      return queuing === undefined
        ? []
        : [forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')];
    case 'Queue':
      return queuing === undefined
        ? [requiredValue(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')]
        : queuingErrors(queuing, `${path}.queuing`);
    default:
      return [oneOf(`${path}.type`, type, ['Queue', 'Reject'])];
  }
}

function queuingErrors(queuing: Queuing, path: string): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  const errors: FieldError[] = [];
  if (queueLengthLimit <= 0) {
    errors.push(invalidValue(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  }
  if (queues <= 0) errors.push(invalidValue(`${path}.queues`, queues, 'must be positive'));
  else if (queues > queuesMax) {
    errors.push(invalidValue(`${path}.queues`, queues, `must not be greater than ${queuesMax}`));
  }
  const problem = handProblem(queues, handSize);
  if (problem !== undefined) errors.push(invalidValue(`${path}.handSize`, handSize, problem));
  return errors;
}

function handProblem(queues: number, handSize: number): string | undefined {
  if (handSize <= 0) return 'must be positive';
  if (handSize > queues) return `should not be greater than queues (${queues})`;
  const entropyBits = Math.ceil(Math.log2(queues) * handSize);
  return entropyBits <= entropyBitsMax
    ? undefined
    : `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${entropyBitsMax}`;
}
