/**
 * All that the schema of a custom resource does to its objects, in the order in which upstream does it. The steps are
 * rooms' neighbours: pruning, defaulting, typing, judging. It keeps what they compile of the schema, and nothing of any
 * object. Source: unstructuredSchemaCoercer and customResourceStrategy of apiextensions-apiserver.
 */
import type { ApplySchema } from '../apply/apply-schema.ts';
import { type CauseReason, type FieldError, invalidValue } from '../field-error.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue, KubeObject } from '../object-meta.ts';
import type { CustomForm, ScaleDefinition } from '../resource-definition.ts';
import { scaleErrors } from '../scale/scale-errors.ts';
import { tooLarge } from '../status.ts';
import { customApplySchema } from './custom-apply-schema.ts';
import { typedMetadata, typeEmbedded, validateEmbedded } from './embedded-objects.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { validateListTypes } from './list-types.ts';
import { prune } from './prune.ts';
import { publishedSchema } from './published-schema.ts';
import { CorrelatedValue } from './rules/correlated-value.ts';
import { RuleValidator } from './rules/rule-validator.ts';
import { dropWrongNulls, setDefaults } from './set-defaults.ts';
import { validateValue } from './validate-value.ts';

/** The schema is that of one version, and structural. `scale`, where the version has that endpoint. */
export function customForm(schema: JsonSchemaProps, scale?: ScaleDefinition): CustomForm {
  let applySchema: ApplySchema | undefined;
  const rules = RuleValidator.of(schema);
  return {
    decode(value, unknownFields) {
      const unknownMetadata: string[] = [];
      value.metadata = typedMetadata(value.metadata ?? {}, unknownMetadata) as JsonValue;
      unknownFields?.push(...unknownMetadata.map((name) => `metadata.${name}`));
      const dropped = prune(value, schema, { isResource: true, tracks: unknownFields !== undefined });
      unknownFields?.push(...dropped);
      dropWrongNulls(value, schema);
      typeEmbedded(value, schema, { dropsInvalid: false, unknownFields });
      if (!setDefaults(value, schema)) throw tooLarge(tooManyDefaults);
      return value as unknown as KubeObject;
    },
    complete(object) {
      const value = object as unknown as JsonObject;
      prune(value, schema, { isResource: true });
      dropWrongNulls(value, schema);
      typeEmbedded(value, schema, { dropsInvalid: true });
      // Of what was stored before its definition had so many, it has as many as there is room for.
      setDefaults(value, schema);
    },
    validate(object, old, found = [], warn = () => {}) {
      const value = object as unknown as JsonObject;
      const before = old as unknown as JsonObject | undefined;
      const errors = judge(value, before, schema, scale);
      if (rules === undefined) return errors;
      // Rules take for granted that values are as they are declared.
      if ([...found, ...errors].some(({ reason }) => blocksRules.has(reason)))
        return [...errors, rulesLeftOut];
      const outcome = rules.validate(value, before);
      for (const { field, message } of outcome.warnings) warn(`${field}: ${message}`);
      return [...errors, ...outcome.errors];
    },
    get applySchema() {
      applySchema ??= customApplySchema(schema);
      return applySchema;
    },
    openApi: (dialect) => publishedSchema(schema, dialect),
  };
}

const blocksRules: ReadonlySet<CauseReason> = new Set<CauseReason>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const rulesLeftOut = invalidValue(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

const tooManyDefaults = `the defaults of the object take more than the ${limits.recordBytes} bytes it may have`;

function judge(
  object: JsonObject,
  old: JsonObject | undefined,
  schema: JsonSchemaProps,
  scale: ScaleDefinition | undefined,
): FieldError[] {
  const errors = valueErrors(object, old, schema);
  if (scale !== undefined) errors.push(...scaleErrors(object, scale));
  errors.push(...validateEmbedded(object, schema));
  errors.push(...listErrors(object, old, schema));
  return errors;
}

/** What is valid needs no comparison with what was before. */
function valueErrors(object: JsonObject, old: JsonObject | undefined, schema: JsonSchemaProps): FieldError[] {
  const errors = validateValue(object, schema);
  if (errors.length === 0 || old === undefined) return errors;
  return validateValue(object, schema, new CorrelatedValue(object, old, schema));
}

/** Lists that repeated themselves before may go on to. */
function listErrors(object: JsonObject, old: JsonObject | undefined, schema: JsonSchemaProps): FieldError[] {
  const errors = validateListTypes(object, schema, '');
  const isOld = errors.length > 0 && old !== undefined && validateListTypes(old, schema, '').length > 0;
  return isOld ? [] : errors;
}
