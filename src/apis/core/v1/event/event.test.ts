import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { eventDefinition } from './event-definition.ts';

const event = (fields: object = {}, namespace = 'n'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace },
  involvedObject: { namespace },
  ...fields,
});
const newer = {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingComponent: 'example.com/builder',
  reportingInstance: 'builder-1',
  action: 'Building',
  reason: 'Built',
};
const disagrees = 'involvedObject.namespace: Invalid value: "m": does not match event.namespace';

describe('what an event must say', () => {
  function check(given: KubeObject, expected: string[]): void {
    const errors = eventDefinition.strategy.validate?.(given) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const about = (namespace: string): object => ({ involvedObject: { namespace } });

  test('older: nothing', () => check(event(), []));
  test('older: about its own namespace', () => check(event(about('m')), [disagrees]));
  test('older: about something cluster-scoped, in default', () =>
    check(event({ involvedObject: {} }, 'default'), []));
  test('older: about something cluster-scoped, elsewhere', () =>
    check(event({ involvedObject: {} }), [
      'involvedObject.namespace: Invalid value: "": does not match event.namespace',
    ]));
  test('older: about nothing', () => check(event({ involvedObject: undefined }, 'default'), []));

  test('newer: all', () => check(event(newer), []));
  test('newer: may be about another namespace', () => check(event({ ...newer, ...about('m') }), []));
  test('newer: about something cluster-scoped, in default', () =>
    check(event({ ...newer, involvedObject: {} }, 'default'), []));
  test('newer: about something cluster-scoped, in kube-system', () =>
    check(event({ ...newer, involvedObject: {} }, 'kube-system'), []));
  test('newer: about something cluster-scoped, elsewhere', () =>
    check(event({ ...newer, involvedObject: {} }), [
      'involvedObject.namespace: Invalid value: "": does not match event.namespace',
    ]));
  test('newer: who, what and why', () =>
    check(event({ eventTime: newer.eventTime }), [
      'reportingComponent: Required value',
      'reportingComponent: Invalid value: "": name part must be non-empty',
      "reportingComponent: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'reportingInstance: Required value',
      'action: Required value',
      'reason: Required value',
    ]));
  for (const field of ['reportingInstance', 'action', 'reason']) {
    test(`newer: ${field} of 128 bytes`, () => check(event({ ...newer, [field]: 'x'.repeat(128) }), []));
    test(`newer: ${field} not of 129`, () =>
      check(event({ ...newer, [field]: 'x'.repeat(129) }), [
        `${field}: Invalid value: "": can have at most 128 characters`,
      ]));
  }
  test('newer: message of 1024 bytes', () => check(event({ ...newer, message: 'x'.repeat(1024) }), []));
  test('newer: message not of 1025', () =>
    check(event({ ...newer, message: 'x'.repeat(1025) }), [
      'message: Invalid value: "": can have at most 1024 characters',
    ]));
});

describe('columns', () => {
  function check(fields: object, expected: Record<string, unknown>): void {
    const cells = Object.fromEntries(
      eventDefinition.columns.map((column) => [column.name, column.value(event(fields))]),
    );
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, cells[name]])), expected);
  }
  const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;

  test('in upstream order', () =>
    assert.deepEqual(
      eventDefinition.columns.map(({ name, priority }) => `${name}(${priority})`).join(' '),
      'Last Seen(0) Type(0) Reason(0) Object(0) Subobject(1) Source(1) Message(0) First Seen(1) Count(1) Name(1)',
    ));
  test('an older event', () =>
    check(
      {
        involvedObject: { kind: 'ConfigMap', name: 'c', fieldPath: 'data.a' },
        type: 'Normal',
        reason: 'Read',
        message: ' read it\n',
        source: { component: 'reader', host: 'h1' },
        firstTimestamp: at(1),
        lastTimestamp: at(2),
        count: 3,
      },
      {
        'Last Seen': at(2),
        Type: 'Normal',
        Reason: 'Read',
        Object: 'configmap/c',
        Subobject: 'data.a',
        Source: 'reader, h1',
        Message: 'read it',
        'First Seen': at(1),
        Count: 3,
        Name: 'e',
      },
    ));
  test('a newer event', () =>
    check(newer, {
      'Last Seen': newer.eventTime,
      'First Seen': newer.eventTime,
      Count: 1,
      Source: 'example.com/builder, builder-1',
    }));
  test('a series', () =>
    check(
      { ...newer, series: { count: 5, lastObservedTime: at(5) }, count: 2, lastTimestamp: at(2) },
      { 'Last Seen': at(5), 'First Seen': newer.eventTime, Count: 5 },
    ));
  test('no object', () => check({ involvedObject: undefined }, { Object: '', Subobject: '' }));
  test('an object without a name', () => check({ involvedObject: { kind: 'Node' } }, { Object: 'node' }));
  test('a source without a host', () => check({ source: { component: 'reader' } }, { Source: 'reader' }));
  test('no time', () => check({}, { 'Last Seen': '', 'First Seen': '' }));
});

describe('selectors', () => {
  function check(label: string, fields: object, expected: string): void {
    assert.equal(eventDefinition.selectableFields?.[label]?.(event(fields)), expected);
  }
  const involvedObject = {
    kind: 'K',
    namespace: 'n',
    name: 'x',
    uid: 'u',
    apiVersion: 'v1',
    resourceVersion: '5',
    fieldPath: 'p',
  };
  for (const [name, value] of Object.entries(involvedObject)) {
    test(`involvedObject.${name}`, () => check(`involvedObject.${name}`, { involvedObject }, value));
  }
  test('an absent field is empty', () => check('involvedObject.uid', {}, ''));
  test('reason', () => check('reason', { reason: 'r' }, 'r'));
  test('type', () => check('type', { type: 'Warning' }, 'Warning'));
  test('reportingComponent', () => check('reportingComponent', { reportingComponent: 'c' }, 'c'));
  test('source', () => check('source', { source: { component: 's' }, reportingComponent: 'c' }, 's'));
  test('source of a newer event', () => check('source', { reportingComponent: 'c' }, 'c'));
});
