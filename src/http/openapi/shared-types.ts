/** Adds to a document's components the types that all kinds share: Status, DeleteOptions, WatchEvent, Patch, list kinds. */
import type { GroupVersion, GroupVersionKind } from '../../apimachinery/gvk.ts';
import type { ResourceDefinition, VersionDefinition } from '../../apimachinery/resource-definition.ts';
import { deleteOptionsSchema, listMetaSchema, statusSchema } from '../../apimachinery/schema/meta.ts';
import {
  componentName,
  type OpenApiComponents,
  type OpenApiSchema,
} from '../../apimachinery/schema/openapi.ts';
import { any, object, required, string } from '../../apimachinery/schema/schema.ts';
import type { BodyType } from './operations.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const watchEventSchema = object(
  {
    type: required(1, string(), 'ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.'),
    object: required(2, any(), 'The object as it now is; as it last was when deleted; a Status on error.'),
  },
  { name: `${meta}.WatchEvent`, description: 'WatchEvent is one event of a watch.' },
);

export type SharedTypes = Readonly<Record<Exclude<BodyType, 'kind' | 'list'>, OpenApiSchema>>;

/** `versions` are those of the document: options and events have a kind of the same name in each. */
export function addSharedTypes(
  components: OpenApiComponents,
  versions: readonly GroupVersion[],
): SharedTypes {
  const core = { group: '', version: 'v1' };
  const isCore = ({ group, version }: GroupVersion): boolean => group === '' && version === 'v1';
  const inEach = (kind: string): GroupVersionKind[] =>
    [core, ...versions.filter((gv) => !isCore(gv))].map(({ group, version }) => ({ group, version, kind }));
  return {
    Status: components.addKind(statusSchema, statusSchema.name!, [{ ...core, kind: 'Status' }]),
    DeleteOptions: components.addKind(
      deleteOptionsSchema,
      deleteOptionsSchema.name!,
      inEach('DeleteOptions'),
    ),
    WatchEvent: components.addKind(watchEventSchema, watchEventSchema.name!, inEach('WatchEvent')),
    Patch: components.add(`${meta}.Patch`, {
      type: 'object',
      description: 'Patch is the body of a patch, in the form its media type names.',
    }),
  };
}

/** Adds a kind and its list. */
export function addKindAndList(
  components: OpenApiComponents,
  definition: ResourceDefinition,
  version: VersionDefinition,
): { readonly kind: OpenApiSchema; readonly list: OpenApiSchema } {
  const gvk = { group: definition.group, version: version.version, kind: definition.kind };
  const name = version.schema.name ?? componentName(gvk);
  const description = version.schema.description ?? definition.description;
  const kind = components.addKind({ ...version.schema, description }, name, [gvk]);
  const listName = `${name.slice(0, name.lastIndexOf('.') + 1)}${definition.listKind}`;
  const list = components.add(listName, {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of this form of the list.' },
      items: { type: 'array', items: kind, description: 'The objects.' },
      kind: { type: 'string', description: 'What the list is, in CamelCase.' },
      metadata: components.convert(listMetaSchema),
    },
    description: `${definition.listKind} is a list of ${definition.kind} objects.`,
    'x-kubernetes-group-version-kind': [{ ...gvk, kind: definition.listKind }],
  });
  return { kind, list };
}
