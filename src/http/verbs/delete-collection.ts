/**
 * DELETE on a collection: each selected object by an ordinary delete, then the list of what was selected, as it was
 * then. Source: Store.DeleteCollection of apiserver/pkg/registry/generic/registry/store.go.
 */
import { setImmediate } from 'node:timers/promises';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { deleteObject } from '../../registry/delete.ts';
import { list as openList } from '../../registry/list.ts';
import { partialObjectMetadataList, renderTable } from '../../registry/table.ts';
import type { StoredEntry } from '../../storage/store.ts';
import { type DeleteRequest, readDeleteOptions } from './delete-options.ts';
import { asListMeta, hasTypedItems, withoutType } from './list-body.ts';
import { listOptions } from './list-options.ts';
import { encode, readStored, renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function deleteCollection(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target } = request;
  const { served } = target;
  const rendering = renderingOf(request, served, 'list');
  const options = await readDeleteOptions(request);
  const listing = await openList(engine, target, listOptions(target, info.query));
  const selected: KubeObject[] = [];
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    for (let from = 0; from < step.length; from += limits.deletionsAtOnce) {
      if (request.isOver() || exchange.isGone) return;
      await deleteEach(request, options, step.slice(from, from + limits.deletionsAtOnce));
    }
    selected.push(...(await readStored(rendering, step)));
    await setImmediate();
  }
  const { transform, metaVersion, mediaType } = rendering.negotiated;
  const { listMeta } = listing;
  const apiVersion = apiVersionOf({ group: served.definition.group, version: served.version.version });
  // The protobuf writer finds the fields of an item by the item's kind.
  const saysType = rendering.negotiated.format === 'protobuf' || hasTypedItems(served);
  const items = () => (saysType ? selected : selected.map(withoutType));
  const documents = {
    none: () => ({
      kind: served.definition.listKind,
      apiVersion,
      metadata: asListMeta(served, listMeta),
      items: items(),
    }),
    partial: () => partialObjectMetadataList(selected, listMeta, metaVersion),
    table: () =>
      renderTable(served.definition, selected, {
        includeObject: rendering.includeObject,
        nowMs: rendering.nowMs,
        listMeta,
        metaVersion,
      }),
  };
  exchange.send(200, mediaType, encode(rendering, documents[transform]()));
}

/** Together, so that they share a durable commit. Waits for all of them, whichever fails. */
async function deleteEach(
  { engine, target }: VerbRequest,
  { deletion, write }: DeleteRequest,
  entries: readonly StoredEntry[],
): Promise<void> {
  const outcomes = await Promise.allSettled(
    entries.map(({ key: { namespace, name } }) =>
      deleteObject(engine, { ...target, namespace, name }, { ...deletion, isOfCollection: true }, write),
    ),
  );
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    const { reason } = outcome;
    // Somebody else deleted it first: what was asked for is done.
    if (!(reason instanceof StatusError && reason.code === 404)) throw reason;
  }
}
