/** Fields of an events.k8s.io/v1 Event. Field numbers are those of k8s.io/api/events/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  byValue,
  field,
  integer,
  microTime,
  object,
  required,
  string,
  time,
} from '../../../../apimachinery/schema/schema.ts';
import { eventDescription, eventSourceSchema } from '../../../event-parts.ts';
import { objectReferenceSchema } from '../../../object-reference.ts';

const series = object(
  {
    count: required(1, integer('int32'), 'How often it has happened, the first time included: at least 2.'),
    lastObservedTime: required(2, microTime(), 'When it last happened.'),
  },
  {
    name: 'io.k8s.api.events.v1.EventSeries',
    description: 'EventSeries tells of something that keeps happening.',
  },
);

export const eventSchema = kindSchema({
  name: 'io.k8s.api.events.v1.Event',
  description: eventDescription,
  fields: {
    eventTime: required(2, microTime(), 'When it first happened. A new event must have it.'),
    series: field(3, series, 'Present when it has happened more than once.'),
    reportingController: field(
      4,
      string(),
      'Name of the controller that reported it, e.g. example.com/builder.',
    ),
    reportingInstance: field(5, string(), 'Which instance of that controller it was.'),
    action: field(6, string(), 'What was done, or failed, about the object.'),
    reason: field(7, string(), 'Why it happened, as one short word for programs.'),
    regarding: byValue(8, objectReferenceSchema, 'What the event is about.'),
    related: field(9, objectReferenceSchema, 'A second object that has to do with it.'),
    note: field(10, string(), 'What happened, in words for people.'),
    type: field(11, string(), 'Normal or Warning.'),
    deprecatedSource: byValue(12, eventSourceSchema, 'The source of a core/v1 event. Only read here.'),
    deprecatedFirstTimestamp: byValue(13, time(), 'The firstTimestamp of a core/v1 event. Only read here.'),
    deprecatedLastTimestamp: byValue(14, time(), 'The lastTimestamp of a core/v1 event. Only read here.'),
    deprecatedCount: field(15, integer('int32'), 'The count of a core/v1 event. Only read here.'),
  },
});
