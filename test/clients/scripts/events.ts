/** Events, in both of their API groups, as `get`, `events` and `describe` show them. */
import { manifest, type Script } from '../script.ts';

const event = (name: string, rest: Readonly<Record<string, unknown>>): object => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name },
  involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: '$NS', uid: '$UID' },
  reason: 'Happened',
  message: 'something happened',
  type: 'Normal',
  count: 1,
  firstTimestamp: '2026-01-02T03:04:05Z',
  lastTimestamp: '2026-01-02T03:04:06Z',
  source: { component: 'tests' },
  ...rest,
});

export const events: Script = {
  name: 'events',
  steps: [
    { kubectl: 'create configmap a -o json', remember: { $UID: 'metadata.uid' } },
    {
      kubectl: 'create -f -',
      stdin: manifest(
        event('a.one', {}),
        event('a.two', { type: 'Warning', reason: 'Failed', message: 'it broke', count: 3 }),
      ),
      stdout: ['event/a.one created', 'event/a.two created'],
    },
    {
      kubectl: 'create -f -',
      stdin: manifest({
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'a.new' },
        regarding: { apiVersion: 'v1', kind: 'ConfigMap', name: 'b', namespace: '$NS' },
        eventTime: '2026-01-02T03:04:05.000006Z',
        reportingController: 'example.com/tests',
        reportingInstance: 'tests-1',
        action: 'Testing',
        reason: 'Tested',
        note: 'a new event',
        type: 'Normal',
      }),
      stdout: 'event.events.k8s.io/a.new created',
    },
    {
      kubectl: 'get events',
      stdout: [
        /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/m,
        /^\S+ +Normal +Happened +configmap\/a +something happened$/m,
        /^\S+ +Warning +Failed +configmap\/a +it broke$/m,
        /^\S+ +Normal +Tested +configmap\/b +a new event$/m,
      ],
    },
    {
      kubectl: 'get ev -o wide',
      stdout: /^LAST SEEN +TYPE +REASON +OBJECT +SUBOBJECT +SOURCE +MESSAGE +FIRST SEEN +COUNT +NAME$/m,
    },
    {
      kubectl: 'events',
      stdout: [/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/m, /ConfigMap\/a +it broke$/m],
    },
    { kubectl: 'events --for configmap/a', stdout: 'it broke', absent: ['a new event'] },
    { kubectl: 'events --types=Warning', stdout: 'it broke', absent: ['something happened'] },
    { kubectl: 'events -A', stdout: [/^NAMESPACE +LAST SEEN/m, /^\$NS .*it broke$/m] },
    { kubectl: 'describe cm a', stdout: [/^Events:/m, 'it broke', 'something happened'] },
    { kubectl: 'get events -o name --field-selector type=Warning', stdout: /^event\/a\.two\n$/ },
    { kubectl: 'get events -o name --field-selector involvedObject.name=b', stdout: /^event\/a\.new\n$/ },
    {
      kubectl: 'get events -o name --field-selector involvedObject.kind=ConfigMap,reason!=Failed',
      stdout: /a\.new\n.*a\.one\n$/,
    },
    {
      kubectl: 'get events.v1.events.k8s.io a.two -o json',
      fields: {
        apiVersion: 'events.k8s.io/v1',
        'regarding.name': 'a',
        note: 'it broke',
        deprecatedCount: 3,
        'deprecatedSource.component': 'tests',
        involvedObject: 'absent',
      },
    },
    {
      kubectl: 'get events.v1. a.new -o json',
      fields: {
        apiVersion: 'v1',
        'involvedObject.name': 'b',
        message: 'a new event',
        reportingComponent: 'example.com/tests',
        eventTime: '2026-01-02T03:04:05.000006Z',
      },
    },
    { kubectl: 'delete event a.one', stdout: 'event "a.one" deleted' },
    { kubectl: 'delete events --all', stdout: 'deleted' },
    { kubectl: 'events', stderr: 'No events found in $NS namespace.' },
  ],
};
