/**
 * The process that is killed: writes as fast as it can until it dies, compacting all the while, and tells every
 * change it hears and every write it is acknowledged. It checks nothing; checker.ts does, from outside.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Prng } from '../../../lib/prng.ts';
import type { ObjectKey, Store, Write } from '../../store.ts';
import { contentOf, keyOf, put, remove, sample } from '../sample.ts';
import type { ToldChange } from './protocol.ts';
import { tell } from './protocol.ts';

const writers = 24;
const namesEach = 60;
/** Revisions kept behind the newest one. */
const window = 400;

/** What every put of a batch says of the whole batch, so that a part of it can be told from all of it. */
export interface BatchContent {
  readonly token: string;
  /** Which of the batch's writes this is. */
  readonly position: number;
  readonly writes: readonly string[];
  readonly padding: string;
}

export const placeOf = ({ namespace, name }: ObjectKey): string => `${namespace}/${name}`;

export function keyAt(place: string): ObjectKey {
  const [namespace, name] = place.split('/') as [string, string];
  return keyOf(name, { namespace });
}

/** One put or delete of an object that no batch touches. */
function singleWrite(store: Store, prng: Prng, token: string): Write[] {
  const key = keyAt(`single/n${prng.below(namesEach)}`);
  const standing = store.get(key)?.revision ?? 0;
  if (standing !== 0 && prng.chance(0.3)) return [remove(key, standing)];
  return [
    put(key, sample(`${token} ${'.'.repeat(prng.below(2000))}`, { owner: `o${prng.below(3)}` }), standing),
  ];
}

/** Several keys that only batches touch. The first and the last write are puts: no part of it passes for a whole. */
function batchWrite(store: Store, prng: Prng, token: string): Write[] {
  const names = prng
    .shuffle(Array.from({ length: namesEach }, (_, index) => index))
    .slice(0, prng.between(2, 8));
  const planned = names.map((name, position) => {
    const key = keyAt(`batch/n${name}`);
    const standing = store.get(key)?.revision ?? 0;
    const isEdge = position === 0 || position === names.length - 1;
    return { key, standing, isDelete: standing !== 0 && !isEdge && prng.chance(0.4) };
  });
  const writes = planned.map(({ key, isDelete }) => `${isDelete ? 'delete' : 'put'} ${placeOf(key)}`);
  return planned.map(({ key, standing, isDelete }, position) => {
    if (isDelete) return remove(key, standing);
    const content: BatchContent = { token, position, writes, padding: '.'.repeat(prng.below(500)) };
    return put(key, sample(JSON.stringify(content), { owner: `o${prng.below(3)}` }), standing);
  });
}

/** Never returns but by death or by the store's own failure. */
export async function runWorkload(store: Store, seed: number): Promise<void> {
  const prng = new Prng(seed);
  store.subscribe((changes) => {
    tell({
      kind: 'seen',
      changes: changes.map(
        ({ revision, key, record }): ToldChange => [
          revision,
          placeOf(key),
          record === undefined ? null : contentOf(record),
        ],
      ),
    });
  });
  tell({ kind: 'open', applied: store.applied, compacted: store.compacted });
  let count = 0;
  const write = async (): Promise<void> => {
    for (;;) {
      const token = `${seed}-${count++}`;
      const batch = prng.chance(0.5) ? singleWrite(store, prng, token) : batchWrite(store, prng, token);
      const outcome = await store.commit(batch);
      if (!outcome.ok) continue;
      const changes = batch.map(
        (one, index): ToldChange => [
          outcome.revisions[index]!,
          placeOf(one.key),
          one.kind === 'put' ? contentOf(one.record) : null,
        ],
      );
      tell({ kind: 'acknowledged', changes });
    }
  };
  const compact = async (): Promise<void> => {
    for (;;) {
      await sleep(prng.between(1, 20));
      const below = store.applied - window;
      if (below <= store.compacted) continue;
      tell({ kind: 'compacting', below });
      await store.compact(below);
    }
  };
  await Promise.all([...Array.from({ length: writers }, write), compact()]);
}
