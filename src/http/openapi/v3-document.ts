/** OpenAPI 3.0 documents as `/openapi/v3/<name>` serves them: one per group and version, and one per root. Pure. */
import { OpenApiComponents } from '../../apimachinery/schema/openapi.ts';
import type { ServedVersion } from '../discovery/resource-lists.ts';
import { type ApiPath, apiPathOperations, versionPath } from './api-paths.ts';
import { bearerToken, commonParameters, type DocumentInfo, versionOf } from './document-parts.ts';
import { type Operation, type PathOperations, type Response, resourcePaths } from './operations.ts';
import type { Parameter } from './parameters.ts';
import { addResource, addSharedTypes } from './shared-types.ts';

export function openApiV3(served: ServedVersion, info: DocumentInfo): object {
  const components = new OpenApiComponents('v3');
  addSharedTypes(components, [served]);
  const paths = [apiPathOperations(versionPath(served), components)];
  for (const definition of served.definitions) {
    const version = versionOf(definition, served);
    paths.push(...resourcePaths(definition, version, addResource(components, definition, version)));
  }
  return document(paths, components, info);
}

/** The document of one path that is about no resource. */
export function openApiV3Root(path: ApiPath, info: DocumentInfo): object {
  const components = new OpenApiComponents('v3');
  return document([apiPathOperations(path, components)], components, info);
}

function document(
  paths: readonly PathOperations[],
  components: OpenApiComponents,
  info: DocumentInfo,
): object {
  return {
    openapi: '3.0.0',
    info,
    paths: Object.fromEntries(paths.map((path) => [path.path, pathItem(path)])),
    components: { schemas: components.toObject(), securitySchemes: { BearerToken: bearerToken } },
    security: [{ BearerToken: [] }],
  };
}

function pathItem({ operations }: PathOperations): object {
  const { common, own } = commonParameters(operations);
  return {
    ...Object.fromEntries(operations.map((op) => [op.method, operationV3(op, own(op))])),
    ...(common.length === 0 ? {} : { parameters: common.map(parameterV3) }),
  };
}

function operationV3(operation: Operation, parameters: readonly Parameter[]): object {
  const { request, action, gvk, consumes, produces } = operation;
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterV3) }),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            content: content(request.component, consumes),
            ...(request.isRequired ? { required: true } : {}),
          },
        }),
    responses: Object.fromEntries(
      operation.responses.map((response) => [String(response.code), responseV3(response, produces)]),
    ),
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
  };
}

function responseV3({ description, component }: Response, produces: readonly string[]): object {
  return component === undefined ? { description } : { description, content: content(component, produces) };
}

function content(component: string, mediaTypes: readonly string[]): object {
  const schema = { $ref: `#/components/schemas/${component}` };
  return Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }]));
}

function parameterV3({ type, ...parameter }: Parameter): object {
  return { ...parameter, schema: { type, uniqueItems: true } };
}
