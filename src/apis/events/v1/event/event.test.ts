import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { eventDefinition as coreEventDefinition } from '../../../core/v1/event/event-definition.ts';
import { fromCoreEvent, toCoreEvent } from './event-conversion.ts';
import { eventDefinition } from './event-definition.ts';

const { strategy } = eventDefinition;
const complete = {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'example.com/builder',
  reportingInstance: 'builder-1',
  action: 'Building',
  reason: 'Built',
  regarding: { kind: 'ConfigMap', namespace: 'n', name: 'c' },
  type: 'Normal',
  note: 'built it',
};
const event = (fields: object): KubeObject => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'n' },
  ...fields,
});

describe('both forms', () => {
  const here = event({
    ...complete,
    related: { name: 'r' },
    series: { count: 2, lastObservedTime: complete.eventTime },
    deprecatedSource: { component: 's' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:00:01Z',
    deprecatedCount: 3,
  });
  const core: KubeObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'n' },
    eventTime: complete.eventTime,
    reportingComponent: 'example.com/builder',
    reportingInstance: 'builder-1',
    action: 'Building',
    reason: 'Built',
    involvedObject: complete.regarding,
    type: 'Normal',
    message: 'built it',
    related: { name: 'r' },
    series: { count: 2, lastObservedTime: complete.eventTime },
    source: { component: 's' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:01Z',
    count: 3,
  };
  function check(convert: (event: KubeObject) => KubeObject, given: KubeObject, expected: KubeObject): void {
    const before = structuredClone(given);
    assert.deepEqual(convert(given), expected);
    assert.deepEqual(given, before, 'the argument is left alone');
  }
  test('to the stored one', () => check(toCoreEvent, here, core));
  test('from the stored one', () => check(fromCoreEvent, core, here));
  test('there and back', () => check((object) => fromCoreEvent(toCoreEvent(object)), here, here));
  test('an empty event', () => check(toCoreEvent, event({}), { ...event({}), apiVersion: 'v1' }));
});

