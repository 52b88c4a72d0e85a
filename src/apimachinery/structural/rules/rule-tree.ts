/**
 * The part of a schema that has rules in it or below: the spine along which an object is walked. Rules stand at a node
 * or inside its `allOf`, where they speak of the same value; `anyOf`, `oneOf` and `not` cannot have any. Knows nothing
 * of CEL.
 */
import type { JsonSchemaProps, ValidationRule } from '../json-schema-props.ts';
import { type DeclaredType, declareType, rootTypeName } from './declared-type.ts';
import { escapeName } from './escape-name.ts';

export interface RuleNode {
  /** What has the rules: the schema of the value, or something inside an `allOf` of it. */
  readonly said: JsonSchemaProps;
  /** Of the value: what its type, items and fields are. */
  readonly schema: JsonSchemaProps;
  readonly rules: readonly ValidationRule[];
  /** Of the type of the value, as in declareType. */
  readonly name: string;
  /** What `self` is; undefined where rules have no type for the value, and then they are not evaluated. */
  readonly type: DeclaredType | undefined;
  /** The root of a custom resource, or of one embedded in it. */
  readonly isResource: boolean;
  /** Some rule here or below may look at the old object. */
  readonly mentionsOld: boolean;
  readonly items: RuleNode | undefined;
  /** Of the values of a map. */
  readonly values: RuleNode | undefined;
  readonly properties: ReadonlyMap<string, RuleNode>;
  /** By their place in it. */
  readonly allOf: ReadonlyMap<number, RuleNode>;
}

/** Undefined for a schema without rules. */
export function ruleTreeOf(schema: JsonSchemaProps, isResource: boolean): RuleNode | undefined {
  if (!hasRules(schema)) return undefined;
  return nodeOf(schema, schema, isResource, declareType(schema, isResource), rootTypeName);
}

function hasRules(schema: JsonSchemaProps | undefined): boolean {
  if (schema === undefined) return false;
  return (
    (schema['x-kubernetes-validations']?.length ?? 0) > 0 ||
    hasRules(schema.items) ||
    hasRules(valuesOf(schema)) ||
    Object.values(schema.properties ?? {}).some(hasRules) ||
    (schema.allOf?.some(hasRules) ?? false)
  );
}

/** `said` is what has the rules: the schema itself, or something inside an `allOf` of it. */
function nodeOf(
  said: JsonSchemaProps,
  schema: JsonSchemaProps,
  isResource: boolean,
  type: DeclaredType | undefined,
  name: string,
): RuleNode | undefined {
  const rules = said['x-kubernetes-validations'] ?? [];
  const elements = type?.kind === 'list' || type?.kind === 'map' ? type.elements : undefined;
  const below = (
    inner: JsonSchemaProps | undefined,
    of: JsonSchemaProps | undefined,
    step: string,
  ): RuleNode | undefined =>
    inner === undefined || of === undefined
      ? undefined
      : nodeOf(inner, of, isEmbedded(of), elements ?? declareType(of, isEmbedded(of)), `${name}.${step}`);
  const items = below(said.items, schema.items, '@idx');
  const values = below(valuesOf(said), valuesOf(schema), '@elem');
  const properties = propertyNodes(said, schema, type, name);
  const allOf = new Map<number, RuleNode>();
  for (const [i, part] of (said.allOf ?? []).entries()) {
    const node = nodeOf(part, schema, isResource, type, name);
    if (node !== undefined) allOf.set(i, node);
  }
  const nodes = [items, values, ...properties.values(), ...allOf.values()].filter(
    (node) => node !== undefined,
  );
  if (rules.length === 0 && nodes.length === 0) return undefined;
  const mentionsOld =
    rules.some(({ rule, messageExpression }) => mentions(rule) || mentions(messageExpression)) ||
    nodes.some((node) => node.mentionsOld);
  return { said, schema, rules, name, type, isResource, mentionsOld, items, values, properties, allOf };
}

function propertyNodes(
  said: JsonSchemaProps,
  schema: JsonSchemaProps,
  type: DeclaredType | undefined,
  typeName: string,
): Map<string, RuleNode> {
  const nodes = new Map<string, RuleNode>();
  for (const [name, inner] of Object.entries(said.properties ?? {})) {
    const properties = schema.properties ?? {};
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) continue;
    const propertyType = typeOfProperty(type, name, property);
    const propertyName = `${typeName}.${escapeName(name) ?? name}`;
    const node = nodeOf(inner, property, isEmbedded(property), propertyType, propertyName);
    if (node !== undefined) nodes.set(name, node);
  }
  return nodes;
}

/**
 * A field that rules cannot name may have rules of its own; so may what stands in a schema where no value can be (items
 * of an object), which rules are compiled for all the same.
 */
function typeOfProperty(
  type: DeclaredType | undefined,
  name: string,
  schema: JsonSchemaProps,
): DeclaredType | undefined {
  const identifier = escapeName(name);
  if (identifier === undefined || type?.kind !== 'object') return declareType(schema, isEmbedded(schema));
  return type.fields.get(identifier);
}

/** Of an object's fields: whether they can be found in the old object. */
export function mapIsCorrelatable({
  'x-kubernetes-map-type': mapType = 'granular',
}: JsonSchemaProps): boolean {
  return mapType === 'granular' || mapType === 'atomic';
}

const isEmbedded = (schema: JsonSchemaProps): boolean => schema['x-kubernetes-embedded-resource'] === true;
const mentions = (expression: string | undefined): boolean => expression?.includes('oldSelf') ?? false;
const valuesOf = ({ additionalProperties }: JsonSchemaProps): JsonSchemaProps | undefined =>
  typeof additionalProperties === 'object' ? additionalProperties : undefined;
