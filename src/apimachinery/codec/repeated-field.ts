/**
 * Whether a JSON text has a field twice, which JSON.parse does not tell: the fields that were written are counted
 * and compared with those that came out. For every write, so it is quick, and tells no more than yes or no.
 */
import type { JsonValue } from '../object-meta.ts';

/** `value` is what `text` parses to. */
export function hasRepeatedField(text: string, value: JsonValue): boolean {
  return countWritten(text) !== countFields(value);
}

const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Strings followed by a colon. The text is known to be JSON, so nothing else is outside of strings. */
function countWritten(text: string): number {
  let count = 0;
  for (let start = text.indexOf('"'); start !== -1; ) {
    let end = text.indexOf('"', start + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    let next = end + 1;
    let c = text.charCodeAt(next);
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = text.charCodeAt(++next);
    if (c === COLON) count++;
    start = text.indexOf('"', next);
  }
  return count;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}

function countFields(root: JsonValue): number {
  let count = 0;
  const work: JsonValue[] = [root];
  for (let value = work.pop(); value !== undefined; value = work.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) if (typeof item === 'object' && item !== null) work.push(item);
      continue;
    }
    for (const key of Object.keys(value)) {
      count++;
      const field = value[key];
      if (typeof field === 'object' && field !== null) work.push(field);
    }
  }
  return count;
}
