/** Compact JSON text made readable, two spaces a level. Works on the text, so numbers stay as they are. */
export function indentJson(compact: string): string {
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  const flush = (to: number): void => {
    if (to > from) out.push(compact.slice(from, to));
  };
  const line = (): void => {
    out.push(`\n${'  '.repeat(depth)}`);
  };
  for (let i = 0; i < compact.length; i++) {
    const c = compact[i];
    if (c === '"') {
      i = stringEnd(compact, i);
    } else if (c === '{' || c === '[') {
      const next = compact[i + 1];
      if (next === '}' || next === ']') {
        i += 1;
        continue;
      }
      flush(i + 1);
      depth += 1;
      line();
      from = i + 1;
    } else if (c === '}' || c === ']') {
      flush(i);
      depth -= 1;
      line();
      from = i;
    } else if (c === ',') {
      flush(i + 1);
      line();
      from = i + 1;
    } else if (c === ':') {
      flush(i + 1);
      out.push(' ');
      from = i + 1;
    }
  }
  flush(compact.length);
  return out.join('');
}

/** Index of the quote that closes the string opened at `start`. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i;
  }
  return text.length;
}
