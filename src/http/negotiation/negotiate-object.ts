/**
 * Which form an object, list, watch stream or refusal is answered in: encoding and transformation, from the Accept
 * header. Only decides: the registry renders and http writes. Rules follow apiserver's endpoints/handlers/
 * negotiation and responsewriters: the first choice of the client that is possible counts.
 */
import { limits } from '../../apimachinery/limits.ts';
import { noRepresentation, notAcceptable, StatusError } from '../../apimachinery/status.ts';
import { type MediaRange, parseAccept } from './media-range.ts';

/** `get` is every answer of one object, writes included. */
export type ResponseShape = 'get' | 'list' | 'watch';

export interface Negotiated {
  readonly format: 'json' | 'yaml' | 'protobuf';
  readonly transform: 'none' | 'table' | 'partial';
  /** The version of meta.k8s.io a transformation is written in. */
  readonly metaVersion: 'v1' | 'v1beta1';
  /** The Content-Type of the answer. Transformed objects have the plain one, as upstream; a stream may say so. */
  readonly mediaType: string;
  /** Asked for in the header; the query and the user agent have their say in `isPretty`. */
  readonly pretty: boolean;
}

export interface Endpoint {
  readonly verb: ResponseShape;
  /** False for kinds without a table (reviews): asked for one, they answer 406. True when absent. */
  readonly hasTable?: boolean;
  /**
   * False for kinds without protobuf (custom resources), which have only their metadata in it. True when absent.
   */
  readonly hasProtobuf?: boolean;
}

const formats = [
  { format: 'json', type: 'application', subtype: 'json', isStream: true },
  { format: 'yaml', type: 'application', subtype: 'yaml', isStream: false },
  { format: 'protobuf', type: 'application', subtype: 'vnd.kubernetes.protobuf', isStream: true },
] as const;
type Format = (typeof formats)[number];

const plainJson: Negotiated = {
  format: 'json',
  transform: 'none',
  metaVersion: 'v1',
  mediaType: 'application/json',
  pretty: false,
};
const plainProtobuf: Negotiated = {
  ...plainJson,
  format: 'protobuf',
  mediaType: 'application/vnd.kubernetes.protobuf',
};
const protobufStream: Negotiated = { ...plainProtobuf, mediaType: `${plainProtobuf.mediaType};stream=watch` };

/** What kubectl and client-go send, answered without parsing. */
const tableAccept = (...versions: string[]): string =>
  [
    ...versions.map((version) => `application/json;as=Table;v=${version};g=meta.k8s.io`),
    'application/json',
  ].join(',');
const jsonTable = (metaVersion: 'v1' | 'v1beta1'): Negotiated => ({
  ...plainJson,
  transform: 'table',
  metaVersion,
});
const wellKnown = (protobuf: Negotiated): readonly (readonly [string, Negotiated])[] => [
  ['*/*', plainJson],
  ['application/json', plainJson],
  ['application/json, */*', plainJson],
  ['application/vnd.kubernetes.protobuf', protobuf],
  ['application/vnd.kubernetes.protobuf,application/json', protobuf],
  ['application/vnd.kubernetes.protobuf, application/json', protobuf],
  ['application/vnd.kubernetes.protobuf, */*', protobuf],
  [tableAccept('v1', 'v1beta1'), jsonTable('v1')],
  [tableAccept('v1'), jsonTable('v1')],
  [tableAccept('v1beta1'), jsonTable('v1beta1')],
];

/** Bounded: past its entries a header is parsed every time. */
const memo: Record<ResponseShape, Map<string, Negotiated>> = {
  get: new Map(wellKnown(plainProtobuf)),
  list: new Map(wellKnown(plainProtobuf)),
  watch: new Map(wellKnown(protobufStream)),
};

/** Throws the 406 StatusError when nothing the client accepts can be written. */
export function negotiateObject(accept: string | undefined, endpoint: Endpoint): Negotiated {
  if (accept === undefined || accept === '') return plainJson;
  const known = memo[endpoint.verb];
  const remembered = known.get(accept);
  if (remembered !== undefined && isOffered(remembered, endpoint)) return remembered;
  const negotiated = negotiate(accept, endpoint);
  const isGeneral = endpoint.hasTable !== false && endpoint.hasProtobuf !== false;
  if (isGeneral && known.size < limits.acceptMemoEntries && accept.length <= limits.acceptMemoHeaderLength) {
    known.set(accept, negotiated);
  }
  return negotiated;
}

function isOffered({ format, transform }: Negotiated, { hasTable, hasProtobuf }: Endpoint): boolean {
  if (transform === 'table') return hasTable !== false && format !== 'protobuf';
  return format !== 'protobuf' || transform === 'partial' || hasProtobuf !== false;
}

