/**
 * How the answer of one request is written: JSON as stored, in another version, indented, YAML, protobuf, Table or
 * metadata only. Decided once per request; the JSON of the stored version stays bytes all the way.
 */

import { indentJson } from '../../apimachinery/codec/indent-json.ts';
import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { encodeProtobuf } from '../../apimachinery/codec/protobuf-documents.ts';
import { stringifyYaml } from '../../apimachinery/codec/yaml.ts';
import type { JsonValue, KubeObject } from '../../apimachinery/object-meta.ts';
import { listSchemaOf, partialObjectMetadataSchema } from '../../apimachinery/schema/list-schema.ts';
import { statusSchema } from '../../apimachinery/schema/meta.ts';
import { hasProtobufForm } from '../../apimachinery/schema/protobuf-form.ts';
import type { ObjectSchema } from '../../apimachinery/schema/schema.ts';
import { asWritten } from '../../apimachinery/schema/zero-members.ts';
import { badRequest } from '../../apimachinery/status.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import type { Engine } from '../../registry/engine.ts';
import { isServedAsStored, objectOf, objectsOf, type Plane } from '../../registry/stored-objects.ts';
import {
  type IncludeObject,
  partialObjectMetadata,
  renderTable,
  resourceVersionOf,
} from '../../registry/table.ts';
import type { RequestInfo, Tenant } from '../../request/context.ts';
import { servedJson } from '../../storage/record.ts';
import type { StoredRecord } from '../../storage/store.ts';
import type { Exchange } from '../exchange.ts';
import {
  isPretty,
  type Negotiated,
  negotiateObject,
  type ResponseShape,
} from '../negotiation/negotiate-object.ts';

export interface Rendering {
  readonly negotiated: Negotiated;
  readonly served: ServedResource;
  /** Whose objects are rendered, for those that must be converted. */
  readonly plane: Plane;
  readonly includeObject: IncludeObject;
  readonly pretty: boolean;
  /** What is wanted is what a record holds, where the record is served as it is stored. */
  readonly isRaw: boolean;
  readonly nowMs: number;
}

interface RenderedRequest {
  readonly engine: Pick<Engine, 'clock' | 'converter'>;
  readonly exchange: Exchange;
  readonly info: RequestInfo;
  readonly target: { readonly tenant: Tenant };
}

/** Throws 406, and 400 for a bad includeObject. */
export function renderingOf(
  { engine, exchange, info, target: { tenant } }: RenderedRequest,
  served: ServedResource,
  shape: ResponseShape,
): Rendering {
  const negotiated = negotiatedFor(exchange.header('accept'), served, shape);
  const pretty = negotiated.pretty || isPretty(info.query, exchange.header('user-agent') ?? '');
  return {
    negotiated,
    served,
    plane: { tenant, converter: engine.converter },
    includeObject: negotiated.transform === 'table' ? includeObjectOf(info.query) : 'Metadata',
    pretty: pretty && shape !== 'watch',
    isRaw:
      served.isStoredForm &&
      negotiated.format === 'json' &&
      negotiated.transform === 'none' &&
      (!pretty || shape === 'watch'),
    nowMs: engine.clock.now(),
  };
}

function negotiatedFor(accept: string | undefined, served: ServedResource, verb: ResponseShape): Negotiated {
  const hasTable = served.definition.columns.length > 0;
  const negotiated = negotiateObject(accept, { verb, hasTable });
  // Asked only where it matters: JSON has nothing to do with it.
  const isPossible =
    negotiated.format !== 'protobuf' ||
    negotiated.transform === 'partial' ||
    hasProtobufForm(served.version.schema);
  return isPossible ? negotiated : negotiateObject(accept, { verb, hasTable, hasProtobuf: false });
}

function includeObjectOf(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject');
  if (asked === null || asked === '') return 'Metadata';
  if (asked === 'None' || asked === 'Metadata' || asked === 'Object') return asked;
  const problem = `Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`;
  throw badRequest(`Unable to convert to Table as requested: includeObject: ${problem}`);
}

/** Stored objects in the version of the request. */
export function readStored(
  { plane, served }: Rendering,
  entries: readonly StoredRecord[],
): KubeObject[] | Promise<KubeObject[]> {
  return objectsOf(plane, served, entries);
}

/** Whether the bytes of a record are what is to be answered. */
export function isStoredAnswer({ isRaw, served }: Rendering, stored: StoredRecord): boolean {
  return isRaw && isServedAsStored(served, stored);
}

/** One stored object as the body of a response. */
export function renderStored(
  rendering: Rendering,
  stored: StoredRecord,
): Buffer | string | Promise<Buffer | string> {
  const { plane, served } = rendering;
  if (isStoredAnswer(rendering, stored)) return servedJson(stored.record, stored.revision);
  const object = objectOf(plane, served, stored);
  return object instanceof Promise
    ? object.then((converted) => renderObject(rendering, converted))
    : renderObject(rendering, object);
}

/** One object, in the version of the request, as the body of a response. */
export function renderObject(rendering: Rendering, object: KubeObject): Buffer | string {
  return encode(rendering, transformObject(rendering, object));
}

export function transformObject(rendering: Rendering, object: KubeObject): object {
  const { transform, metaVersion } = rendering.negotiated;
  if (transform === 'partial') return partialObjectMetadata(object, metaVersion);
  if (transform === 'none') {
    const { definition, version } = rendering.served;
    // The answer to a delete may be a Status.
    return object.kind === definition.kind ? asWritten(object, version.schema) : object;
  }
  return renderTable(rendering.served.definition, [object], {
    includeObject: rendering.includeObject,
    nowMs: rendering.nowMs,
    listMeta: resourceVersionOf(object.metadata),
    metaVersion,
  });
}

/** The object, its list, or a Status, in the negotiated encoding. */
export function encode(rendering: Rendering, document: object): Buffer | string {
  const { format } = rendering.negotiated;
  if (format === 'protobuf') {
    return encodeProtobuf(document as KubeObject, protobufSchema(rendering, document as KubeObject));
  }
  if (format === 'yaml') return stringifyYaml(document as JsonValue);
  const json = stringifyJson(document);
  return rendering.pretty ? indentJson(json) : `${json}\n`;
}

/** The fields of a document that the rendering may have to write as protobuf. */
export function protobufSchema(rendering: Rendering, { kind }: KubeObject): ObjectSchema {
  const { negotiated, served } = rendering;
  if (kind === 'Status') return statusSchema;
  const schema = itemSchema(rendering);
  const isList = kind === (negotiated.transform === 'partial' ? partialList : served.definition.listKind);
  return isList ? listSchemaOf(schema) : schema;
}
const partialList = 'PartialObjectMetadataList';

/** The fields of one object as it is shown. */
export function itemSchema({ negotiated, served }: Rendering): ObjectSchema {
  return negotiated.transform === 'partial' ? partialObjectMetadataSchema : served.version.schema;
}
