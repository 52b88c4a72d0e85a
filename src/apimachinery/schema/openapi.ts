/**
 * Schemas as OpenAPI: version 3.0 for `/openapi/v3`, and Swagger 2.0 for the clients before kubectl 1.29. Named
 * objects become components, referred to by name; the extensions are those kubectl and apply read. Makes schemas
 * only: paths and operations are http/openapi's.
 */

import { assert, unreachable } from '../../lib/assert.ts';
import type { GroupVersionKind } from '../gvk.ts';
import type { JsonValue } from '../object-meta.ts';
import type {
  AnySchema,
  Field,
  IntegerSchema,
  ListSchema,
  MapSchema,
  ObjectSchema,
  Schema,
  StringSchema,
} from './schema.ts';

/** `v3` is OpenAPI 3.0, `v2` Swagger 2.0. */
export type Dialect = 'v2' | 'v3';

export interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly oneOf?: readonly OpenApiSchema[];
  readonly anyOf?: readonly OpenApiSchema[];
  readonly not?: OpenApiSchema;
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: JsonValue;
  readonly nullable?: boolean;
  readonly enum?: readonly JsonValue[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly items?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: boolean | OpenApiSchema;
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly object[];
}

const machinery = 'io.k8s.apimachinery.pkg';

/** Types that JSON has no word for: components of their own, under the names clients know them by. */
const special = {
  time: {
    name: `${machinery}.apis.meta.v1.Time`,
    schema: { type: 'string', format: 'date-time', description: 'An RFC 3339 time, in whole seconds.' },
  },
  microTime: {
    name: `${machinery}.apis.meta.v1.MicroTime`,
    schema: { type: 'string', format: 'date-time', description: 'An RFC 3339 time with microseconds.' },
  },
  quantity: {
    name: `${machinery}.api.resource.Quantity`,
    schema: { type: 'string', description: 'A number with an optional unit: 100m, 2, 1Gi, 1e3.' },
  },
  intOrString: {
    name: `${machinery}.util.intstr.IntOrString`,
    schema: { type: 'string', format: 'int-or-string', description: 'An integer or a string.' },
  },
  rawExtension: {
    name: `${machinery}.runtime.RawExtension`,
    schema: {
      type: 'object',
      description: 'Any value, kept as it is.',
    },
  },
  json: {
    name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
    schema: { description: 'Any JSON value, null among them.' },
  },
  fieldsV1: {
    name: `${machinery}.apis.meta.v1.FieldsV1`,
    schema: { type: 'object', description: 'A set of fields, in the form managedFields have.' },
  },
} as const satisfies Record<string, { name: string; schema: OpenApiSchema }>;

const specialAny = {
  'raw-extension': 'rawExtension',
  'fields-v1': 'fieldsV1',
  json: 'json',
} as const satisfies Record<AnySchema['protobuf'], keyof typeof special>;

