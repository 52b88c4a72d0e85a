/** The OpenAPI 3.0 document of one group and version, as `/openapi/v3/<gv>` serves it. Pure. */
import { OpenApiComponents, type OpenApiSchema } from '../../apimachinery/schema/openapi.ts';
import type { ServedVersion } from '../discovery/resource-lists.ts';
import { type BodyType, type Operation, resourcePaths } from './operations.ts';
import { type Parameter, pretty } from './parameters.ts';
import { addKindAndList, addSharedTypes } from './shared-types.ts';

export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
}

type BodySchemas = Readonly<Record<BodyType, OpenApiSchema>>;

export function openApiV3(served: ServedVersion, info: DocumentInfo): object {
  const components = new OpenApiComponents('v3');
  const shared = addSharedTypes(components, [served]);
  const paths: Record<string, object> = {};
  for (const definition of served.definitions) {
    const version = definition.versions.find((v) => v.version === served.version)!;
    const schemas = { ...shared, ...addKindAndList(components, definition, version) };
    for (const { path, parameters, operations } of resourcePaths(definition, version)) {
      paths[path] = {
        ...Object.fromEntries(operations.map((op) => [op.method, operationV3(op, schemas)])),
        parameters: [...parameters, pretty].map(parameterV3),
      };
    }
  }
  return {
    openapi: '3.0.0',
    info,
    paths,
    components: {
      schemas: components.toObject(),
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          name: 'authorization',
          in: 'header',
          description: 'A bearer token.',
        },
      },
    },
    security: [{ BearerToken: [] }],
  };
}

function operationV3(operation: Operation, schemas: BodySchemas): object {
  const content = (type: BodyType, mediaTypes: readonly string[]): [string, object][] =>
    mediaTypes.map((mediaType) => [mediaType, { schema: schemas[type] }]);
  const { request } = operation;
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    ...(operation.parameters.length === 0 ? {} : { parameters: operation.parameters.map(parameterV3) }),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            content: Object.fromEntries(content(request.type, request.mediaTypes)),
            ...(request.type === 'DeleteOptions' ? {} : { required: true }),
          },
        }),
    responses: Object.fromEntries(
      operation.responses.map((response) => [
        String(response.code),
        {
          description: response.description,
          ...(response.content.length === 0
            ? {}
            : {
                content: Object.fromEntries(
                  response.content.flatMap(({ type, mediaTypes }) => content(type, mediaTypes)),
                ),
              }),
        },
      ]),
    ),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.gvk,
  };
}

function parameterV3({ type, ...parameter }: Parameter): object {
  return { ...parameter, schema: { type, uniqueItems: true } };
}
