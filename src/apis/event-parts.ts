/**
 * What the two forms of an Event have in common beside their table and their rules. They are one stored object under
 * two names, served by two API groups that do not know each other.
 */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { field, object, string } from '../apimachinery/schema/schema.ts';

export const eventDescription =
  'Event reports that something happened to an object. Events are hints for people: they are removed after an hour.';

/** Every event lies in the store in its core/v1 form. */
export const eventStorage: ResourceDefinition['storage'] = {
  group: '',
  version: 'v1',
  kind: 'Event',
  resource: 'events',
};

/** How events may be written, and how long they stay. */
export const eventWrites = {
  allowUnconditionalUpdate: true,
  allowCreateOnUpdate: true,
  ttlSeconds: 3600,
  hasNoDependents: true,
} as const;

export const eventSourceSchema = object(
  {
    component: field(1, string(), 'The component that saw it.'),
    host: field(2, string(), 'The machine that component runs on.'),
  },
  { name: 'io.k8s.api.core.v1.EventSource', description: 'EventSource says where an event was seen.' },
);

const referenceFields = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const;
/** Selects by what an event says of its object, under the name that a form has for the object. */
export function referenceSelectors(label: string): Record<string, (stored: KubeObject) => string> {
  return Object.fromEntries(
    referenceFields.map((name) => [
      `${label}.${name}`,
      (stored: KubeObject) => stored.involvedObject?.[name] ?? '',
    ]),
  );
}
