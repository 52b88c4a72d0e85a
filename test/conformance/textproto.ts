/** Protocol buffers as text, as far as the corpus of CEL needs them: messages, repeated fields, scalars. */

export type TextValue = string | TextMessage;
export interface TextMessage {
  readonly [field: string]: readonly TextValue[] | undefined;
}

export function parseTextproto(text: string): TextMessage {
  return new Reader(text).message(undefined);
}

const token =
  /\s*(?:#[^\n]*\s*)*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z0-9_.+/-]+)|(\[[^\]]*\])|([{}:<>,;]))/y;

class Reader {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }

  /** Up to the closing bracket, or to the end. */
  message(end: string | undefined): TextMessage {
    const fields: Record<string, TextValue[]> = {};
    for (;;) {
      const name = this.#next();
      if (name === undefined || name.text === end) return fields;
      if (name.text === ',' || name.text === ';') continue;
      let values = fields[name.text];
      if (values === undefined) {
        values = [];
        fields[name.text] = values;
      }
      let value = this.#next()!;
      if (value.text === ':') value = this.#next()!;
      if (value.text === '{' || value.text === '<') values.push(this.message(value.text === '{' ? '}' : '>'));
      else if (value.isString) {
        // Texts beside each other are one.
        let whole = unescapedText(value.text);
        for (let more = this.#peek(); more?.isString === true; more = this.#peek())
          whole += unescapedText(this.#next()!.text);
        values.push(whole);
      } else values.push(value.text);
    }
  }

  #peek(): { text: string; isString: boolean } | undefined {
    const at = this.#at;
    const next = this.#next();
    this.#at = at;
    return next;
  }

  #next(): { text: string; isString: boolean } | undefined {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text);
    if (match === null) return undefined;
    this.#at = token.lastIndex;
    const [, string, word, extension, symbol] = match;
    return { text: string ?? word ?? extension ?? symbol ?? '', isString: string !== undefined };
  }
}

const simple: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** Bytes, one a character: what is text is decoded where it is known to be. */
function unescapedText(quoted: string): string {
  const bytes = Buffer.from(quoted.slice(1, -1)).toString('latin1');
  return bytes.replace(
    /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs,
    (_, octal, hex, short, long, other) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const point = short ?? long;
      if (point !== undefined) {
        return Buffer.from(String.fromCodePoint(Number.parseInt(point, 16))).toString('latin1');
      }
      const code = simple[other];
      return code === undefined ? other : String.fromCharCode(code);
    },
  );
}
