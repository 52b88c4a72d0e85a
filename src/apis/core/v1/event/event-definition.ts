/** Event, core/v1: the form in which all events are stored. events.k8s.io shows the same objects in its own form. */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { objectVerbs } from '../../../verbs.ts';
import { eventColumns } from './event-columns.ts';
import { eventSchema } from './event-schema.ts';
import { eventErrors } from './event-validation.ts';

/** What is said about the object of an event can be selected by, field by field. */
const referenceFields = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const;
export function referenceSelectors(label: string): Record<string, (stored: KubeObject) => string> {
  return Object.fromEntries(
    referenceFields.map((name) => [
      `${label}.${name}`,
      (stored: KubeObject) => stored.involvedObject?.[name] ?? '',
    ]),
  );
}

export const eventDefinition: ResourceDefinition = {
  group: '',
  resource: 'events',
  singular: 'event',
  kind: 'Event',
  listKind: 'EventList',
  shortNames: ['ev'],
  scope: 'Namespaced',
  description:
    'Event reports that something happened to an object. Events are hints for people: they are removed after an hour.',
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: eventSchema }],
  storage: { group: '', version: 'v1', kind: 'Event', resource: 'events' },
  strategy: {
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    ttlSeconds: 3600,
    validate: (event) => eventErrors(event, 'reportingComponent'),
  },
  subresources: [],
  columns: eventColumns((event) => event),
  selectableFields: {
    ...referenceSelectors('involvedObject'),
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    /** Events from before reportingComponent name their reporter in source. */
    source: (event) => event.source?.component || event.reportingComponent || '',
    type: (event) => event.type ?? '',
  },
  strategicMergePatch: true,
};