describe('a new event', () => {
  function check(fields: object, expected: string[]): void {
    const object = event(fields);
    const errors = [...(strategy.validate?.(object) ?? []), ...(strategy.validateCreate?.(object) ?? [])];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const unset = (field: string): string => `${field}: Invalid value: "": needs to be unset`;
  const series = (fields: object): object => ({ ...complete, series: fields });

  test('complete', () => check(complete, []));
  test('needs a time and a type', () =>
    check({ regarding: { namespace: 'n' } }, [
      'eventTime: Required value',
      'type: Invalid value: "": has invalid value: ',
    ]));
  test('names the reporter as it was sent', () =>
    check({ ...complete, reportingController: 'a/b/c' }, [
      "reportingController: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ]));
  test('of an unknown type', () =>
    check({ ...complete, type: 'Bad' }, ['type: Invalid value: "": has invalid value: Bad']));
  test('without what only older ones have', () =>
    check(
      {
        ...complete,
        deprecatedSource: { host: 'h' },
        deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
        deprecatedLastTimestamp: '2026-01-01T00:00:00Z',
        deprecatedCount: 1,
      },
      [unset('firstTimestamp'), unset('lastTimestamp'), unset('count'), unset('source')],
    ));
  test('an empty source is none', () => check({ ...complete, deprecatedSource: {} }, []));
  test('a series of two', () => check(series({ count: 2, lastObservedTime: complete.eventTime }), []));
  test('no series of one', () =>
    check(series({ count: 1 }), [
      'series.count: Invalid value: "": should be at least 2',
      'series.lastObservedTime: Required value',
    ]));
  test('a note of 1024 bytes', () => check({ ...complete, note: 'x'.repeat(1024) }, []));
  test('no longer note', () =>
    check({ ...complete, note: 'x'.repeat(1025) }, [
      'message: Invalid value: "": can have at most 1024 characters',
    ]));
});

describe('a change', () => {
  function check(old: object, fields: object, expected: string[]): void {
    const errors = strategy.validateUpdate?.(event(fields), event(old)) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('of nothing', () => check(complete, structuredClone(complete), []));
  test('of the series', () =>
    check(complete, { ...complete, series: { count: 2, lastObservedTime: complete.eventTime } }, []));
  test('of the series to less than one', () =>
    check(complete, { ...complete, series: { count: 1, lastObservedTime: complete.eventTime } }, [
      'series.count: Invalid value: "": should be at least 2',
    ]));
  test('beside an older series that would not do', () =>
    check({ ...complete, series: { count: 1 } }, { ...complete, series: { count: 1 } }, []));
  test('from absent to empty', () => check(complete, { ...complete, deprecatedCount: 0 }, []));

  test('not of reason, which is told twice', () => {
    const error = 'reason: Invalid value: "x": field is immutable';
    check(complete, { ...complete, reason: 'x' }, [error, error]);
  });
  test('not of what is left out', () =>
    check({ ...complete, related: { kind: 'X' } }, complete, [
      'related: Invalid value: null: field is immutable',
    ]));

  const reference =
    '{"Kind":"X","Namespace":"","Name":"","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}';
  const changes: [name: string, value: unknown, error: string][] = [
    ['regarding', { kind: 'X' }, `involvedObject: Invalid value: ${reference}`],
    ['note', 'x', 'message: Invalid value: "x"'],
    ['type', 'Warning', 'type: Invalid value: "Warning"'],
    ['eventTime', '2027-01-01T00:00:00.000000Z', 'eventTime: Invalid value: "2027-01-01T00:00:00.000000Z"'],
    ['action', 'x', 'action: Invalid value: "x"'],
    ['related', { kind: 'X' }, `related: Invalid value: ${reference}`],
    ['reportingController', 'x', 'reportingController: Invalid value: "x"'],
    ['reportingInstance', 'x', 'reportingInstance: Invalid value: "x"'],
    ['deprecatedSource', { host: 'x' }, 'source: Invalid value: {"Component":"","Host":"x"}'],
    ['deprecatedCount', 1, 'count: Invalid value: 1'],
    ['deprecatedFirstTimestamp', 'x', 'firstTimestamp: Invalid value: "x"'],
    ['deprecatedLastTimestamp', 'x', 'lastTimestamp: Invalid value: "x"'],
  ];
  for (const [name, value, error] of changes) {
    test(`not of ${name}`, () =>
      check(complete, { ...complete, [name]: value }, [`${error}: field is immutable`]));
  }
});

describe('as a view of core events', () => {
  test('the same objects', () => assert.deepEqual(eventDefinition.storage, coreEventDefinition.storage));
  test('the same lifetime', () => assert.equal(strategy.ttlSeconds, coreEventDefinition.strategy.ttlSeconds));
  test('the same cells', () => {
    const object = event({
      ...complete,
      series: { count: 4, lastObservedTime: '2026-01-02T00:00:00.000000Z' },
    });
    assert.deepEqual(
      eventDefinition.columns.map((column) => column.value(object)),
      coreEventDefinition.columns.map((column) => column.value(toCoreEvent(object))),
    );
  });
  test('the same selectors, by its own names', () => {
    const stored = toCoreEvent(event(complete));
    const selected = Object.entries(eventDefinition.selectableFields ?? {}).map(([label, value]) => [
      label,
      value(stored),
    ]);
    assert.deepEqual(Object.fromEntries(selected), {
      'regarding.kind': 'ConfigMap',
      'regarding.namespace': 'n',
      'regarding.name': 'c',
      'regarding.uid': '',
      'regarding.apiVersion': '',
      'regarding.resourceVersion': '',
      'regarding.fieldPath': '',
      reason: 'Built',
      reportingController: 'example.com/builder',
      type: 'Normal',
    });
  });
});
