/** The table of events, the same for both of their forms. Reads the core/v1 form. */
import type { JsonValue, KubeObject } from '../apimachinery/object-meta.ts';
import type { ColumnDefinition } from '../apimachinery/resource-definition.ts';
import { nameColumn } from './columns.ts';

/** `toCore` turns an object of the listed form into the core/v1 one. */
export function eventColumns(toCore: (object: KubeObject) => KubeObject): ColumnDefinition[] {
  const column = (
    name: string,
    priority: number,
    description: string,
    value: (event: KubeObject) => JsonValue | undefined,
  ): ColumnDefinition => ({
    name,
    type: 'string',
    priority,
    description,
    value: (object) => value(toCore(object)) ?? '',
  });
  return [
    { ...column('Last Seen', 0, 'Time since it last happened.', lastSeen), isAge: true },
    column('Type', 0, 'Normal or Warning.', (event) => event.type),
    column('Reason', 0, 'Why it happened, as one word.', (event) => event.reason),
    column('Object', 0, 'What it happened to.', objectName),
    column(
      'Subobject',
      1,
      'The part of the object it happened to.',
      (event) => event.involvedObject?.fieldPath,
    ),
    column('Source', 1, 'Who reported it.', source),
    column('Message', 0, 'What happened.', (event) => event.message?.trim()),
    { ...column('First Seen', 1, 'Time since it first happened.', firstSeen), isAge: true },
    column('Count', 1, 'How often it has happened.', count),
    { ...nameColumn, priority: 1 },
  ];
}

/** Empty is an age that is not known. */
function firstSeen(event: KubeObject): string {
  return event.firstTimestamp ?? event.eventTime ?? '';
}

function lastSeen(event: KubeObject): string {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event);
}

/** A reporter that counts in a series leaves `count` alone, and one that does not count has seen it once. */
function count(event: KubeObject): number {
  return event.series === undefined ? event.count || 1 : (event.series.count ?? 0);
}

function objectName({ involvedObject }: KubeObject): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return (involvedObject?.name ?? '') === '' ? kind : `${kind}/${involvedObject.name}`;
}

function source(event: KubeObject): string {
  const component = event.source?.component || event.reportingComponent || '';
  const instance = event.source?.host || event.reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}
