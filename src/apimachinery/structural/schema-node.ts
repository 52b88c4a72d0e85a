/**
 * A schema as the steps over values read it: every node has the same shape, and knows at once what a value needs to be
 * asked. Nodes are made where values lead, one level at a time, so a large schema costs what its objects use of it.
 * They live as long as the schema that they are made of.
 */
import { stringifyJson } from '../codec/json.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { type ValueChecks, valueChecks } from './value-checks.ts';

export function schemaNode(schema: JsonSchemaProps): SchemaNode {
  let node = roots.get(schema);
  if (node === undefined) {
    node = new SchemaNode(schema);
    roots.set(schema, node);
  }
  return node;
}
const roots = new WeakMap<JsonSchemaProps, SchemaNode>();

export class SchemaNode {
  readonly schema: JsonSchemaProps;
  /** Empty where it is not said, or may be one of several. */
  readonly type: string;
  /** Its alternatives are an integer or a text and no more: who is one of these need not be tried. */
  readonly isIntOrString: boolean;
  readonly isNullable: boolean;
  readonly keepsUnknown: boolean;
  readonly isEmbedded: boolean;
  readonly #hasProperties: boolean;
  #properties: ReadonlyMap<string, SchemaNode> | undefined;
  #items: SchemaNode | undefined;
  #additional: SchemaNode | undefined;
  #checks: ValueChecks | undefined;
  #combinations: Combinations | undefined;
  #contents: Contents | undefined;
  #namesWithDefaults: readonly string[] | undefined;
  #defaultLength: number | undefined;

  constructor(schema: JsonSchemaProps) {
    this.schema = schema;
    this.isIntOrString = schema['x-kubernetes-int-or-string'] === true && isEitherAlone(schema.anyOf);
    this.type = schema['x-kubernetes-int-or-string'] === true ? '' : (schema.type ?? '');
    this.isNullable = schema.nullable === true;
    this.keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
    this.isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
    this.#hasProperties = schema.properties !== undefined;
  }

  property(name: string): SchemaNode | undefined {
    if (!this.#hasProperties) return undefined;
    this.#properties ??= new Map(
      Object.entries(this.schema.properties ?? {}).map(([key, schema]) => [key, new SchemaNode(schema)]),
    );
    return this.#properties.get(name);
  }

  get items(): SchemaNode | undefined {
    const { items } = this.schema;
    if (items === undefined) return undefined;
    this.#items ??= new SchemaNode(items);
    return this.#items;
  }

  /** Of the values of a map. */
  get additional(): SchemaNode | undefined {
    const { additionalProperties } = this.schema;
    if (typeof additionalProperties !== 'object') return undefined;
    this.#additional ??= new SchemaNode(additionalProperties);
    return this.#additional;
  }

  /** Of a field, whether it has a name of its own or is one of a map. */
  field(name: string): SchemaNode | undefined {
    return this.property(name) ?? this.additional;
  }

  get checks(): ValueChecks {
    this.#checks ??= valueChecks(this.schema);
    return this.#checks;
  }

  get combinations(): Combinations {
    this.#combinations ??= combinationsOf(this.schema);
    return this.#combinations;
  }

  /** What is somewhere in it, itself included. */
  get contents(): Contents {
    this.#contents ??= contentsOf(this.schema);
    return this.#contents;
  }

  get namesWithDefaults(): readonly string[] {
    this.#namesWithDefaults ??= Object.entries(this.schema.properties ?? {})
      .filter(([, property]) => property.default !== undefined)
      .map(([name]) => name);
    return this.#namesWithDefaults;
  }

  /** Of its default as JSON, in characters. */
  get defaultLength(): number {
    this.#defaultLength ??= stringifyJson(this.schema.default ?? null).length;
    return this.#defaultLength;
  }
}

/** Schemas of the same value. */
export interface Combinations {
  readonly anyOf: readonly SchemaNode[];
  readonly oneOf: readonly SchemaNode[];
  readonly allOf: readonly SchemaNode[];
  readonly not: SchemaNode | undefined;
}

function combinationsOf({ anyOf = [], oneOf = [], allOf = [], not }: JsonSchemaProps): Combinations {
  const nodes = (schemas: readonly JsonSchemaProps[]): SchemaNode[] =>
    schemas.map((schema) => new SchemaNode(schema));
  return {
    anyOf: nodes(anyOf),
    oneOf: nodes(oneOf),
    allOf: nodes(allOf),
    not: not && new SchemaNode(not),
  };
}

const isEitherAlone = (anyOf: readonly JsonSchemaProps[] = []): boolean =>
  anyOf.length === 2 &&
  anyOf.every(
    (schema, i) => schema.type === (i === 0 ? 'integer' : 'string') && Object.keys(schema).length === 1,
  );

export interface Contents {
  readonly hasDefaults: boolean;
  readonly hasEmbedded: boolean;
  /** Sets and maps. */
  readonly hasListTypes: boolean;
}

/** Few schemas have any of it, and what has none is not walked with its values. */
function contentsOf(schema: JsonSchemaProps): Contents {
  const listType = schema['x-kubernetes-list-type'];
  let hasDefaults = schema.default !== undefined;
  let hasEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  let hasListTypes = listType === 'set' || listType === 'map';
  for (const inner of schemasWithin(schema)) {
    const contents = contentsOf(inner);
    hasDefaults ||= contents.hasDefaults;
    hasEmbedded ||= contents.hasEmbedded;
    hasListTypes ||= contents.hasListTypes;
    if (hasDefaults && hasEmbedded && hasListTypes) break;
  }
  return { hasDefaults, hasEmbedded, hasListTypes };
}

function schemasWithin({ items, properties, additionalProperties }: JsonSchemaProps): JsonSchemaProps[] {
  const within = Object.values(properties ?? {});
  if (items !== undefined) within.push(items);
  if (typeof additionalProperties === 'object') within.push(additionalProperties);
  return within;
}
