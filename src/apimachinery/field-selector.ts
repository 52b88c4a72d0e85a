/**
 * Field selectors as the query parameter writes them: `metadata.name=a,status.phase!=Active`, with `\` before
 * a `\`, `,` or `=` of a value. Which fields a resource has is its definition's business, not this file's.
 * Grammar and messages: apimachinery/pkg/fields/selector.go.
 */
import { badRequest } from './status.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

export interface FieldSelector {
  /** All must hold. Empty selects everything. */
  readonly requirements: readonly FieldRequirement[];
  /** `fieldValue` answers '' for a field the object does not have. Allocates nothing. */
  matches(fieldValue: (field: string) => string): boolean;
  /** The value the selector demands of a field, where it demands exactly one (`metadata.name=a` is a lookup). */
  exact(field: string): string | undefined;
  toString(): string;
}

/** Terms between the commas that no backslash precedes. */
export function splitFieldTerms(text: string): string[] {
  if (text === '') return [];
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

export interface FieldTerm {
  readonly field: string;
  readonly operator: '=' | '==' | '!=';
  /** Still escaped. */
  readonly value: string;
}
/** A term at its first operator; undefined when it has none. */
export function splitFieldTerm(term: string): FieldTerm | undefined {
  const found = /!=|==|=/.exec(term);
  if (found === null) return undefined;
  return {
    field: term.slice(0, found.index),
    operator: found[0] as FieldTerm['operator'],
    value: term.slice(found.index + found[0].length),
  };
}

export const escapeFieldValue = (value: string): string => value.replaceAll(/[\\,=]/g, '\\$&');

/** Throws 400 BadRequest on an unknown escape, and on a `,` or `=` that lacks one. */
export function unescapeFieldValue(text: string): string {
  if (!/[\\,=]/.test(text)) return text;
  let value = '';
  const characters = [...text];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === '\\') {
      const escaped = characters[++i] ?? '';
      if (!['\\', ',', '='].includes(escaped)) {
        throw badRequest(`invalid field selector: invalid escape sequence: \\${escaped}`);
      }
      value += escaped;
    } else if (character === ',' || character === '=') {
      // Upstream prints the character as its number.
      throw badRequest(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    } else value += character;
  }
  return value;
}

/** A selector of requirements, in the order given. */
export function fieldSelector(requirements: readonly FieldRequirement[]): FieldSelector {
  return {
    requirements,
    matches(fieldValue) {
      for (let i = 0; i < requirements.length; i++) {
        const { field, operator, value } = requirements[i]!;
        if ((fieldValue(field) === value) !== (operator === '=')) return false;
      }
      return true;
    },
    exact: (field) => requirements.find((r) => r.operator === '=' && r.field === field)?.value,
    toString: () => requirements.map((r) => `${r.field}${r.operator}${escapeFieldValue(r.value)}`).join(','),
  };
}

/** Parses a `fieldSelector` query parameter. Throws 400 BadRequest in upstream's words. */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements: FieldRequirement[] = [];
  for (const part of splitFieldTerms(text).sort()) {
    if (part === '') continue;
    const term = splitFieldTerm(part);
    if (term === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    requirements.push({
      field: term.field,
      operator: term.operator === '!=' ? '!=' : '=',
      value: unescapeFieldValue(term.value),
    });
  }
  return fieldSelector(requirements);
}
