/** The suites on trial: they pass a sound store, and find each of these defects. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Change,
  ChangesPage,
  ChangesQuery,
  CommitOutcome,
  Counter,
  IndexQuery,
  ItemsPage,
  ItemsQuery,
  ObjectKey,
  RangePage,
  RangeQuery,
  Revision,
  StoredRecord,
  TenantId,
  Write,
} from '../store.ts';
import { storeConformance } from './conformance.ts';
import { MetamorphicRun } from './metamorphic.ts';
import { ReferenceStore } from './reference-store.ts';

const opened = (store: ReferenceStore) => ({ store, close: () => store.close() });

storeConformance({ name: 'reference', open: async () => opened(new ReferenceStore()) });

test('the metamorphic suite passes a sound store', async () => {
  const run = new MetamorphicRun(opened(new ReferenceStore()), 2);
  await run.run(5000);
  assert.ok(run.operations >= 5000);
  for (const kind of [
    'commit',
    'get',
    'range',
    'items',
    'changes',
    'index',
    'indexRange',
    'counters',
    'compact',
  ]) {
    assert.ok(run.done[kind]! > 5, `${kind} is tried: ${run.done[kind]}`);
  }
});

const defects: Record<string, new () => ReferenceStore> = {
  'a guard is not held': class extends ReferenceStore {
    protected override outcomeOf(batch: readonly Write[]): CommitOutcome {
      return super.outcomeOf(batch.filter(({ kind }) => kind !== 'guard'));
    }
  },
  'a delete ignores its expectation': class extends ReferenceStore {
    protected override outcomeOf(batch: readonly Write[]): CommitOutcome {
      return super.outcomeOf(
        batch.map((write) =>
          write.kind === 'delete'
            ? { ...write, expect: this.model.get(write.key)?.revision ?? write.expect }
            : write,
        ),
      );
    }
  },
  'half a refused batch is written': class extends ReferenceStore {
    protected override outcomeOf(batch: readonly Write[]): CommitOutcome {
      const outcome = super.outcomeOf(batch);
      if (!outcome.ok && outcome.index > 0) super.outcomeOf(batch.slice(0, outcome.index));
      return outcome;
    }
  },
  'the wrong revision is named as standing': class extends ReferenceStore {
    protected override outcomeOf(batch: readonly Write[]): CommitOutcome {
      const outcome = super.outcomeOf(batch);
      return outcome.ok ? outcome : { ...outcome, actual: outcome.actual === 0 ? 0 : this.applied };
    }
  },
  'old reads see the newest state': class extends ReferenceStore {
    override get(key: ObjectKey, at?: Revision): StoredRecord | undefined {
      this.requireReadable(at);
      return this.model.get(key);
    }
  },
  'a compacted read is answered': class extends ReferenceStore {
    protected override requireReadable(at: Revision | undefined): void {
      if (at === undefined || at > this.applied) super.requireReadable(at);
    }
  },
  'a page promises more than there is': class extends ReferenceStore {
    override range(query: RangeQuery): RangePage {
      const page = super.range(query);
      const isFull = page.entries.length === query.maxEntries;
      return { ...page, next: isFull ? page.entries.at(-1)?.key : undefined };
    }
  },
  'a later page is read at the newest revision': class extends ReferenceStore {
    override range(query: RangeQuery): RangePage {
      if (query.after === undefined) return super.range(query);
      this.requireReadable(query.at);
      const { at: _, ...newest } = query;
      return { ...super.range(newest), revision: query.at ?? this.applied };
    }
  },
  'a page of items passes over one that is newer than it': class extends ReferenceStore {
    override items(query: ItemsQuery): ItemsPage | undefined {
      const { at = this.applied, judge = () => 'item' } = query;
      return super.items({
        ...query,
        judge: (entry) => ((this.model.get(entry.key)?.revision ?? 0) > at ? 'skipped' : judge(entry)),
      });
    }
  },
  'a page of items goes on at the wrong place': class extends ReferenceStore {
    override items(query: ItemsQuery): ItemsPage | undefined {
      const page = super.items(query);
      return page?.next === undefined ? page : { ...page, next: { ...page.next, name: 'a' } };
    }
  },
  'the log repeats its first change': class extends ReferenceStore {
    override changes(query: ChangesQuery): ChangesPage {
      const page = super.changes(query);
      if (page.changes.length < 2) return page;
      return { ...page, changes: [page.changes[0]!, ...page.changes.slice(0, -1)] };
    }
  },
  'the log passes over deletions': class extends ReferenceStore {
    override changes(query: ChangesQuery): ChangesPage {
      const page = super.changes(query);
      return { ...page, changes: page.changes.filter(({ record }) => record !== undefined) };
    }
  },
  'an index keeps what was deleted': class extends ReferenceStore {
    readonly #once = new Map<string, ObjectKey[]>();
    override index(query: IndexQuery): readonly ObjectKey[] {
      const found = super.index(query);
      const before = this.#once.get(JSON.stringify(query));
      this.#once.set(JSON.stringify(query), [...found]);
      return before ?? found;
    }
  },
  'a counter drifts': class extends ReferenceStore {
    override counter(tenant: TenantId, group: string, resource: string): Counter {
      const counter = super.counter(tenant, group, resource);
      return this.applied % 97 === 0 ? { ...counter, bytes: counter.bytes + 1 } : counter;
    }
  },
  'a listener misses a change': class extends ReferenceStore {
    override subscribe(listener: (changes: readonly Change[]) => void): () => void {
      return super.subscribe((changes) => listener(changes.filter(({ revision }) => revision % 100 !== 0)));
    }
  },
};

for (const [title, Broken] of Object.entries(defects)) {
  test(`the metamorphic suite finds: ${title}`, async () => {
    const run = new MetamorphicRun(opened(new Broken()), 1);
    await assert.rejects(run.run(5000), /the store has/);
  });
}
