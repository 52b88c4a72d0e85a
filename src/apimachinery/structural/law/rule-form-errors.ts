/** What rules must be before anybody compiles their expressions: texts that are there, reasons, paths. */
import { type FieldError, invalidValue, notSupported, requiredValue } from '../../field-error.ts';
import type { JsonSchemaProps, ValidationRule } from '../json-schema-props.ts';
import { parseRuleFieldPath, RuleFieldPathError } from '../rules/rule-field-path.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { childPath } from './schema-path.ts';
import { unsupportedKeyword } from './unsupported-keyword.ts';

const reasons: readonly string[] = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
];

export function ruleFormErrors(schema: WrittenSchema, path: string): FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const leads = rules.some(({ fieldPath = '' }) => fieldPath !== '');
  // Nothing can be said of paths in a schema that is not to be read.
  const readable =
    leads && unsupportedKeyword(schema) === undefined ? (schema as JsonSchemaProps) : undefined;
  return rules.flatMap((rule, i) =>
    formErrors(rule, readable, `${childPath(path, 'x-kubernetes-validations')}[${i}]`),
  );
}

function formErrors(rule: ValidationRule, schema: JsonSchemaProps | undefined, path: string): FieldError[] {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const errors: FieldError[] = [];
  const text = (rule.rule ?? '').trim();
  if (text === '') errors.push(requiredValue(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    errors.push(invalidValue(`${path}.message`, message, 'must be non-empty if specified'));
  } else if (hasLineBreak(message.trim())) {
    errors.push(invalidValue(`${path}.message`, message, 'must not contain line breaks'));
  } else if (hasLineBreak(text) && message === '') {
    errors.push(requiredValue(`${path}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const detail = 'messageExpression must be non-empty if specified';
    errors.push(requiredValue(`${path}.messageExpression`, detail));
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, reasons));
  }
  if (fieldPath !== '') errors.push(...fieldPathErrors(fieldPath, schema, `${path}.fieldPath`));
  return errors;
}

const hasLineBreak = (text: string): boolean => /[\n\r]/.test(text);

function fieldPathErrors(fieldPath: string, schema: JsonSchemaProps | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (fieldPath.trim() === '') {
    errors.push(invalidValue(path, fieldPath, 'must be non-empty if specified'));
  }
  if (hasLineBreak(fieldPath)) {
    errors.push(invalidValue(path, fieldPath, 'must not contain line breaks'));
  }
  if (schema !== undefined && !isValidFieldPath(fieldPath, schema)) {
    errors.push(invalidValue(path, fieldPath, 'must be a valid path'));
  }
  return errors;
}

function isValidFieldPath(fieldPath: string, schema: JsonSchemaProps): boolean {
  try {
    parseRuleFieldPath(fieldPath, schema);
    return true;
  } catch (error) {
    if (error instanceof RuleFieldPathError) return false;
    throw error;
  }
}
