/** The protobuf forms of lists, and of objects and lists reduced to their metadata. JSON needs no schema for them. */
import { listMetaSchema, objectMetaSchema } from './meta.ts';
import { byValue, list, type ObjectSchema, object, required } from './schema.ts';

/** By the schema of the items. */
const listSchemas = new WeakMap<ObjectSchema, ObjectSchema>();

/** The list of a kind: ListMeta, and the items without an envelope of their own. */
export function listSchemaOf(item: ObjectSchema): ObjectSchema {
  let schema = listSchemas.get(item);
  if (schema === undefined) {
    schema = object({
      metadata: byValue(1, listMetaSchema, 'As that of every list.'),
      items: required(2, list(item), 'The objects.'),
    });
    listSchemas.set(item, schema);
  }
  return schema;
}

export const partialObjectMetadataSchema: ObjectSchema = object({
  metadata: byValue(1, objectMetaSchema, 'Metadata of the object.'),
});
