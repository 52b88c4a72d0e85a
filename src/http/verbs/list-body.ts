/**
 * The body of a list, written step by step: the items of each step, then the list's metadata at the end, where
 * it is known. JSON of the stored version stays bytes; everything else is parsed.
 */
import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import { type ListMeta, renderTable } from '../../registry/table.ts';
import { servedItems } from '../../storage/served-items.ts';
import type { StoredEntry } from '../../storage/store.ts';
import { isStoredAnswer, type Rendering, readStored, transformObject } from './rendering.ts';

export interface ListBody {
  readonly head: string;
  /**
   * The items of one step between two texts, without a separator around them. A promise only where somebody else must
   * convert them.
   */
  items(
    entries: readonly StoredEntry[],
    before?: string,
    after?: string,
  ): Buffer | string | Promise<Buffer | string>;
  tail(meta: ListMeta): string;
}

export function listBody(rendering: Rendering): ListBody {
  if (rendering.negotiated.transform === 'table') return tableBody(rendering);
  const { kind, apiVersion } = listType(rendering);
  const isTyped = hasTypedItems(rendering.served);
  return {
    head: `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"items":[`,
    items: (entries, before, after) => {
      if (entries.every((entry) => isStoredAnswer(rendering, entry)))
        return servedItems(entries, { isTyped, before, after });
      return around(before, after, rendering, entries, (objects) =>
        objects.map((object) => parsedItem(rendering, object)),
      );
    },
    tail: (meta) =>
      `],"metadata":${stringifyJson(rendering.negotiated.transform === 'none' ? asListMeta(rendering.served, meta) : meta)}}\n`,
  };
}

/** Lists of custom resources say of their items what they are, and always whether they go on. */
export const hasTypedItems = ({ definition }: ServedResource): boolean => definition.writtenBy !== undefined;
export const asListMeta = (served: ServedResource, meta: ListMeta): ListMeta =>
  hasTypedItems(served) ? { continue: '', ...meta } : meta;

/** What the list is, unless it is a table. */
export function listType({ negotiated, served }: Rendering): { kind: string; apiVersion: string } {
  if (negotiated.transform === 'partial') {
    return { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${negotiated.metaVersion}` };
  }
  const { definition, version } = served;
  return {
    kind: definition.listKind,
    apiVersion: apiVersionOf({ group: definition.group, version: version.version }),
  };
}

function tableBody(rendering: Rendering): ListBody {
  const { metaVersion } = rendering.negotiated;
  const { definition } = rendering.served;
  const table = (objects: readonly KubeObject[]) =>
    renderTable(definition, objects, {
      includeObject: rendering.includeObject,
      nowMs: rendering.nowMs,
      listMeta: {},
      metaVersion,
    });
  const columns = stringifyJson(table([]).columnDefinitions ?? []);
  return {
    head: `{"kind":"Table","apiVersion":"meta.k8s.io/${metaVersion}","columnDefinitions":${columns},"rows":[`,
    items: (entries, before, after) =>
      around(before, after, rendering, entries, (objects) =>
        table(objects).rows.map((row) => stringifyJson(row)),
      ),
    tail: (meta) => `],"metadata":${stringifyJson(meta)}}\n`,
  };
}

function parsedItem(rendering: Rendering, object: KubeObject): string {
  const item = transformObject(rendering, object);
  const saysType = rendering.negotiated.transform !== 'none' || hasTypedItems(rendering.served);
  return stringifyJson(saysType ? item : withoutType(item));
}

function around(
  before: string | undefined,
  after: string | undefined,
  rendering: Rendering,
  entries: readonly StoredEntry[],
  written: (objects: readonly KubeObject[]) => readonly string[],
): string | Promise<string> {
  const whole = (objects: readonly KubeObject[]): string =>
    `${before ?? ''}${written(objects).join(',')}${after ?? ''}`;
  const objects = readStored(rendering, entries);
  return objects instanceof Promise ? objects.then(whole) : whole(objects);
}

/** An item of a list says neither kind nor apiVersion: the list does, for all. */
export function withoutType(item: object): object {
  const { kind: _, apiVersion: __, ...rest } = item as KubeObject;
  return rest;
}
