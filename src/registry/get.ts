/** GET of one object: the stored bytes, not parsed. */
import { notFound } from '../apimachinery/status.ts';
import type { StoredRecord } from '../storage/store.ts';
import { type Engine, keyOf, type Target } from './engine.ts';
import { parseResourceVersion, waitForRevision } from './resource-version.ts';

/** Throws 404; 504 when `resourceVersion` lies in the future. */
export async function get(engine: Engine, target: Target, resourceVersion: string): Promise<StoredRecord> {
  if (resourceVersion === '') await engine.store.head();
  else await waitForRevision(engine.store, parseResourceVersion(engine.store, resourceVersion));
  const stored = engine.store.get(keyOf(target));
  if (stored === undefined) throw notFound(target.served.definition, target.name);
  return stored;
}
