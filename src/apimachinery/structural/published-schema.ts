/**
 * The schema of a custom resource as OpenAPI documents publish it: version 3.0 as it was written, Swagger 2.0 without
 * what its readers stumble over. Both with the metadata of every object, here and in embedded ones. Source:
 * apiextensions-apiserver/pkg/controller/openapi/{builder,v2}.
 */
import type { JsonValue } from '../object-meta.ts';
import { objectMetaSchema, typeFields } from '../schema/meta.ts';
import { type Dialect, type OpenApiSchema, referenceTo } from '../schema/openapi.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

/** Without the group, version and kind; it refers to the component of ObjectMeta. */
export function publishedSchema(schema: JsonSchemaProps, dialect: Dialect): OpenApiSchema {
  // Old clients take a kind with some fields for one that has no others.
  if (dialect === 'v2' && keepsUnknown(schema)) return { type: 'object' };
  const published = dialect === 'v2' ? asSwagger(schema) : asWritten(schema);
  return { ...published, properties: { ...published.properties, ...fieldsOfEveryObject(dialect) } };
}

const keepsUnknown = (schema: JsonSchemaProps): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true;

function fieldsOfEveryObject(dialect: Dialect): Readonly<Record<string, OpenApiSchema>> {
  const { apiVersion, kind } = typeFields;
  const description = 'Standard metadata of the object.';
  return {
    apiVersion: { type: 'string', description: apiVersion.description },
    kind: { type: 'string', description: kind.description },
    metadata: referenceTo(objectMetaSchema.name!, { description }, dialect),
  };
}

type Convert = (schema: JsonSchemaProps) => OpenApiSchema;

const asWritten: Convert = (schema) => {
  const alternatives = withIntOrString(schema);
  return embedded(schema, 'v3', {
    ...said(schema),
    ...(schema.nullable === true ? { nullable: true } : {}),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(alternatives.allOf === undefined ? {} : { allOf: alternatives.allOf.map(asWritten) }),
    ...(alternatives.anyOf === undefined ? {} : { anyOf: alternatives.anyOf.map(asWritten) }),
    ...(schema.oneOf === undefined ? {} : { oneOf: schema.oneOf.map(asWritten) }),
    ...(schema.not === undefined ? {} : { not: asWritten(schema.not) }),
    ...inside(schema, asWritten),
  });
};

/**
 * No alternatives, which Swagger has not; no defaults, which its readers would send; no type where there may be another
 * value, and nothing within where there may be more.
 */
const asSwagger: Convert = (schema) => {
  const { items: _i, properties: _p, ...open } = schema;
  const known = schema.nullable === true || keepsUnknown(schema) ? open : schema;
  const { type, required, ...rest } = said(known);
  const isUntyped =
    schema.nullable === true ||
    (type === 'array' && !('items' in known)) ||
    (type === 'object' && keepsUnknown(schema));
  const needed = requiredIn(known, required ?? []);
  const published = {
    ...rest,
    ...(isUntyped || type === undefined ? {} : { type }),
    ...(needed.length === 0 ? {} : { required: needed }),
    ...inside(known, asSwagger),
  };
  return keepsUnknown(schema) ? published : embedded(schema, 'v2', published);
};

/** What may be null counts as absent. */
function requiredIn(
  { properties = {}, additionalProperties }: JsonSchemaProps,
  names: readonly string[],
): readonly string[] {
  if (typeof additionalProperties === 'object' && additionalProperties.nullable === true) return [];
  return names.filter((name) => !Object.hasOwn(properties, name) || properties[name]?.nullable !== true);
}

function inside(
  { items, properties, additionalProperties }: JsonSchemaProps,
  convert: Convert,
): OpenApiSchema {
  return {
    ...(items === undefined ? {} : { items: convert(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, schema]) => [name, convert(schema)]),
          ),
        }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'object' ? convert(additionalProperties) : additionalProperties,
        }),
  };
}

function embedded(schema: JsonSchemaProps, dialect: Dialect, published: OpenApiSchema): OpenApiSchema {
  if (schema['x-kubernetes-embedded-resource'] !== true) return published;
  const required = new Set([...(published.required ?? []), 'kind', 'apiVersion']);
  return {
    ...published,
    properties: { ...published.properties, ...fieldsOfEveryObject(dialect) },
    required: [...required],
  };
}

/** Int-or-string says in OpenAPI's own words what it is, unless it does so already. */
function withIntOrString(schema: JsonSchemaProps): Pick<JsonSchemaProps, 'allOf' | 'anyOf'> {
  const { allOf, anyOf } = schema;
  if (
    schema['x-kubernetes-int-or-string'] !== true ||
    isIntOrString(anyOf) ||
    isIntOrString(allOf?.[0]?.anyOf)
  ) {
    return schema;
  }
  const either = [{ type: 'integer' }, { type: 'string' }];
  return anyOf === undefined
    ? { ...schema, anyOf: either }
    : { anyOf, allOf: [{ anyOf: either }, ...(allOf ?? [])] };
}

const isIntOrString = (anyOf: readonly JsonSchemaProps[] | undefined): boolean =>
  anyOf?.length === 2 && anyOf[0]?.type === 'integer' && anyOf[1]?.type === 'string';

const plainKeywords = [
  'type',
  'format',
  'title',
  'description',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'required',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
] as const satisfies readonly (keyof JsonSchemaProps & keyof OpenApiSchema)[];

/** The keywords with no schema in them. What says no more than its absence is left out, as Go leaves it. */
function said(schema: JsonSchemaProps): OpenApiSchema {
  const found: Record<string, unknown> = {};
  for (const keyword of plainKeywords) {
    const value = schema[keyword] as JsonValue | undefined;
    if (value === undefined || value === '' || value === false) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    found[keyword] = value;
  }
  return found as OpenApiSchema;
}
