/** What a version says beside its schema: deprecation, endpoints, columns, fields to select by. */
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  requiredValue,
  tooMany,
} from '../../../../apimachinery/field-error.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import type { JsonSchemaProps } from '../../../../apimachinery/structural/json-schema-props.ts';
import { unsupportedKeyword } from '../../../../apimachinery/structural/law/unsupported-keyword.ts';
import {
  parseRuleFieldPath,
  RuleFieldPathError,
} from '../../../../apimachinery/structural/rules/rule-field-path.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';
import type { DefinitionVersion } from './custom-resource-definition-schema.ts';

export function deprecationProblems(isDeprecated: boolean, warning: string | undefined): string[] {
  if (warning === undefined) return [];
  if (!isDeprecated) return ['can only be set for deprecated versions'];
  const problems: string[] = [];
  if (Buffer.byteLength(warning) > limits.deprecationWarningBytes) {
    problems.push(`must be <= ${limits.deprecationWarningBytes} characters long`);
  }
  if (warning === '') problems.push('must not be an empty string');
  const unprintable = unprintableAt.exec(warning);
  if (unprintable !== null) {
    const at = Buffer.byteLength(warning.slice(0, unprintable.index));
    problems.push(
      `must only contain printable UTF-8 characters; non-printable character found at index ${at}`,
    );
  }
  return problems;
}
/** Of spaces Go prints the ASCII one alone. */
const unprintableAt = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

type Subresources = NonNullable<DefinitionVersion['subresources']>;

export function subresourceErrors({ scale }: Subresources, path: string): FieldError[] {
  if (scale === undefined) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale;
  const spec = ['.spec.'];
  const status = ['.status.'];
  const under = (place: string): string => `should be a json path under ${place}`;
  const either = 'should be a json path under either .spec or .status';
  return [
    ...replicasPathErrors(specReplicasPath, spec, under('.spec'), `${path}.scale.specReplicasPath`),
    ...replicasPathErrors(statusReplicasPath, status, under('.status'), `${path}.scale.statusReplicasPath`),
    ...(labelSelectorPath === ''
      ? []
      : replicasPathErrors(
          labelSelectorPath,
          [...spec, ...status],
          either,
          `${path}.scale.labelSelectorPath`,
        )),
  ];
}

function replicasPathErrors(
  jsonPath: string | undefined,
  beginnings: readonly string[],
  detail: string,
  path: string,
): FieldError[] {
  if (jsonPath === undefined || jsonPath === '') return [requiredValue(path)];
  const errors = simplePathErrors(jsonPath, path);
  if (errors.length > 0 || beginnings.some((beginning) => jsonPath.startsWith(beginning))) return errors;
  return [invalidValue(path, jsonPath, detail)];
}

const simplePathErrors = (jsonPath: string, path: string): FieldError[] =>
  jsonPath.startsWith('.')
    ? []
    : [invalidValue(path, jsonPath, 'must be a simple json path starting with .')];

const columnTypes: readonly string[] = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats: readonly string[] = [
  'byte',
  'date',
  'date-time',
  'double',
  'float',
  'int32',
  'int64',
  'password',
];
type Column = NonNullable<DefinitionVersion['additionalPrinterColumns']>[number];

export function columnErrors(column: Partial<Column>, path: string): FieldError[] {
  const { name = '', type = '', format = '', jsonPath = '' } = column;
  const errors: FieldError[] = [];
  if (name === '') errors.push(requiredValue(`${path}.name`));
  const oneOf = (values: readonly string[]): string => `must be one of ${values.join(',')}`;
  if (type === '') errors.push(requiredValue(`${path}.type`, oneOf(columnTypes)));
  else if (!columnTypes.includes(type)) errors.push(invalidValue(`${path}.type`, type, oneOf(columnTypes)));
  if (format !== '' && !columnFormats.includes(format)) {
    errors.push(invalidValue(`${path}.format`, format, oneOf(columnFormats)));
  }
  if (jsonPath === '') errors.push(requiredValue(`${path}.JSONPath`));
  else errors.push(...simplePathErrors(jsonPath, `${path}.JSONPath`));
  return errors;
}

type SelectableField = NonNullable<DefinitionVersion['selectableFields']>[number];
const selectableTypes: ReadonlySet<string | undefined> = new Set(['string', 'boolean', 'integer']);

/** `mayBeMany`: they were as many before. Of a schema that can be read as a structural one; of others nothing can be said. */
export function selectableFieldErrors(
  fields: readonly Partial<SelectableField>[],
  schema: WrittenSchema,
  mayBeMany: boolean,
  path: string,
): FieldError[] {
  if (unsupportedKeyword(schema) !== undefined) return [];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, { jsonPath = '' }] of fields.entries()) {
    const at = `${path}[${i}].jsonPath`;
    if (jsonPath === '') {
      errors.push(requiredValue(at));
      continue;
    }
    const found = fieldOf(jsonPath, schema as JsonSchemaProps);
    if (typeof found === 'string') {
      errors.push(invalidValue(at, jsonPath, `is an invalid path: ${found}`));
      continue;
    }
    if (found.root === 'metadata') {
      errors.push(invalidValue(at, jsonPath, 'must not point to fields in metadata'));
    }
    if (!selectableTypes.has(found.schema.type)) {
      const detail =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errors.push(invalidValue(at, jsonPath, detail));
    }
    if (seen.has(found.field)) errors.push(duplicateValue(at, jsonPath));
    seen.add(found.field);
  }
  if (!mayBeMany && seen.size > limits.selectableFields)
    errors.push(tooMany(path, seen.size, limits.selectableFields));
  return errors;
}

function fieldOf(jsonPath: string, schema: JsonSchemaProps): ReturnType<typeof parseRuleFieldPath> | string {
  try {
    return parseRuleFieldPath(jsonPath, schema, { allowsBrackets: false });
  } catch (error) {
    if (error instanceof RuleFieldPathError) return error.message;
    throw error;
  }
}
