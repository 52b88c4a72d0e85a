/**
 * LIST as a sequence of bounded synchronous steps at one revision, so that a list of any size neither stalls
 * other requests nor sees a half of a later write. Filtering reads record headers only.
 */
import { limits } from '../apimachinery/limits.ts';
import { badRequest, expired } from '../apimachinery/status.ts';
import { StorageError } from '../storage/errors.ts';
import { type ContinueToken, decodeContinue, encodeContinue } from '../storage/keys.ts';
import type { ItemJudgement, RangeQuery, Revision, StoredEntry, TenantId } from '../storage/store.ts';
import type { Engine, Target } from './engine.ts';
import { listRevision, type ReadOptions } from './resource-version.ts';
import { isSelected, isSelective, type Selection } from './selection.ts';
import { isServedAsStored } from './stored-objects.ts';

/** A continue token's revision that means: go on at the newest state. */
const atNewest = 0;

export interface ListOptions extends ReadOptions {
  readonly selection: Selection;
}

/** The options are checked. Throws the Status of a foreign token (400), or of a revision that is gone (410). */
export async function list(engine: Engine, target: Target, options: ListOptions): Promise<Listing> {
  const { store } = engine;
  if (options.continueToken === '') {
    const isOneObject =
      options.selection.name !== undefined && queryNamespace(target, options.selection) !== undefined;
    const at = await listRevision(store, options, target.tenant.startRevision, isOneObject);
    return new Listing(engine, target, options, at, undefined);
  }
  const token = ownToken(target, options.continueToken);
  if (options.resourceVersion !== '' && options.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  await store.head();
  if (token.revision === atNewest) return new Listing(engine, target, options, undefined, token);
  if (token.revision < store.compacted) {
    // What remained at the old revision says nothing of the newest: it is counted anew.
    const { remaining: _, ...goesOn } = token;
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new ' +
        'list without the continue parameter, or use the continue token in this response to retrieve the ' +
        'remainder of the results. Continuing with the provided token results in an inconsistent list - ' +
        'objects that were created, modified, or deleted between the time the first chunk was returned and ' +
        'now may show up in the list.',
      encodeContinue({ ...goesOn, revision: atNewest }),
    );
  }
  return new Listing(engine, target, options, token.revision, token);
}

/** The one namespace to read; undefined for all. */
function queryNamespace(target: Target, selection: Selection): string | undefined {
  if (target.served.definition.scope === 'Cluster') return '';
  return target.namespace === '' ? selection.namespace : target.namespace;
}

function ownToken(target: Target, text: string): ContinueToken {
  let token: ContinueToken;
  try {
    token = decodeContinue(text);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw badRequest('invalid continue token: continue key is not valid', error);
  }
  const { storage } = target.served.definition;
  const isOwn =
    token.tenant === target.tenant.id &&
    token.group === storage.group &&
    token.resource === storage.resource &&
    (token.namespace ?? '') === target.namespace;
  if (!isOwn) throw badRequest('continue token does not belong to the current scope');
  return token;
}

export class Listing {
  /** Revision of every step; the list's resourceVersion. */
  readonly revision: Revision;
  readonly #engine: Engine;
  readonly #selection: Selection;
  readonly #target: Target;
  readonly #options: ListOptions;
  /** Where it began; undefined is at the beginning. */
  readonly #token: ContinueToken | undefined;
  readonly #limit: number;
  readonly #query: Omit<RangeQuery, 'after' | 'maxEntries'>;
  /** metadata.name is pinned within one namespace, and no token has it go on behind a page. */
  readonly #isOneObject: boolean;
  #after: RangeQuery['after'];
  #taken = 0;
  #done = false;
  #more = false;
  #remaining: number | undefined;

