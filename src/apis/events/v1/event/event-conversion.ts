/** Between the two forms of an Event. They differ in names alone, so that converting loses nothing either way. */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';

/** Name in events.k8s.io/v1, name in core/v1. */
const names: readonly (readonly [string, string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];
const coreNames = new Map(names);
const eventsNames = new Map(names.map(([events, core]) => [core, events]));

/** The core/v1 form, in which events are stored. Shares what is inside the fields with its argument. */
export const toCoreEvent = (event: KubeObject): KubeObject => renamed(event, coreNames, 'v1');

/** The events.k8s.io/v1 form of a stored event. Shares what is inside the fields with its argument. */
export const fromCoreEvent = (event: KubeObject): KubeObject =>
  renamed(event, eventsNames, 'events.k8s.io/v1');

function renamed(event: KubeObject, to: ReadonlyMap<string, string>, apiVersion: string): KubeObject {
  const result: KubeObject = { apiVersion, kind: event.kind, metadata: event.metadata };
  for (const [name, value] of Object.entries(event)) {
    // What one form writes out although it is empty, the other may not.
    const isNothing = value === null || value === '';
    if (name !== 'apiVersion' && !isNothing) result[to.get(name) ?? name] = value;
  }
  return result;
}
