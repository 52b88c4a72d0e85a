/**
 * What can be done with a resource, as data: each path with its operations, their parameters, bodies and answers,
 * before any dialect of OpenAPI. Only what the server does is told; kubectl takes each word of it as a promise.
 */

import { apiVersionOf, type GroupVersionKind } from '../../apimachinery/gvk.ts';
import type { ResourceDefinition, VersionDefinition } from '../../apimachinery/resource-definition.ts';
import { hasProtobufForm } from '../../apimachinery/schema/protobuf-form.ts';
import { type Parameter, pathParameters, queryParameters } from './parameters.ts';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';
/** A body or answer: the kind, its list, or one of the types all kinds share. */
export type BodyType = 'kind' | 'list' | 'Status' | 'DeleteOptions' | 'Patch' | 'WatchEvent';

export interface Operation {
  readonly method: Method;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** `x-kubernetes-action`. */
  readonly action: string;
  readonly gvk: GroupVersionKind;
  readonly parameters: readonly Parameter[];
  readonly request?: { readonly type: BodyType; readonly mediaTypes: readonly string[] };
  readonly responses: readonly Response[];
}
export interface Response {
  readonly code: number;
  readonly description: string;
  /** Media types, and what comes in each. */
  readonly content: readonly { readonly type: BodyType; readonly mediaTypes: readonly string[] }[];
}
export interface PathOperations {
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly operations: readonly Operation[];
}

const objectTypes = ['application/json', 'application/yaml'];
const protobufType = 'application/vnd.kubernetes.protobuf';
const words: Readonly<Record<string, string>> = {
  get: 'Reads',
  list: 'Lists or watches',
  create: 'Creates',
  update: 'Replaces',
  patch: 'Changes parts of',
  delete: 'Deletes',
  deletecollection: 'Deletes all selected',
};
const idWords: Readonly<Record<string, string>> = {
  get: 'read',
  update: 'replace',
  deletecollection: 'deleteCollection',
};
const actions: Readonly<Record<string, string>> = { create: 'post', update: 'put' };
const methods: Readonly<Record<string, Method>> = {
  get: 'get',
  list: 'get',
  create: 'post',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete',
};

/** Every path of one version of a resource. */
export function resourcePaths(definition: ResourceDefinition, version: VersionDefinition): PathOperations[] {
  const apiVersion = apiVersionOf({ group: definition.group, version: version.version });
  const root = `/${definition.group === '' ? 'api' : 'apis'}/${apiVersion}`;
  const isNamespaced = definition.scope === 'Namespaced';
  const scope = isNamespaced ? '/namespaces/{namespace}' : '';
  const namespace = isNamespaced ? [pathParameters.namespace] : [];
  const collection = `${root}${scope}/${definition.resource}`;

  const make = (verbs: readonly string[], idScope: string, subresource = ''): Operation[] =>
    verbs.map((verb) => operation({ definition, version, verb, idScope, subresource }));
  const served = (verbs: readonly string[]): string[] =>
    verbs.filter((verb) => definition.verbs.includes(verb));
  const idScope = isNamespaced ? 'Namespaced' : '';
  const everywhere: PathOperations = {
    path: `${root}/${definition.resource}`,
    parameters: [],
    operations: make(served(['list']), '').map((op) => ({ ...op, id: `${op.id}ForAllNamespaces` })),
  };
  const paths: PathOperations[] = [
    {
      path: collection,
      parameters: namespace,
      operations: make(served(['list', 'create', 'deletecollection']), idScope),
    },
    {
      path: `${collection}/{name}`,
      parameters: [pathParameters.name, ...namespace],
      operations: make(served(['get', 'update', 'patch', 'delete']), idScope),
    },
    ...definition.subresources.map((sub) => ({
      path: `${collection}/{name}/${sub.name}`,
      parameters: [pathParameters.name, ...namespace],
      operations: make(
        ['get', 'create', 'update', 'patch'].filter((verb) => sub.verbs.includes(verb)),
        idScope,
        sub.name,
      ),
    })),
  ];
  return (isNamespaced ? [everywhere, ...paths] : paths).filter(({ operations }) => operations.length > 0);
}

