/**
 * The stricter rules of events written through events.k8s.io: complete on creation, and unchanged afterwards but for
 * the series. Errors name the fields as core/v1 does, which is what upstream's clients are used to.
 * Source: ValidateEventCreate and ValidateEventUpdate in kubernetes pkg/apis/core/validation/events.go.
 */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import { type FieldError, invalidValue, requiredValue } from '../../../../apimachinery/field-error.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceStrategy } from '../../../../apimachinery/resource-definition.ts';
import { eventErrors, isUnset } from '../../../event-errors.ts';
import { eventWrites } from '../../../event-parts.ts';
import { toCoreEvent } from './event-conversion.ts';

/** What a new event must leave to older reporters, and, with the rest, what never changes. */
const olderFields = ['firstTimestamp', 'lastTimestamp', 'count'] as const;
const fixedFields = [
  'involvedObject',
  'reason',
  'message',
  'source',
  ...olderFields,
  // Upstream looks at it twice, and says so.
  'reason',
  'type',
  'eventTime',
  'action',
  'related',
] as const;

export const eventStrategy: ResourceStrategy = {
  ...eventWrites,
  validate: (event) => eventErrors(toCoreEvent(event), 'reportingController'),
  validateCreate: (event) => newEventErrors(toCoreEvent(event)),
  validateUpdate: (event, old) => changeErrors(toCoreEvent(event), toCoreEvent(old)),
};

function newEventErrors(event: KubeObject): FieldError[] {
  const errors = seriesErrors(event);
  if (isUnset(event.eventTime)) errors.push(requiredValue('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    errors.push(invalidValue('type', '', `has invalid value: ${event.type ?? ''}`));
  }
  for (const field of olderFields) {
    if (!isUnset(event[field])) errors.push(invalidValue(field, '', 'needs to be unset'));
  }
  if (!isUnset(event.source?.component) || !isUnset(event.source?.host)) {
    errors.push(invalidValue('source', '', 'needs to be unset'));
  }
  return errors;
}

function changeErrors(event: KubeObject, old: KubeObject): FieldError[] {
  const errors = deepEqual(event.series, old.series) ? [] : seriesErrors(event);
  for (const field of fixedFields) errors.push(...changedError(event[field], old[field], field));
  errors.push(
    ...changedError(event.reportingComponent, old.reportingComponent, 'reportingController'),
    ...changedError(event.reportingInstance, old.reportingInstance, 'reportingInstance'),
  );
  return errors;
}

/** Upstream prints its own structs, whose fields have the names of Go. */
function shown(field: string, value: unknown, old: unknown): unknown {
  const fields = structs[field];
  if (value === undefined && (fields === undefined || field === 'related'))
    return times.has(field) ? null : zeroOf(old);
  if (fields === undefined) return value;
  const given = (value ?? {}) as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(fields).map(([go, json]) => [go, given[json] ?? '']));
}
const times: ReadonlySet<string> = new Set(['eventTime', 'firstTimestamp', 'lastTimestamp']);
const reference = {
  Kind: 'kind',
  Namespace: 'namespace',
  Name: 'name',
  UID: 'uid',
  APIVersion: 'apiVersion',
  ResourceVersion: 'resourceVersion',
  FieldPath: 'fieldPath',
};
const structs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  involvedObject: reference,
  related: reference,
  source: { Component: 'component', Host: 'host' },
};

/** What Go has where nothing is written. */
const zeroOf = (old: unknown): unknown => (typeof old === 'string' ? '' : typeof old === 'number' ? 0 : null);

function changedError(value: unknown, old: unknown, field: string): FieldError[] {
  const isSame = deepEqual(value, old) || (isUnset(value) && isUnset(old));
  return isSame ? [] : [invalidValue(field, shown(field, value, old), 'field is immutable')];
}

function seriesErrors(event: KubeObject): FieldError[] {
  if (event.series === undefined) return [];
  const errors: FieldError[] = [];
  if ((event.series.count ?? 0) < 2) errors.push(invalidValue('series.count', '', 'should be at least 2'));
  if (isUnset(event.series.lastObservedTime)) errors.push(requiredValue('series.lastObservedTime'));
  return errors;
}
