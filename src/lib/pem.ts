/**
 * PEM blocks (RFC 1421, RFC 7468) out of a text that may have anything else around them. Reads as Go's encoding/pem
 * does, for what it takes is what Kubernetes takes. What is in a block is not looked at.
 */
export interface PemBlock {
  /** `CERTIFICATE`. */
  readonly type: string;
  /** How many headers stand before the data. */
  readonly headers: number;
  readonly bytes: Buffer;
}

const begin = '-----BEGIN ';
const end = '-----END ';
const dashes = '-----';

/** Every block of the text, in order. What looks like one and is malformed is passed over. */
export function* pemBlocks(text: string): Generator<PemBlock> {
  // From the ends back to the nearest beginnings: however many beginnings there are, nothing is read twice.
  for (let from = 0, ending = nextLine(text, end, from); ending !== -1; ending = nextLine(text, end, from)) {
    const block = blockBetween(text, from, ending);
    from = ending + end.length;
    if (block !== undefined) yield block;
  }
}

/** Where a line begins with the words; -1 when none does. */
function nextLine(text: string, words: string, from: number): number {
  if (from === 0 && text.startsWith(words)) return 0;
  const at = text.indexOf(`\n${words}`, from);
  return at === -1 ? -1 : at + 1;
}

function blockBetween(text: string, from: number, ending: number): PemBlock | undefined {
  const between = text.slice(from, ending);
  const newline = between.lastIndexOf(`\n${begin}`);
  const isFirst = newline === -1 && from === 0 && between.startsWith(begin);
  if (newline === -1 && !isFirst) return undefined;
  const [first = '', ...body] = between.slice(newline + 1).split('\n');
  const type = typeOf(first, begin);
  const lineEnd = text.indexOf('\n', ending);
  const last = text.slice(ending, lineEnd === -1 ? text.length : lineEnd);
  return type === undefined || typeOf(last, end) !== type ? undefined : blockOf(type, body);
}

function typeOf(line: string, prefix: string): string | undefined {
  const words = line.trimEnd();
  if (words.length < prefix.length + dashes.length || !words.endsWith(dashes)) return undefined;
  return words.slice(prefix.length, -dashes.length);
}

function blockOf(type: string, lines: readonly string[]): PemBlock | undefined {
  const headers = lines.findIndex((line) => !line.includes(':'));
  const data = lines.slice(headers === -1 ? lines.length : headers).join('');
  const base64 = data.replace(/[\s]/g, '');
  const isBase64 = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64);
  if (!isBase64) return undefined;
  return { type, headers: Math.max(headers, 0), bytes: Buffer.from(base64, 'base64') };
}
