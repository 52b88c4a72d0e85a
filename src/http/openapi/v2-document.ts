/**
 * The Swagger 2.0 document of everything a surface shows, for clients older than OpenAPI v3: kubectl up to 1.28 reads
 * it before it creates, applies, edits or explains. Pure.
 */
import { createHash } from 'node:crypto';
import { OpenApiComponents, type OpenApiSchema } from '../../apimachinery/schema/openapi.ts';
import type { ServedGroup } from '../discovery/resource-lists.ts';
import { apiPathOperations, groupPath, rootPaths, versionPath } from './api-paths.ts';
import { bearerToken, commonParameters, type DocumentInfo, versionOf } from './document-parts.ts';
import { type Operation, type PathOperations, resourcePaths, sharedComponents } from './operations.ts';
import type { Parameter } from './parameters.ts';
import { addResource, addSharedTypes } from './shared-types.ts';

export interface SwaggerDocument {
  readonly swagger: '2.0';
  readonly info: DocumentInfo;
  readonly paths: Readonly<Record<string, object>>;
  readonly definitions: Readonly<Record<string, OpenApiSchema>>;
  readonly parameters: Readonly<Record<string, object>>;
  readonly securityDefinitions: object;
  readonly security: readonly object[];
}

/** Pauses between one group and version and the next, so that its caller can let others have their turn. */
export function* openApiV2(
  groups: readonly ServedGroup[],
  info: DocumentInfo,
): Generator<void, SwaggerDocument> {
  const shared = new SharedParameters();
  const components = new OpenApiComponents('v2');
  const versions = groups.flatMap((group) => group.versions);
  addSharedTypes(components, versions);
  const named = groups.filter(({ group }) => group !== '').map(({ group }) => groupPath(group));
  const items = new Map<string, object>();
  const add = (path: PathOperations): unknown => items.set(path.path, pathItem(path, shared));
  for (const path of [...Object.values(rootPaths), ...named]) add(apiPathOperations(path, components));
  for (const served of versions) {
    add(apiPathOperations(versionPath(served), components));
    for (const definition of served.definitions) {
      const version = versionOf(definition, served);
      resourcePaths(definition, version, addResource(components, definition, version)).forEach(add);
    }
    yield;
  }
  return {
    swagger: '2.0',
    info,
    paths: Object.fromEntries([...items].sort(([a], [b]) => (a < b ? -1 : 1))),
    definitions: components.toObject(),
    parameters: shared.toObject(),
    securityDefinitions: { BearerToken: bearerToken },
    security: [{ BearerToken: [] }],
  };
}

/** Parameters said once for the whole document, under a name that holds a hash of them. */
class SharedParameters {
  readonly #parameters = new Map<string, object>();
  readonly #references = new Map<string, object>();
  /** Most are the same few objects every time. */
  readonly #known = new WeakMap<object, object>();

  refer(parameter: { readonly name: string }): object {
    let reference = this.#known.get(parameter);
    if (reference === undefined) {
      reference = this.#add(parameter);
      this.#known.set(parameter, reference);
    }
    return reference;
  }

  #add(parameter: { readonly name: string }): object {
    const content = JSON.stringify(parameter);
    const known = this.#references.get(content);
    if (known !== undefined) return known;
    const name = `${parameter.name}-${createHash('sha256').update(content).digest('base64url').slice(0, 8)}`;
    this.#parameters.set(name, parameter);
    const reference = { $ref: `#/parameters/${name}` };
    this.#references.set(content, reference);
    return reference;
  }

  /** By name, sorted. */
  toObject(): Record<string, object> {
    return Object.fromEntries([...this.#parameters].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function pathItem({ operations }: PathOperations, shared: SharedParameters): object {
  const { common, own } = commonParameters(operations);
  const write = (parameter: Parameter): object => parameterV2(parameter, shared);
  return {
    ...Object.fromEntries(
      operations.map((op) => [op.method, operationV2(op, [...body(op, shared), ...own(op).map(write)])]),
    ),
    ...(common.length === 0 ? {} : { parameters: common.map(write) }),
  };
}

function operationV2(operation: Operation, parameters: readonly object[]): object {
  const { action, gvk } = operation;
  return {
    consumes: operation.consumes,
    description: operation.description,
    operationId: operation.id,
    ...(parameters.length === 0 ? {} : { parameters }),
    produces: operation.produces,
    responses: Object.fromEntries(
      operation.responses.map(({ code, description, component }) => [
        String(code),
        component === undefined ? { description } : { description, schema: reference(component) },
      ]),
    ),
    schemes: ['https'],
    tags: [operation.tag],
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
  };
}

/**
 * What names the kind stands where it is used, and so do the two parameters that kubectl looks for on the spot:
 * until 1.27 it follows no reference.
 */
const onTheSpot: ReadonlySet<string> = new Set(['name', 'fieldValidation', 'dryRun']);
function parameterV2(parameter: Parameter, shared: SharedParameters): object {
  if (onTheSpot.has(parameter.name)) return writtenParameter(parameter);
  let written = writtenParameters.get(parameter);
  if (written === undefined) {
    written = writtenParameter(parameter);
    writtenParameters.set(parameter, written);
  }
  return shared.refer(written);
}
const writtenParameters = new WeakMap<Parameter, Parameter>();
const writtenParameter = (parameter: Parameter): Parameter & { readonly uniqueItems: true } => ({
  ...parameter,
  uniqueItems: true,
});

const sharedBodies: ReadonlySet<string> = new Set([sharedComponents.patch, sharedComponents.deleteOptions]);
function body({ request }: Operation, shared: SharedParameters): object[] {
  if (request === undefined) return [];
  const parameter = {
    in: 'body',
    name: 'body',
    ...(request.isRequired ? { required: true } : {}),
    schema: reference(request.component),
  };
  return [sharedBodies.has(request.component) ? shared.refer(parameter) : parameter];
}

function reference(component: string): OpenApiSchema {
  return { $ref: `#/definitions/${component}` };
}
