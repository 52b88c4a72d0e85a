/**
 * What a reader's resourceVersion means: the table of upstream's ValidateListOptions, turned into the revision
 * to read at. Source: apiserver/pkg/storage, "Resource versions" in the API concepts.
 */

import type { FieldError } from '../apimachinery/field-error.ts';
import { forbidden, invalidValue, notSupported } from '../apimachinery/field-error.ts';
import { limits } from '../apimachinery/limits.ts';
import {
  badRequest,
  expired,
  invalid,
  resourceVersionTooLarge,
  type StatusError,
} from '../apimachinery/status.ts';
import type { Revision, Store } from '../storage/store.ts';

export interface ReadOptions {
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly limit: number;
  readonly continueToken: string;
  /** `sendInitialEvents` is given, whatever its value. */
  readonly asksInitialEvents: boolean;
}

const listOptionsKind = { group: 'meta.k8s.io', version: 'v1', kind: 'ListOptions' };

/**
 * A client's resourceVersion as a revision; 0 for "" and "0". Throws 400 when it is no unsigned 64-bit number, and
 * 504 when it is one that no store has reached yet. Upstream says the 400 where etcd answers; its watch cache turns
 * the same error into a 500, which would blame the server.
 */
export function parseResourceVersion(store: Store, text: string): Revision {
  if (text === '' || text === '0') return 0;
  const problem = !/^\d+$/.test(text)
    ? 'invalid syntax'
    : BigInt(text) > revisionMax
      ? 'value out of range'
      : undefined;
  if (problem !== undefined) {
    const { field, message } = invalidValue(
      'resourceVersion',
      text,
      `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${problem}`,
    );
    throw badRequest(`invalid resource version: ${field}: ${message}`);
  }
  const revision = Number(text);
  if (revision > Number.MAX_SAFE_INTEGER) throw resourceVersionTooLarge(BigInt(text), store.applied);
  return revision;
}
const revisionMax = 2n ** 64n - 1n;

/** Throws 422 for combinations that upstream forbids in a list. */
export function checkListOptions(options: ReadOptions): void {
  const errors: FieldError[] = [];
  const { resourceVersionMatch: match, resourceVersion } = options;
  if (match !== '') {
    if (resourceVersion === '') {
      errors.push(
        forbidden(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden unless resourceVersion is provided',
        ),
      );
    }
    if (options.continueToken !== '') {
      errors.push(
        forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
      );
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(
        forbidden(
          'resourceVersionMatch',
          'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
      );
    }
  }
  if (options.asksInitialEvents) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (errors.length > 0) throw invalid(listOptionsKind, '', errors);
}

/** Throws 422 for combinations that upstream forbids in a watch. */
export function checkWatchOptions(options: ReadOptions): void {
  const { resourceVersionMatch: match, asksInitialEvents, continueToken } = options;
  const path = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (asksInitialEvents && match !== 'NotOlderThan') {
    errors.push(forbidden(path, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '' && !asksInitialEvents) {
    errors.push(
      forbidden(path, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
    );
  }
  if (match !== '' && match !== 'NotOlderThan') errors.push(notSupported(path, match, ['NotOlderThan']));
  if (match !== '' && continueToken !== '') {
    errors.push(forbidden(path, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  if (errors.length > 0) throw invalid(listOptionsKind, '', errors);
}

/**
 * Revision to list at, for a request without a continue token; undefined is the newest. `isOneObject`: a limit does
 * not make the read exact, since there is nothing to page through.
 * 504 when the client names a revision that is not there (and, unless exactly that is asked for, does not come within
 * a moment), 410 when it is compacted.
 */
export async function listRevision(
  store: Store,
  options: ReadOptions,
  startRevision: Revision,
  isOneObject: boolean,
): Promise<Revision | undefined> {
  const requested = parseResourceVersion(store, options.resourceVersion);
  if (options.resourceVersion === '') {
    await store.head();
    return undefined;
  }
  if (requested === 0) return undefined;
  const { resourceVersionMatch: match, limit } = options;
  if (!(match === 'Exact' || (match === '' && limit > 0 && !isOneObject))) {
    await waitForRevision(store, requested);
    return undefined;
  }
  if (requested > store.applied) await store.head();
  if (requested > store.applied) throw resourceVersionTooLarge(requested, store.applied, 0);
  if (requested < Math.max(store.compacted, startRevision)) {
    throw expired('The resourceVersion for the provided list is too old.');
  }
  return requested;
}

/** Waits a moment for a revision from elsewhere to arrive here. Throws 504 when it does not. */
export async function waitForRevision(store: Store, revision: Revision): Promise<void> {
  if (revision <= store.applied) return;
  await store.head();
  if (revision <= store.applied) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      end();
      resolve();
    };
    const timer = setTimeout(done, limits.futureRevisionWaitMs);
    const end = store.subscribe(() => {
      if (revision <= store.applied) done();
    });
  });
  if (revision > store.applied) throw resourceVersionTooLarge(revision, store.applied);
}

export function tooOld(requested: Revision, store: Store): StatusError {
  return expired(`too old resource version: ${requested} (${store.compacted})`);
}
