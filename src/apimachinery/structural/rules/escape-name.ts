/**
 * Names of properties as CEL writes them. A property whose name is no identifier (`a-b`, `x.io/y`, `namespace`) has an
 * escaped one; what cannot be escaped cannot be named by a rule. The rules of escaping are those of Kubernetes
 * (k8s.io/apiserver/pkg/cel, Escape).
 */

import { reservedIdentifiers } from '../../cel/parser.ts';

/** Words that CEL keeps for itself; `namespace` among them. */
export const reservedWords: ReadonlySet<string> = new Set([
  'true',
  'false',
  'null',
  'in',
  ...reservedIdentifiers,
]);

const escapes: ReadonlyMap<string, string> = new Map([
  ['__', '__underscores__'],
  ['.', '__dot__'],
  ['-', '__dash__'],
  ['/', '__slash__'],
]);
const originals: ReadonlyMap<string, string> = new Map(
  [...escapes].map(([original, escaped]) => [escaped, original]),
);

const escapable = /^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/;

/** The identifier for a property, or undefined where there is none. */
export function escapeName(name: string): string | undefined {
  if (!escapable.test(name)) return undefined;
  if (reservedWords.has(name)) return `__${name}__`;
  return name.replace(/__|[-./]/g, (part) => escapes.get(part)!);
}

/** The property that an identifier names, or undefined for an escape that nobody writes. */
export function unescapeName(identifier: string): string | undefined {
  let isValid = true;
  const name = identifier.replace(/__[^_]+__/g, (part) => {
    const original = originals.get(part);
    if (original !== undefined) return original;
    // A reserved word is escaped as a whole only.
    if (part === identifier && reservedWords.has(part.slice(2, -2))) return part.slice(2, -2);
    isValid = false;
    return '';
  });
  return isValid ? name : undefined;
}
