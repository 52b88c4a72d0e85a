/** gzip: for long answers, to clients that accept it; never for watches, and never so much of it that others wait. */
import assert from 'node:assert/strict';
import type http2 from 'node:http2';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { limits } from '../../src/apimachinery/limits.ts';
import { ApiServer } from '../api-client.ts';

const path = '/api/v1/namespaces/default/configmaps';
const long = { value: 'long '.repeat(limits.gzipThresholdBytes / 4) };

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await server.post(path, { metadata: { name: 'long' }, data: long });
  await server.post(path, { metadata: { name: 'short' } });
  const filler = 'x'.repeat(2_000);
  const count = limits.listStepEntries + 20;
  for (let from = 0; from < count; from += 65) {
    await Promise.all(
      Array.from({ length: 65 }, (_, i) =>
        server.post('/api/v1/namespaces/default/secrets', {
          metadata: { name: `s${from + i}`, annotations: { filler } },
        }),
      ),
    );
  }
});
after(() => server.stop());

interface Raw {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
}
function raw(target: string, headers: Record<string, string>, sent?: Buffer): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const session = server.connect();
    const stream = session.request({ ':path': target, ...headers });
    const chunks: Buffer[] = [];
    let answered: http2.IncomingHttpHeaders = {};
    stream.on('response', (given) => {
      answered = given;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      resolve({ status: Number(answered[':status']), headers: answered, body: Buffer.concat(chunks) });
    });
    stream.end(sent);
  });
}
const gzip = { 'accept-encoding': 'gzip' };

/** Whether the answer is compressed; what it is does not depend on that. */
async function check(target: string, headers: Record<string, string>, isCompressed: boolean): Promise<void> {
  const { 'accept-encoding': _, ...others } = headers;
  const plain = await raw(target, others);
  const answer = await raw(target, headers);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-encoding'], isCompressed ? 'gzip' : undefined, target);
  assert.equal(answer.headers['content-type'], plain.headers['content-type']);
  const body = isCompressed ? gunzipSync(answer.body) : answer.body;
  assert.ok(ageless(body) === ageless(plain.body), target);
  if (isCompressed) assert.match(String(answer.headers.vary), /Accept-Encoding$/);
}

/** Between the two answers a second may pass, and the ages in a table with it. */
const ageless = (body: Buffer): string => body.toString().replaceAll(/"\d+s"/g, '"age"');

test('one object', async () => {
  await check(`${path}/long`, gzip, true);
  await check(`${path}/short`, gzip, false);
  await check(`${path}/long?pretty=1`, gzip, true);
  await check(`${path}/long`, { ...gzip, accept: 'application/yaml' }, true);
  await check(
    `${path}/long`,
    { ...gzip, accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
    false,
  );
});

test('what a write answers', async () => {
  const body = Buffer.from(JSON.stringify({ metadata: { name: 'written' }, data: long }));
  for (const [method, target, code] of [
    ['POST', path, 201],
    ['PUT', `${path}/written`, 200],
  ] as const) {
    const { status, headers, body: answer } = await raw(target, { ':method': method, ...gzip }, body);
    assert.deepEqual([status, headers['content-encoding']], [code, 'gzip']);
    assert.deepEqual(JSON.parse(gunzipSync(answer).toString()).data, long);
  }
  await server.remove(`${path}/written`);
});

test('who accepts it: the bare word among others, as upstream reads it', async () => {
  for (const [accepted, isCompressed] of [
    ['gzip', true],
    ['deflate, gzip', true],
    ['gzip,br', true],
    ['br , gzip , x', true],
    ['br', false],
    ['*', false],
    ['gzip;q=1.0', false],
    ['GZIP', false],
    ['identity', false],
  ] as const) {
    await check(`${path}/long`, { 'accept-encoding': accepted }, isCompressed);
  }
  const { headers } = await raw(`${path}/long`, {});
  assert.equal(headers.vary, undefined);
});

test('lists, in one piece and streamed', async () => {
  await check(path, gzip, true);
  await check(`${path}?fieldSelector=metadata.name%3Dshort`, gzip, false);
  const secrets = '/api/v1/namespaces/default/secrets';
  await check(secrets, gzip, true);
  await check(`${secrets}?limit=20`, gzip, false);
  await check(secrets, { ...gzip, accept: 'application/yaml' }, true);
  await check(secrets, { ...gzip, accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' }, true);
  const { headers } = await raw(secrets, gzip);
  assert.equal(headers['content-length'], undefined);
});

test('documents: compressed once, and caches are told of both forms', async () => {
  for (const target of ['/openapi/v2', '/openapi/v3/api/v1']) {
    await check(target, gzip, true);
    const plain = await raw(target, {});
    const compressed = await raw(target, gzip);
    assert.equal(plain.headers.vary, 'Accept, Accept-Encoding');
    assert.equal(compressed.headers.vary, plain.headers.vary);
    assert.equal(compressed.headers.etag, plain.headers.etag);
    const known = await raw(target, { ...gzip, 'if-none-match': String(plain.headers.etag) });
    assert.deepEqual([known.status, known.body.length], [304, 0]);
  }
  await check('/version', gzip, false);
});

test('watches are not', async () => {
  const stream = server.watch(`${path}?resourceVersion=0`, gzip);
  const events = await stream.until((all) => all.length >= 2);
  assert.deepEqual(events.map(({ object }) => object.metadata.name).sort(), ['long', 'short']);
  stream.close();
});

test('only so many at once: the others go out as they are', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => raw(`${path}/long`, gzip)));
  const bodies = answers.map(({ headers, body }) =>
    headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
  );
  for (const body of bodies) assert.deepEqual(JSON.parse(body.toString()).data, long);
  assert.ok(answers.some(({ headers }) => headers['content-encoding'] === 'gzip'));
  // None is held for ever.
  await check(`${path}/long`, gzip, true);
});

test('a client that goes in the midst of it takes nothing along', async () => {
  for (let i = 0; i < 2 * limits.gzipsAtOnce; i++) {
    const session = server.connect();
    const stream = session.request({ ':path': '/api/v1/namespaces/default/secrets', ...gzip });
    await new Promise((resolve) => stream.once('response', resolve));
    session.destroy();
  }
  const deadline = Date.now() + 5_000;
  for (;;) {
    const { headers } = await raw(`${path}/long`, gzip);
    if (headers['content-encoding'] === 'gzip') break;
    assert.ok(Date.now() < deadline, 'places for compressing are not given back');
  }
});
