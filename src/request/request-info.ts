/**
 * From method and URL to RequestInfo: strips the surface's prefix, then reads an ordinary Kubernetes path.
 * Knows the URL grammar only: whether a resource, project or version exists is decided later.
 */
import type { ContextKind } from '../apimachinery/resource-definition.ts';
import { badRequest } from '../apimachinery/status.ts';
import type { RequestInfo, ResourceRequest, Surface } from './context.ts';
import { narrowingOf } from './narrowing.ts';

const platform: Surface = { kind: 'Platform', name: '' };
const noQuery = new URLSearchParams();

/** The second form of each prefix, `/apis/<group>/<version>/<plural>/<name>/control-plane`. */
const surfacePlurals: ReadonlyMap<string, ContextKind> = new Map([
  ['projects', 'Project'],
  ['organizations', 'Organization'],
  ['folders', 'Folder'],
  ['users', 'User'],
]);
const groupPrefixes = ['/apis/resourcemanager.miloapis.com/v1alpha1/', '/apis/iam.miloapis.com/v1alpha1/'];

/** Path prefix under which a surface is reached, without a trailing slash; "" for the platform. */
export function surfacePrefix(surface: Surface): string {
  if (surface.kind === 'Platform') return '';
  return `/${surface.kind.toLowerCase()}s/${surface.name}/control-plane`;
}

/** Throws a 400 StatusError when the path cannot be decoded. */
export function parseRequestInfo(method: string, url: string): RequestInfo {
  const queryAt = url.indexOf('?');
  const fullPath = queryAt === -1 ? url : url.slice(0, queryAt);
  const query = queryAt === -1 ? noQuery : new URLSearchParams(url.slice(queryAt + 1));
  const { surface, path } = splitSurface(fullPath);
  const parsed = parseResource(path.split('/'));
  const isRead = method === 'GET' || method === 'HEAD';
  if (parsed === undefined || (parsed.isWatchPath && !isRead)) {
    return { surface, path, query, verb: method.toLowerCase() };
  }
  const { resource, isWatchPath, below } = parsed;
  const verb = resourceVerb(method, resource, query, isWatchPath);
  // The old path of watches takes no part in this: upstream finds selectors there not dependable.
  const narrowed = isWatchPath ? undefined : narrowingOf(verb, query);
  if (below === '' && narrowed === undefined) return { surface, path, query, verb, resource };
  return {
    surface,
    path,
    query,
    verb,
    resource,
    ...(below === '' ? {} : { below }),
    ...(narrowed === undefined ? {} : { narrowed }),
  };
}

function splitSurface(path: string): { surface: Surface; path: string } {
  let rest = path;
  for (const prefix of groupPrefixes) {
    if (path.startsWith(prefix)) {
      rest = path.slice(prefix.length - 1);
      break;
    }
  }
  // `/projects/<name>/control-plane[/...]`, with or without the group in front.
  const pluralEnd = rest.indexOf('/', 1);
  if (pluralEnd === -1) return { surface: platform, path };
  const kind = surfacePlurals.get(rest.slice(1, pluralEnd));
  if (kind === undefined) return { surface: platform, path };
  const nameEnd = rest.indexOf('/', pluralEnd + 1);
  if (nameEnd === -1 || !rest.startsWith('/control-plane', nameEnd)) return { surface: platform, path };
  const behind = rest.slice(nameEnd + '/control-plane'.length);
  if (behind !== '' && behind[0] !== '/') return { surface: platform, path };
  const name = decodeSegment(rest.slice(pluralEnd + 1, nameEnd));
  return { surface: { kind, name }, path: behind === '' ? '/' : behind };
}

interface ParsedResource {
  readonly resource: ResourceRequest;
  /** `/api/v1/watch/…`, how clients asked for watches before there was a parameter. */
  readonly isWatchPath: boolean;
  /** What follows the subresource, which alone is what is authorized; "" for nothing. */
  readonly below: string;
}

/** `segments[0]` is "" since the path starts with a slash. */
function parseResource(segments: string[]): ParsedResource | undefined {
  let at: number;
  let group = '';
  if (segments[1] === 'api') at = 2;
  else if (segments[1] === 'apis' && segments.length > 4) {
    group = segments[2]!;
    at = 3;
  } else return undefined;
  const version = segments[at];
  const parts = segments.slice(at + 1);
  if (parts[parts.length - 1] === '') parts.pop();
  const isWatchPath = parts.length > 1 && parts[0] === 'watch';
  if (isWatchPath) parts.shift();
  if (version === undefined || version === '' || parts.length === 0) return undefined;

  // `namespaces/<ns>/<resource>…`, but `namespaces/<name>` and its two subresources are the Namespace itself.
  const isNamespaceItself =
    parts[0] === 'namespaces' && (parts.length < 3 || parts[2] === 'status' || parts[2] === 'finalize');
  let namespace = '';
  let from = 0;
  if (parts[0] === 'namespaces' && !isNamespaceItself) {
    namespace = decodeSegment(parts[1]!);
    from = 2;
  }
  const below = parts.length > from + 3 ? parts.splice(from + 3).join('/') : '';
  // An empty segment names nothing: least of all may it stand for all namespaces.
  if (parts.includes('')) return undefined;
  const resource = {
    group,
    version,
    namespace,
    resource: parts[from]!,
    name: decodeSegment(parts[from + 1] ?? ''),
    subresource: parts[from + 2] ?? '',
  };
  return { resource, isWatchPath, below };
}

function resourceVerb(
  method: string,
  resource: ResourceRequest,
  query: URLSearchParams,
  isWatchPath: boolean,
): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isWatchPath) return 'watch';
      // One object is got, whatever the parameter says: it is watched by a field selector, or on the old path.
      if (resource.name !== '') return 'get';
      return isTrue(query.get('watch')) ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return resource.name === '' ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}

/** Query booleans as upstream reads them: whatever is there is true, but for `0` and `false` in any case. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw badRequest(`invalid percent-encoding in path segment "${segment}"`, error);
  }
}
