/**
 * The suite every backend passes: the laws of store.ts, one file a behaviour, on stores opened by the subject.
 * It knows no backend; a law that only one of them can keep belongs beside that one.
 */
import { batches } from './batches.ts';
import { bounds } from './bounds.ts';
import { compaction } from './compaction.ts';
import { derived } from './derived.ts';
import { isolation } from './isolation.ts';
import { pagination } from './pagination.ts';
import { ranges } from './ranges.ts';
import { recreation } from './recreation.ts';
import { slowWatcher } from './slow-watcher.ts';
import { snapshots } from './snapshots.ts';
import type { Behaviour, StoreSubject } from './subject.ts';
import { proveBehaviour } from './subject.ts';
import { visibility } from './visibility.ts';
import { watchResume } from './watch-resume.ts';
import { writes } from './writes.ts';

const behaviours: Readonly<Record<string, Behaviour>> = {
  writes,
  batches,
  visibility,
  ranges,
  pagination,
  'deleted and recreated keys': recreation,
  'watch resume': watchResume,
  'slow watchers': slowWatcher,
  compaction,
  'indexes and counters': derived,
  'tenant isolation': isolation,
  bounds,
  snapshots,
};

/** Registers the whole suite with node:test. */
export function storeConformance(subject: StoreSubject): void {
  for (const [title, behaviour] of Object.entries(behaviours)) proveBehaviour(subject, title, behaviour);
}
