/** From parsed JSON to an object of a kind: typed, pruned and defaulted, whoever wrote it. */
import type { JsonObject, KubeObject } from '../apimachinery/object-meta.ts';
import { decodeObject } from '../apimachinery/schema/decode.ts';
import { applyDefaults } from '../apimachinery/schema/default.ts';
import type { ServedResource } from './definition-table.ts';

/**
 * The value must say that it is of the served version and kind. Throws DecodeError for what has a wrong type. Paths of
 * dropped fields are added to `unknownFields`.
 */
export function typedObject(
  { definition, version }: ServedResource,
  value: JsonObject,
  unknownFields?: string[],
): KubeObject {
  const { schema, custom } = version;
  if (custom !== undefined) return custom.decode(value, unknownFields);
  const object = decodeObject(value, schema, unknownFields) as KubeObject;
  applyDefaults(schema, object);
  definition.strategy.defaults?.(object);
  return object;
}
