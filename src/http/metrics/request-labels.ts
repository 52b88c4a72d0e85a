/**
 * By which labels a request is counted: always one of few, whatever the client sends. Verbs and scopes are upstream's
 * (apiserver/pkg/endpoints/metrics); a resource is named when this server knows it and the platform has it.
 */
import { STATUS_CODES } from 'node:http';
import type { ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import type { RequestInfo } from '../../request/context.ts';
import type { Exchange } from '../exchange.ts';

/** In the words of HTTP but for what it has no words for; `other` for methods nobody serves. */
export const reportedVerbs = [
  'GET',
  'LIST',
  'WATCH',
  'POST',
  'PUT',
  'PATCH',
  'APPLY',
  'DELETE',
  'other',
] as const;
export const scopes = ['', 'resource', 'namespace', 'cluster'] as const;
export const dryRuns = ['', 'All', 'invalid'] as const;

/** What is told in place of a resource that a project has defined itself: all of them are one. */
export const projectDefined = 'project-defined';

/** Whether a resource may be told by its name: it is built in, or the platform has defined it. No project makes more of these. */
export const mayBeNamed = ({ writtenBy, definedBy }: ResourceDefinition): boolean =>
  writtenBy === undefined || definedBy === 'Platform';

/** Codes that HTTP knows by themselves, all others by their class: servers and webhooks of projects answer what they like. */
export const codeLabel = (status: number): string =>
  STATUS_CODES[status] === undefined ? `${Math.floor(status / 100)}xx` : String(status);

/** Places in `reportedVerbs`. */
const verbs = {
  get: 0,
  list: 1,
  watch: 2,
  post: 3,
  put: 4,
  patch: 5,
  apply: 6,
  delete: 7,
  other: 8,
} as const;

/** Index in `reportedVerbs`. */
export function reportedVerb(exchange: Exchange, info: RequestInfo | undefined): number {
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      if (info?.resource === undefined) return verbs.get;
      return info.verb === 'list' ? verbs.list : info.verb === 'watch' ? verbs.watch : verbs.get;
    case 'POST':
      return verbs.post;
    case 'PUT':
      return verbs.put;
    case 'PATCH':
      return exchange.header('content-type')?.startsWith('application/apply-patch+') === true
        ? verbs.apply
        : verbs.patch;
    case 'DELETE':
      return verbs.delete;
    default:
      return verbs.other;
  }
}

export const isReading = (verb: number): boolean => verb <= verbs.watch;

/** Index in `scopes`. */
export function scopeOf(info: RequestInfo | undefined): number {
  if (info?.resource === undefined) return 0;
  if (info.resource.name !== '' || info.verb === 'create') return 1;
  return info.resource.namespace === '' ? 3 : 2;
}

/** Index in `dryRuns`. */
export function dryRunOf(info: RequestInfo | undefined): number {
  const asked = info?.query.get('dryRun') ?? '';
  return asked === '' ? 0 : asked === 'All' ? 1 : 2;
}

const documents: ReadonlySet<string> = new Set([
  '/',
  '/api',
  '/apis',
  '/version',
  '/metrics',
  '/metrics/slis',
]);
const folders = ['/healthz', '/livez', '/readyz', '/openapi/v2', '/openapi/v3', '/api', '/apis'];

/** Of a path that names no resource, the part that is one of few; "" for what nobody serves. */
export function documentOf(info: RequestInfo | undefined): string {
  if (info === undefined || info.resource !== undefined) return '';
  const { path } = info;
  if (documents.has(path)) return path;
  return folders.find((folder) => path.startsWith(folder) && (path[folder.length] ?? '/') === '/') ?? '';
}
