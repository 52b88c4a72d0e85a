/** What of documents is compressed: those that are kept once, and of those that are new each time only so many at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { limits } from '../apimachinery/limits.ts';
import type { Tenant } from '../request/context.ts';
import { parseRequestInfo } from '../request/request-info.ts';
import { DocumentCache } from './document-cache.ts';
import { answerDocument, type Documents } from './documents.ts';
import type { Exchange } from './exchange.ts';
import { staticDocument } from './static-document.ts';

const text = 'x'.repeat(limits.gzipThresholdBytes + 1);
const made = () => staticDocument(Buffer.from(text), 'text/plain', { headers: { vary: 'Accept' } });
const cache = new DocumentCache();
const documents = {
  metrics: { respond: async () => made() },
  openApi: { respond: async () => cache.get('kept', made) },
  discovery: {
    respond: () => cache.get('read', () => staticDocument(Buffer.from(`["${text}"]`), 'application/json')),
  },
} as unknown as Documents;

interface Answered {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Buffer;
}

/** `accept-encoding` is gzip. */
async function asked(path: string): Promise<Answered> {
  const headers: Record<string, string> = {};
  let body: Buffer = Buffer.alloc(0);
  const exchange = {
    method: 'GET',
    header: (name: string) => (name === 'accept-encoding' ? 'gzip' : undefined),
    setHeader: (name: string, value: string) => {
      headers[name] = value;
    },
    send: (_code: number, _type: string, sent: Buffer) => {
      body = sent;
    },
  } as unknown as Exchange;
  await answerDocument(documents, exchange, parseRequestInfo('GET', path), {} as Tenant);
  const isCompressed = headers['content-encoding'] === 'gzip';
  return { headers, body, text: (isCompressed ? gunzipSync(body) : body).toString() };
}
const isCompressed = ({ headers }: Answered): boolean => headers['content-encoding'] === 'gzip';

for (const [what, path] of [
  ['made for each request', '/metrics'],
  ['indented for each request', '/apis?pretty=1'],
] as const) {
  test(`of documents that are ${what} so many are compressed at once`, async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => asked(path)));
    assert.equal(answers.filter(isCompressed).length, limits.gzipsAtOnce);
    for (const answer of answers) assert.ok(answer.text.includes(text));
    const alone = await asked(path);
    assert.ok(isCompressed(alone));
    assert.match(alone.headers.vary!, /^(?:Accept, )?Accept-Encoding$/);
  });
}

test('a document that is kept is compressed once, whoever else is at it', async () => {
  const path = '/openapi/v2';
  const [first, ...others] = await Promise.all([asked(path), asked(path), asked(path)]);
  for (const each of [...others, await asked(path)]) assert.equal(each.body, first.body);
  assert.equal(first.text, text);
  assert.equal(first.headers.vary, 'Accept, Accept-Encoding');
});

test('a document that is kept goes as it is where too much is under way', async () => {
  cache.cache.clear();
  const busy = Array.from({ length: limits.gzipsAtOnce }, () => asked('/metrics'));
  const answers = await Promise.all([...busy, asked('/openapi/v2')]);
  const kept = answers.at(-1)!;
  assert.ok(!isCompressed(kept));
  assert.equal(kept.headers.vary, 'Accept, Accept-Encoding');
  assert.ok(isCompressed(await asked('/openapi/v2')));
});
