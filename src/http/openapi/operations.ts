/**
 * What can be done with a resource, as data: each path with its operations, their parameters, bodies and answers,
 * before any dialect of OpenAPI. Names, codes and media types follow apiserver's endpoints/installer and
 * endpoints/openapi; kubectl takes each word of it as a promise.
 */
import { apiVersionOf, type GroupVersion, type GroupVersionKind } from '../../apimachinery/gvk.ts';
import type {
  ResourceDefinition,
  SubresourceDefinition,
  VersionDefinition,
} from '../../apimachinery/resource-definition.ts';
import { hasProtobufForm } from '../../apimachinery/schema/protobuf-form.ts';
import { nameParameter, namespaceParameter, type Parameter, pretty, queryParameters } from './parameters.ts';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

export interface Operation {
  readonly method: Method;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** `x-kubernetes-action`, and whose kind it is about; operations on no resource have neither. */
  readonly action?: string;
  readonly gvk?: GroupVersionKind;
  readonly parameters: readonly Parameter[];
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly request?: { readonly component: string; readonly isRequired: boolean };
  readonly responses: readonly Response[];
}
export interface Response {
  readonly code: number;
  readonly description: string;
  /** Absent where nothing is promised. */
  readonly component?: string;
}
export interface PathOperations {
  readonly path: string;
  readonly operations: readonly Operation[];
}

