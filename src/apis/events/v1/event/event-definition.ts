/** Event, events.k8s.io/v1: a view of core/v1 events, by other names and with stricter rules. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { eventColumns } from '../../../core/v1/event/event-columns.ts';
import {
  eventDefinition as coreEventDefinition,
  referenceSelectors,
} from '../../../core/v1/event/event-definition.ts';
import { fromCoreEvent, toCoreEvent } from './event-conversion.ts';
import { eventSchema } from './event-schema.ts';
import { eventStrategy } from './event-strategy.ts';

export const eventDefinition: ResourceDefinition = {
  ...coreEventDefinition,
  group: 'events.k8s.io',
  versions: [
    {
      version: 'v1',
      schema: eventSchema,
      convert: { toStorage: toCoreEvent, fromStorage: fromCoreEvent },
    },
  ],
  strategy: eventStrategy,
  columns: eventColumns(toCoreEvent),
  selectableFields: {
    ...referenceSelectors('regarding'),
    reason: (stored) => stored.reason ?? '',
    reportingController: (stored) => stored.reportingComponent ?? '',
    type: (stored) => stored.type ?? '',
  },
};
