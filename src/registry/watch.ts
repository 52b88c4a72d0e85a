/**
 * WATCH: which event a change is for a selection. Encoding and pacing belong to the stream that asks.
 * Transitions follow upstream's cache watcher: entering a selection is ADDED, leaving it is DELETED with the
 * last selected state, and a DELETED carries the revision of the deletion.
 */
import type { Change, StoredRecord } from '../storage/store.ts';
import type { WatchTarget } from '../storage/watch-target.ts';
import type { Target } from './engine.ts';
import { isSelected, isSelective, type Selection } from './selection.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** The event's type; undefined when the change does not concern the selection. */
export function eventType(change: Change, selection: Selection): EventType | undefined {
  const { key, record, previous } = change;
  if (!isSelective(selection)) {
    if (record === undefined) return 'DELETED';
    return previous === undefined ? 'ADDED' : 'MODIFIED';
  }
  const isNow = record !== undefined && isSelected(selection, { key, record });
  const wasBefore = previous !== undefined && isSelected(selection, { key, record: previous.record });
  if (isNow) return wasBefore ? 'MODIFIED' : 'ADDED';
  return wasBefore ? 'DELETED' : undefined;
}

/** The state an event shows, at the change's revision. */
export function eventState(change: Change, type: EventType): StoredRecord | undefined {
  const record = type === 'DELETED' ? change.previous?.record : change.record;
  return record === undefined ? undefined : { revision: change.revision, record };
}

/** What to ask the hub for. */
export function watchTarget(target: Target, selection: Selection): WatchTarget {
  const { storage, scope } = target.served.definition;
  const namespace =
    scope === 'Cluster' ? '' : target.namespace === '' ? selection.namespace : target.namespace;
  const name = target.name === '' ? selection.name : target.name;
  return {
    tenant: target.tenant.id as NonNullable<WatchTarget['tenant']>,
    group: storage.group,
    resource: storage.resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}
