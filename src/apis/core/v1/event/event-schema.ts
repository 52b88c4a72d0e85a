/** Fields of a core/v1 Event. Field numbers are those of k8s.io/api/core/v1/generated.proto. */
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
    count: field(1, integer('int32'), 'How often it has happened, the first time included.'),
    lastObservedTime: byValue(2, microTime(), 'When it last happened.'),
  },
  {
    name: 'io.k8s.api.core.v1.EventSeries',
    description: 'EventSeries tells of something that keeps happening.',
  },
);

export const eventSchema = kindSchema({
  name: 'io.k8s.api.core.v1.Event',
  description: eventDescription,
  fields: {
    involvedObject: required(2, objectReferenceSchema, 'What the event is about.'),
    reason: field(3, string(), 'Why it happened, as one short word for programs.'),
    message: field(4, string(), 'What happened, in words for people.'),
    source: byValue(5, eventSourceSchema, 'Who reported it. Newer reporters use reportingComponent instead.'),
    firstTimestamp: byValue(6, time(), 'When it first happened. Newer reporters use eventTime instead.'),
    lastTimestamp: byValue(7, time(), 'When it last happened. Newer reporters use series instead.'),
    count: field(8, integer('int32'), 'How often it has happened. Newer reporters use series instead.'),
    type: field(9, string(), 'Normal or Warning.'),
    eventTime: byValue(10, microTime(), 'When it first happened.'),
    series: field(11, series, 'Present when it has happened more than once.'),
    action: field(12, string(), 'What was done, or failed, about the object.'),
    related: field(13, objectReferenceSchema, 'A second object that has to do with it.'),
    reportingComponent: byValue(
      14,
      string(),
      'Name of the controller that reported it, e.g. example.com/builder.',
    ),
    reportingInstance: byValue(15, string(), 'Which instance of that controller it was.'),
  },
});
