/**
 * `fieldValidation`: what becomes of unknown and repeated fields of a body. Ignore looks for none, Warn says them in
 * Warning headers, Strict refuses the request. Finding them is apimachinery/schema/strict-errors.ts.
 */
import { hasRepeatedField } from '../../apimachinery/codec/repeated-field.ts';
import { repeatedYamlKeys } from '../../apimachinery/codec/yaml-repeated-keys.ts';
import type { JsonValue } from '../../apimachinery/object-meta.ts';
import type { Schema } from '../../apimachinery/schema/schema.ts';
import { strictErrorsOfText, strictErrorsOfValue } from '../../apimachinery/schema/strict-errors.ts';
import type { WriteOptions } from '../../registry/engine.ts';

export interface FieldValidation {
  readonly directive: 'Ignore' | 'Warn' | 'Strict';
  readonly warn: WriteOptions['warn'];
}

/** The parameter has been checked with the other options. */
export function fieldValidationOf(query: URLSearchParams, { warn }: WriteOptions): FieldValidation {
  const given = query.get('fieldValidation');
  return { directive: given === 'Ignore' || given === 'Strict' ? given : 'Warn', warn };
}

/** Findings of strict decoding as one message. */
const strictDecodingError = (findings: readonly string[]): string =>
  `strict decoding error: ${findings.join(', ')}`;

/** Warns of the findings, or throws what `refusal` makes of them. */
export function judge(
  { directive, warn }: FieldValidation,
  findings: readonly string[],
  refusal: (message: string) => Error,
): void {
  if (findings.length === 0 || directive === 'Ignore') return;
  if (directive === 'Strict') throw refusal(strictDecodingError(findings));
  for (const finding of findings) for (const line of withoutYamlHead(finding)) warn(line);
}

/**
 * Findings in a JSON text of a kind. `value` is what it parses to, `hasUnknown` whether decoding it met an unknown
 * field: without either, the text is not read again.
 */
export function findingsInJson(
  text: string,
  value: JsonValue,
  schema: Schema,
  hasUnknown: boolean,
): readonly string[] {
  return hasUnknown || hasRepeatedField(text, value) ? strictErrorsOfText(text, schema) : [];
}

/** Findings in a YAML text of a kind. Repeated keys are one finding, of several lines; the others come by name. */
export function findingsInYaml(
  text: string,
  value: JsonValue,
  schema: Schema,
  hasUnknown: boolean,
): readonly string[] {
  const unknown = hasUnknown ? strictErrorsOfValue(value, schema) : [];
  return [...repeatedKeysFinding(text), ...unknown];
}

/** Of repeated YAML keys, the one error that go-yaml makes of them. */
export function repeatedKeysFinding(text: string): readonly string[] {
  const repeated = repeatedYamlKeys(text);
  return repeated.length === 0 ? [] : [[yamlHead, ...repeated.map((line) => `  ${line}`)].join('\n')];
}

const yamlHead = 'yaml: unmarshal errors:';
function withoutYamlHead(finding: string): string[] {
  if (!finding.startsWith(`${yamlHead}\n`)) return [finding];
  return finding
    .slice(yamlHead.length + 1)
    .split('\n')
    .map((line) => line.trim());
}
