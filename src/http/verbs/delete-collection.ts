/** DELETE on a collection: each selected object by an ordinary delete, then the list of what was deleted. */
import { setImmediate } from 'node:timers/promises';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { deleteObject } from '../../registry/delete.ts';
import { list as openList } from '../../registry/list.ts';
import { partialObjectMetadataList, renderTable } from '../../registry/table.ts';
import { readDeleteOptions } from './delete-options.ts';
import { listOptions } from './list.ts';
import { encode, renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function deleteCollection(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target } = request;
  const { served } = target;
  const rendering = renderingOf(exchange, info, served, 'list', engine.clock.now());
  const { preconditions, write } = await readDeleteOptions(request);
  const listing = await openList(engine, target, listOptions(target, info.query));
  const deleted: KubeObject[] = [];
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    for (const { key } of step) {
      const one = { ...target, namespace: key.namespace, name: key.name };
      try {
        deleted.push((await deleteObject(engine, one, preconditions, write)).object);
      } catch (error) {
        // Somebody else deleted it first: what was asked for is done.
        if (!(error instanceof StatusError) || error.code !== 404) throw error;
      }
    }
    await setImmediate();
  }
  const { transform, metaVersion, mediaType } = rendering.negotiated;
  const { listMeta } = listing;
  const apiVersion = apiVersionOf({ group: served.definition.group, version: served.version.version });
  const documents = {
    none: () => ({ kind: served.definition.listKind, apiVersion, metadata: listMeta, items: deleted }),
    partial: () => partialObjectMetadataList(deleted, listMeta, metaVersion),
    table: () =>
      renderTable(served.definition, deleted, {
        includeObject: rendering.includeObject,
        nowMs: rendering.nowMs,
        listMeta,
        metaVersion,
      }),
  };
  exchange.send(200, mediaType, encode(rendering, documents[transform]()));
}
