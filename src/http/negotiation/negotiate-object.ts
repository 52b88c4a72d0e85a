/**
 * Which form an object, list or watch stream is answered in: encoding and transformation, from the Accept
 * header. Only decides: the registry renders and http writes. Rules follow apiserver's endpoints/handlers/
 * negotiation and responsewriters.
 *
 * Protobuf is not written yet, so a client that prefers it is answered with its second choice, JSON; one that
 * takes nothing else is refused.
 */
import { limits } from '../../apimachinery/limits.ts';
import { notAcceptable, StatusError } from '../../apimachinery/status.ts';
import { type MediaRange, parseAccept } from './media-range.ts';

/** `get` is every answer of one object, writes included. */
export type ResponseShape = 'get' | 'list' | 'watch';

export interface Negotiated {
  readonly format: 'json' | 'yaml';
  readonly transform: 'none' | 'table' | 'partial';
  /** The version of meta.k8s.io a transformation is written in. */
  readonly metaVersion: 'v1' | 'v1beta1';
  /** The Content-Type of the answer. Transformed objects have the plain one, as upstream. */
  readonly mediaType: string;
  /** Asked for in the header; the query and the user agent have their say in `isPretty`. */
  readonly pretty: boolean;
}

export interface Endpoint {
  readonly verb: ResponseShape;
  /** False for kinds without a table (reviews): asked for one, they answer 406. True when absent. */
  readonly hasTable?: boolean;
}

const formats = [
  { format: 'json', type: 'application', subtype: 'json', isStream: true },
  { format: 'yaml', type: 'application', subtype: 'yaml', isStream: false },
] as const;
type Format = (typeof formats)[number];

const plainJson: Negotiated = {
  format: 'json',
  transform: 'none',
  metaVersion: 'v1',
  mediaType: 'application/json',
  pretty: false,
};

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
const wellKnown: readonly (readonly [string, Negotiated])[] = [
  ['*/*', plainJson],
  ['application/json', plainJson],
  ['application/json, */*', plainJson],
  ['application/vnd.kubernetes.protobuf,application/json', plainJson],
  ['application/vnd.kubernetes.protobuf, application/json', plainJson],
  ['application/vnd.kubernetes.protobuf, */*', plainJson],
  [tableAccept('v1', 'v1beta1'), jsonTable('v1')],
  [tableAccept('v1'), jsonTable('v1')],
  [tableAccept('v1beta1'), jsonTable('v1beta1')],
];

/** Bounded: past its entries a header is parsed every time. */
const memo: Record<ResponseShape, Map<string, Negotiated>> = {
  get: new Map(wellKnown),
  list: new Map(wellKnown),
  watch: new Map(wellKnown),
};

/** Throws the 406 StatusError when nothing the client accepts can be written. */
export function negotiateObject(accept: string | undefined, endpoint: Endpoint): Negotiated {
  if (accept === undefined || accept === '') return plainJson;
  const hasTable = endpoint.hasTable ?? true;
  const known = memo[endpoint.verb];
  const remembered = known.get(accept);
  if (remembered !== undefined && (hasTable || remembered.transform !== 'table')) return remembered;
  const negotiated = negotiate(accept, endpoint.verb, hasTable);
  if (hasTable && known.size < limits.acceptMemoEntries && accept.length <= limits.acceptMemoHeaderLength) {
    known.set(accept, negotiated);
  }
  return negotiated;
}

/** Indented JSON: the `pretty` parameter decides, else tools whose reader is a person get it. */
export function isPretty(query: URLSearchParams, userAgent: string): boolean {
  const asked = query.get('pretty');
  if (asked !== null && asked !== '') return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(asked);
  return userAgent.startsWith('curl') || userAgent.startsWith('Wget') || userAgent.startsWith('Mozilla/5.0');
}

function negotiate(accept: string, verb: ResponseShape, hasTable: boolean): Negotiated {
  const available = formats.filter((format) => verb !== 'watch' || format.isStream);
  for (const range of parseAccept(accept)) {
    for (const format of available) {
      if (!matches(range, format)) continue;
      const chosen = choose(range, format, verb, hasTable);
      if (chosen !== undefined) return chosen;
    }
  }
  const suffix = verb === 'watch' ? ';stream=watch' : '';
  throw notAcceptable(available.map((format) => `${format.type}/${format.subtype}${suffix}`));
}

function matches(range: MediaRange, format: Format): boolean {
  if (range.type === '*') return true;
  return range.type === format.type && (range.subtype === '*' || range.subtype === format.subtype);
}

/** Undefined passes on to the client's next choice; a transformation that does not fit the shape is an error. */
function choose(
  range: MediaRange,
  format: Format,
  verb: ResponseShape,
  hasTable: boolean,
): Negotiated | undefined {
  const { parameters } = range;
  const stream = parameters.get('stream') ?? '';
  if (stream !== '' && (stream !== 'watch' || verb !== 'watch')) return undefined;
  const plain: Negotiated = {
    format: format.format,
    transform: 'none',
    metaVersion: 'v1',
    mediaType: `${format.type}/${format.subtype}`,
    pretty: parameters.get('pretty') === '1',
  };
  if (!parameters.has('as') && !parameters.has('g') && !parameters.has('v')) return plain;

  const metaVersion = parameters.get('v');
  if (parameters.get('g') !== 'meta.k8s.io') return undefined;
  if (metaVersion !== 'v1' && metaVersion !== 'v1beta1') return undefined;
  switch (parameters.get('as')) {
    case 'Table':
      return hasTable ? { ...plain, transform: 'table', metaVersion } : undefined;
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