/**
 * The form of a refusal, which no transformation concerns. Undefined where the client accepts none that there is:
 * what went wrong must not be hidden behind how to say it, so the caller then writes JSON.
 */
export function negotiateStatus(accept: string | undefined): Negotiated | undefined {
  if (accept === undefined || accept === '') return plainJson;
  for (const range of parseAccept(accept)) {
    if (asksTransform(range)) continue;
    const format = formats.find((each) => matches(range, each));
    if (format !== undefined && hasKnownStream(range)) return plainly(range, format);
  }
  return undefined;
}

/** Indented JSON: the `pretty` parameter decides, else tools whose reader is a person get it. */
export function isPretty(query: URLSearchParams, userAgent: string): boolean {
  const asked = query.get('pretty');
  if (asked !== null && asked !== '') return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(asked);
  return userAgent.startsWith('curl') || userAgent.startsWith('Wget') || userAgent.startsWith('Mozilla/5.0');
}

function negotiate(accept: string, endpoint: Endpoint): Negotiated {
  if (!isRouted(accept)) throw noRepresentation(representations(endpoint));
  for (const range of parseAccept(accept)) {
    for (const format of formats) {
      if (!matches(range, format)) continue;
      const chosen = choose(range, format, endpoint);
      if (chosen !== undefined) return endpoint.verb === 'watch' ? asStream(chosen, format) : chosen;
    }
  }
  throw notAcceptable(formats.map(mediaType));
}

/** Upstream's router wants one of its types by name, or anything; `application/*` is neither. */
function isRouted(accept: string): boolean {
  const wanted = accept.split(',').map((range) => range.split(';', 1)[0]!.trim().toLowerCase());
  return wanted.some((range) => range === '*/*' || formats.some((format) => mediaType(format) === range));
}

function representations({ verb }: Endpoint): readonly string[] {
  const plain = formats.map(mediaType);
  if (verb === 'get') return plain;
  return [...plain, ...streams];
}

/** Upstream chooses first and then finds that there is no stream of it: no second choice. */
function asStream(chosen: Negotiated, format: Format): Negotiated {
  if (!format.isStream) {
    throw notAcceptable(streams);
  }
  return format.format === 'json' ? chosen : { ...chosen, mediaType: `${chosen.mediaType};stream=watch` };
}

const mediaType = ({ type, subtype }: Format): string => `${type}/${subtype}`;
const streams = formats
  .filter(({ isStream }) => isStream)
  .map((format) => `${mediaType(format)};stream=watch`);

function matches(range: MediaRange, format: Format): boolean {
  if (range.type === '*') return true;
  return range.type === format.type && (range.subtype === '*' || range.subtype === format.subtype);
}

const hasKnownStream = ({ parameters }: MediaRange): boolean =>
  ['', 'watch'].includes(parameters.get('stream') ?? '');
const asksTransform = ({ parameters }: MediaRange): boolean =>
  parameters.has('as') || parameters.has('g') || parameters.has('v');

const plainly = (range: MediaRange, format: Format): Negotiated => ({
  format: format.format,
  transform: 'none',
  metaVersion: 'v1',
  mediaType: mediaType(format),
  pretty: range.parameters.get('pretty') === '1',
});

/** Undefined passes on to the client's next choice; a transformation that does not fit the shape is an error. */
function choose(range: MediaRange, format: Format, endpoint: Endpoint): Negotiated | undefined {
  if (!hasKnownStream(range)) return undefined;
  const { parameters } = range;
  const { verb } = endpoint;
  const plain = plainly(range, format);
  if (!asksTransform(range)) return isOffered(plain, endpoint) ? plain : undefined;

  const metaVersion = parameters.get('v');
  if (parameters.get('g') !== 'meta.k8s.io') return undefined;
  if (metaVersion !== 'v1' && metaVersion !== 'v1beta1') return undefined;
  switch (parameters.get('as')) {
    case 'Table':
      return isOffered({ ...plain, transform: 'table' }, endpoint)
        ? { ...plain, transform: 'table', metaVersion }
        : undefined;
    case 'PartialObjectMetadata':
      if (verb === 'list')
        throw mismatch('you requested PartialObjectMetadata, but the requested object is a list');
      return { ...plain, transform: 'partial', metaVersion };
    case 'PartialObjectMetadataList':
      if (verb !== 'list') {
        throw mismatch('you requested PartialObjectMetadataList, but the requested object is not a list');
      }
      return { ...plain, transform: 'partial', metaVersion };
    default:
      return undefined;
  }
}

function mismatch(message: string): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'NotAcceptable',
    code: 406,
  });
}
