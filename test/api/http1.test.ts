/** The same API over HTTP/1.1: what clients without HTTP/2 do, and what is left of those that vanish. */
import assert from 'node:assert/strict';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { ApiServer } from '../api-client.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

let server: ApiServer;
let agent: https.Agent;
before(async () => {
  server = await ApiServer.start();
  agent = new https.Agent({ ...server.credentials, keepAlive: true, maxSockets: 1 });
});
after(async () => {
  agent.destroy();
  await server.stop();
});

interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}
function send(
  path: string,
  method = 'GET',
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Reply> {
  // Node announces no body of a DELETE by itself.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options = { agent, method, headers: { ...headers, ...length } };
  return new Promise((resolve, reject) => {
    const request = https.request(`${server.url}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
const json = { 'content-type': 'application/json' };

test('one connection, all verbs', async () => {
  const made = await send(configMaps, 'POST', '{"metadata":{"name":"a"},"data":{"k":"v"}}', json);
  assert.equal(made.status, 201, made.text);
  const got = await send(`${configMaps}/a`);
  assert.equal(got.text, made.text);
  assert.equal(got.headers['content-length'], String(Buffer.byteLength(got.text)));
  for (const [path, expected] of [
    ['/livez', 200],
    [`${configMaps}/a`, 405],
  ] as const) {
    const { status, text } = await send(path, 'HEAD');
    assert.deepEqual([status, text], [expected, '']);
  }
  const patched = await send(`${configMaps}/a`, 'PATCH', '{"data":{"k":"w"}}', {
    'content-type': 'application/merge-patch+json',
  });
  assert.equal(JSON.parse(patched.text).data.k, 'w');
  const replaced = await send(`${configMaps}/a`, 'PUT', '{"metadata":{"name":"a"}}', json);
  assert.equal(replaced.status, 200);
  assert.equal(JSON.parse((await send(`${configMaps}?limit=1`)).text).items.length, 1);
  const removed = await send(`${configMaps}/a`, 'DELETE', '{"propagationPolicy":"Background"}', json);
  assert.equal(JSON.parse(removed.text).status, 'Success');
  assert.equal((await send(`${configMaps}/a`)).status, 404);
  assert.equal((await send(configMaps, 'POST', '{', json)).status, 400);
  assert.equal((await send('/version')).status, 200);
});

test('a watch is streamed, and over when the client has gone', async () => {
  const events: string[] = [];
  const request = https.get(`${server.url}${configMaps}?watch=1&resourceVersion=0`, {
    ...server.credentials,
    agent: false,
  });
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
    request.on('response', resolve),
  );
  assert.equal(response.headers['transfer-encoding'], 'chunked');
  const one = new Promise<void>((resolve) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      events.push(text);
      resolve();
    });
  });
  await server.post(configMaps, { metadata: { name: 'seen' } });
  await one;
  assert.equal(JSON.parse(events.join('')).object.metadata.name, 'seen');
  response.destroy();
  // Nothing of it is in the way of what follows.
  assert.equal((await server.patch(`${configMaps}/seen`, { data: { a: 'b' } })).status, 200);
});

test('a watch ends as a whole response', async () => {
  const { status, text } = await send(`${configMaps}?watch=1&timeoutSeconds=1`);
  assert.equal(status, 200);
  assert.match(text, /^\{"type":"ADDED".*\}\n$/s);
});

/** A bare connection, for requests that no client library sends. */
function open(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const socket = connect({ ...server.credentials, host: '127.0.0.1', port: Number(port) }, () =>
      resolve(socket),
    );
    socket.on('error', reject);
  });
}

test('a client that goes in the midst of its body harms nobody and is no fault', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const socket = await open();
    const path = method === 'POST' ? configMaps : `${configMaps}/seen`;
    socket.write(
      `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"metadata"`,
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
    const stream = server.connect();
    const request = stream.request(
      { ':method': method, ':path': path, 'content-type': 'application/json' },
      { endStream: false },
    );
    request.on('error', () => {});
    request.write('{"metadata"');
    await new Promise((resolve) => setTimeout(resolve, 30));
    stream.destroy();
  }
  assert.equal((await server.get(`${configMaps}/seen`)).status, 200);
  assert.deepEqual(server.faults, []);
});

test('a client that goes in the midst of a long list', async () => {
  const data = { filler: 'x'.repeat(20_000) };
  await Promise.all(
    Array.from({ length: 100 }, (_, i) => server.post(configMaps, { metadata: { name: `l${i}` }, data })),
  );
  const socket = await open();
  socket.write(`GET ${configMaps} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  const session = server.connect();
  const stream = session.request({ ':path': configMaps });
  stream.on('error', () => {});
  await new Promise((resolve) => stream.once('data', resolve));
  session.destroy();
  assert.equal((await server.get(`${configMaps}?limit=1`)).status, 200);
  assert.deepEqual(server.faults, []);
});

test('a long list, compressed, and the next request on the same connection', async () => {
  const whole = await send(configMaps);
  const compressed = await new Promise<{ headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      const request = https.get(
        `${server.url}${configMaps}`,
        { agent, headers: { 'accept-encoding': 'gzip' } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
        },
      );
      request.on('error', reject);
    },
  );
  assert.deepEqual(
    [compressed.headers['content-encoding'], compressed.headers['transfer-encoding']],
    ['gzip', 'chunked'],
  );
  assert.ok(compressed.body.length < whole.text.length / 10);
  assert.equal(gunzipSync(compressed.body).toString(), whole.text);
  assert.equal((await send('/livez')).status, 200);
});

test('each warning is a header line of its own', async () => {
  const body = '{"metadata":{"name":"warned"},"spec":1,"about":2}';
  const { status, headers } = await send(configMaps, 'POST', body, json);
  assert.equal(status, 201);
  // node joins the lines of a header that may be there several times.
  assert.equal(headers.warning, '299 - "unknown field \\"spec\\"", 299 - "unknown field \\"about\\""');
});
