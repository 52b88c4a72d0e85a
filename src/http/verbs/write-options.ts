/** The query parameters every write has, checked. Source: ValidateCreateOptions and its siblings. */
import type { FieldError } from '../../apimachinery/field-error.ts';
import { notSupported } from '../../apimachinery/field-error.ts';
import { limits } from '../../apimachinery/limits.ts';
import { managerNameErrors, printable } from '../../apimachinery/managed-fields/manager-name.ts';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import { invalid } from '../../apimachinery/status.ts';
import type { RequestTerms } from '../../registry/admission.ts';
import type { WriteOptions } from '../../registry/engine.ts';
import type { Exchange } from '../exchange.ts';
import type { RequestRecord } from '../metrics/request-record.ts';
import { warner } from '../warnings.ts';
import type { VerbRequest } from './verb.ts';

/** Throws 422. `kind` names the options in the error (CreateOptions, …), `extra` what else is wrong with them. */
export function writeOptions(
  request: VerbRequest,
  kind: string,
  extra: readonly FieldError[] = [],
): WriteOptions {
  const { exchange, info, user } = request;
  const { query } = info;
  const errors = [...extra, ...managerNameErrors('fieldManager', query.get('fieldManager') ?? '')];
  const dryRun = query.getAll('dryRun');
  errors.push(...dryRunErrors(dryRun));
  const validation = query.get('fieldValidation') ?? '';
  if (!fieldValidations.includes(validation)) {
    errors.push(notSupported('fieldValidation', validation, fieldValidations));
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', version: 'v1', kind }, '', errors);
  return {
    user,
    dryRun: dryRun.length > 0,
    fieldManager: fieldManagerOf({ exchange, info }),
    terms: requestTerms(request, givenOptions(query)),
    warn: warner(exchange),
  };
}

export function requestTerms(request: VerbRequest, options: JsonObject): RequestTerms {
  return new TermsOfRequest(request, options);
}

/** A class: an accessor in an object literal makes a hidden class of its own for each object, old from the start. */
class TermsOfRequest implements RequestTerms {
  readonly options: JsonObject;
  readonly untilMs: number;
  readonly #exchange: Exchange;
  readonly #record: RequestRecord;

  constructor({ exchange, untilMs, record }: VerbRequest, options: JsonObject) {
    this.options = options;
    this.untilMs = untilMs;
    this.#exchange = exchange;
    this.#record = record;
  }

  /** Only who waits for others asks for it: a signal costs as much as checking the rest of the options. */
  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  waited(seconds: number): void {
    this.#record.webhookSeconds += seconds;
  }
}

function givenOptions(query: URLSearchParams): JsonObject {
  const options: JsonObject = {};
  const dryRun = query.getAll('dryRun');
  if (dryRun.length > 0) options.dryRun = dryRun;
  for (const name of ['fieldManager', 'fieldValidation']) {
    const given = query.get(name) ?? '';
    if (given !== '') options[name] = given;
  }
  return options;
}

const fieldValidations = ['', 'Ignore', 'Strict', 'Warn'];

/** `All` is all there is. The value shown is the whole list, as upstream has it. */
export function dryRunErrors(dryRun: readonly string[]): FieldError[] {
  return dryRun.every((value) => value === 'All') ? [] : [notSupported('dryRun', dryRun, ['All'])];
}

/** Who writes: as the request says, or the program that sends it, as its User-Agent begins. */
export function fieldManagerOf({ exchange, info }: Pick<VerbRequest, 'exchange' | 'info'>): string {
  const given = info.query.get('fieldManager') ?? '';
  if (given !== '') return given;
  const program = (exchange.header('user-agent') ?? '').split('/', 1)[0]!;
  return printable(program, limits.fieldManagerLength);
}
