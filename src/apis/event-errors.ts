/**
 * What every Event must satisfy, in the core/v1 form in which events are stored. The stricter rules of
 * events.k8s.io are beside that kind. Source: legacyValidateEvent in kubernetes pkg/apis/core/validation/events.go.
 */
import { type FieldError, invalidValue, requiredValue } from '../apimachinery/field-error.ts';
import { labelKeyProblems } from '../apimachinery/names.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';

/** The bounds are the protocol's, not ours: they count bytes. */
const wordLengthMax = 128;
const messageLengthMax = 1024;

/** `reporterField` is what the form the client speaks calls the reporting controller. */
export function eventErrors(
  event: KubeObject,
  reporterField: 'reportingComponent' | 'reportingController',
): FieldError[] {
  return isUnset(event.eventTime) ? olderEventErrors(event) : newerEventErrors(event, reporterField);
}

/** Go's zero value of a time, a string or a number. */
export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 0;
}

/** Without eventTime: from a reporter of before events.k8s.io, of which little is asked. */
function olderEventErrors(event: KubeObject): FieldError[] {
  const namespace = event.metadata.namespace ?? '';
  const about: string = event.involvedObject?.namespace ?? '';
  const isAgreed = about === '' ? namespace === '' || namespace === 'default' : about === namespace;
  return isAgreed ? [] : [namespaceError(about)];
}

function newerEventErrors(event: KubeObject, reporterField: string): FieldError[] {
  const errors: FieldError[] = [];
  const namespace = event.metadata.namespace ?? '';
  const about: string = event.involvedObject?.namespace ?? '';
  if (about === '' && namespace !== 'default' && namespace !== 'kube-system')
    errors.push(namespaceError(about));
  const reporter: string = event.reportingComponent ?? '';
  if (reporter === '') errors.push(requiredValue(reporterField));
  for (const problem of labelKeyProblems(reporter))
    errors.push(invalidValue(reporterField, reporter, problem));
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const text: string = event[field] ?? '';
    if (text === '') errors.push(requiredValue(field));
    if (Buffer.byteLength(text) > wordLengthMax) errors.push(lengthError(field, wordLengthMax));
  }
  if (Buffer.byteLength(event.message ?? '') > messageLengthMax) {
    errors.push(lengthError('message', messageLengthMax));
  }
  return errors;
}

const namespaceError = (about: string): FieldError =>
  invalidValue('involvedObject.namespace', about, 'does not match event.namespace');
const lengthError = (field: string, lengthMax: number): FieldError =>
  invalidValue(field, '', `can have at most ${lengthMax} characters`);
