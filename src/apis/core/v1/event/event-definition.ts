/** Event, core/v1: the form in which all events are stored. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { eventColumns } from '../../../event-columns.ts';
import { eventErrors } from '../../../event-errors.ts';
import { eventDescription, eventStorage, eventWrites, referenceSelectors } from '../../../event-parts.ts';
import { objectVerbs } from '../../../verbs.ts';
import { eventSchema } from './event-schema.ts';

export const eventDefinition: ResourceDefinition = {
  group: '',
  resource: 'events',
  singular: 'event',
  kind: 'Event',
  listKind: 'EventList',
  shortNames: ['ev'],
  scope: 'Namespaced',
  description: eventDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: eventSchema }],
  storage: eventStorage,
  strategy: { ...eventWrites, validate: (event) => eventErrors(event, 'reportingComponent') },
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
