/** PROVISIONAL, local only. */
import { deduced } from '../apply/apply-schema.ts';
import type { JsonObject, KubeObject } from '../object-meta.ts';
import type { CustomForm } from '../resource-definition.ts';
import { decodeObject } from '../schema/decode.ts';
import { objectMetaSchema } from '../schema/meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

export function customForm(_schema: JsonSchemaProps, _namespaced: boolean): CustomForm {
  return {
    decode(value: JsonObject): KubeObject {
      return { ...value, metadata: decodeObject(value.metadata ?? {}, objectMetaSchema) } as KubeObject;
    },
    complete() {},
    validate: () => [],
    applySchema: deduced,
    openApi: () => ({ type: 'object' }),
  };
}