/** The components that operations of a resource speak of. */
export interface ResourceComponents {
  readonly kind: string;
  readonly list: string;
  /** By subresource, where its kind is another. */
  readonly forms: Readonly<Record<string, string>>;
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
export const sharedComponents = {
  status: `${meta}.Status`,
  deleteOptions: `${meta}.DeleteOptions`,
  patch: `${meta}.Patch`,
  watchEvent: `${meta}.WatchEvent`,
} as const;

const plainTypes = ['application/json', 'application/yaml'];
const protobufType = 'application/vnd.kubernetes.protobuf';
export const objectTypes: readonly string[] = [...plainTypes, protobufType];
const streamed = ';stream=watch';
export const unauthorized: Response = { code: 401, description: 'Unauthorized' };

interface VerbWords {
  readonly method: Method;
  readonly description: string;
  /** First word of the operation's id. */
  readonly id: string;
  readonly action: string;
}
const verbs: Readonly<Record<string, VerbWords>> = {
  get: { method: 'get', description: 'Reads', id: 'read', action: 'get' },
  list: { method: 'get', description: 'Lists or watches', id: 'list', action: 'list' },
  create: { method: 'post', description: 'Creates', id: 'create', action: 'post' },
  update: { method: 'put', description: 'Replaces', id: 'replace', action: 'put' },
  patch: { method: 'patch', description: 'Changes parts of', id: 'patch', action: 'patch' },
  delete: { method: 'delete', description: 'Deletes', id: 'delete', action: 'delete' },
  deletecollection: {
    method: 'delete',
    description: 'Deletes all selected',
    id: 'delete',
    action: 'deletecollection',
  },
  watch: { method: 'get', description: 'Deprecated form of watching one', id: 'watch', action: 'watch' },
  watchlist: { method: 'get', description: 'Deprecated form of watching', id: 'watch', action: 'watchlist' },
};

/** Every path of one version of a resource. */
export function resourcePaths(
  definition: ResourceDefinition,
  version: VersionDefinition,
  components: ResourceComponents,
): PathOperations[] {
  const { resource, verbs: offered, subresources } = definition;
  const root = groupVersionRoot({ group: definition.group, version: version.version });
  const isNamespaced = definition.scope === 'Namespaced';
  const at = isNamespaced ? '/namespaces/{namespace}' : '';
  const path = (
    name: string,
    asked: readonly string[],
    more: Partial<OperationOptions> = {},
  ): PathOperations => ({
    path: `${root}${name}`,
    operations: asked.map((verb) => operation({ definition, version, components, verb, ...more })),
  });
  const served = (...asked: string[]): string[] => asked.filter((verb) => offered.includes(verb));
  const watched = (verb: string): string[] => (offered.includes('watch') ? [verb] : []);
  const everywhere = { isEverywhere: true };
  return [
    ...(isNamespaced ? [path(`/${resource}`, served('list'), everywhere)] : []),
    path(`${at}/${resource}`, served('list', 'create', 'deletecollection')),
    path(`${at}/${resource}/{name}`, served('get', 'update', 'patch', 'delete')),
    ...subresources.map((subresource) =>
      path(
        `${at}/${resource}/{name}/${subresource.name}`,
        ['get', 'create', 'update', 'patch'].filter((verb) => subresource.verbs.includes(verb)),
        { subresource },
      ),
    ),
    ...(isNamespaced ? [path(`/watch/${resource}`, watched('watchlist'), everywhere)] : []),
    path(`/watch${at}/${resource}`, watched('watchlist')),
    path(`/watch${at}/${resource}/{name}`, watched('watch')),
  ].filter(({ operations }) => operations.length > 0);
}

interface OperationOptions {
  readonly definition: ResourceDefinition;
  readonly version: VersionDefinition;
  readonly components: ResourceComponents;
  readonly verb: string;
  readonly subresource?: SubresourceDefinition;
  /** Over all namespaces. */
  readonly isEverywhere?: boolean;
}

function operation(options: OperationOptions): Operation {
  const { definition, version, verb, subresource, isEverywhere = false } = options;
  const { group, kind } = definition;
  const words = verbs[verb]!;
  const isNamespaced = definition.scope === 'Namespaced' && !isEverywhere;
  const name = [
    verb === 'deletecollection' ? 'Collection' : '',
    isNamespaced ? 'Namespaced' : '',
    kind,
    capital(subresource?.name ?? ''),
    verb === 'watchlist' ? 'List' : '',
    isEverywhere ? 'ForAllNamespaces' : '',
  ].join('');
  const gv = { group, version: version.version };
  const { form } = subresource ?? {};
  const isOnObject =
    subresource !== undefined || ['get', 'update', 'patch', 'delete', 'watch'].includes(verb);
  const request = requestOf(options);
  return {
    method: words.method,
    id: operationId(words.id, gv, name),
    tag: tagOf(gv),
    description: `${words.description} ${subresource === undefined ? kind : `the ${subresource.name} of ${kind}`}.`,
    action: words.action,
    gvk: form === undefined ? { ...gv, kind } : { group: form.group, version: form.version, kind: form.kind },
    parameters: [
      ...(isOnObject ? [nameParameter(kind)] : []),
      ...(isNamespaced ? [namespaceParameter] : []),
      pretty,
      ...queryParameters[verb]!,
    ],
    consumes: consumedBy(options),
    produces: producedBy(options),
    ...(request === undefined ? {} : { request }),
    responses: [...responsesOf(options), unauthorized],
  };
}

function bodyComponent({ components, subresource }: OperationOptions): string {
  return components.forms[subresource?.name ?? ''] ?? components.kind;
}

function requestOf(options: OperationOptions): Operation['request'] {
  switch (options.verb) {
    case 'create':
    case 'update':
      return { component: bodyComponent(options), isRequired: true };
    case 'patch':
      return { component: sharedComponents.patch, isRequired: true };
    case 'delete':
    case 'deletecollection':
      return { component: sharedComponents.deleteOptions, isRequired: false };
    default:
      return undefined;
  }
}

/** Kinds that have protobuf take whatever body the server can read; custom resources say what they take. */
function consumedBy({ definition, version, verb }: OperationOptions): readonly string[] {
  if (verb !== 'patch') return hasProtobufForm(version.schema) ? ['*/*'] : plainTypes;
  return [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(definition.strategicMergePatch ? ['application/strategic-merge-patch+json'] : []),
    'application/apply-patch+yaml',
  ];
}

function producedBy({ definition, version, verb, subresource }: OperationOptions): readonly string[] {
  const types = hasProtobufForm(subresource?.form?.schema ?? version.schema) ? objectTypes : plainTypes;
  const isWatched = verb === 'list' && definition.verbs.includes('watch');
  if (!isWatched && !verb.startsWith('watch')) return types;
  const streams = types.filter((type) => type !== 'application/yaml').map((type) => `${type}${streamed}`);
  return [...types, ...streams];
}

function responsesOf(options: OperationOptions): Response[] {
  const { components, definition, verb } = options;
  const kind = bodyComponent(options);
  const ok = (component: string): Response => ({ code: 200, description: 'OK', component });
  const created: Response = { code: 201, description: 'Created', component: kind };
  const accepted = (component: string): Response => ({ code: 202, description: 'Accepted', component });
  switch (verb) {
    case 'list':
      return [ok(components.list)];
    case 'create':
      return [ok(kind), created, accepted(kind)];
    case 'update':
    case 'patch':
      return [ok(kind), created];
    case 'delete': {
      const removed = definition.strategy.returnsDeleted === true ? kind : sharedComponents.status;
      return [ok(removed), accepted(removed)];
    }
    case 'deletecollection':
      return [ok(sharedComponents.status)];
    case 'watch':
    case 'watchlist':
      return [ok(sharedComponents.watchEvent)];
    default:
      return [ok(kind)];
  }
}

/** `/api/v1`, `/apis/apps/v1`. */
export function groupVersionRoot(gv: GroupVersion): string {
  return `/${gv.group === '' ? 'api' : 'apis'}/${apiVersionOf(gv)}`;
}

/** Upstream's way to say what an operation is: verb, group, version, then the rest in CamelCase. */
export function operationId(verb: string, { group, version }: GroupVersion, rest: string): string {
  return `${verb}${capital(groupWord(group))}${capital(version)}${rest}`;
}

export function tagOf({ group, version }: GroupVersion): string {
  return `${groupWord(group)}_${version}`;
}

/** `rbac.authorization.k8s.io` → `rbacAuthorization`. */
export function groupWord(group: string): string {
  const parts = (group === '' ? 'core' : group).replace(/\.k8s\.io$/, '').split(/[^A-Za-z0-9_]/);
  return parts.map((part, i) => (i === 0 ? part : capital(part))).join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