/** Version 3.0 can say what Swagger 2.0 cannot: alternatives. */
function specialSchema(kind: keyof typeof special, dialect: Dialect): OpenApiSchema {
  const { schema } = special[kind];
  if (dialect === 'v2') return schema;
  const { description } = schema;
  if (kind === 'intOrString') {
    return { description, format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
  }
  return kind === 'quantity' ? { description, oneOf: [{ type: 'string' }, { type: 'number' }] } : schema;
}

const refPrefix = { v2: '#/definitions/', v3: '#/components/schemas/' } as const;

/**
 * A reference to a component, with what else is said of the field. In version 3.0 nothing may stand beside `$ref`, so
 * that goes around it.
 */
export function referenceTo(name: string, beside: OpenApiSchema, dialect: Dialect): OpenApiSchema {
  const reference = { $ref: refPrefix[dialect] + name };
  if (Object.keys(beside).length === 0) return reference;
  return dialect === 'v3' ? { allOf: [reference], ...beside } : { ...reference, ...beside };
}

/** Collects the components of one document while its schemas are converted. */
export class OpenApiComponents {
  readonly dialect: Dialect;
  readonly #schemas = new Map<string, OpenApiSchema>();

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  /** Adds a named object as a kind and gives the reference to it. */
  addKind(schema: ObjectSchema, name: string, kinds: readonly GroupVersionKind[]): OpenApiSchema {
    const converted = this.#object(withoutDefault(schema));
    return this.add(name, { ...converted, 'x-kubernetes-group-version-kind': kinds });
  }

  /** Adds a finished schema; the last one under a name stays. */
  add(name: string, schema: OpenApiSchema): OpenApiSchema {
    this.#schemas.set(name, schema);
    return this.#reference(name);
  }

  convert(schema: Schema): OpenApiSchema {
    return this.#convert(schema, false);
  }

  #convert(schema: Schema, isOfGo: boolean): OpenApiSchema {
    switch (schema.type) {
      case 'string':
        return this.#string(schema);
      case 'boolean':
        return { type: 'boolean', ...this.#common(schema) };
      case 'integer':
        return { type: 'integer', format: schema.format, ...bounds(schema), ...this.#common(schema) };
      case 'number':
        return { type: 'number', format: 'double', ...this.#common(schema) };
      case 'int-or-string':
        return this.#special('intOrString', schema);
      case 'any':
        return this.#special(specialAny[schema.protobuf], schema);
      case 'either':
        // Neither dialect's readers are told what: upstream leaves it open too.
        return this.#schemas.has(schema.name)
          ? this.#reference(schema.name)
          : this.add(schema.name, { description: schema.description ?? '' });
      case 'map':
        return { ...this.#map(schema, isOfGo), ...this.#common(schema) };
      case 'list':
        return { ...this.#list(schema, isOfGo), ...this.#common(schema) };
      case 'object': {
        if (schema.name === undefined) return this.#object(schema);
        if (!this.#schemas.has(schema.name)) {
          this.#schemas.set(schema.name, {}); // A placeholder ends the walk of a type that contains itself.
          this.#schemas.set(schema.name, this.#object(withoutDefault(schema)));
        }
        return referenceTo(schema.name, this.#default(schema.default), this.dialect);
      }
      default:
        return unreachable(schema);
    }
  }

  /** By name, sorted. */
  toObject(): Record<string, OpenApiSchema> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #reference(name: string): OpenApiSchema {
    return referenceTo(name, {}, this.dialect);
  }

  #special(kind: keyof typeof special, schema: Schema): OpenApiSchema {
    const { name } = special[kind];
    if (!this.#schemas.has(name)) this.#schemas.set(name, specialSchema(kind, this.dialect));
    const { nullable: _, ...beside } = this.#common(schema);
    return referenceTo(name, beside, this.dialect);
  }

  #common(schema: Schema): OpenApiSchema {
    return {
      ...(schema.description === undefined ? {} : { description: schema.description }),
      ...this.#default(schema.default),
      ...(schema.nullable === true && this.dialect === 'v3' ? { nullable: true } : {}),
    };
  }

  /** Swagger has none: its readers would fill them in, and send what the user did not write. */
  #default(value: JsonValue | undefined): OpenApiSchema {
    return value === undefined || this.dialect === 'v2' ? {} : { default: value };
  }

  #string(schema: StringSchema): OpenApiSchema {
    switch (schema.format) {
      case 'date-time':
        return this.#special('time', schema);
      case 'micro-time':
        return this.#special('microTime', schema);
      case 'quantity':
        return this.#special('quantity', schema);
      case 'byte':
      case undefined:
        return {
          type: 'string',
          ...(schema.format === undefined ? {} : { format: schema.format }),
          ...knownValues(schema),
          ...(schema.pattern === undefined ? {} : { pattern: schema.pattern }),
          ...(schema.minLength === undefined ? {} : { minLength: schema.minLength }),
          ...(schema.maxLength === undefined ? {} : { maxLength: schema.maxLength }),
          ...this.#common(schema),
        };
      default:
        return unreachable(schema.format);
    }
  }

  /**
   * Items and values: in Go they are there, if only empty, where the list or map is.
   */
  #inner(schema: Schema, isOfGo: boolean): OpenApiSchema {
    return this.#convert(isOfGo ? withDefault(schema, zeroOf(schema)) : schema, isOfGo);
  }

  #map(schema: MapSchema, isOfGo: boolean): OpenApiSchema {
    return {
      type: 'object',
      additionalProperties: this.#inner(schema.value, isOfGo),
      ...(schema.mapType === undefined ? {} : { 'x-kubernetes-map-type': schema.mapType }),
    };
  }

  #list(schema: ListSchema, isOfGo: boolean): OpenApiSchema {
    return {
      type: 'array',
      items: this.#inner(schema.item, isOfGo),
      ...(schema.minItems === undefined ? {} : { minItems: schema.minItems }),
      ...(schema.maxItems === undefined ? {} : { maxItems: schema.maxItems }),
      ...(schema.listType === undefined ? {} : { 'x-kubernetes-list-type': schema.listType }),
      ...(schema.listMapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': schema.listMapKeys }),
      ...(schema.patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': schema.patchStrategy }),
      ...(schema.patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': schema.patchMergeKey }),
    };
  }

  #object(schema: ObjectSchema): OpenApiSchema {
    const properties: Record<string, OpenApiSchema> = {};
    const required: string[] = [];
    for (const [name, field] of Object.entries(schema.fields)) {
      properties[name] = this.#describe(this.#field(field), field.description);
      if (field.required) required.push(name);
    }
    return {
      type: 'object',
      ...(required.length === 0 ? {} : { required }),
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
      ...(schema.mapType === undefined ? {} : { 'x-kubernetes-map-type': schema.mapType }),
      ...this.#common(schema),
    };
  }

  /** What Go holds by value has its zero value where nothing is written. Kinds without field numbers are none of Go's. */
  #field(field: Field): OpenApiSchema {
    const { schema, number, required, byValue } = field;
    const isOfGo = number > 0;
    const isValue = isOfGo && field.pointer !== true && (required || byValue === true);
    return this.#convert(isValue ? withDefault(schema, zeroOf(schema)) : schema, isOfGo);
  }

  /** A field's own description comes before that of its type; kubectl explain shows both, so one said twice is left out. */
  #describe(schema: OpenApiSchema, description: string): OpenApiSchema {
    if (description === '') return schema;
    if (schema.$ref === undefined) return { ...schema, description };
    const named = this.#schemas.get(schema.$ref.slice(refPrefix[this.dialect].length));
    if (named?.description === description) return schema;
    return this.dialect === 'v3' ? { allOf: [schema], description } : { ...schema, description };
  }
}

