/**
 * Many objects in little time: the data of a stopped server is opened by the store's own code, and copies of an object
 * that the server has stored are written in large batches. What is written is what the server would have written, but for
 * the managed fields, which name the copied object's writer.
 */

import { must } from '../../src/lib/assert.ts';
import { openEmbedded } from '../../src/storage/backends/embedded/backend.ts';
import { tenantOfProject } from '../../src/storage/keys.ts';
import {
  encodeRecord,
  headerOf,
  parseRecord,
  serializeObject,
  type TextMap,
} from '../../src/storage/record.ts';
import type { ObjectKey, Put } from '../../src/storage/store.ts';

const batchObjects = 1000;
const batchesInFlight = 4;
/** How far numbers are padded: names of one length sort as they count. */
const digits = 8;

/** Of a config map that the server has stored; its name occurs nowhere else in it. */
export interface Original {
  readonly project: string;
  /** Of the project. */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

export function copyName(number: number): string {
  return `copy-${String(number).padStart(digits, '0')}`;
}

/** Copies each of the originals `copiesOf(its index)` times. */
export async function fillStore(
  dataDir: string,
  originals: readonly Original[],
  copiesOf: (index: number) => number,
  onProgress: (done: number) => void,
): Promise<void> {
  const store = await openEmbedded({ dataDir });
  try {
    const writes = putsOf(originals, copiesOf, (key) => must(store.get(key), 'the original is stored'));
    let done = 0;
    const lane = async (): Promise<void> => {
      for (let batch = take(writes, batchObjects); batch.length > 0; batch = take(writes, batchObjects)) {
        const outcome = await store.commit(batch);
        if (!outcome.ok) throw new Error(`${batch[outcome.index]!.key.name} is there already`);
        done += batch.length;
        onProgress(done);
      }
    };
    await Promise.all(Array.from({ length: batchesInFlight }, lane));
  } finally {
    await store.close();
  }
}

function* putsOf(
  originals: readonly Original[],
  copiesOf: (index: number) => number,
  get: (key: ObjectKey) => { readonly record: Buffer; readonly revision: number },
): Generator<Put> {
  let number = 0;
  for (const [index, { project, uid, namespace, name }] of originals.entries()) {
    const tenant = tenantOfProject(project, uid);
    const key: ObjectKey = { tenant, group: '', resource: 'configmaps', namespace, name };
    const { record, revision } = get(key);
    const header = headerOf(record);
    const { json, rvOffset } = serializeObject(parseRecord(record, revision));
    for (let copy = 0; copy < copiesOf(index); copy++) {
      const renamed = copyName(number);
      const uidOfCopy = uidOf(number++);
      const text = json.replace(`"${name}"`, `"${renamed}"`).replace(header.uid, uidOfCopy);
      const fields: TextMap = Object.fromEntries(
        Object.entries(header.fields).map(([field, value]) => [field, value === name ? renamed : value]),
      );
      const bytes = encodeRecord({ ...header, uid: uidOfCopy, fields }, text, rvOffset);
      yield { kind: 'put', key: { ...key, name: renamed }, record: bytes, expect: 0 };
    }
  }
}

function uidOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

function take<T>(items: Iterator<T>, total: number): T[] {
  const taken: T[] = [];
  while (taken.length < total) {
    const { done, value } = items.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}
