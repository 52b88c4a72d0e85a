/**
 * The body of a list, written step by step: the items of each step, then the list's metadata at the end, where
 * it is known. JSON of the stored version is copied into one buffer a step; everything else is parsed.
 */
import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { isServedAsStored, objectOf } from '../../registry/engine.ts';
import { type ListMeta, renderTable } from '../../registry/table.ts';
import { servedItemLength, writeServedItem } from '../../storage/record.ts';
import type { StoredEntry } from '../../storage/store.ts';
import { type Rendering, transformObject } from './rendering.ts';

export interface ListBody {
  readonly head: string;
  /** The items of one step between two texts, without a separator around them. */
  items(entries: readonly StoredEntry[], before?: string, after?: string): Buffer | string;
  tail(meta: ListMeta): string;
}

export function listBody(rendering: Rendering): ListBody {
  if (rendering.negotiated.transform === 'table') return tableBody(rendering);
  const { kind, apiVersion } = listType(rendering);
  return {
    head: `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"items":[`,
    items: (entries, before, after) => {
      const isRaw = rendering.isRaw && entries.every((entry) => isServedAsStored(rendering.served, entry));
      if (isRaw) return rawItems(entries, before, after);
      return `${before ?? ''}${parsedItems(rendering, entries)}${after ?? ''}`;
    },
    tail: (meta) => `],"metadata":${stringifyJson(meta)}}\n`,
  };
}

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
  const table = (entries: readonly StoredEntry[]) =>
    renderTable(
      definition,
      entries.map((entry) => objectOf(rendering.served, entry)),
      { includeObject: rendering.includeObject, nowMs: rendering.nowMs, listMeta: {}, metaVersion },
    );
  const columns = stringifyJson(table([]).columnDefinitions ?? []);
  return {
    head: `{"kind":"Table","apiVersion":"meta.k8s.io/${metaVersion}","columnDefinitions":${columns},"rows":[`,
    items: (entries, before = '', after = '') => {
      const rows = table(entries).rows.map((row) => stringifyJson(row));
      return `${before}${rows.join(',')}${after}`;
    },
    tail: (meta) => `],"metadata":${stringifyJson(meta)}}\n`,
  };
}

const comma = 0x2c;

/** The served bytes of every entry as an item, and what stands around them, in one allocation. */
function rawItems(entries: readonly StoredEntry[], before = '', after = ''): Buffer {
  let length = Math.max(entries.length - 1, 0) + Buffer.byteLength(before) + Buffer.byteLength(after);
  for (const { record, revision } of entries) length += servedItemLength(record, revision);
  const out = Buffer.allocUnsafe(length);
  let at = out.write(before, 0);
  const start = at;
  for (const { record, revision } of entries) {
    if (at > start) out[at++] = comma;
    at = writeServedItem(out, at, record, revision);
  }
  out.write(after, at);
  return out;
}

function parsedItems(rendering: Rendering, entries: readonly StoredEntry[]): string {
  return entries
    .map((entry) => transformObject(rendering, objectOf(rendering.served, entry)))
    .map((item) => stringifyJson(rendering.negotiated.transform === 'none' ? withoutType(item) : item))
    .join(',');
}

/** An item of a list says neither kind nor apiVersion: the list does, for all. */
export function withoutType(item: object): object {
  const { kind: _, apiVersion: __, ...rest } = item as KubeObject;
  return rest;
}
