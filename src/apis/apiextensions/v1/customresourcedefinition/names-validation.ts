/** The names of a resource: those it wants, and those it was given. */
import { type FieldError, invalidValue, requiredValue } from '../../../../apimachinery/field-error.ts';
import { dns1035LabelProblems } from '../../../../apimachinery/names.ts';
import type { DefinitionNames } from './custom-resource-definition-schema.ts';

export function requiredNameErrors(names: Partial<DefinitionNames>, path: string): FieldError[] {
  return (['plural', 'singular', 'kind', 'listKind'] as const)
    .filter((name) => (names[name] ?? '') === '')
    .map((name) => requiredValue(`${path}.${name}`));
}

/** Those that are there. */
export function nameErrors(names: Partial<DefinitionNames>, path: string): FieldError[] {
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const errors: FieldError[] = [];
  const check = (field: string, name: string, judged = name, before = ''): void => {
    const problems = dns1035LabelProblems(judged);
    if (problems.length > 0) errors.push(invalidValue(`${path}.${field}`, name, before + problems.join(',')));
  };
  const mixedCase = 'may have mixed case, but should otherwise match: ';
  if (plural !== '') check('plural', plural);
  if (singular !== '') check('singular', singular);
  if (kind !== '') check('kind', kind, kind.toLowerCase(), mixedCase);
  if (listKind !== '') check('listKind', listKind, listKind.toLowerCase(), mixedCase);
  for (const [i, name] of shortNames.entries()) check(`shortNames[${i}]`, name);
  if (kind !== '' && kind === listKind) {
    errors.push(invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  }
  for (const [i, name] of categories.entries()) check(`categories[${i}]`, name);
  return errors;
}