/** As upstream has it in its documents; types with a form of their own (times, quantities) have none. */
function zeroOf(schema: Schema): JsonValue | undefined {
  switch (schema.type) {
    case 'string':
      return schema.format === undefined ? '' : undefined;
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 0;
    case 'object':
      return {};
    default:
      return undefined;
  }
}

function withDefault(schema: Schema, value: JsonValue | undefined): Schema {
  return value === undefined || schema.default !== undefined ? schema : { ...schema, default: value };
}

/** A default belongs to the field, not to the type that it shares with others. */
function withoutDefault({ default: _, ...schema }: ObjectSchema): ObjectSchema {
  return schema;
}

function knownValues(schema: StringSchema): OpenApiSchema {
  const values = schema.enum ?? schema.knownValues;
  return values === undefined ? {} : { enum: values };
}

function bounds(schema: IntegerSchema): OpenApiSchema {
  return {
    ...(schema.minimum === undefined ? {} : { minimum: schema.minimum }),
    ...(schema.maximum === undefined ? {} : { maximum: schema.maximum }),
  };
}

/**
 * The component name of a kind whose schema has none: the group's labels in reverse, then version and kind
 * (`com.example.v1.Widget`).
 */
export function componentName(gvk: GroupVersionKind): string {
  assert(gvk.group !== '', 'a kind of the core group names its schema');
  return [...gvk.group.split('.').reverse(), gvk.version, gvk.kind].join('.');
}