interface OperationOptions {
  readonly definition: ResourceDefinition;
  readonly version: VersionDefinition;
  readonly verb: string;
  readonly idScope: string;
  readonly subresource: string;
}

function operation({ definition, version, verb, idScope, subresource }: OperationOptions): Operation {
  const { group, kind } = definition;
  const tag = `${camel(group === '' ? 'core' : group)}${capital(version.version)}`;
  const what = subresource === '' ? kind : `the ${subresource} of ${kind}`;
  const request = requestOf(definition, version, verb);
  return {
    method: methods[verb]!,
    id: `${idWords[verb] ?? verb}${capital(tag)}${idScope}${kind}${capital(subresource)}`,
    tag,
    description: `${words[verb]} ${what}.`,
    action: actions[verb] ?? verb,
    gvk: { group, version: version.version, kind },
    parameters: parametersOf(definition, verb),
    ...(request === undefined ? {} : { request }),
    responses: responsesOf(definition, verb),
  };
}

function parametersOf(definition: ResourceDefinition, verb: string): readonly Parameter[] {
  switch (verb) {
    case 'list':
      return definition.verbs.includes('watch')
        ? [...queryParameters.list, ...queryParameters.watch]
        : queryParameters.list;
    case 'create':
    case 'update':
    case 'patch':
      return queryParameters.write;
    case 'delete':
      return queryParameters.delete;
    case 'deletecollection':
      return queryParameters.deletecollection;
    default:
      return queryParameters.get;
  }
}

function requestOf(
  definition: ResourceDefinition,
  version: VersionDefinition,
  verb: string,
): Operation['request'] | undefined {
  switch (verb) {
    case 'create':
    case 'update':
      return {
        type: 'kind',
        mediaTypes: hasProtobufForm(version.schema) ? [...objectTypes, protobufType] : objectTypes,
      };
    case 'patch':
      return {
        type: 'Patch',
        mediaTypes: [
          'application/json-patch+json',
          'application/merge-patch+json',
          ...(definition.strategicMergePatch ? ['application/strategic-merge-patch+json'] : []),
        ],
      };
    case 'delete':
    case 'deletecollection':
      return { type: 'DeleteOptions', mediaTypes: [...objectTypes, protobufType] };
    default:
      return undefined;
  }
}

function responsesOf(definition: ResourceDefinition, verb: string): Response[] {
  const answer = (code: number, description: string, type: BodyType): Response => ({
    code,
    description,
    content: [{ type, mediaTypes: objectTypes }],
  });
  const refused: Response = { code: 401, description: 'Unauthorized', content: [] };
  switch (verb) {
    case 'list': {
      const list = answer(200, 'OK', 'list');
      const stream = { type: 'WatchEvent', mediaTypes: ['application/json;stream=watch'] } as const;
      return [
        definition.verbs.includes('watch') ? { ...list, content: [...list.content, stream] } : list,
        refused,
      ];
    }
    case 'create':
      return [answer(201, 'Created', 'kind'), refused];
    case 'update':
      return definition.strategy.allowCreateOnUpdate === true
        ? [answer(200, 'OK', 'kind'), answer(201, 'Created', 'kind'), refused]
        : [answer(200, 'OK', 'kind'), refused];
    case 'delete':
    case 'deletecollection':
      return [answer(200, 'OK', 'Status'), refused];
    default:
      return [answer(200, 'OK', 'kind'), refused];
  }
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** `rbac.authorization.k8s.io` → `rbacAuthorization`. */
function camel(group: string): string {
  const parts = group.replace(/\.k8s\.io$/, '').split(/[.-]/);
  return parts.map((part, i) => (i === 0 ? part : capital(part))).join('');
}
