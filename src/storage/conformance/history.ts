/** A random but repeatable past for the watch suites: several tenants, resources, namespaces; lives and deaths. */
import assert from 'node:assert/strict';
import type { Prng } from '../../lib/prng.ts';
import type { Change, ObjectKey, Revision, Store, Write } from '../store.ts';
import type { WatchTarget } from '../watch-target.ts';
import { blue, keyOf, put, red, remove, sample } from './sample.ts';

const keys: readonly ObjectKey[] = [red, blue].flatMap((tenant) =>
  ['configmaps', 'secrets'].flatMap((resource) =>
    ['n', 'n-1'].flatMap((namespace) =>
      ['a', 'b', 'ab'].map((name) => keyOf(name, { tenant, resource, namespace })),
    ),
  ),
);

/** Every kind of watch there is: across tenants, of one tenant, of a namespace, of one object, of nothing. */
export const targets: readonly WatchTarget[] = [
  { group: '', resource: 'configmaps' },
  { group: '', resource: 'nothing' },
  { tenant: red, group: '', resource: 'configmaps' },
  { tenant: red, group: '', resource: 'secrets' },
  { tenant: blue, group: '', resource: 'configmaps', namespace: 'n' },
  { tenant: red, group: '', resource: 'configmaps', namespace: 'n-1', name: 'ab' },
  { tenant: red, group: '', resource: 'configmaps', name: 'a' },
  { tenant: red, group: '', resource: 'configmaps', namespace: 'n', name: 'none' },
];

export function isOf(target: WatchTarget, { key }: Change): boolean {
  return (
    (target.tenant === undefined || target.tenant === key.tenant) &&
    target.group === key.group &&
    target.resource === key.resource &&
    (target.namespace === undefined || target.namespace === key.namespace) &&
    (target.name === undefined || target.name === key.name)
  );
}

/** Commits one batch of one to three random writes; returns what the log must say of them. */
export async function writeSome(store: Store, prng: Prng): Promise<Change[]> {
  const batch: Write[] = [];
  const expected: Omit<Change, 'revision'>[] = [];
  for (const key of prng.shuffle(keys).slice(0, prng.between(1, 3))) {
    const previous = store.get(key);
    if (previous !== undefined && prng.chance(0.4)) {
      batch.push(remove(key, previous.revision));
      expected.push({ key, record: undefined, previous });
    } else {
      const record = sample(`value ${prng.uint32()}`);
      batch.push(put(key, record, previous?.revision));
      expected.push({ key, record, previous });
    }
  }
  const outcome = await store.commit(batch);
  assert.ok(outcome.ok);
  return expected.map((change, index) => ({ revision: outcome.revisions[index]!, ...change }));
}

export async function writeHistory(store: Store, prng: Prng, commits: number): Promise<Change[]> {
  const history: Change[] = [];
  for (let commit = 0; commit < commits; commit++) history.push(...(await writeSome(store, prng)));
  return history;
}

/** Everything the log has behind a revision, read page by page. */
export function readLog(
  store: Store,
  after: Revision,
  options: {
    maxEntries?: number;
    scope?: WatchTarget & { tenant: ObjectKey['tenant'] };
    upTo?: Revision;
  } = {},
): Change[] {
  const { maxEntries = 1000, ...rest } = options;
  const end = options.upTo ?? store.applied;
  const read: Change[] = [];
  let position = after;
  while (position < end) {
    const page = store.changes({ after: position, maxEntries, ...rest });
    assert.ok(page.position > position, 'every page moves on');
    assert.ok(page.changes.length <= maxEntries);
    assert.ok(page.changes.every(({ revision }) => revision > position && revision <= page.position));
    read.push(...page.changes);
    position = page.position;
  }
  return read;
}
