/**
 * One object that every control plane shows without storing it: made once into the bytes of a record, in which only
 * uid and times differ from one control plane to the next. Knows neither which control planes there are nor which of
 * them have written a copy of their own.
 */

import { createHash } from 'node:crypto';
import { cloneJson } from '../apimachinery/clone-json.ts';
import { type KubeObject, timestamp } from '../apimachinery/object-meta.ts';
import { assert } from '../lib/assert.ts';
import { bootstrapUser, serverFieldManager } from '../request/system-users.ts';
import type { ObjectKey } from '../storage/store.ts';
import type { StorageForm } from './definition-table.ts';
import { trackCreation } from './field-tracking.ts';
import { stampNew } from './metadata.ts';
import { recordOf } from './stored-object.ts';

/** Stand where a control plane's own uid and times go; no default says either of itself. */
const blankUid = '00000000-0000-8000-8000-000000000000';
const blankMs = 0;

export class SharedDefault {
  readonly name: string;
  readonly #form: StorageForm;
  readonly #object: KubeObject;
  readonly #blank: Buffer;
  readonly #uids: readonly number[];
  readonly #times: readonly number[];

  constructor(form: StorageForm, object: KubeObject) {
    this.name = object.metadata.name ?? '';
    this.#form = form;
    this.#object = object;
    this.#blank = this.made(blankUid, blankMs);
    this.#uids = placesOf(blankUid, this.#blank);
    this.#times = placesOf(timestamp(blankMs), this.#blank);
  }

  /** As a control plane shows it that has not written it. `createdAt` as in metadata.creationTimestamp. */
  shown(uid: string, createdAt: string): Buffer {
    assert(
      uid.length === blankUid.length && createdAt.length === timestamp(blankMs).length,
      'form of a default',
    );
    const record = Buffer.from(this.#blank);
    for (const at of this.#uids) record.write(uid, at, 'latin1');
    for (const at of this.#times) record.write(createdAt, at, 'latin1');
    return record;
  }

  /** The record of a new object with this content, made as a create makes it. */
  made(uid: string, nowMs: number): Buffer {
    const { definition, served } = this.#form;
    const { strategy } = definition;
    const object = cloneJson(this.#object);
    strategy.defaults?.(object);
    stampNew(object, strategy, uid, nowMs);
    trackCreation({ clock: { now: () => nowMs } }, served, object, { fieldManager: serverFieldManager });
    strategy.prepareForCreate?.(object, {
      nowMs,
      user: bootstrapUser,
      dryRun: false,
      newUid: () => uid,
      revision: 0,
    });
    return recordOf(this.#form, object, nowMs);
  }
}

/** The uid of a default where it has not been written: always the same there, and nobody else's. */
export function uidOfDefault({ tenant, group, resource, name }: ObjectKey): string {
  const bytes = createHash('sha256').update(`${tenant}\0${group}\0${resource}\0${name}`).digest();
  // Version 8 of RFC 9562: made by a rule of one's own.
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function placesOf(text: string, record: Buffer): number[] {
  const places: number[] = [];
  for (let at = record.indexOf(text); at !== -1; at = record.indexOf(text, at + 1)) places.push(at);
  return places;
}
