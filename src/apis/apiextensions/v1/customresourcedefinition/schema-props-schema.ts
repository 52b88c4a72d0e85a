/**
 * Fields of JSONSchemaProps, which is a schema inside a schema: all of them, those too that no definition may use,
 * because who uses them is to be told so and not to lose them. Field numbers are those of
 * k8s.io/apiextensions-apiserver apiextensions/v1/generated.proto.
 */
import {
  any,
  boolean,
  either,
  field,
  integer,
  list,
  map,
  type ObjectSchema,
  object,
  pointer,
  recursiveObject,
  required,
  string,
  type Typed,
} from '../../../../apimachinery/schema/schema.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';
import { component } from '../component.ts';

const validationRule = object(
  {
    rule: required(1, string(), 'CEL expression that must be true. `self` is the value the schema is about.'),
    message: field(2, string(), 'What is said where it is not.'),
    messageExpression: field(3, string(), 'CEL expression of what is said; stronger than message.'),
    reason: pointer(
      4,
      string(),
      'FieldValueInvalid, FieldValueForbidden, FieldValueRequired or FieldValueDuplicate: the reason of the cause.',
    ),
    fieldPath: field(5, string(), 'Path, from here, of the field that is said to be wrong.'),
    optionalOldSelf: pointer(
      6,
      boolean(),
      'Whether `oldSelf` is an optional, so that the rule is asked also where there is no old value.',
    ),
  },
  { name: component('ValidationRule'), description: 'ValidationRule is a rule in the CEL language.' },
);
const externalDocs = object(
  {
    description: field(1, string(), 'What is found there.'),
    url: field(2, string(), 'Where it is.'),
  },
  {
    name: component('ExternalDocumentation'),
    description: 'ExternalDocumentation refers to documentation elsewhere.',
  },
);
const json = any('json');
const number = (): Typed<number> => ({ type: 'number' });
const texts = list(string(), { listType: 'atomic' });

export const schemaPropsSchema: Typed<WrittenSchema, ObjectSchema> = recursiveObject<WrittenSchema>(
  (self) => {
    const schemas = list(self, { listType: 'atomic' });
    const orArray = either(1, self, 2, list(self), {
      name: component('JSONSchemaPropsOrArray'),
      description: 'JSONSchemaPropsOrArray is a schema or a list of schemas.',
    });
    const orBool = either(2, self, 1, boolean(), {
      name: component('JSONSchemaPropsOrBool'),
      description: 'JSONSchemaPropsOrBool is a schema, or true or false.',
    });
    const orTexts = either(1, self, 2, list(string()), {
      name: component('JSONSchemaPropsOrStringArray'),
      description: 'JSONSchemaPropsOrStringArray is a schema or a list of names.',
    });
    return object(
      {
        id: field(1, string(), 'Not to be used.'),
        $schema: field(2, string(), 'The dialect of the schema. Says nothing here.'),
        $ref: pointer(3, string(), 'Not to be used.'),
        description: field(4, string(), 'What the value is, for kubectl explain.'),
        type: field(5, string(), 'object, array, string, integer, number or boolean.'),
        format: field(
          6,
          string(),
          'What kind of text or number: date-time, duration, byte, int32 and others. Unknown ones say nothing.',
        ),
        title: field(7, string(), 'A short name.'),
        default: field(8, json, 'What is filled in where the value is missing.'),
        maximum: pointer(9, number(), 'Largest number.'),
        exclusiveMaximum: field(10, boolean(), 'Whether the largest number is not one itself.'),
        minimum: pointer(11, number(), 'Smallest number.'),
        exclusiveMinimum: field(12, boolean(), 'Whether the smallest number is not one itself.'),
        maxLength: pointer(13, integer('int64'), 'Most characters of a text.'),
        minLength: pointer(14, integer('int64'), 'Fewest characters of a text.'),
        pattern: field(15, string(), 'RE2 expression that a text must match somewhere.'),
        maxItems: pointer(16, integer('int64'), 'Most items of a list.'),
        minItems: pointer(17, integer('int64'), 'Fewest items of a list.'),
        uniqueItems: field(18, boolean(), 'May not be true: x-kubernetes-list-type says it better.'),
        multipleOf: pointer(19, number(), 'What a number must be a multiple of.'),
        enum: field(20, list(json, { listType: 'atomic' }), 'The only values there are.'),
        maxProperties: pointer(21, integer('int64'), 'Most properties of an object.'),
        minProperties: pointer(22, integer('int64'), 'Fewest properties of an object.'),
        required: field(23, texts, 'Properties that must be there.'),
        items: field(24, orArray, 'The schema of the items of a list. May not be a list of schemas.'),
        allOf: field(25, schemas, 'Schemas that must all hold.'),
        oneOf: field(26, schemas, 'Schemas of which exactly one must hold.'),
        anyOf: field(27, schemas, 'Schemas of which one must hold.'),
        not: field(28, self, 'A schema that must not hold.'),
        properties: field(29, map(self), 'The properties of an object, each with its schema.'),
        additionalProperties: field(
          30,
          orBool,
          'The schema of the values of a map. Not together with properties; may not be false.',
        ),
        patternProperties: field(31, map(self), 'Not to be used.'),
        dependencies: field(32, map(orTexts), 'Not to be used.'),
        additionalItems: field(33, orBool, 'Not to be used.'),
        definitions: field(34, map(self), 'Not to be used.'),
        externalDocs: field(35, externalDocs, 'Where more is written about it.'),
        example: field(36, json, 'An example. Says nothing to the server.'),
        nullable: field(37, boolean(), 'Whether the value may be null.'),
        'x-kubernetes-preserve-unknown-fields': pointer(
          38,
          boolean(),
          'True: fields that are not described here are kept, and not dropped.',
        ),
        'x-kubernetes-embedded-resource': field(
          39,
          boolean(),
          'True: the value is an object of its own, with apiVersion, kind and metadata.',
        ),
        'x-kubernetes-int-or-string': field(
          40,
          boolean(),
          'True: an integer or a text. There is no type then.',
        ),
        'x-kubernetes-list-map-keys': field(
          41,
          texts,
          'Names of the properties that tell the items of a list of type map apart.',
        ),
        'x-kubernetes-list-type': pointer(
          42,
          string(),
          'atomic, set or map: how a list is joined when it is applied. atomic when not given.',
        ),
        'x-kubernetes-map-type': pointer(
          43,
          string(),
          'granular or atomic: how an object is joined when it is applied. granular when not given.',
        ),
        'x-kubernetes-validations': field(
          44,
          list(validationRule, {
            listType: 'map',
            listMapKeys: ['rule'],
            patchStrategy: 'merge',
            patchMergeKey: 'rule',
          }),
          'Rules in the CEL language.',
        ),
      },
      {
        name: component('JSONSchemaProps'),
        description: 'JSONSchemaProps is a schema: what values there may be.',
      },
    ) as unknown as Typed<WrittenSchema, ObjectSchema>;
  },
);
