/**
 * The Swagger 2.0 document of everything a surface shows, for clients older than OpenAPI v3 (kubectl up to 1.28 asks
 * for it first, then reads v3 for what it needs). It defines the kinds; it lists no paths, because the clients that
 * still read it look only for kinds here. Pure.
 */
import { OpenApiComponents, type OpenApiSchema } from '../../apimachinery/schema/openapi.ts';
import type { ServedGroup } from '../discovery/resource-lists.ts';
import { addKindAndList, addSharedTypes } from './shared-types.ts';
import type { DocumentInfo } from './v3-document.ts';

export interface SwaggerDocument {
  readonly swagger: '2.0';
  readonly info: DocumentInfo;
  readonly paths: Readonly<Record<string, never>>;
  readonly definitions: Readonly<Record<string, OpenApiSchema>>;
}

export function openApiV2(groups: readonly ServedGroup[], info: DocumentInfo): SwaggerDocument {
  const components = new OpenApiComponents('v2');
  const versions = groups.flatMap((group) => group.versions);
  addSharedTypes(components, versions);
  for (const served of versions) {
    for (const definition of served.definitions) {
      const version = definition.versions.find((v) => v.version === served.version)!;
      addKindAndList(components, definition, version);
    }
  }
  return { swagger: '2.0', info, paths: {}, definitions: components.toObject() };
}
