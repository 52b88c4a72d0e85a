/**
 * The Accept and Content-Type headers, parsed (RFC 9110 §12.5.1, §8.3). Knows the grammar and its order of
 * preference, and nothing of what the server can write or read.
 */
import { limits } from '../../apimachinery/limits.ts';

export interface MediaRange {
  /** Lower case; `*` for any. */
  readonly type: string;
  readonly subtype: string;
  /** Names in lower case, without `q`. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** A token, and the `@` that kubectl puts into the media type of OpenAPI v2. */
const token = /^[!#$%&'*+.^_`|~@0-9a-z-]+$/;

/**
 * Most wanted first: by quality, then the specific before the wildcard, then as written. Refused (`q=0`) and broken
 * ranges are left out, and those past `limits.acceptRanges`.
 */
export function parseAccept(header: string): MediaRange[] {
  return splitOutsideQuotes(header, ',')
    .slice(0, limits.acceptRanges)
    .map(parseMediaRange)
    .filter((range) => range !== undefined && range.quality > 0)
    .sort((a, b) => b!.quality - a!.quality || specificity(b!) - specificity(a!)) as MediaRange[];
}

export function parseMediaRange(text: string): MediaRange | undefined {
  const [name = '', ...rest] = splitOutsideQuotes(text, ';');
  const [type = '', subtype = '', ...extra] = name.trim().toLowerCase().split('/');
  if (!token.test(type) || !token.test(subtype) || extra.length > 0) return undefined;
  if (type === '*' && subtype !== '*') return undefined;

  const parameters = new Map<string, string>();
  let quality = 1;
  for (const part of rest) {
    const equals = part.indexOf('=');
    if (equals < 0) {
      if (part.trim() === '') continue;
      return undefined;
    }
    const key = part.slice(0, equals).trim().toLowerCase();
    const value = unquote(part.slice(equals + 1).trim());
    if (key === 'q') quality = parseQuality(value);
    else parameters.set(key, value);
  }
  return { type, subtype, parameters, quality };
}

/** An unreadable weight counts as 1, as upstream has it. */
function parseQuality(value: string): number {
  return /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/.test(value) ? Number(value) : 1;
}

function specificity(range: MediaRange): number {
  return Number(range.type !== '*') + Number(range.subtype !== '*');
}

function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length >= 2
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (isQuoted && c === '\\') i++;
    else if (c === '"') isQuoted = !isQuoted;
    else if (!isQuoted && c === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
