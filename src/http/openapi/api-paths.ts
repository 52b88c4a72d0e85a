/**
 * The operations that are about no resource: which versions, groups and resources there are, and `/version`. Each path
 * with the schema that it answers with.
 */
import { apiVersionOf, type GroupVersion } from '../../apimachinery/gvk.ts';
import type { OpenApiComponents } from '../../apimachinery/schema/openapi.ts';
import type { ObjectSchema } from '../../apimachinery/schema/schema.ts';
import {
  apiGroupListSchema,
  apiGroupSchema,
  apiResourceListSchema,
  apiVersionsSchema,
  versionInfoSchema,
} from '../discovery/discovery-schemas.ts';
import {
  groupVersionRoot,
  groupWord,
  objectTypes,
  operationId,
  type PathOperations,
  tagOf,
  unauthorized,
} from './operations.ts';

export interface ApiPath {
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  readonly schema: ObjectSchema;
  readonly mediaTypes: readonly string[];
}

/** By the name of their OpenAPI document. */
export const rootPaths: Readonly<Record<'api' | 'apis' | 'version', ApiPath>> = {
  api: {
    path: '/api/',
    id: 'getCoreAPIVersions',
    tag: 'core',
    description: 'Reads which versions of the core group there are.',
    schema: apiVersionsSchema,
    mediaTypes: objectTypes,
  },
  apis: {
    path: '/apis/',
    id: 'getAPIVersions',
    tag: 'apis',
    description: 'Reads which groups there are.',
    schema: apiGroupListSchema,
    mediaTypes: objectTypes,
  },
  version: {
    path: '/version/',
    id: 'getCodeVersion',
    tag: 'version',
    description: 'Reads which version the server is.',
    schema: versionInfoSchema,
    mediaTypes: ['application/json'],
  },
};

export function groupPath(group: string): ApiPath {
  const word = groupWord(group);
  return {
    path: `/apis/${group}/`,
    id: `get${word.charAt(0).toUpperCase()}${word.slice(1)}APIGroup`,
    tag: word,
    description: `Reads which versions of ${group} there are.`,
    schema: apiGroupSchema,
    mediaTypes: objectTypes,
  };
}

export function versionPath(gv: GroupVersion): ApiPath {
  return {
    path: `${groupVersionRoot(gv)}/`,
    id: operationId('get', gv, 'APIResources'),
    tag: tagOf(gv),
    description: `Reads which resources of ${apiVersionOf(gv)} there are.`,
    schema: apiResourceListSchema,
    mediaTypes: objectTypes,
  };
}

/** Adds what the path answers with to the components. */
export function apiPathOperations(path: ApiPath, components: OpenApiComponents): PathOperations {
  const { schema } = path;
  const component = schema.name!;
  const kind = component.slice(component.lastIndexOf('.') + 1);
  if ('apiVersion' in schema.fields)
    components.addKind(schema, component, [{ group: '', version: 'v1', kind }]);
  else components.convert(schema);
  return {
    path: path.path,
    operations: [
      {
        method: 'get',
        id: path.id,
        tag: path.tag,
        description: path.description,
        parameters: [],
        consumes: path.mediaTypes,
        produces: path.mediaTypes,
        responses: [{ code: 200, description: 'OK', component }, unauthorized],
      },
    ],
  };
}
