/**
 * A schema as somebody wrote it into a CustomResourceDefinition, before anything is known of it: JsonSchemaProps and
 * what else its type can hold, which the rules of structural schemas forbid (schema-law/). What has passed them is a
 * JsonSchemaProps.
 */
import type { JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

type Inner = 'items' | 'properties' | 'additionalProperties' | 'allOf' | 'anyOf' | 'oneOf' | 'not';

export interface WrittenSchema extends Omit<JsonSchemaProps, Inner> {
  readonly id?: string;
  readonly $schema?: string;
  readonly $ref?: string;
  readonly items?: WrittenSchema | readonly WrittenSchema[];
  readonly properties?: Readonly<Record<string, WrittenSchema>>;
  readonly additionalProperties?: boolean | WrittenSchema;
  readonly allOf?: readonly WrittenSchema[];
  readonly anyOf?: readonly WrittenSchema[];
  readonly oneOf?: readonly WrittenSchema[];
  readonly not?: WrittenSchema;
  readonly patternProperties?: Readonly<Record<string, WrittenSchema>>;
  readonly dependencies?: Readonly<Record<string, WrittenSchema | readonly string[]>>;
  readonly additionalItems?: boolean | WrittenSchema;
  readonly definitions?: Readonly<Record<string, WrittenSchema>>;
  readonly externalDocs?: { readonly description?: string; readonly url?: string };
  readonly example?: JsonValue;
}
