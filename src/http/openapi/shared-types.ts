/** Adds to a document's components what its operations speak of: kinds, their lists, and the types all kinds share. */
import type { GroupVersion, GroupVersionKind } from '../../apimachinery/gvk.ts';
import type {
  CustomForm,
  ResourceDefinition,
  VersionDefinition,
} from '../../apimachinery/resource-definition.ts';
import {
  deleteOptionsSchema,
  listMetaSchema,
  objectMetaSchema,
  statusSchema,
} from '../../apimachinery/schema/meta.ts';
import { componentName, type OpenApiComponents } from '../../apimachinery/schema/openapi.ts';
import { hasProtobufForm } from '../../apimachinery/schema/protobuf-form.ts';
import {
  any,
  byValue,
  field,
  list,
  type ObjectSchema,
  object,
  required,
  string,
} from '../../apimachinery/schema/schema.ts';
import { type ResourceComponents, sharedComponents } from './operations.ts';

const watchEventSchema = object(
  {
    type: required(1, string(), 'ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.'),
    object: required(2, any(), 'The object as it now is; as it last was when deleted; a Status on error.'),
  },
  { name: sharedComponents.watchEvent, description: 'WatchEvent is one event of a watch.' },
);

/** `versions` are those of the document: options and events have a kind of the same name in each. */
export function addSharedTypes(components: OpenApiComponents, versions: readonly GroupVersion[]): void {
  const core = { group: '', version: 'v1' };
  const isCore = ({ group, version }: GroupVersion): boolean => group === '' && version === 'v1';
  const inEach = (kind: string): GroupVersionKind[] =>
    [core, ...versions.filter((gv) => !isCore(gv))].map(({ group, version }) => ({ group, version, kind }));
  components.addKind(statusSchema, sharedComponents.status, [{ ...core, kind: 'Status' }]);
  components.addKind(deleteOptionsSchema, sharedComponents.deleteOptions, inEach('DeleteOptions'));
  components.addKind(watchEventSchema, sharedComponents.watchEvent, inEach('WatchEvent'));
  components.add(sharedComponents.patch, {
    type: 'object',
    description: 'Patch is the body of a patch, in the form its media type names.',
  });
}

/** Adds a kind, its list, and the forms of its subresources. */
export function addResource(
  components: OpenApiComponents,
  definition: ResourceDefinition,
  version: VersionDefinition,
): ResourceComponents {
  const gvk = { group: definition.group, version: version.version, kind: definition.kind };
  const kind = version.schema.name ?? componentName(gvk);
  const description = version.schema.description ?? definition.description;
  const schema = { ...version.schema, name: kind, description };
  if (version.custom === undefined) components.addKind(schema, kind, [gvk]);
  else addCustomKind(components, version.custom, kind, gvk);
  const list = `${kind.slice(0, kind.lastIndexOf('.') + 1)}${definition.listKind}`;
  if (definition.verbs.includes('list')) {
    components.addKind(listSchema(definition, schema), list, [{ ...gvk, kind: definition.listKind }]);
  }
  const forms: Record<string, string> = {};
  for (const { name, form } of definition.subresources) {
    if (form === undefined) continue;
    const { group, version: formVersion, kind: formKind } = form;
    const formGvk = { group, version: formVersion, kind: formKind };
    forms[name] = form.schema.name ?? componentName(formGvk);
    components.addKind(form.schema, forms[name], [formGvk]);
  }
  return { kind, list, forms };
}

function addCustomKind(
  components: OpenApiComponents,
  custom: CustomForm,
  name: string,
  gvk: GroupVersionKind,
): void {
  // The schema refers to it.
  components.convert(objectMetaSchema);
  components.add(name, {
    ...custom.openApi(components.dialect),
    'x-kubernetes-group-version-kind': [gvk],
  });
}

function listSchema({ kind, listKind }: ResourceDefinition, item: ObjectSchema): ObjectSchema {
  const isOfGo = hasProtobufForm(item);
  return object(
    {
      apiVersion: field(0, string(), 'Group and version of this form of the list.'),
      items: required(isOfGo ? 2 : 0, list(item), 'The objects.'),
      kind: field(0, string(), 'What the list is, in CamelCase.'),
      metadata: byValue(isOfGo ? 1 : 0, listMetaSchema, 'Standard metadata of a list.'),
    },
    { description: `${listKind} is a list of ${kind} objects.` },
  );
}
