/** Quoted text of a JSONPath: Go's escapes, in single quotes too. */
import { JsonPathError } from './json-path-template.ts';

const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** `quoted` begins and ends with the same quote. Throws JsonPathError. */
export function unquote(quoted: string): string {
  const quote = quoted[0]!;
  const text = quoted.slice(1, -1);
  const invalid = (): JsonPathError => new JsonPathError(`unquote string ${quoted} error invalid syntax`);
  const escaped = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.?))/gs;
  return text.replace(escaped, (_, x?: string, u?: string, wide?: string, octal?: string, other?: string) => {
    const point = Number.parseInt(x ?? u ?? wide ?? '', 16);
    if (!Number.isNaN(point)) {
      if (point > 0x10ffff) throw invalid();
      return String.fromCodePoint(point);
    }
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    const character = other === quote ? quote : simple[other ?? ''];
    if (character === undefined) throw invalid();
    return character;
  });
}
