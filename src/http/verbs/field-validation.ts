/**
 * `fieldValidation`: what becomes of unknown and repeated fields of a body. Ignore looks for none, Warn says them in
 * Warning headers, Strict refuses the request. Finding them is apimachinery/schema/strict-errors.ts.
 */
import { goQuote } from '../../apimachinery/apply/go-text.ts';
import { hasRepeatedField } from '../../apimachinery/codec/repeated-field.ts';
import { repeatedYamlKeys } from '../../apimachinery/codec/yaml-repeated-keys.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonValue } from '../../apimachinery/object-meta.ts';
import type { VersionDefinition } from '../../apimachinery/resource-definition.ts';
import type { Schema } from '../../apimachinery/schema/schema.ts';
import {
  strictErrorsOfText,
  strictErrorsOfValue,
  untypedDocument,
} from '../../apimachinery/schema/strict-errors.ts';
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

interface ReadDocument {
  readonly format: 'json' | 'yaml';
  readonly text: string;
  readonly value: JsonValue;
  readonly hasRepeated: boolean;
  /** Paths of the fields that decoding dropped. */
  readonly unknown: readonly string[];
}

/** Findings in the text of an object. */
export function findingsIn(
  { format, text, value, hasRepeated, unknown }: ReadDocument,
  { schema, custom }: VersionDefinition,
): readonly string[] {
  if (custom !== undefined) {
    const repeated =
      format === 'yaml'
        ? repeatedKeysFinding(text)
        : hasRepeated
          ? strictErrorsOfText(text, untypedDocument)
          : [];
    return [...repeated, ...unknownFieldsFound(unknown)];
  }
  const hasUnknown = unknown.length > 0;
  if (format === 'yaml') return findingsInYaml(text, value, schema, hasUnknown);
  return hasUnknown || hasRepeated ? strictErrorsOfText(text, schema) : [];
}

/** What decoding of a custom resource found, in its own order. */
export const unknownFieldsFound = (paths: readonly string[]): string[] =>
  paths.slice(0, limits.strictErrors).map((path) => `unknown field ${goQuote(path)}`);

/** Findings in a YAML text of a kind. Repeated keys are one finding, of several lines; the others come by name. */
function findingsInYaml(
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
