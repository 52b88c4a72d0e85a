/** Event, events.k8s.io/v1: a view of core/v1 events, by other names and with stricter rules. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { eventColumns } from '../../../event-columns.ts';
import { eventDescription, eventStorage, referenceSelectors } from '../../../event-parts.ts';
import { objectVerbs } from '../../../verbs.ts';
import { fromCoreEvent, toCoreEvent } from './event-conversion.ts';
import { eventSchema } from './event-schema.ts';
import { eventStrategy } from './event-strategy.ts';

export const eventDefinition: ResourceDefinition = {
  group: 'events.k8s.io',
  resource: 'events',
  singular: 'event',
  kind: 'Event',
  listKind: 'EventList',
  shortNames: ['ev'],
  scope: 'Namespaced',
  description: eventDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: eventSchema,
      convert: { toStorage: toCoreEvent, fromStorage: fromCoreEvent },
    },
  ],
  storage: eventStorage,
  strategy: eventStrategy,
  subresources: [],
  columns: eventColumns(toCoreEvent),
  selectableFields: {
    ...referenceSelectors('regarding'),
    reason: (stored) => stored.reason ?? '',
    reportingController: (stored) => stored.reportingComponent ?? '',
    type: (stored) => stored.type ?? '',
  },
  strategicMergePatch: true,
};
