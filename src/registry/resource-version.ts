/**
 * What a reader's resourceVersion means: the table of upstream's ValidateListOptions, turned into the revision
 * to read at. Source: apiserver/pkg/storage, "Resource versions" in the API concepts.
 */

import type { FieldError } from '../apimachinery/field-error.ts';
import { forbidden, notSupported } from '../apimachinery/field-error.ts';
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
}

const listOptionsKind = { group: 'meta.k8s.io', version: 'v1', kind: 'ListOptions' };

/** A client's resourceVersion as a revision; 0 for "" and "0". Throws 400 when it is no number. */
export function parseResourceVersion(text: string): Revision {
  if (text === '' || text === '0') return 0;
  if (!/^\d{1,20}$/.test(text)) {
    throw badRequest(`Invalid value: "${text}": resourceVersion must be an unsigned decimal number`);
  }
  return Number(text);
}

/** Throws 422 for combinations that upstream forbids. */
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
    } else if (match === 'Exact' && resourceVersion === '0') {
      errors.push(
        forbidden(
          'resourceVersionMatch',
          'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
      );
    }
  }
  if (errors.length > 0) throw invalid(listOptionsKind, '', errors);
}

/**
 * Revision to list at, for a request without a continue token; undefined is the newest.
 * 504 when the client names a revision that does not come within a moment, 410 when it is compacted.
 */
export async function listRevision(
  store: Store,
  options: ReadOptions,
  startRevision: Revision,
): Promise<Revision | undefined> {
  const requested = parseResourceVersion(options.resourceVersion);
  if (options.resourceVersion === '') {
    await store.head();
    return undefined;
  }
  if (requested === 0) return undefined;
  await waitForRevision(store, requested);
  const isExact =
    options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0);
  if (!isExact) return undefined;
  if (requested < Math.max(store.compacted, startRevision)) throw tooOld(requested, store);
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