  constructor(
    engine: Engine,
    target: Target,
    options: ListOptions,
    at: Revision | undefined,
    token: ContinueToken | undefined,
  ) {
    this.#engine = engine;
    this.#target = target;
    this.#options = options;
    this.#token = token;
    this.#selection = options.selection;
    this.#limit = options.limit;
    this.revision = at ?? engine.store.applied;
    this.#after = token?.cursor;
    // The page before may have been of everything, and this one selects: then nobody knows what remains.
    this.#remaining = isSelective(options.selection) ? undefined : token?.remaining;
    const { storage } = target.served.definition;
    const namespace = queryNamespace(target, options.selection);
    this.#query = {
      tenant: target.tenant.id as TenantId,
      group: storage.group,
      resource: storage.resource,
      ...(namespace === undefined ? {} : { namespace }),
      at: this.revision,
      maxBytes: limits.listStepBytes,
    };
    this.#isOneObject =
      options.selection.name !== undefined && namespace !== undefined && token === undefined;
    if (options.selection.namespace !== undefined && options.selection.namespace !== namespace)
      this.#done = true;
    if (this.#limit > 0 && !isSelective(options.selection) && this.#remaining === undefined) {
      this.#remaining = engine.store.count({
        ...this.#query,
        ...(this.#after === undefined ? {} : { after: this.#after }),
        maxEntries: limits.countEntries,
      });
    }
  }

  /** The same list from its beginning, in the same steps. */
  again(): Listing {
    return new Listing(this.#engine, this.#target, this.#options, this.revision, this.#token);
  }

  /** Nothing comes any more. */
  get isOver(): boolean {
    return this.#done;
  }

  /** The next selected entries; undefined at the end. May be empty: then there may still be more. */
  next(): readonly StoredEntry[] | undefined {
    if (this.#done) return undefined;
    if (this.#isOneObject) return this.#single();
    const page = this.#engine.store.range(this.#step());
    const { selected, last } = this.#select(page.entries, this.#wanted);
    this.#advance(selected.length, last === page.entries.at(-1) ? page.next : last?.key);
    return selected;
  }

  /**
   * The same as the items of a list, written into the slab from `offset` on. Undefined where they cannot be, or at the
   * end; then it is as if nobody had asked.
   */
  nextItems(
    slab: Buffer,
    offset: number,
    isTyped: boolean,
  ): { readonly items: number; readonly end: number } | undefined {
    if (this.#done || this.#isOneObject) return undefined;
    const { served } = this.#target;
    const isPlain = !isSelective(this.#selection) && served.definition.writtenBy === undefined;
    const judge = (entry: StoredEntry): ItemJudgement =>
      !isSelected(this.#selection, entry) ? 'skipped' : isServedAsStored(served, entry) ? 'item' : 'unlike';
    const page = this.#engine.store.items({
      ...this.#step(),
      slab,
      offset,
      isTyped,
      maxItems: this.#wanted,
      judge: isPlain ? undefined : judge,
    });
    if (page !== undefined) this.#advance(page.items, page.next);
    return page;
  }

  /** Entries that are still asked for. */
  get #wanted(): number {
    return this.#limit > 0 ? this.#limit - this.#taken : limits.listStepEntries;
  }

  #step(): RangeQuery {
    // One selective step reads a full step whatever the limit: matches may be rare.
    const wanted = isSelective(this.#selection) ? limits.listStepEntries : this.#wanted;
    return {
      ...this.#query,
      ...(this.#after === undefined ? {} : { after: this.#after }),
      maxEntries: Math.min(wanted, limits.listStepEntries),
    };
  }

  /** `next`: the place behind which the rest lies, if there is a rest. */
  #advance(taken: number, next: RangeQuery['after']): void {
    this.#taken += taken;
    this.#after = next ?? this.#after;
    const isFull = this.#limit > 0 && this.#taken >= this.#limit;
    if (isFull || next === undefined) {
      this.#done = true;
      this.#more = next !== undefined;
    }
  }

  /** The selected among the entries, `wanted` at most, and the last one looked at. */
  #select(
    entries: readonly StoredEntry[],
    wanted: number,
  ): { selected: readonly StoredEntry[]; last: StoredEntry | undefined } {
    if (!isSelective(this.#selection)) return { selected: entries, last: entries.at(-1) };
    const selected: StoredEntry[] = [];
    for (const entry of entries) {
      if (!isSelected(this.#selection, entry)) continue;
      selected.push(entry);
      if (this.#limit > 0 && selected.length >= wanted) return { selected, last: entry };
    }
    return { selected, last: entries.at(-1) };
  }

  #single(): readonly StoredEntry[] {
    this.#done = true;
    const { tenant, group, resource } = this.#query;
    const namespace = this.#query.namespace ?? '';
    const key = { tenant, group, resource, namespace, name: this.#selection.name ?? '' };
    const stored = this.#engine.store.get(key, this.revision);
    if (stored === undefined || !isSelected(this.#selection, { key, record: stored.record })) return [];
    return [{ key, ...stored }];
  }

  /** Once `next` has returned undefined. */
  get listMeta(): { resourceVersion: string; continue?: string; remainingItemCount?: number } {
    const meta = { resourceVersion: String(this.revision) };
    if (!this.#more || this.#after === undefined) return meta;
    const remaining = this.#remaining === undefined ? undefined : Math.max(this.#remaining - this.#taken, 1);
    const token: ContinueToken = {
      tenant: this.#query.tenant,
      group: this.#query.group,
      resource: this.#query.resource,
      namespace: this.#target.namespace,
      revision: this.revision,
      cursor: this.#after,
      ...(remaining === undefined ? {} : { remaining }),
    };
    return {
      ...meta,
      continue: encodeContinue(token),
      ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
    };
  }
}
